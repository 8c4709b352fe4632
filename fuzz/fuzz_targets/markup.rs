//! Any page yields the same output or an error, wherever its chunks are cut. A page without gated
//! content is not changed. Before consent, no address of a gated service is where a browser would
//! fetch it.

#![no_main]

use std::cell::RefCell;

use actix_consent::{ConsentMiddleware, Policy, SigningKey, SigningKeys, markup::Markup};
use actix_consent_fuzz::page::hosts;
use actix_web::{
    App, Error, HttpResponse,
    body::{self, BodyStream, MessageBody},
    dev::Service,
    http::header,
    rt::System,
    test::{self, TestRequest},
    web::{self, Bytes},
};
use arbitrary::{Arbitrary, Unstructured};
use libfuzzer_sys::fuzz_target;

/// A page, its cuts, and the answer of the visitor: rejected, accepted something else, or accepted
/// everything.
#[derive(Debug)]
struct Input {
    page: Vec<u8>,
    cuts: Vec<usize>,
    visitor: usize,
}

/// Words for which control bytes and bytes that are never in UTF-8 stand.
#[rustfmt::skip]
const WORDS: [&str; 96] = [
    "//video.example/xq1", "<img src=//video.example/xq1>", "<script src=//video.example/xq1>",
    "<iframe src=//video.example/xq1>", "<style><a title=\"</style>", "<title><a title=\"</title>",
    "<![CDATA[", "]]>", "<!--", "\n", "-->", "--!>", "<!-->", "\r", "<style>", "</style>",
    "<script>", "</script>", "<title>", "</title>", "<textarea>", "</textarea>", "<xmp>", "</xmp>",
    "<iframe ", "</iframe>", "<noscript>", "</noscript>", "<template>", "</template>",
    "<template data-category=marketing>", "<template data-category=analytics>", // 32
    "<svg>", "</svg>", "<svg/>", "<math>", "</math>", "<mi>", "</mi>", "<mo>", "</mo>", "<mtext>",
    "</mtext>", "<mglyph>", "<malignmark>", "<annotation-xml encoding=text/html>",
    "</annotation-xml>", "<desc>", "</desc>", "<foreignObject>", "</foreignObject>", "<select>",
    "</select>", "<option>", "<table>", "</table>", "<tr><td>", "<p>", "</p>", "<div>", "</div>",
    "<b>", "</b>", "<form>", // 64
    "</form>", "<frameset>", "<noframes>", "</noframes>", "<plaintext>", "<body>", "</body>",
    "<head>", "</head>", "</html>", "<video ", "</video>", "<object ", "</object>", "<image ",
    "<base href=", " data-category=marketing ", " data-category=analytics ",
    " data-service=example-video ", " srcdoc='", " srcset='", " src=", " href=", " data=",
    "https:", "http:", "//v&shy;ideo.example/xq1", "&amp;", "&#x2f;", "%76ideo.example/xq1",
    "<input ", "<link rel=preload ", // 96
];

impl<'a> Arbitrary<'a> for Input {
    fn arbitrary(input: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
        let visitor = input.int_in_range(0..=2)?;
        let cuts = input.arbitrary::<[u16; 4]>()?;
        let mut page = Vec::new();
        for byte in input.bytes(input.len())? {
            match byte {
                0..32 => page.extend(WORDS[usize::from(*byte)].as_bytes()),
                0x80..0xc0 => page.extend(WORDS[usize::from(*byte) - 0x60].as_bytes()),
                byte if byte.is_ascii() => page.push(*byte),
                byte => page.extend(char::from(*byte).to_string().as_bytes()),
            }
        }
        let mut cuts: Vec<usize> = cuts
            .iter()
            .map(|cut| usize::from(*cut) % (page.len() + 1))
            .collect();
        cuts.sort_unstable();
        Ok(Self {
            page,
            cuts,
            visitor,
        })
    }
}

thread_local! {
    static PAGE: RefCell<(Vec<Vec<u8>>, bool)> = const { RefCell::new((Vec::new(), false)) };
}

/// Output of a page for a visitor with these cookies; `None` if the response is an error.
type Site = Box<dyn Fn(&str, Vec<Vec<u8>>, bool) -> Option<Bytes>>;

async fn answer() -> HttpResponse {
    let (pieces, whole) = PAGE.take();
    let mut response = HttpResponse::Ok();
    response.content_type("text/html; charset=utf-8");
    match whole {
        true => response.body(pieces.concat()),
        false => {
            let pieces = pieces.into_iter().map(|piece| Ok::<_, Error>(piece.into()));
            response.body(BodyStream::new(futures_util::stream::iter(pieces)))
        }
    }
}

fn policy() -> Policy {
    let more = r#"
        [[embed]]
        service = "example-video"
        frame = ["https://video.example"]
    "#;
    let text = include_str!("../../tests/integration/consent.toml");
    Policy::parse(&format!("{text}{more}")).expect("valid")
}

/// The site, and the cookies of visitors who have answered.
fn site() -> (Site, [String; 3]) {
    let key = SigningKey::from_bytes(&[7; 64]).expect("long enough");
    let keys = SigningKeys::new([key]).expect("one is enough");
    let consent = ConsentMiddleware::builder(policy(), keys)
        .markup(Markup::new().banner(false).settings_link(false))
        .build()
        .expect("the settings can be used");
    let app = App::new().default_service(web::to(answer)).wrap(consent);
    let system = System::new();
    let app = system.block_on(test::init_service(app));
    let cookies = [
        ("action", "reject"),
        ("cat.analytics", "1"),
        ("action", "accept"),
    ]
    .map(|choice| {
        let form = match choice.0 {
            "action" => vec![choice],
            _ => vec![("action", "save"), choice],
        };
        let request = TestRequest::post()
            .uri("/privacy/choices")
            .insert_header((header::HOST, "news.example"))
            .insert_header(("Sec-Fetch-Site", "same-origin"))
            .set_form(form);
        let response = system
            .block_on(app.call(request.to_request()))
            .expect("it is stored");
        let cookies = response.headers().get_all(header::SET_COOKIE);
        let pairs: Vec<_> = cookies
            .filter_map(|value| value.to_str().ok()?.split(';').next())
            .collect();
        let choice = pairs
            .iter()
            .find(|pair| pair.starts_with("__Host-consent="));
        (*choice.expect("the choice is in a cookie")).to_owned()
    });
    let site: Site = Box::new(move |cookie, pieces, whole| {
        PAGE.set((pieces, whole));
        let request = TestRequest::get()
            .uri("/report")
            .insert_header((header::HOST, "news.example"))
            .insert_header((header::ACCEPT, "text/html"))
            .insert_header(("Sec-Fetch-Dest", "document"))
            .insert_header((header::COOKIE, cookie));
        let response = system
            .block_on(app.call(request.to_request()))
            .expect("it is answered");
        if response.status() != 200 {
            return None;
        }
        system
            .block_on(body::to_bytes(response.into_body().boxed()))
            .ok()
    });
    (site, cookies)
}

/// Returns whether no parser can find anything gated in the page.
fn holds_nothing(page: &[u8]) -> bool {
    let text = String::from_utf8_lossy(page).to_ascii_lowercase();
    ![
        "data-",
        "video.example",
        "deo.example",
        "srcdoc",
        "noscript",
        "&",
        "%",
    ]
    .iter()
    .any(|word| text.contains(word))
}

/// Returns whether parsers may differ: newer ones allow any content in `<select>`.
fn is_disputed(page: &[u8]) -> bool {
    String::from_utf8_lossy(page)
        .to_ascii_lowercase()
        .contains("<select")
}

thread_local! {
    /// The site and its runtime, which live as long as the process.
    static SITE: &'static (Site, [String; 3]) = Box::leak(Box::new(site()));
}

fuzz_target!(|input: Input| {
    SITE.with(|(site, cookies)| {
        let cookie = &cookies[input.visitor];
        let page = &input.page;
        let whole = site(cookie, vec![page.clone()], true);
        let one = site(cookie, vec![page.clone()], false);
        let mut pieces = Vec::new();
        let mut at = 0;
        for cut in input.cuts.iter().copied().chain([page.len()]) {
            pieces.push(page[at..cut].to_vec());
            at = cut;
        }
        let cut = site(cookie, pieces, false);
        assert_eq!(one.is_some(), cut.is_some(), "cut, it is judged otherwise");
        assert_eq!(one, cut, "cut, something else leaves");
        if holds_nothing(page) {
            for left in [&whole, &one].into_iter().flatten() {
                assert_eq!(left, page, "nothing is gated, and something has changed");
            }
        }
        if input.visitor == 2 || is_disputed(page) {
            return;
        }
        for left in [&whole, &one].into_iter().flatten() {
            for scripting in [true, false] {
                let found = hosts(left, scripting);
                let leaks = found.iter().find(|host| *host == "video.example");
                assert_eq!(leaks, None, "{}", String::from_utf8_lossy(left));
            }
        }
    });
});
