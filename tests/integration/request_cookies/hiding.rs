//! What is hidden, from whom, and until when.

use actix_consent::Consent;
use actix_web::{
    App,
    dev::Service,
    http::{
        Method,
        header::{self, HeaderValue},
    },
    test, web,
};

use super::{bytes, echo, mark, parsed, seen, with_cookies};
use crate::helpers::{Visitor, builder, consent, policy_with, send, visitors};

#[actix_web::test]
async fn gated_cookies_are_hidden_until_they_are_accepted() {
    let app = echo!(consent());
    let [_, no, yes] = visitors(&app).await;
    let sent =
        "id=s; visits=4; basket=1; _ga=x; _ga_P=y; __Host-campaign=z; video_pref=v; display=d";
    assert_eq!(
        with_cookies(&app, "/", &bytes(sent)).await.text(),
        "id=s; basket=1"
    );
    assert_eq!(
        with_cookies(&app, "/parsed", &bytes(sent)).await.text(),
        "id|basket"
    );
    let refusing = format!("{}; {sent}", mark(&no));
    let left = format!("{}; id=s; basket=1", mark(&no));
    assert_eq!(
        with_cookies(&app, "/", &bytes(&refusing)).await.text(),
        left
    );
    let accepting = format!("{}; {sent}", mark(&yes));
    assert_eq!(
        with_cookies(&app, "/", &bytes(&accepting)).await.text(),
        accepting
    );
}

#[actix_web::test]
async fn each_category_is_hidden_by_itself() {
    let app = echo!(consent());
    let mut visitor = Visitor::new();
    visitor
        .choose(&app, &[("action", "save"), ("cat.analytics", "1")])
        .await;
    let line = format!(
        "display=d; visits=4; __Host-campaign=z; id=s; {}",
        mark(&visitor)
    );
    let left = format!("visits=4; id=s; {}", mark(&visitor));
    assert_eq!(with_cookies(&app, "/", &bytes(&line)).await.text(), left);
}

#[actix_web::test]
async fn undeclared_request_cookies_are_left_alone() {
    let app = echo!(consent());
    let line = "basket=1; __utma=2; Visits=3; visits2=4";
    let answer = with_cookies(&app, "/", &bytes(line)).await;
    assert_eq!(answer.text(), line);
    assert_eq!(answer.set_cookies(), [""; 0]);
}

#[actix_web::test]
async fn a_necessary_cookie_survives_the_pattern_of_another_category() {
    let policy = policy_with(
        r#"
[[cookie]]
name = "lab_*"
category = "analytics"
purpose = "One."
duration = "1 day"

[[cookie]]
name = "lab_session"
category = "necessary"
exemption = "user-input"
purpose = "Yours."
duration = "session"
"#,
    );
    let app = echo!(actix_consent::ConsentMiddleware::new(policy, crate::helpers::keys()).unwrap());
    let answer = with_cookies(&app, "/", &bytes("lab_session=1; lab_other=2")).await;
    assert_eq!(answer.text(), "lab_session=1");
    assert!(answer.removes("lab_other") && !answer.removes("lab_session"));
}

#[actix_web::test]
async fn a_signal_hides_what_it_denies() {
    let app = echo!(consent());
    let [_, _, yes] = visitors(&app).await;
    let line = format!("{}; visits=4; __Host-campaign=z; video_pref=v", mark(&yes));
    let request = |gpc| {
        let request = Visitor::new().request(Method::GET, "/");
        request
            .insert_header((header::COOKIE, line.clone()))
            .insert_header(("Sec-GPC", gpc))
    };
    let left = format!("{}; visits=4", mark(&yes));
    assert_eq!(send(&app, request("1")).await.text(), left);
    assert_eq!(send(&app, request("0")).await.text(), line);
}

#[actix_web::test]
async fn hiding_does_not_depend_on_the_method_or_the_kind_of_request() {
    let app = echo!(consent());
    for method in [Method::GET, Method::POST, Method::PUT, Method::DELETE] {
        let request = Visitor::new()
            .with("id", "s")
            .with("visits", "4")
            .request(method, "/");
        let request = request.insert_header(("Sec-Fetch-Dest", "empty"));
        assert_eq!(send(&app, request).await.text(), "id=s");
    }
}

#[actix_web::test]
async fn an_inner_middleware_sees_no_more_than_a_handler() {
    let app = test::init_service(
        App::new()
            .route("/", web::get().to(async || "page"))
            .wrap_fn(|request, service| {
                let visits = request.cookie("visits").is_some();
                let response = service.call(request);
                async move {
                    let mut response = response.await?;
                    let value = HeaderValue::from_static(if visits { "yes" } else { "no" });
                    response.headers_mut().insert(header::SERVER, value);
                    Ok(response)
                }
            })
            .wrap(consent()),
    )
    .await;
    let [nobody, no, yes] = visitors(&app).await;
    for (visitor, sees) in [(nobody, "no"), (no, "no"), (yes, "yes")] {
        let answer = visitor.with("visits", "4").get(&app, "/").await;
        assert_eq!(answer.header("server"), sees);
    }
}

#[actix_web::test]
async fn the_state_of_one_request_does_not_leak_into_the_next() {
    async fn allows(consent: Consent) -> String {
        consent.allows("analytics").to_string()
    }
    // Actix reuses request objects on one connection.
    let app = test::init_service(
        App::new()
            .route("/", web::to(allows))
            .wrap(builder().build().unwrap()),
    )
    .await;
    let [mut nobody, mut no, mut yes] = visitors(&app).await;
    for _ in 0..3 {
        assert_eq!(yes.get(&app, "/").await.text(), "true");
        assert_eq!(nobody.get(&app, "/").await.text(), "false");
        assert_eq!(yes.get(&app, "/").await.text(), "true");
        assert_eq!(no.get(&app, "/").await.text(), "false");
    }
}
