//! Signals, and visitors who are known to be minors.

use actix_web::http::Method;

use crate::helpers::{Visitor, builder, consent, send, site_setting, visitors};

#[actix_web::test]
async fn the_global_privacy_control_denies_marketing_at_once() {
    let cookies = [
        "visits=1",
        "__Host-campaign=1; Secure; Path=/",
        "video_pref=1",
    ];
    let app = site_setting(consent(), &cookies).await;
    let [_, _, yes] = visitors(&app).await;
    let with = |values: &[&str]| {
        let request = yes.request(Method::GET, "/");
        values.iter().fold(request, |request, value| {
            request.append_header(("Sec-GPC", *value))
        })
    };
    for values in [&["1"][..], &["0", "1"], &["1", "0"], &["", "1"]] {
        let answer = send(&app, with(values)).await;
        assert_eq!(answer.set_cookies(), ["visits=1"], "{values:?}");
    }
    for values in [&[][..], &["0"], &["true"], &["11"], &[""], &["?1"]] {
        let answer = send(&app, with(values)).await;
        assert_eq!(answer.set_cookies(), cookies, "{values:?}");
    }
}

#[actix_web::test]
async fn the_global_privacy_control_grants_nothing() {
    let app = site_setting(consent(), &["visits=1", "id=1"]).await;
    let mut visitor = Visitor::new();
    visitor.gpc = true;
    assert_eq!(visitor.get(&app, "/").await.set_cookies(), ["id=1"]);
    visitor.press(&app, "accept").await;
    assert_eq!(
        visitor.get(&app, "/").await.set_cookies(),
        ["visits=1", "id=1"]
    );
}

#[actix_web::test]
async fn nothing_optional_leaves_for_a_minor() {
    let minor = |head: &actix_web::dev::RequestHead| head.headers.contains_key("x-minor");
    let app = site_setting(
        builder().is_minor(minor).build().unwrap(),
        &["visits=1", "id=1"],
    )
    .await;
    let [_, _, yes] = visitors(&app).await;
    let answer = send(
        &app,
        yes.request(Method::GET, "/")
            .insert_header(("x-minor", "1")),
    )
    .await;
    assert_eq!(answer.set_cookies(), ["id=1"]);
    let answer = send(&app, yes.request(Method::GET, "/")).await;
    assert_eq!(answer.set_cookies(), ["visits=1", "id=1"]);
}
