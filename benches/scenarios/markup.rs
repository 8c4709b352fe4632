//! Scenarios of the markup gate: the same application bare, wrapped, and wrapped with the gate.

use std::{fmt::Write as _, sync::LazyLock};

use actix_consent::{
    ConsentBuilder, ConsentMiddleware, Policy, SigningKey, SigningKeys, markup::Markup,
};
use actix_http::Request;
use actix_web::{
    App, Error, HttpResponse,
    body::{BodyStream, MessageBody},
    dev::{Service, ServiceResponse},
    test,
    web::{self, Bytes},
};
use lol_html::{HtmlRewriter, Settings, element};

/// Contents of a page of 20 KB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Page {
    /// Nothing gated.
    Plain,
    /// Nothing gated, and character references that the prefilter does not know to be harmless.
    Lettered,
    /// Ten elements of the dialect.
    Ten,
}

impl Page {
    fn path(self) -> &'static str {
        match self {
            Self::Plain => "/plain",
            Self::Lettered => "/lettered",
            Self::Ten => "/ten",
        }
    }

    pub(crate) fn html(self) -> &'static str {
        static PLAIN: LazyLock<String> = LazyLock::new(|| page("&amp; why", ""));
        static LETTERED: LazyLock<String> = LazyLock::new(|| page("caf&eacute;", ""));
        static TEN: LazyLock<String> = LazyLock::new(|| {
            page(
                "&amp; why",
                "<img data-category=\"marketing\" data-src=\"https://pixels.example/p.gif\" width=\"1\" height=\"1\">",
            )
        });
        match self {
            Self::Plain => &PLAIN,
            Self::Lettered => &LETTERED,
            Self::Ten => &TEN,
        }
    }
}

/// A typical page: a head, and paragraphs with links and images.
fn page(word: &str, gated: &str) -> String {
    let mut html = String::from(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Report</title>\
         <link rel=\"stylesheet\" href=\"/assets/site.css?v=3\"><script src=\"/assets/site.js\" \
         defer></script></head><body class=\"page\"><nav><a href=\"/\">Home</a> \
         <a href=\"/privacy/choices\">Cookie settings</a></nav>\n",
    );
    let mut at = 0;
    while html.len() < 20_000 {
        at += 1;
        let _ = writeln!(
            html,
            "<p class=\"text-body\">Twenty kilobytes of an article, {word}. See \
             <a href=\"https://www.other.example/reports/{at}?page=2&amp;of=9\">the report</a>, \
             which has more to say about it than fits in here.</p>"
        );
        if at % 9 == 0 && at <= 90 {
            html.push_str(gated);
        }
        if at % 5 == 0 {
            let _ = writeln!(
                html,
                "<figure><img src=\"/pictures/{at}.webp\" alt=\"\" width=\"640\" height=\"480\">\
                 <figcaption>A picture.</figcaption></figure>"
            );
        }
    }
    html + "</body></html>"
}

fn builder(embeds: bool) -> ConsentBuilder {
    let more = r#"
        [[service]]
        id = "video"
        category = "marketing"
        provider = "Example Video"
        [[embed]]
        service = "video"
        frame = ["https://www.video.example"]
        img = ["https://*.pixels.example"]
    "#;
    let more = if embeds { more } else { "" };
    let policy = Policy::parse(&format!("{}{more}", super::POLICY)).expect("it is valid");
    let key = SigningKey::from_bytes(&[7; 64]).expect("64 bytes are enough");
    let keys = SigningKeys::new([key]).expect("one key is enough");
    ConsentMiddleware::builder(policy, keys)
}

/// The middleware, with the gate or without it.
pub(crate) fn middleware(embeds: bool, gated: bool) -> ConsentMiddleware {
    let builder = match gated {
        true => builder(embeds).markup(Markup::new()),
        false => builder(embeds),
    };
    builder.build().expect("the settings can be used")
}

async fn answer(page: Page) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .body(page.html())
}

fn app() -> App<
    impl actix_web::dev::ServiceFactory<
        actix_web::dev::ServiceRequest,
        Config = (),
        Response = ServiceResponse,
        Error = Error,
        InitError = (),
    >,
> {
    App::new()
        .route("/plain", web::get().to(|| answer(Page::Plain)))
        .route("/lettered", web::get().to(|| answer(Page::Lettered)))
        .route("/ten", web::get().to(|| answer(Page::Ten)))
        .route("/stream", web::get().to(stream))
}

/// Number of chunks of 16 KB in a stream.
const PIECES: usize = 640;

/// A stream of ten megabytes.
async fn stream() -> HttpResponse {
    let piece = Bytes::from_static(&Page::Ten.html().as_bytes()[300..300 + 16 * 1024]);
    let pieces = (0..PIECES).map(move |_| Ok::<_, Error>(piece.clone()));
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .body(BodyStream::new(futures_util::stream::iter(pieces)))
}

pub(crate) async fn bare()
-> impl Service<Request, Response = ServiceResponse<impl MessageBody>, Error = Error> {
    test::init_service(app()).await
}

pub(crate) async fn wrapped(
    embeds: bool,
    gated: bool,
) -> impl Service<Request, Response = ServiceResponse<impl MessageBody>, Error = Error> {
    test::init_service(app().wrap(middleware(embeds, gated))).await
}

pub(crate) fn request(page: Page, cookies: &str) -> Request {
    super::request_to(page.path(), Some(cookies))
}

/// Peak memory growth in KB while a stream of 10 MB passes the gate, and the number of bytes sent.
pub(crate) async fn memory_of_a_stream() -> Option<(u64, usize)> {
    let app = wrapped(true, true).await;
    let cookies = super::chosen(&app, "accept").await;
    let status = || std::fs::read_to_string("/proc/self/status").ok();
    let line = |name: &str| {
        let status = status()?;
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.trim().trim_end_matches(" kB").parse::<u64>().ok()
    };
    let before = line("VmRSS:")?;
    // Forgets the largest so far.
    std::fs::write("/proc/self/clear_refs", "5").ok()?;
    let request = super::request_to("/stream", Some(&cookies));
    let response = app.call(request).await.expect("the application answers");
    let mut body = std::pin::pin!(response.into_body());
    let mut left = 0;
    while let Some(piece) = std::future::poll_fn(|context| body.as_mut().poll_next(context)).await {
        left += piece.ok().expect("the stream goes on").len();
    }
    Some((line("VmHWM:")?.saturating_sub(before), left))
}

/// The selectors of the gate for a page that it has not seen before.
const SELECTORS: &str = "script, iframe, img, link, template, video, audio, source, track, embed, \
     object, input, base, frame, image, use, feimage, bgsound, set, animate, model, portal, meta, \
     a[ping], a[attributionsrc], area[ping], area[attributionsrc], col[background], \
     colgroup[background], body[background], table[background], thead[background], \
     tbody[background], tfoot[background], tr[background], th[background], td[background], form, \
     noscript";

/// `lol_html` alone, with the same selectors and empty handlers.
pub(crate) fn lol_html_alone(page: &str) -> usize {
    let mut left = Vec::new();
    let settings = Settings::new()
        .with_strict(true)
        .append_element_content_handler(element!(SELECTORS, |_| Ok(())));
    let sink = |piece: &[u8]| left.extend_from_slice(piece);
    let mut rewriter = HtmlRewriter::new(settings, sink);
    rewriter.write(page.as_bytes()).expect("it can be read");
    rewriter.end().expect("it can be read");
    left.len()
}
