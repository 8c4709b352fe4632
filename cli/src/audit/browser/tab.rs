//! A recorded tab and the actions of a visitor in it. Every wait has a time limit.

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

/// Time without requests after which an opened page is idle.
const QUIET_MILLIS: u64 = 250;
/// The same after later actions, whose requests start at once.
const STILL_MILLIS: u64 = 60;
/// Minimum time before the first click. Some pages enable their controls half a second after they
/// show them.
const READS_FOR: Duration = Duration::from_secs(1);
/// Time until the effects of a click start.
const BEGINS_WITHIN: Duration = Duration::from_millis(120);
/// Time for the animations of banners and their layers.
const FADES_WITHIN: Duration = Duration::from_millis(400);
/// Maximum delay of events behind the answers of a page.
const HEARD_WITHIN: Duration = Duration::from_millis(50);
/// Interval of the checks whether a page is idle.
const LOOKS_EVERY: Duration = Duration::from_millis(25);
/// Virtual time that passes on a page, for scripts that wait some seconds.
const AHEAD_MILLIS: f64 = 12_000.0;

/// Mouse position over a target, and whether the target is uncovered.
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
    /// True if pages may run scripts.
    scripts: bool,
    /// Time at which the page became idle.
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
        // Some scripts behave differently in a browser that identifies as automated.
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

    /// Opens an address, waits until the page is idle, and returns the time in milliseconds.
    pub(crate) async fn open(&self, address: &str) -> Result<u64, Gone> {
        let started = Instant::now();
        let opened = timeout(self.limit, self.page.execute(NavigateParams::new(address)));
        // The answer comes only once the page has loaded, so watch the requests as well.
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
                    let detail = format!("the page had not loaded after {} s", self.limit.as_secs());
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
            // A download, which is reported separately, a navigation by the page itself, or a
            // response without content.
            return;
        } else {
            ProblemKind::Unreachable
        };
        self.recorder.problem(kind, why);
    }

    /// Waits until the page is idle; an error if it has crashed.
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
                let detail = "the page sent more than 30 MB and was stopped";
                self.recorder.problem(ProblemKind::TooLarge, detail);
                break;
            }
            if self.recorder.is_at_rest(quiet) {
                break;
            }
            if Instant::now() > until {
                let _ = self.ask(StopLoadingParams::default()).await;
                let detail = format!(
                    "the page kept sending requests for {} s",
                    self.limit.as_secs()
                );
                self.recorder.problem(ProblemKind::NeverIdle, detail);
                break;
            }
            tokio::time::sleep(LOOKS_EVERY).await;
        }
        match self.evaluate::<u32>("1").await {
            Ok(_) => Ok(()),
            Err(gone) => {
                let detail = "the page stopped responding and was closed";
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

    /// Waits until a person would click something on the opened page.
    pub(crate) async fn look(&self) {
        let opened = *self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        tokio::time::sleep(READS_FOR.saturating_sub(opened.elapsed())).await;
    }

    /// Clicks the element of a selector with the mouse; returns `false` if there is none.
    pub(crate) async fn click(&self, selector: &str) -> Result<bool, Gone> {
        let Some(aim) = self.aim(selector).await? else {
            return Ok(false);
        };
        self.press(aim).await?;
        Ok(true)
    }

    /// Scrolls the element of a selector into view and moves the mouse over it.
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

    /// Clicks the target with the mouse, or with a script if something covers it.
    pub(crate) async fn press(&self, aim: Aim) -> Result<(), Gone> {
        let Aim { x, y, free } = aim;
        if free {
            self.mouse(DispatchMouseEventType::MousePressed, x, y)
                .await?;
            // A button that navigates may close the page before it answers.
            let _ = self
                .mouse(DispatchMouseEventType::MouseReleased, x, y)
                .await;
        } else {
            let click = "(() => { globalThis.__consentAuditAim?.click(); return true; })()";
            let _: bool = self.evaluate(click).await?;
        }
        Ok(())
    }

    /// Waits for the effects of a click, animations included.
    pub(crate) async fn after_click(&self) -> Result<(), Gone> {
        tokio::time::sleep(BEGINS_WITHIN).await;
        self.settle(Duration::from_secs(6)).await?;
        tokio::time::sleep(FADES_WITHIN).await;
        Ok(())
    }

    /// Waits until pending events of the browser have arrived.
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

    /// Moves the mouse, scrolls and lets virtual time pass, which triggers delayed trackers.
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
        // Endless requests stop the virtual clock.
        let _ = timeout(Duration::from_secs(4), expired.next()).await;
        // Let the clock run again.
        self.ask(SetVirtualTimePolicyParams::new(VirtualTimePolicy::Advance))
            .await?;
        self.rest(Duration::from_secs(4), STILL_MILLIS).await
    }

    /// Leaves the page, which cannot be used afterwards.
    pub(crate) async fn leave(&self) -> Result<(), Gone> {
        if let Err(gone) = self.evaluate::<bool>(scripts::LEAVE).await {
            let detail = "the page stopped responding when it was left";
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

    /// Takes a screenshot of the window as WebP, which keeps reports small.
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

    /// Sets the window to the size of a phone, or back to the default.
    pub(crate) async fn phone(&self, phone: bool) -> Result<(), Gone> {
        match phone {
            true => {
                let size = SetDeviceMetricsOverrideParams::new(360, 740, 1.0, true);
                self.ask(size).await?;
                // Wait for the new layout.
                tokio::time::sleep(FADES_WITHIN).await;
                Ok(())
            }
            false => self
                .ask(ClearDeviceMetricsOverrideParams::default())
                .await
                .map(|_| ()),
        }
    }

    /// Presses the Tab key.
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
        // An open page would keep running.
        let page = self.page.clone();
        tokio::spawn(timeout(ANSWERS_WITHIN, async move { page.close().await }));
    }
}
