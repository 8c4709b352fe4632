//! What arrives: which request cookies an application can see.

mod hiding;
mod lines;
mod many;
mod names;
mod property;
mod strictest;

use actix_web::{
    HttpRequest, HttpResponse,
    body::MessageBody,
    dev::{Service, ServiceResponse},
    http::{
        Method,
        header::{self, HeaderValue},
    },
};

use crate::helpers::{Answer, Visitor, send};

/// Answers with the `Cookie` header as it reaches a handler, one a line.
async fn seen(request: HttpRequest) -> HttpResponse {
    let lines: Vec<_> = request
        .headers()
        .get_all(header::COOKIE)
        .map(|line| line.as_bytes())
        .collect();
    HttpResponse::Ok().body(lines.join(&b"\n"[..]))
}

/// Answers with the names of the cookies that actix parses.
async fn parsed(request: HttpRequest) -> HttpResponse {
    let Ok(cookies) = request.cookies() else {
        return HttpResponse::Ok().body("unreadable");
    };
    let names: Vec<_> = cookies
        .iter()
        .map(|cookie| cookie.name().to_owned())
        .collect();
    HttpResponse::Ok().body(names.join("|"))
}

macro_rules! echo {
    ($consent:expr) => {
        test::init_service(
            App::new()
                .route("/parsed", web::to(parsed))
                .default_service(web::to(seen))
                .wrap($consent),
        )
        .await
    };
}
use echo;

/// Sends these `Cookie` headers and no others.
async fn with_cookies<S, B>(app: &S, path: &str, lines: &[&[u8]]) -> Answer
where
    S: Service<actix_http::Request, Response = ServiceResponse<B>, Error = actix_web::Error>,
    B: MessageBody,
{
    let mut request = Visitor::new().request(Method::GET, path);
    for line in lines {
        request = request.append_header((header::COOKIE, HeaderValue::from_bytes(line).unwrap()));
    }
    send(app, request).await
}

/// The pair by which a visitor who accepted everything is known.
fn mark(visitor: &Visitor) -> String {
    format!("__Host-consent={}", visitor.cookies["__Host-consent"])
}

fn bytes(text: &str) -> Vec<&[u8]> {
    vec![text.as_bytes()]
}
