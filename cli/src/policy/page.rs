//! The policy page, as a server answers with it.

use actix_consent::{ConsentMiddleware, Policy, SigningKeys};
use actix_web::{
    App,
    rt::System,
    test::{TestRequest, init_service, try_call_service, try_read_body},
};

/// Where the middleware answers with the page, unless an application says otherwise.
const PATH: &str = "/privacy";

/// Draws the page for a visitor who has not chosen.
///
/// The middleware itself is asked for it, in this process and without a network: only so is it the
/// page that visitors will see, its own cookies included.
pub(super) fn draw(policy: Policy) -> Result<String, String> {
    let consent = ConsentMiddleware::new(policy, SigningKeys::generate())
        .map_err(|error| format!("cannot be served: {error}"))?;
    let page = System::new().block_on(async {
        let app = init_service(App::new().wrap(consent)).await;
        let request = TestRequest::get().uri(PATH).to_request();
        let response = try_call_service(&app, request).await;
        let response = response.map_err(|error| error.to_string())?;
        let status = response.status();
        if !status.is_success() {
            return Err(format!("the answer is {status}"));
        }
        let body = try_read_body(response).await;
        let body = body.map_err(|error| format!("{error:?}"))?;
        String::from_utf8(body.into()).map_err(|error| error.to_string())
    });
    page.map_err(|why: String| format!("cannot be drawn: {why}"))
}
