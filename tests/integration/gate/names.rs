//! Whose name a header bears.

use actix_consent::{Consent, Undeclared};
use actix_web::{App, HttpResponse, test, web};

use super::is_gated;
use crate::helpers::{
    Visitor, builder, consent, keys, policy_with, setting, site_setting, visitors,
};

/// Asserts that no declaration names a header: it leaves exactly where undeclared cookies may.
async fn is_undeclared(cookie: impl AsRef<[u8]>) {
    let cookie = cookie.as_ref();
    let shown = String::from_utf8_lossy(cookie);
    let strict = site_setting(consent(), &[cookie]).await;
    let lenient = site_setting(
        builder().undeclared(Undeclared::Report).build().unwrap(),
        &[cookie],
    )
    .await;
    let [nobody, no, yes] = visitors(&strict).await;
    for mut visitor in [nobody, no, yes] {
        assert_eq!(
            visitor.get(&strict, "/").await.set_cookies(),
            [""; 0],
            "{shown}"
        );
        assert_eq!(
            visitor.get(&lenient, "/").await.set_cookie_bytes(),
            [cookie],
            "{shown}"
        );
    }
}

#[actix_web::test]
async fn names_are_judged_as_browsers_read_them() {
    is_gated("visits=1").await;
    is_gated("  visits\t =1").await;
    is_gated("visits=").await;
    is_gated("visits==").await;
    is_gated("visits=a,b=c").await;
    is_gated("visits=\"a;b\"; Path=/").await;
    is_gated(b"visits=\xff").await;
    is_gated(format!("visits={}", "x".repeat(4096 - 6))).await;
    is_gated("__Host-campaign=1; Secure; Path=/").await;
}

#[actix_web::test]
async fn a_name_in_disguise_does_not_pass_as_a_declared_one() {
    for disguised in ["%69d=1", "i%64=1", "%69%64=1", "\u{a0}id=1", "id\u{a0}=1"] {
        is_undeclared(disguised).await;
    }
    // The control: `id` itself is declared.
    let app = site_setting(consent(), &["id=1"]).await;
    assert_eq!(Visitor::new().get(&app, "/").await.set_cookies(), ["id=1"]);
    // In a disguise that is allowed it is still no declared one.
    let app = site_setting(consent(), &["v%69sits=1", "visits=2"]).await;
    let [_, _, mut yes] = visitors(&app).await;
    assert_eq!(yes.get(&app, "/").await.set_cookies(), ["visits=2"]);
}

#[actix_web::test]
async fn what_some_browser_keeps_is_no_removal() {
    const PAST: &str = "Expires=Thu, 01 Jan 1970 00:00:00 GMT";
    for kept in [
        // Chromium reads the sign.
        format!("visits=1; Max-Age=+31536000; {PAST}"),
        format!("visits=1; Max-Age=0; Max-Age=+31536000; {PAST}"),
        // And years of five digits.
        "visits=1; Expires=Sat, 01 Jan 20990 00:00:00 99".to_owned(),
        "visits=1; Expires=31 Mar 12345 03:20:04 99".to_owned(),
        // By the RFC these have the days 73 and 45, so they are no dates.
        "visits=1; Expires=73its 00:00:00 1 Jan 21".to_owned(),
        "visits=1; Expires=00:00:00 45x 1 Jan 1970".to_owned(),
    ] {
        is_gated(&kept).await;
    }
    let plain = format!("visits=1; {PAST}");
    let zone = "visits=1; Expires=Thu, 01 Jan 1970 00:00:00 +0000";
    for removal in [&*plain, zone] {
        let app = site_setting(consent(), &[removal]).await;
        assert_eq!(Visitor::new().get(&app, "/").await.set_cookies(), [removal]);
    }
}

#[actix_web::test]
async fn a_comma_does_not_start_another_cookie() {
    is_gated("visits=1, id=2; Path=/").await;
    is_undeclared("other=1, visits=2").await;
    let app = site_setting(consent(), &["id=1, visits=2; Path=/"]).await;
    let answer = Visitor::new().get(&app, "/").await;
    assert_eq!(answer.set_cookies(), ["id=1, visits=2; Path=/"]);
}

#[actix_web::test]
async fn names_are_judged_under_the_name_that_actix_will_give_them() {
    is_gated("%5Fga=1").await;
    is_gated("%5fg%61=1").await;
    is_gated("v%69sits=1").await;
    is_gated("\u{a0}_ga=1").await;
    is_gated("_ga\u{3000}=1").await;
    is_gated("\u{a0}%5Fga=1").await;
}

#[actix_web::test]
async fn a_name_that_actix_encodes_is_judged_as_the_declared_one() {
    let policy = policy_with(
        r#"
[[cookie]]
name = "cart|1"
category = "necessary"
exemption = "user-input"
purpose = "Yours."
duration = "session"

[[cookie]]
name = "count|1"
category = "analytics"
purpose = "Counts."
duration = "1 day"
"#,
    );
    let encoded = |name| {
        actix_web::cookie::Cookie::new(name, "a")
            .encoded()
            .to_string()
    };
    let consent = actix_consent::ConsentMiddleware::new(policy, keys()).unwrap();
    let app = site_setting(consent, &[encoded("cart|1"), encoded("count|1")]).await;
    let [mut nobody, _, mut yes] = visitors(&app).await;
    assert_eq!(nobody.get(&app, "/").await.set_cookies(), ["cart%7C1=a"]);
    assert_eq!(
        yes.get(&app, "/").await.set_cookies(),
        ["cart%7C1=a", "count%7C1=a"]
    );
}

#[actix_web::test]
async fn names_are_case_sensitive() {
    is_undeclared("Visits=1").await;
    is_undeclared("_GA=1").await;
    is_undeclared("__host-campaign=1; Secure; Path=/").await;
    is_undeclared("ID=1").await;
}

#[actix_web::test]
async fn a_part_of_a_declared_name_is_not_the_name() {
    for cookie in [
        "visit=1",
        "visits2=1",
        "my_visits=1",
        "vis its=1",
        "_g=1",
        "_gat=1",
        "__ga=1",
        "i=1",
        "idx=1",
    ] {
        is_undeclared(cookie).await;
    }
}

#[actix_web::test]
async fn a_pattern_matches_what_starts_like_it() {
    is_gated("_ga_X1=1").await;
    is_gated("_ga_X1_Y=1").await;
    is_undeclared("_GA_X1=1").await;
    is_undeclared("x_ga_X1=1").await;
}

#[actix_web::test]
async fn the_most_specific_declaration_wins() {
    let policy = policy_with(
        r#"
[[cookie]]
name = "lab_*"
category = "marketing"
purpose = "One."
duration = "1 day"

[[cookie]]
name = "lab_a_*"
category = "analytics"
purpose = "Two."
duration = "1 day"

[[cookie]]
name = "lab_a_b"
category = "preferences"
purpose = "Three."
duration = "1 day"

[[cookie]]
name = "lab_a_c"
category = "necessary"
exemption = "user-input"
purpose = "Four."
duration = "session"
"#,
    );
    let consent = actix_consent::ConsentMiddleware::new(policy, keys()).unwrap();
    let all = [
        "lab_x=1",
        "lab_a_x=1",
        "lab_a_b=1",
        "lab_a_c=1",
        "lab_a_bc=1",
    ];
    let app = site_setting(consent, &all).await;
    for (category, passing) in [
        ("none", vec!["lab_a_c=1"]),
        ("marketing", vec!["lab_x=1", "lab_a_c=1"]),
        ("analytics", vec!["lab_a_x=1", "lab_a_c=1", "lab_a_bc=1"]),
        ("preferences", vec!["lab_a_b=1", "lab_a_c=1"]),
    ] {
        let mut visitor = Visitor::new();
        let field = format!("cat.{category}");
        visitor
            .choose(&app, &[("action", "save"), (&field, "1")])
            .await;
        assert_eq!(
            visitor.get(&app, "/").await.set_cookies(),
            passing,
            "{category}"
        );
    }
}

#[actix_web::test]
async fn a_no_to_a_service_beats_a_yes_to_its_category() {
    async fn choose(consent: Consent) -> Result<HttpResponse, actix_consent::AcceptError> {
        consent.accept(["marketing"]).await?;
        consent.withdraw(["example-video"]);
        Ok(HttpResponse::Ok().finish())
    }
    let cookies = [
        "video_pref=1; Secure; Partitioned",
        "__Host-campaign=1; Secure; Path=/",
    ];
    let app = test::init_service(
        App::new()
            .route("/choose", web::post().to(choose))
            .route(
                "/",
                web::get().to(move || std::future::ready(setting(&cookies))),
            )
            .wrap(consent()),
    )
    .await;
    let mut visitor = Visitor::new();
    assert_eq!(visitor.post(&app, "/choose").await.status, 200);
    assert_eq!(visitor.get(&app, "/").await.set_cookies(), cookies[1..]);
    visitor.press(&app, "accept").await;
    assert_eq!(visitor.get(&app, "/").await.set_cookies(), cookies);
}

#[actix_web::test]
async fn a_nameless_cookie_is_withheld() {
    for cookie in ["=1; Path=/", "value; Path=/", "; Path=/", ""] {
        let app = site_setting(consent(), &[cookie, "id=1"]).await;
        let answer = Visitor::new().get(&app, "/").await;
        assert_eq!(answer.set_cookies(), ["id=1"], "{cookie}");
    }
}

#[actix_web::test]
async fn a_nameless_cookie_cannot_carry_a_gated_one() {
    // A browser sends it back as `visits=1`, so it is one wherever undeclared cookies may leave.
    for cookie in ["=visits=1", " = _ga=1; Path=/"] {
        let lenient = builder().undeclared(Undeclared::Report).build().unwrap();
        let app = site_setting(lenient, &[cookie, "basket=1"]).await;
        let [nobody, no, _] = visitors(&app).await;
        for mut visitor in [nobody, no] {
            assert_eq!(
                visitor.get(&app, "/").await.set_cookies(),
                ["basket=1"],
                "{cookie}"
            );
        }
    }
}
