//! Helpers of all tests: an application, a visitor with a cookie jar, a response.

use std::{cell::RefCell, collections::BTreeMap, future::Ready};

use actix_consent::{ConsentBuilder, ConsentMiddleware, Policy, SigningKey, SigningKeys};
use actix_http::Request;
use actix_session::{SessionMiddleware, storage::CookieSessionStore};
use actix_web::{
    App, Error, FromRequest, Handler, HttpResponse, Responder,
    body::{self, MessageBody},
    cookie::Key,
    dev::{Service, ServiceResponse},
    http::{
        Method, StatusCode,
        header::{self, HeaderMap, HeaderValue},
    },
    test::{self, TestRequest},
    web,
};

/// The policy of the tests.
pub fn policy() -> Policy {
    Policy::parse(include_str!("consent.toml")).expect("the policy of the tests is valid")
}

/// The policy of the tests with more declarations at its end.
pub fn policy_with(more: &str) -> Policy {
    let text = format!("{}\n{more}", include_str!("consent.toml"));
    Policy::parse(&text).unwrap_or_else(|error| panic!("{error}"))
}

/// The cookie that holds a choice, over https.
pub const COOKIE: &str = "__Host-consent";

/// The cookie that holds what is not a choice: a confirmation, a notice that was seen.
pub const NOTE: &str = "__Host-consent-note";

/// The same key in every test, so that choices can be carried from one application to another.
pub fn keys() -> SigningKeys {
    let key = SigningKey::from_bytes(&[7; 64]).expect("64 bytes are enough");
    SigningKeys::new([key]).expect("one key is enough")
}

/// A middleware with the defaults: opt-in, https.
pub fn consent() -> ConsentMiddleware {
    builder().build().expect("the defaults can be used")
}

/// The builder of [`consent`].
pub fn builder() -> ConsentBuilder {
    ConsentMiddleware::builder(policy(), keys())
}

/// A session that is kept in a cookie.
pub fn session() -> SessionMiddleware<CookieSessionStore> {
    SessionMiddleware::new(CookieSessionStore::default(), Key::from(&[1; 64]))
}

/// A response that has been read whole.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as text.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("the body is text")
    }

    /// The one value of a header; empty where there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().expect("the header is text"))
    }

    /// All `Set-Cookie` headers, raw.
    pub fn set_cookies(&self) -> Vec<String> {
        self.headers
            .get_all(header::SET_COOKIE)
            .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
            .collect()
    }

    /// All `Set-Cookie` headers, byte for byte.
    pub fn set_cookie_bytes(&self) -> Vec<Vec<u8>> {
        let values = self.headers.get_all(header::SET_COOKIE);
        values.map(|value| value.as_bytes().to_vec()).collect()
    }

    /// The `Set-Cookie` headers of one name, raw.
    pub fn set_cookies_named(&self, name: &str) -> Vec<String> {
        let start = format!("{name}=");
        let mut all = self.set_cookies();
        all.retain(|value| value.starts_with(&start));
        all
    }

    /// Returns whether the response sets the cookie to a value that a browser stores.
    pub fn sets(&self, name: &str) -> bool {
        self.set_cookies_named(name)
            .iter()
            .any(|value| !removes(value))
    }

    /// Returns whether the response removes the cookie.
    pub fn removes(&self, name: &str) -> bool {
        self.set_cookies_named(name)
            .iter()
            .any(|value| removes(value))
    }
}

fn removes(set_cookie: &str) -> bool {
    set_cookie.to_ascii_lowercase().contains("max-age=0")
}

/// Sends one request and reads the answer. An `Err` becomes the response that a browser would get.
pub async fn send<S, B>(app: &S, request: TestRequest) -> Answer
where
    S: Service<Request, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody,
{
    let (status, headers, body) = match app.call(request.to_request()).await {
        Ok(response) => {
            let (status, headers) = (response.status(), response.headers().clone());
            let body = body::to_bytes(response.into_body()).await;
            (status, headers, body.ok().expect("the body ends").to_vec())
        }
        Err(error) => {
            let response = error.error_response();
            let (status, headers) = (response.status(), response.headers().clone());
            let body = body::to_bytes(response.into_body()).await;
            (status, headers, body.expect("the body ends").to_vec())
        }
    };
    Answer {
        status,
        headers,
        body,
    }
}

/// A browser: it keeps cookies by name and sends them back. Paths and domains are not modelled.
#[derive(Clone, Debug, Default)]
pub struct Visitor {
    pub cookies: BTreeMap<String, String>,
    pub gpc: bool,
}

impl Visitor {
    pub fn new() -> Self {
        Self::default()
    }

    /// A visitor whose browser already holds a cookie.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.cookies.insert(name.to_owned(), value.to_owned());
        self
    }

    /// A request as this browser makes it when a person follows a link.
    pub fn request(&self, method: Method, path: &str) -> TestRequest {
        let mut request = TestRequest::with_uri(path)
            .method(method)
            .insert_header((header::HOST, "news.example"))
            .insert_header((header::ACCEPT, "text/html,*/*;q=0.8"));
        if !self.cookies.is_empty() {
            let pairs: Vec<_> = self
                .cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            request = request.insert_header((header::COOKIE, pairs.join("; ")));
        }
        if self.gpc {
            request = request.insert_header(("Sec-GPC", "1"));
        }
        request
    }

    /// Goes to a page.
    pub async fn get<S, B>(&mut self, app: &S, path: &str) -> Answer
    where
        S: Service<Request, Response = ServiceResponse<B>, Error = Error>,
        B: MessageBody,
    {
        let request = self
            .request(Method::GET, path)
            .insert_header(("Sec-Fetch-Dest", "document"))
            .insert_header(("Sec-Fetch-Site", "same-origin"))
            .insert_header(("Sec-Fetch-User", "?1"));
        let answer = send(app, request).await;
        self.keep(&answer);
        answer
    }

    /// Submits a form of the site to `/privacy/choices`.
    pub async fn choose<S, B>(&mut self, app: &S, form: &[(&str, &str)]) -> Answer
    where
        S: Service<Request, Response = ServiceResponse<B>, Error = Error>,
        B: MessageBody,
    {
        let request = self
            .request(Method::POST, "/privacy/choices")
            .insert_header(("Sec-Fetch-Site", "same-origin"))
            .set_form(form);
        let answer = send(app, request).await;
        self.keep(&answer);
        answer
    }

    /// Sends a form of the site to one of the application's own routes.
    pub async fn post<S, B>(&mut self, app: &S, path: &str) -> Answer
    where
        S: Service<Request, Response = ServiceResponse<B>, Error = Error>,
        B: MessageBody,
    {
        let request = self
            .request(Method::POST, path)
            .insert_header(("Sec-Fetch-Site", "same-origin"));
        let answer = send(app, request).await;
        self.keep(&answer);
        answer
    }

    /// Presses one of the banner's buttons, without the hidden fields.
    pub async fn press<S, B>(&mut self, app: &S, action: &str) -> Answer
    where
        S: Service<Request, Response = ServiceResponse<B>, Error = Error>,
        B: MessageBody,
    {
        self.choose(app, &[("action", action)]).await
    }

    /// Keeps and drops cookies as the answer says.
    pub fn keep(&mut self, answer: &Answer) {
        for header in answer.set_cookies() {
            let pair = header.split(';').next().unwrap_or_default();
            let Some((name, value)) = pair.split_once('=') else {
                continue;
            };
            if removes(&header) {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

/// Visitors who have answered, by what they answered: nothing, no, yes. Their browsers hold no
/// cookie but the library's own.
pub async fn visitors<S, B>(app: &S) -> [Visitor; 3]
where
    S: Service<Request, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody,
{
    let (mut no, mut yes) = (Visitor::new(), Visitor::new());
    assert_eq!(no.press(app, "reject").await.status, 303);
    assert_eq!(yes.press(app, "accept").await.status, 303);
    [Visitor::new(), no, yes]
}

/// An answer with these `Set-Cookie` headers, raw.
pub fn setting<C: AsRef<[u8]>>(cookies: &[C]) -> HttpResponse {
    let mut response = HttpResponse::Ok().body("page");
    for cookie in cookies {
        let value = HeaderValue::from_bytes(cookie.as_ref()).expect("it can be a header");
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}

/// An application that answers every request with one handler.
pub async fn answering<H, A>(
    consent: ConsentMiddleware,
    handler: H,
) -> impl Service<Request, Response = ServiceResponse<impl MessageBody + use<H, A>>, Error = Error>
+ use<H, A>
where
    H: Handler<A>,
    A: FromRequest + 'static,
    H::Output: Responder + 'static,
{
    let handler = web::to(handler);
    test::init_service(App::new().default_service(handler).wrap(consent)).await
}

/// A handler whose every page is this.
pub fn html(page: &str) -> impl Fn() -> Ready<HttpResponse> + Clone + use<> {
    let page = page.to_owned();
    move || {
        let mut response = HttpResponse::Ok();
        let response = response.content_type("text/html; charset=utf-8");
        std::future::ready(response.body(page.clone()))
    }
}

/// An application that answers every request with these `Set-Cookie` headers, raw.
pub async fn site_setting<C: AsRef<[u8]>>(
    consent: ConsentMiddleware,
    cookies: &[C],
) -> impl Service<Request, Response = ServiceResponse<impl MessageBody + use<C>>, Error = Error> + use<C>
{
    let cookies: Vec<Vec<u8>> = cookies
        .iter()
        .map(|cookie| cookie.as_ref().to_vec())
        .collect();
    answering(consent, move || std::future::ready(setting(&cookies))).await
}

thread_local! {
    static LOG: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

struct ThreadLog;

impl log::Log for ThreadLog {
    fn enabled(&self, metadata: &log::Metadata<'_>) -> bool {
        metadata.target().starts_with("actix_consent")
    }

    fn log(&self, record: &log::Record<'_>) {
        if self.enabled(record.metadata()) {
            LOG.with_borrow_mut(|log| log.push(format!("{} {}", record.level(), record.args())));
        }
    }

    fn flush(&self) {}
}

/// Forgets what the library has logged on this thread, and listens from now on.
pub fn listen() {
    // A second call finds the logger of the first.
    let _ = log::set_logger(&ThreadLog);
    log::set_max_level(log::LevelFilter::Trace);
    LOG.take();
}

/// Messages that the library has logged on this thread since [`listen`], with their level first.
pub fn logged() -> Vec<String> {
    LOG.take()
}
