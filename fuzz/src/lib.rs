//! Shared parts of the targets: a site that is called in process, and header lines from a fuzzer.

pub mod browser;
pub mod page;

use actix_consent::{ConsentMiddleware, Policy, SigningKey, SigningKeys};
use actix_web::{
    App, FromRequest, Handler, HttpResponse, Responder, dev::Service, http::header::HeaderValue,
    rt::System, test, test::TestRequest, web,
};
use arbitrary::{Arbitrary, Unstructured};

/// Serves a request, and returns the response as a browser gets it.
pub type Site = &'static dyn Fn(TestRequest) -> HttpResponse;

/// A site with the policy of the tests and the defaults of the middleware. It and its runtime live
/// as long as the process.
pub fn site<F, Args>(handler: F) -> Site
where
    F: Handler<Args, Output: Responder>,
    Args: FromRequest + 'static,
{
    let policy = Policy::parse(include_str!("../../tests/integration/consent.toml"));
    let keys = SigningKeys::new([SigningKey::from_bytes(&[7; 64]).expect("long enough")]);
    let consent = ConsentMiddleware::new(policy.expect("valid"), keys.expect("one is enough"));
    let app = App::new()
        .default_service(web::to(handler))
        .wrap(consent.expect("the defaults can be used"));
    let system = System::new();
    let app = system.block_on(test::init_service(app));
    Box::leak(Box::new(move |request: TestRequest| {
        match system.block_on(app.call(request.to_request())) {
            Ok(response) => response.into_parts().1.map_into_boxed_body(),
            Err(error) => error.error_response(),
        }
    }))
}

/// Replaces control bytes by words, so that the fuzzer reaches the relevant inputs in few steps.
pub fn spell(bytes: &[u8], words: &[&str; 32]) -> Vec<u8> {
    let spelled = bytes
        .iter()
        .map(|byte| match words.get(usize::from(*byte)) {
            Some(word) => word.as_bytes(),
            None => std::slice::from_ref(byte),
        });
    spelled.collect::<Vec<_>>().concat()
}

/// Words for which control bytes stand in [`Lines`]. Headers cannot contain control bytes.
#[rustfmt::skip]
const WORDS: [&str; 32] = [
    "visits", "_ga", "_ga_X", "display", "video_pref", "__Host-campaign", "id", "%5Fga",
    "vi%73its", "\t", "\n", "\u{a0}", "%20", "%", "__Host-consent", "__Host-consent-note",
    "=1", "; ", "; Max-Age=0", "; Max-Age=", "; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
    "; Expires=", " 00:00:00 ", " 1 Jan ", "1970", "2099", "; Path=/", "; Domain=news.example",
    "; Secure", "; Partitioned", "consent", "unknown",
];

/// Arbitrary values of a header, one on each line.
#[derive(Debug)]
pub struct Lines(pub Vec<HeaderValue>);

impl<'a> Arbitrary<'a> for Lines {
    fn arbitrary(input: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
        let text = spell(input.bytes(input.len())?, &WORDS);
        let lines = text.split(|byte| *byte == b'\n');
        Ok(Self(lines.flat_map(HeaderValue::from_bytes).collect()))
    }
}
