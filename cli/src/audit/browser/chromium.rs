//! Start and end of the Chromium of an audit.

use std::{fmt, path::PathBuf, time::Duration};

use chromiumoxide::{
    Browser, BrowserConfig, Page,
    cdp::browser_protocol::{
        browser::{BrowserContextId, SetDownloadBehaviorBehavior, SetDownloadBehaviorParams},
        network::Cookie,
        storage::{ClearCookiesParams, GetCookiesParams},
        target::{CreateBrowserContextParams, CreateTargetParams},
    },
};
use futures_util::StreamExt;
use tokio::{task::JoinHandle, time::timeout};

/// Time limit for an answer of the browser itself.
const ANSWERS_WITHIN: Duration = Duration::from_secs(20);

/// Error of starting a browser.
#[derive(Debug)]
pub(crate) enum NoBrowser {
    Absent,
    Started(String),
}

impl fmt::Display for NoBrowser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => f.write_str(
                "no Chromium found: install one (Debian, Ubuntu: `apt-get install chromium`; \
                 macOS: `brew install --cask chromium`), or name one with `--browser FILE` or in \
                 the environment variable CHROME",
            ),
            Self::Started(why) => write!(
                f,
                "Chromium did not start: {why}. Run it with `--headless` to see the cause. In a \
                 container it may need `--no-sandbox`, which this command adds if it runs as root"
            ),
        }
    }
}

/// A running browser with a temporary user data directory.
#[derive(Debug)]
pub(crate) struct Chromium {
    browser: Browser,
    handler: JoinHandle<()>,
    /// Removed on drop, after the browser has ended.
    _profile: tempfile::TempDir,
}

impl Chromium {
    pub(crate) async fn start(executable: Option<PathBuf>) -> Result<Self, NoBrowser> {
        let profile = tempfile::Builder::new()
            .prefix("consent-audit-")
            .tempdir()
            .map_err(|why| NoBrowser::Started(why.to_string()))?;
        allow_third_parties(&profile).map_err(|why| NoBrowser::Started(why.to_string()))?;
        let mut config = BrowserConfig::builder()
            .new_headless_mode()
            .viewport(None)
            .window_size(1280, 800)
            .respect_https_errors()
            .disable_default_args()
            .args(ARGUMENTS)
            .launch_timeout(Duration::from_secs(60))
            .request_timeout(ANSWERS_WITHIN)
            .user_data_dir(profile.path());
        if is_root() {
            config = config.no_sandbox();
        }
        if let Some(executable) = executable {
            config = config.chrome_executable(executable);
        }
        let config = config.build().map_err(|_| NoBrowser::Absent)?;
        let started = Browser::launch(config).await;
        let (browser, mut handler) = started.map_err(|why| NoBrowser::Started(why.to_string()))?;
        let handler = tokio::spawn(async move {
            // Continue after a message that this version of the protocol does not know.
            while handler.next().await.is_some() {}
        });
        Ok(Self {
            browser,
            handler,
            _profile: profile,
        })
    }

    /// Name and version.
    pub(crate) async fn version(&self) -> String {
        let version = timeout(ANSWERS_WITHIN, self.browser.version()).await;
        match version {
            Ok(Ok(version)) => version.product,
            _ => "Chromium".to_owned(),
        }
    }

    /// Creates an empty profile.
    pub(crate) async fn profile(&self) -> Result<Profile<'_>, String> {
        let asked = CreateBrowserContextParams::default();
        let id = answered(self.browser.create_browser_context(asked)).await?;
        let mut deny = SetDownloadBehaviorParams::new(SetDownloadBehaviorBehavior::Deny);
        deny.browser_context_id = Some(id.clone());
        answered(self.browser.execute(deny)).await?;
        Ok(Profile { chromium: self, id })
    }

    /// Closes the browser, and kills its process if that fails.
    pub(crate) async fn end(mut self) {
        let asked = timeout(Duration::from_secs(5), self.browser.close()).await;
        let gone = match asked {
            Ok(Ok(_)) => timeout(Duration::from_secs(5), self.browser.wait())
                .await
                .is_ok(),
            _ => false,
        };
        if !gone {
            let _ = self.browser.kill().await;
            let _ = self.browser.wait().await;
        }
        self.handler.abort();
    }
}

/// A fresh profile of a browser.
#[derive(Debug)]
pub(crate) struct Profile<'b> {
    chromium: &'b Chromium,
    id: BrowserContextId,
}

impl Profile<'_> {
    pub(crate) async fn tab(&self) -> Result<Page, String> {
        let mut asked = CreateTargetParams::new("about:blank");
        asked.browser_context_id = Some(self.id.clone());
        answered(self.chromium.browser.new_page(asked)).await
    }

    /// Returns the cookies of all sites.
    pub(crate) async fn cookies(&self) -> Vec<Cookie> {
        let asked = GetCookiesParams {
            browser_context_id: Some(self.id.clone()),
        };
        let cookies = answered(self.chromium.browser.execute(asked)).await;
        cookies.map_or_else(|_| Vec::new(), |cookies| cookies.result.cookies)
    }

    pub(crate) async fn forget_cookies(&self) {
        let asked = ClearCookiesParams {
            browser_context_id: Some(self.id.clone()),
        };
        let _ = answered(self.chromium.browser.execute(asked)).await;
    }

    /// Closes the profile and its tabs.
    pub(crate) async fn end(self) {
        let _ = answered(self.chromium.browser.dispose_browser_context(self.id)).await;
    }
}

async fn answered<T>(
    answer: impl Future<Output = Result<T, chromiumoxide::error::CdpError>>,
) -> Result<T, String> {
    match timeout(ANSWERS_WITHIN, answer).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(why)) => Err(why.to_string()),
        Err(_) => Err("the browser did not answer".to_owned()),
    }
}

/// Allows third-party cookies. Profiles are private windows, in which Chromium blocks them, unlike
/// in ordinary windows.
fn allow_third_parties(profile: &tempfile::TempDir) -> std::io::Result<()> {
    let folder = profile.path().join("Default");
    std::fs::create_dir_all(&folder)?;
    std::fs::write(
        folder.join("Preferences"),
        r#"{"profile":{"cookie_controls_mode":0,"block_third_party_cookies":false}}"#,
    )
}

/// Returns whether the process runs as root, for which Chromium's sandbox does not work.
fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|own| {
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            own.uid() == 0
        }
        #[cfg(not(unix))]
        {
            let _ = own;
            false
        }
    })
}

/// Command line of Chromium: no requests of its own, and frames of other sites in the process of
/// their page, so that one observer sees all of them.
const ARGUMENTS: [&str; 21] = [
    "disable-blink-features=AutomationControlled",
    "disable-site-isolation-trials",
    "disable-features=IsolateOrigins,site-per-process,Translate,HttpsUpgrades,HttpsFirstBalancedModeAutoEnable,OptimizationHints,MediaRouter,DialMediaRouteProvider",
    "disable-background-networking",
    "disable-background-timer-throttling",
    "disable-backgrounding-occluded-windows",
    "disable-renderer-backgrounding",
    "disable-breakpad",
    "disable-client-side-phishing-detection",
    "disable-component-update",
    "disable-default-apps",
    "disable-dev-shm-usage",
    "disable-sync",
    "metrics-recording-only",
    "no-first-run",
    "no-default-browser-check",
    "mute-audio",
    "password-store=basic",
    "use-mock-keychain",
    "force-color-profile=srgb",
    "hide-scrollbars",
];
