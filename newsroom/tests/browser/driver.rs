//! A browser controlled through WebDriver: JSON over the plain HTTP of `support`.
//!
//! It uses a dozen requests of the protocol. A client crate would bring fifty more dependencies.

use std::{
    env,
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{http::Request, until};

/// A chromedriver with a Chromium in a profile of its own; both end with the test.
#[derive(Debug)]
pub(crate) struct Browser {
    driver: Child,
    port: u16,
    session: String,
    /// Removed after both have ended.
    profile: TempDir,
}

/// An element of the open page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Element(String);

/// Key of element ids in WebDriver.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

impl Browser {
    /// Starts with JavaScript on.
    pub(crate) fn start() -> Self {
        Self::with_preferences(json!({}))
    }

    /// Starts with JavaScript blocked for pages, as by a visitor's setting. The driver can still
    /// inspect the page.
    pub(crate) fn without_javascript() -> Self {
        Self::with_preferences(json!({ "profile.managed_default_content_settings.javascript": 2 }))
    }

    fn with_preferences(mut preferences: Value) -> Self {
        // Allows third-party cookies, since the browser's own protection would hide a leak.
        preferences["profile.cookie_controls_mode"] = json!(0);
        preferences["profile.block_third_party_cookies"] = json!(false);
        let mut driver = Command::new(program("CHROMEDRIVER", "chromedriver"))
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver can be started: is chromium-driver installed?");
        let mut lines = BufReader::new(driver.stdout.take().expect("it is piped")).lines();
        let port = lines.by_ref().map_while(Result::ok).find_map(|line| {
            line.split_once("successfully on port ")?
                .1
                .trim_end_matches('.')
                .parse()
                .ok()
        });
        // Reads and drops further output, because a full pipe would stop the driver.
        std::thread::spawn(move || lines.for_each(drop));
        let mut browser = Self {
            driver,
            port: port.expect("chromedriver says where it listens"),
            session: String::new(),
            profile: TempDir::new().expect("a directory can be made"),
        };
        browser.open_session(&preferences);
        browser
    }

    fn open_session(&mut self, preferences: &Value) {
        let profile = self.profile.path().display().to_string();
        let mut arguments: Vec<_> = [
            "--headless=new",
            // Root and most containers have no sandbox.
            "--no-sandbox",
            "--disable-dev-shm-usage",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--hide-scrollbars",
            "--force-color-profile=srgb",
        ]
        .map(str::to_owned)
        .into();
        arguments.push(format!("--user-data-dir={profile}"));
        let mut options = json!({ "args": arguments, "prefs": preferences });
        if let Some(binary) = env::var_os("CHROMIUM") {
            options["binary"] = json!(binary.to_string_lossy());
        }
        let answer = self.command(
            "POST",
            "/session",
            &json!({ "capabilities": { "alwaysMatch": {
                "browserName": "chrome",
                "goog:chromeOptions": options,
                "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
            }}}),
        );
        let id = answer["sessionId"].as_str().expect("a session has an id");
        self.session = format!("/session/{id}");
    }

    /// Sends a command of the protocol.
    ///
    /// # Panics
    ///
    /// If the browser reports an error.
    fn command(&self, method: &str, path: &str, body: &Value) -> Value {
        match self.try_command(method, path, body) {
            Ok(value) => value,
            Err(error) => panic!("{method} {path}: {error}"),
        }
    }

    fn try_command(&self, method: &str, path: &str, body: &Value) -> Result<Value, Value> {
        let mut request = Request::new(
            method,
            &format!("127.0.0.1:{}", self.port),
            &format!("{}{path}", self.session),
        );
        if method == "POST" {
            request = request.body("application/json", body.to_string().as_bytes());
        }
        let answer = request.send(self.port);
        let mut value: Value = serde_json::from_slice(&answer.body).expect("an answer is JSON");
        let value = value["value"].take();
        if answer.status == 200 {
            Ok(value)
        } else {
            Err(value)
        }
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        self.command("POST", path, body)
    }

    fn get(&self, path: &str) -> Value {
        self.command("GET", path, &Value::Null)
    }

    /// Opens an address and waits until it has loaded.
    pub(crate) fn open(&self, url: &str) {
        self.post("/url", &json!({ "url": url }));
    }

    /// Presses the Back button.
    pub(crate) fn back(&self) {
        self.post("/back", &json!({}));
    }

    /// Address of the open page.
    pub(crate) fn url(&self) -> String {
        text(&self.get("/url"))
    }

    /// Title of the open page.
    pub(crate) fn title(&self) -> String {
        text(&self.get("/title"))
    }

    /// All elements that match a selector.
    pub(crate) fn all(&self, selector: &str) -> Vec<Element> {
        let query = json!({ "using": "css selector", "value": selector });
        let found = self.post("/elements", &query);
        let found = found.as_array().expect("a list");
        found.iter().map(element).collect()
    }

    /// The only element that matches a selector.
    pub(crate) fn one(&self, selector: &str) -> Element {
        let mut all = self.all(selector);
        assert_eq!(all.len(), 1, "{selector} on {}", self.url());
        all.remove(0)
    }

    /// Returns true if an element that matches is displayed.
    pub(crate) fn shows(&self, selector: &str) -> bool {
        let all = self.all(selector);
        all.iter()
            .any(|found| self.get(&format!("/element/{}/displayed", found.0)) == json!(true))
    }

    /// Clicks an element that opens no page.
    pub(crate) fn click(&self, selector: &str) {
        let Element(id) = self.one(selector);
        self.post(&format!("/element/{id}/click"), &json!({}));
    }

    /// Clicks a link or a button, and waits for the page that it opens.
    pub(crate) fn follow(&self, selector: &str) {
        self.leaving(|| self.click(selector));
    }

    /// Runs an action that opens a page, and waits until the page has loaded. The driver alone does
    /// not wait for the response to a form.
    fn leaving(&self, action: impl FnOnce()) {
        let before = self.one("html");
        action();
        until("another page", || {
            let now = self.all("html");
            let ready = || self.run("return document.readyState", &[]) == json!("complete");
            (!now.is_empty() && now[0] != before && ready()).then_some(())
        });
    }

    /// Displayed text of an element.
    pub(crate) fn text(&self, selector: &str) -> String {
        let Element(id) = self.one(selector);
        text(&self.get(&format!("/element/{id}/text")))
    }

    /// Role of an element in the accessibility tree.
    pub(crate) fn role(&self, selector: &str) -> String {
        let Element(id) = self.one(selector);
        text(&self.get(&format!("/element/{id}/computedrole")))
    }

    /// Name of an element in the accessibility tree.
    pub(crate) fn label(&self, selector: &str) -> String {
        let Element(id) = self.one(selector);
        text(&self.get(&format!("/element/{id}/computedlabel")))
    }

    /// Enters a frame of the page: later commands apply to it.
    #[allow(dead_code, reason = "the library's tests in a browser use it")]
    pub(crate) fn enter(&self, selector: &str) {
        let Element(id) = self.one(selector);
        self.post("/frame", &json!({ "id": { ELEMENT: id } }));
    }

    /// Switches to the tab that was opened last.
    #[allow(dead_code, reason = "the library's tests in a browser use it")]
    pub(crate) fn switch_to_newest_tab(&self) {
        let all = self.get("/window/handles");
        let newest = all.as_array().and_then(|all| all.last()).expect("a tab");
        self.post("/window", &json!({ "handle": newest }));
    }

    /// The focused element.
    pub(crate) fn focused(&self) -> Element {
        element(&self.get("/element/active"))
    }

    /// Presses a key, given by its WebDriver code.
    pub(crate) fn press(&self, key: char) {
        self.post(
            "/actions",
            &json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": [
                { "type": "keyDown", "value": key },
                { "type": "keyUp", "value": key },
            ]}]}),
        );
    }

    /// Presses a key that opens a page, and waits for the page.
    pub(crate) fn press_to_leave(&self, key: char) {
        self.leaving(|| self.press(key));
    }

    /// Runs the body of a function in the page. The page's own policy does not apply to the driver.
    pub(crate) fn run(&self, script: &str, arguments: &[Value]) -> Value {
        self.post(
            "/execute/sync",
            &json!({ "script": script, "args": arguments }),
        )
    }

    /// Runs a function that calls its last argument when it is done.
    pub(crate) fn run_async(&self, script: &str) -> Value {
        self.post("/execute/async", &json!({ "script": script, "args": [] }))
    }

    /// Sends a command of the DevTools protocol.
    pub(crate) fn devtools(&self, command: &str, parameters: Value) -> Value {
        self.post(
            "/goog/cdp/execute",
            &json!({ "cmd": command, "params": parameters }),
        )
    }

    /// Names of all cookies in the browser, of any host, in order.
    pub(crate) fn cookies(&self) -> Vec<String> {
        self.cookies_where(|_| true)
    }

    /// Names of the cookies of the site's hosts, without the partner's.
    pub(crate) fn own_cookies(&self) -> Vec<String> {
        self.cookies_where(|host| matches!(host, "127.0.0.1" | "implied.localhost"))
    }

    fn cookies_where(&self, is_meant: impl Fn(&str) -> bool) -> Vec<String> {
        let all = self.devtools("Network.getAllCookies", json!({}));
        let all = all["cookies"].as_array().expect("a list");
        let meant = all
            .iter()
            .filter(|cookie| is_meant(&text(&cookie["domain"])));
        // The name of a rejection ends in a hash of what was rejected. Several can exist, since a
        // response removes only those that contradict it: each is returned.
        let name = |cookie: &serde_json::Value| match text(&cookie["name"]) {
            name if name.starts_with("consent-off-") => "consent-off".to_owned(),
            name => name,
        };
        let mut names: Vec<_> = meant.map(name).collect();
        names.sort();
        names
    }

    /// Console messages since the last call.
    pub(crate) fn console(&self) -> Vec<String> {
        self.log("browser")
    }

    /// Addresses requested since the last call, by pages, frames and their contents.
    pub(crate) fn requests(&self) -> Vec<String> {
        let events = self.log("performance").into_iter();
        let sent = events.filter_map(|event| {
            let event: Value = serde_json::from_str(&event).expect("an event is JSON");
            let event = &event["message"];
            let sent = event["method"] == "Network.requestWillBeSent";
            sent.then(|| text(&event["params"]["request"]["url"]))
        });
        sent.collect()
    }

    fn log(&self, kind: &str) -> Vec<String> {
        let log = self.post("/se/log", &json!({ "type": kind }));
        let log = log.as_array().expect("a list");
        log.iter().map(|entry| text(&entry["message"])).collect()
    }

    /// Sets the size of the window in CSS pixels.
    pub(crate) fn resize(&self, width: u32, height: u32) {
        self.devtools(
            "Emulation.setDeviceMetricsOverride",
            json!({
                "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false,
            }),
        );
    }

    /// Sets the colour scheme of the visitor, `light` or `dark`.
    pub(crate) fn prefer(&self, scheme: &str) {
        self.devtools(
            "Emulation.setEmulatedMedia",
            json!({
                "features": [{ "name": "prefers-color-scheme", "value": scheme }],
            }),
        );
    }

    /// Captures the top of the page, `height` CSS pixels high, or the whole page, as PNG in base64.
    ///
    /// The window gets the height of the picture: to capture more than the window, Chromium lays
    /// out the page again and sometimes hangs.
    pub(crate) fn picture(&self, width: u32, height: Option<u32>, scale: u32) -> String {
        self.resize(width, height.unwrap_or(800));
        let height = height.map_or_else(
            || self.run("return document.documentElement.scrollHeight", &[]),
            |height| json!(height),
        );
        self.devtools(
            "Emulation.setDeviceMetricsOverride",
            json!({
                "width": width, "height": height, "deviceScaleFactor": scale, "mobile": false,
            }),
        );
        let picture = self.devtools("Page.captureScreenshot", json!({ "format": "png" }));
        self.resize(width, 800);
        text(&picture["data"])
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Ends Chromium with all its processes, which would outlive the driver. Must not panic,
        // since a test may be failing already.
        if !self.session.is_empty() {
            let path = self.session.clone();
            let host = format!("127.0.0.1:{}", self.port);
            let _ = Request::new("DELETE", &host, &path).try_send(self.port);
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// Path of a program: its usual name, unless an environment variable sets another.
fn program(variable: &str, usual: &str) -> String {
    env::var(variable).unwrap_or_else(|_| usual.to_owned())
}

fn element(value: &Value) -> Element {
    Element(text(&value[ELEMENT]))
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("no text: {value}"))
        .to_owned()
}
