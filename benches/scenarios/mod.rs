//! Scenarios: the same application bare and wrapped, and the requests of a visitor.

pub(crate) mod markup;

use actix_consent::{Consent, ConsentMiddleware, Policy, SigningKey, SigningKeys};
use actix_http::Request;
use actix_web::{
    App, Error, HttpResponse,
    body::{self, MessageBody},
    cookie::Cookie,
    dev::{Service, ServiceResponse},
    http::header,
    test, web,
};

const POLICY: &str = include_str!("consent.toml");

/// A request, and the state of its visitor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scenario {
    /// An asset, by a visitor who has chosen. No cookie is set or filtered.
    Asset,
    /// A JSON handler, by a visitor who has chosen.
    Json,
    /// A page of 20 KB before a choice: it shows the banner and sets two gated cookies.
    Undecided,
    /// The same page after accepting: both cookies pass, and are in the request.
    Accepted,
    /// The same page after rejecting, with five rejected cookies in the request.
    Rejected,
}

impl Scenario {
    pub(crate) const ALL: [Self; 5] = [
        Self::Asset,
        Self::Json,
        Self::Undecided,
        Self::Accepted,
        Self::Rejected,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Asset => "asset, settled",
            Self::Json => "JSON, settled",
            Self::Undecided => "page, before a choice",
            Self::Accepted => "page, after accepting",
            Self::Rejected => "page, after rejecting, five to expire",
        }
    }

    fn path(self) -> &'static str {
        match self {
            Self::Asset => "/asset",
            Self::Json => "/json",
            _ => "/page",
        }
    }
}

/// The middleware of the benches.
pub(crate) fn middleware() -> ConsentMiddleware {
    let policy = Policy::parse(POLICY).expect("the policy of the benches is valid");
    let key = SigningKey::from_bytes(&[7; 64]).expect("64 bytes are enough");
    ConsentMiddleware::new(policy, SigningKeys::new([key]).expect("one key is enough"))
        .expect("the defaults can be used")
}

fn article() -> &'static str {
    static ARTICLE: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    ARTICLE.get_or_init(|| "<p>Twenty kilobytes of an article.</p>".repeat(20_000 / 38))
}

async fn asset() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/css")
        .body("a{color:red}")
}

async fn json() -> HttpResponse {
    HttpResponse::Ok().json([1, 2, 3])
}

fn cookies(mut page: actix_web::HttpResponseBuilder) -> actix_web::HttpResponseBuilder {
    page.content_type("text/html; charset=utf-8")
        .cookie(Cookie::new("visits", "1"))
        .cookie(Cookie::new("display", "large"));
    page
}

async fn bare_page() -> HttpResponse {
    cookies(HttpResponse::Ok()).body(["<body>", article()].concat())
}

async fn page(consent: Consent) -> HttpResponse {
    let banner = consent.banner();
    cookies(HttpResponse::Ok()).body(["<body>", banner.as_str(), article()].concat())
}

/// The bare application.
pub(crate) async fn bare()
-> impl Service<Request, Response = ServiceResponse<impl MessageBody>, Error = Error> {
    let app = App::new()
        .route("/asset", web::get().to(asset))
        .route("/json", web::get().to(json))
        .route("/page", web::get().to(bare_page));
    test::init_service(app).await
}

/// The wrapped application.
pub(crate) async fn wrapped()
-> impl Service<Request, Response = ServiceResponse<impl MessageBody>, Error = Error> {
    let app = App::new()
        .route("/asset", web::get().to(asset))
        .route("/json", web::get().to(json))
        .route("/page", web::get().to(page))
        .wrap(middleware());
    test::init_service(app).await
}

/// The consent cookie of a visitor who has posted a choice.
pub(crate) async fn chosen<B>(
    app: &impl Service<Request, Response = ServiceResponse<B>, Error = Error>,
    action: &str,
) -> String {
    let request = test::TestRequest::post()
        .uri("/privacy/choices")
        .insert_header(("Sec-Fetch-Site", "same-origin"))
        .set_form([("action", action)])
        .to_request();
    let response = app.call(request).await.expect("the choice is stored");
    response
        .headers()
        .get_all(header::SET_COOKIE)
        .filter_map(|value| value.to_str().ok()?.split(';').next())
        .find(|pair| pair.starts_with("__Host-consent="))
        .expect("the choice is in a cookie")
        .to_owned()
}

/// Cookies in the visitor's browser.
pub(crate) async fn cookie_header(scenario: Scenario) -> Option<String> {
    let action = match scenario {
        Scenario::Undecided => return None,
        Scenario::Rejected => "reject",
        _ => "accept",
    };
    let choice = chosen(&wrapped().await, action).await;
    Some(match scenario {
        Scenario::Accepted => format!("{choice}; visits=1; display=large"),
        Scenario::Rejected => {
            format!("{choice}; visits=1; display=large; _ga=1; _ga_A=1; campaign=x")
        }
        _ => choice,
    })
}

/// A request of the scenario, as a browser sends it.
pub(crate) fn request(scenario: Scenario, cookies: Option<&str>) -> Request {
    request_to(scenario.path(), cookies)
}

pub(crate) fn request_to(path: &str, cookies: Option<&str>) -> Request {
    let mut request = test::TestRequest::with_uri(path)
        .insert_header((header::HOST, "news.example"))
        .insert_header((header::ACCEPT, "text/html,application/xhtml+xml,*/*;q=0.8"))
        .insert_header((header::ACCEPT_ENCODING, "gzip, deflate, br"))
        .insert_header((header::ACCEPT_LANGUAGE, "en"))
        .insert_header((header::USER_AGENT, "Mozilla/5.0 (X11; Linux x86_64)"))
        .insert_header(("Sec-Fetch-Dest", "document"))
        .insert_header(("Sec-Fetch-Site", "none"));
    if let Some(cookies) = cookies {
        request = request.insert_header((header::COOKIE, cookies));
    }
    request.to_request()
}

/// Serves one request, and reads the response body.
pub(crate) async fn answer<B: MessageBody>(
    app: &impl Service<Request, Response = ServiceResponse<B>, Error = Error>,
    request: Request,
) -> usize {
    let response = app.call(request).await.expect("the application answers");
    let body = body::to_bytes(response.into_body()).await;
    body.map_or(0, |body| body.len())
}
