//! One tab that is watched, and what a visitor does in it. Nothing here waits without end.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use chromiumoxide::{
    Command, Page,
    cdp::{
        browser_protocol::{
            emulation::{
                ClearDeviceMetricsOverrideParams, EventVirtualTimeBudgetExpired,
                SetDeviceMetricsOverrideParams, SetScriptExecutionDisabledParams,
                SetUserAgentOverrideParams, SetVirtualTimePolicyParams, VirtualTimePolicy,
            },
            input::{
                DispatchKeyEventParams, DispatchKeyEventType, DispatchMouseEventParams,
                DispatchMouseEventType, MouseButton,
            },
            network::{Headers, SetExtraHttpHeadersParams},
            page::{
                AddScriptToEvaluateOnNewDocumentParams, CaptureScreenshotFormat,
                CaptureScreenshotParams, NavigateParams, StopLoadingParams,
            },
        },
        js_protocol::runtime::{AddBindingParams, EvaluateParams},
    },
};
use futures_util::StreamExt;
use serde::de::DeserializeOwned;
use tokio::{task::JoinHandle, time::timeout};

use super::{
    ANSWERS_WITHIN, Gone, listeners,
    recorder::{BINDING, Recorder},
    scripts,
};
use crate::audit::record::{Circumstances, ProblemKind};

/// Nothing is fetched for so long, and a page that was opened is at rest.
const QUIET_MILLIS: u64 = 250;
/// The same for what a page does then: what it fetches begins at once.
const STILL_MILLIS: u64 = 60;
/// As long as a person looks at a page before clicking something in it, at the least. Pages rely on
/// it: some put their controls to use half a second after they show them.
const READS_FOR: Duration = Duration::from_secs(1);
/// How long it takes until what a click leads to is under way.
const BEGINS_WITHIN: Duration = Duration::from_millis(120);
/// How long banners and their layers take to come and go.
const FADES_WITHIN: Duration = Duration::from_millis(400);
/// How far what is told of a page may lag behind what the page answers.
const HEARD_WITHIN: Duration = Duration::from_millis(50);
/// How often it is looked whether a page is at rest.
const LOOKS_EVERY: Duration = Duration::from_millis(25);
/// How far the clock of a page is put forward, for what waits some seconds.
const AHEAD_MILLIS: f64 = 12_000.0;

/// Where the mouse is, and whether nothing lies over what it is to press.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Aim {
    x: f64,
    y: f64,
    free: bool,
}

#[derive(Debug)]
pub(crate) struct Tab {
    page: Page,
    recorder: Recorder,
    listeners: Vec<JoinHandle<()>>,
    limit: Duration,
    /// Whether pages may run scripts.
    scripts: bool,
    /// When the page had come to rest.
    opened: Mutex<Instant>,
}

impl Tab {
    pub(crate) async fn new(
        page: Page,
        recorder: Recorder,
        circumstances: &Circumstances,
        limit: Duration,
    ) -> Result<Self, Gone> {
        let listeners = vec![
            listeners::listen(&page, recorder.clone()).await?,
            listeners::answer_dialogs(&page).await?,
        ];
        let tab = Self {
            page,
            recorder,
            listeners,
            limit,
            scripts: circumstances.scripts,
            opened: Mutex::new(Instant::now()),
        };
        tab.ask(AddBindingParams::new(BINDING)).await?;
        // Some scripts are on their best behaviour before a browser that names itself a robot.
        if let Ok(Ok(agent)) = timeout(ANSWERS_WITHIN, tab.page.user_agent()).await {
            let usual = agent.replace("HeadlessChrome", "Chrome");
            tab.ask(SetUserAgentOverrideParams::new(usual)).await?;
        }
        let mut script = scripts::WATCH.to_owned();
        if circumstances.gpc {
            script.push_str(
                "Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', \
                 { configurable: true, enumerable: true, get: () => true });",
            );
            let headers = Headers::new(serde_json::json!({ "Sec-GPC": "1" }));
            tab.ask(SetExtraHttpHeadersParams::new(headers)).await?;
        }
        tab.ask(AddScriptToEvaluateOnNewDocumentParams::new(script))
            .await?;
        if !circumstances.scripts {
            tab.ask(SetScriptExecutionDisabledParams::new(true)).await?;
        }
        Ok(tab)
    }

    async fn ask<C: Command>(&self, command: C) -> Result<C::Response, Gone> {
        match timeout(ANSWERS_WITHIN, self.page.execute(command)).await {
            Ok(Ok(answer)) => Ok(answer.result),
            _ => Err(Gone),
        }
    }

    /// Opens an address and waits until it is at rest. Milliseconds that it took.
    pub(crate) async fn open(&self, address: &str) -> Result<u64, Gone> {
        let started = Instant::now();
        let opened = timeout(self.limit, self.page.execute(NavigateParams::new(address)));
        // The answer comes when the page has loaded, or not at all; what is fetched says more.
        let no_page = async {
            let recorder = &self.recorder;
            while !recorder.is_too_large() && !recorder.crashed() && !recorder.downloads() {
                tokio::time::sleep(LOOKS_EVERY).await;
            }
        };
        tokio::select! {
            opened = opened => match opened {
                Ok(Ok(answer)) => {
                    if let Some(why) = &answer.result.error_text {
                        self.failed(why);
                    }
                }
                Ok(Err(why)) => self.failed(&why.to_string()),
                Err(_) => {
                    let detail = format!("it had not loaded after {} s", self.limit.as_secs());
                    self.recorder.problem(ProblemKind::NeverIdle, detail);
                    let _ = self.ask(StopLoadingParams::default()).await;
                }
            },
            () = no_page => {}
        }
        self.settle(self.limit.saturating_sub(started.elapsed()))
            .await?;
        *self.opened.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        Ok(u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX))
    }

    fn failed(&self, why: &str) {
        let kind = if why.contains("ERR_TOO_MANY_REDIRECTS") {
            ProblemKind::RedirectLoop
        } else if why.contains("ERR_CERT") || why.contains("ERR_SSL") {
            ProblemKind::BadCertificate
        } else if why.contains("ERR_ABORTED") {
            // It became a download, which is told by itself; the page has gone on by itself; or the
            // answer had no content.
            return;
        } else {
            ProblemKind::Unreachable
        };
        self.recorder.problem(kind, why);
    }

    /// Waits until nothing is fetched any more, and sees whether the page is alive.
    pub(crate) async fn settle(&self, within: Duration) -> Result<(), Gone> {
        self.rest(within, QUIET_MILLIS).await
    }

    async fn rest(&self, within: Duration, quiet: u64) -> Result<(), Gone> {
        let until = Instant::now() + within.max(Duration::from_secs(2));
        loop {
            if self.recorder.crashed() {
                return Err(Gone);
            }
            if self.recorder.is_too_large() {
                let _ = self.ask(StopLoadingParams::default()).await;
                let detail = "it sent more than 30 MB, and was stopped";
                self.recorder.problem(ProblemKind::TooLarge, detail);
                break;
            }
            if self.recorder.is_at_rest(quiet) {
                break;
            }
            if Instant::now() > until {
                let _ = self.ask(StopLoadingParams::default()).await;
                let detail = format!("it went on fetching for {} s", self.limit.as_secs());
                self.recorder.problem(ProblemKind::NeverIdle, detail);
                break;
            }
            tokio::time::sleep(LOOKS_EVERY).await;
        }
        match self.evaluate::<u32>("1").await {
            Ok(_) => Ok(()),
            Err(gone) => {
                let detail = "it did not answer the browser any more, and was closed";
                self.recorder.problem(ProblemKind::Hangs, detail);
                Err(gone)
            }
        }
    }

    /// The value of a script, run beside those of the page, whether the page may run any or not.
    pub(crate) async fn evaluate<T: DeserializeOwned>(&self, script: &str) -> Result<T, Gone> {
        let mut asked = EvaluateParams::new(script);
        asked.return_by_value = Some(true);
        asked.await_promise = Some(true);
        asked.silent = Some(true);
        asked.user_gesture = Some(true);
        let answer = self.ask(asked).await?;
        let value = answer.result.value.unwrap_or(serde_json::Value::Null);
        serde_json::from_value(value).map_err(|_| Gone)
    }

    /// Looks at the page that was opened until a person would click something in it.
    pub(crate) async fn look(&self) {
        let opened = *self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        tokio::time::sleep(READS_FOR.saturating_sub(opened.elapsed())).await;
    }

    /// Clicks what a selector finds, as a person does; `false` where it is not there.
    pub(crate) async fn click(&self, selector: &str) -> Result<bool, Gone> {
        let Some(aim) = self.aim(selector).await? else {
            return Ok(false);
        };
        self.press(aim).await?;
        Ok(true)
    }

    /// Brings what a selector finds into the window, and the mouse over it.
    pub(crate) async fn aim(&self, selector: &str) -> Result<Option<Aim>, Gone> {
        let place: Option<(f64, f64, bool)> = self.evaluate(&scripts::aim(selector)).await?;
        let Some((x, y, free)) = place else {
            return Ok(None);
        };
        if free {
            self.mouse(DispatchMouseEventType::MouseMoved, x, y).await?;
        }
        Ok(Some(Aim { x, y, free }))
    }

    /// Presses what was aimed at; what something else lies over is clicked by a script.
    pub(crate) async fn press(&self, aim: Aim) -> Result<(), Gone> {
        let Aim { x, y, free } = aim;
        if free {
            self.mouse(DispatchMouseEventType::MousePressed, x, y)
                .await?;
            // A button that leads elsewhere may take the page with it before it answers.
            let _ = self
                .mouse(DispatchMouseEventType::MouseReleased, x, y)
                .await;
        } else {
            let click = "(() => { globalThis.__consentAuditAim?.click(); return true; })()";
            let _: bool = self.evaluate(click).await?;
        }
        Ok(())
    }

    /// Waits for what a click has led to: it begins a moment later, and what comes or goes in the
    /// page takes its time to do so.
    pub(crate) async fn after_click(&self) -> Result<(), Gone> {
        tokio::time::sleep(BEGINS_WITHIN).await;
        self.settle(Duration::from_secs(6)).await?;
        tokio::time::sleep(FADES_WITHIN).await;
        Ok(())
    }

    /// Waits until what the browser has told has been heard: it comes by another way than answers.
    pub(crate) async fn heard(&self) {
        tokio::time::sleep(HEARD_WITHIN).await;
    }

    async fn mouse(&self, kind: DispatchMouseEventType, x: f64, y: f64) -> Result<(), Gone> {
        let pressed = kind != DispatchMouseEventType::MouseMoved;
        let mut event = DispatchMouseEventParams::new(kind, x, y);
        if pressed {
            event.button = Some(MouseButton::Left);
            event.click_count = Some(1);
        }
        self.ask(event).await.map(|_| ())
    }

    /// Does what trackers wait for: moves the mouse, scrolls, and waits, on a clock put forward.
    pub(crate) async fn linger(&self) -> Result<(), Gone> {
        for (x, y) in [(200.0, 200.0), (400.0, 300.0), (420.0, 310.0)] {
            self.mouse(DispatchMouseEventType::MouseMoved, x, y).await?;
        }
        let scroll = match self.scripts {
            true => scripts::SCROLL,
            false => {
                "(() => { window.scrollTo(0, document.documentElement.scrollHeight); return true; })()"
            }
        };
        let _: bool = self.evaluate(scroll).await?;
        self.wait_ahead().await
    }

    async fn wait_ahead(&self) -> Result<(), Gone> {
        let mut expired = self
            .page
            .event_listener::<EventVirtualTimeBudgetExpired>()
            .await
            .map_err(|_| Gone)?;
        let policy = VirtualTimePolicy::PauseIfNetworkFetchesPending;
        let mut ahead = SetVirtualTimePolicyParams::new(policy);
        ahead.budget = Some(AHEAD_MILLIS);
        self.ask(ahead).await?;
        // A page that fetches without end stops its clock.
        let _ = timeout(Duration::from_secs(4), expired.next()).await;
        // From now on it runs by itself, as far as there is something to do.
        self.ask(SetVirtualTimePolicyParams::new(VirtualTimePolicy::Advance))
            .await?;
        self.rest(Duration::from_secs(4), STILL_MILLIS).await
    }

    /// Turns away from the page. Nothing else can be done on it then.
    pub(crate) async fn leave(&self) -> Result<(), Gone> {
        if let Err(gone) = self.evaluate::<bool>(scripts::LEAVE).await {
            let detail = "it did not answer the browser any more when it was left";
            self.recorder.problem(ProblemKind::Hangs, detail);
            return Err(gone);
        }
        self.rest(Duration::from_secs(4), STILL_MILLIS).await?;
        let away = NavigateParams::new("about:blank");
        match timeout(ANSWERS_WITHIN, self.page.execute(away)).await {
            Ok(_) => Ok(()),
            Err(_) => Err(Gone),
        }
    }

    /// A picture of the window, as WebP: a report holds dozens.
    pub(crate) async fn picture(&self) -> Option<Vec<u8>> {
        let asked = CaptureScreenshotParams::builder()
            .format(CaptureScreenshotFormat::Webp)
            .quality(60)
            .build();
        let picture = timeout(Duration::from_secs(10), self.page.execute(asked)).await;
        let data = picture.ok()?.ok()?.result.data;
        base64::Engine::decode(
            &base64::engine::general_purpose::STANDARD,
            data.as_ref() as &[u8],
        )
        .ok()
    }

    /// The window of a phone, or the usual one.
    pub(crate) async fn phone(&self, phone: bool) -> Result<(), Gone> {
        match phone {
            true => {
                let size = SetDeviceMetricsOverrideParams::new(360, 740, 1.0, true);
                self.ask(size).await?;
                // What is laid out anew moves to its place.
                tokio::time::sleep(FADES_WITHIN).await;
                Ok(())
            }
            false => self
                .ask(ClearDeviceMetricsOverrideParams::default())
                .await
                .map(|_| ()),
        }
    }

    /// Presses Tab.
    pub(crate) async fn tab_key(&self) -> Result<(), Gone> {
        for kind in [
            DispatchKeyEventType::RawKeyDown,
            DispatchKeyEventType::KeyUp,
        ] {
            let mut key = DispatchKeyEventParams::new(kind);
            key.key = Some("Tab".to_owned());
            key.code = Some("Tab".to_owned());
            key.windows_virtual_key_code = Some(9);
            self.ask(key).await?;
        }
        Ok(())
    }
}

impl Drop for Tab {
    fn drop(&mut self) {
        for listener in &self.listeners {
            listener.abort();
        }
        // A page that is left open goes on with what it does.
        let page = self.page.clone();
        tokio::spawn(timeout(ANSWERS_WITHIN, async move { page.close().await }));
    }
}
