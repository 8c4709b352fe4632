//! The library's own names, set or removed by the application.

use actix_consent::Undeclared;

use crate::helpers::{COOKIE, NOTE, Visitor, builder, listen, logged, site_setting};

const OWN: [&str; 6] = [
    COOKIE,
    NOTE,
    "consent",
    "consent-note",
    "consent-off-abc",
    "__Host-consent-off-abc",
];

#[actix_web::test]
async fn applications_neither_set_nor_remove_the_librarys_cookies() {
    for undeclared in [Undeclared::Withhold, Undeclared::Report] {
        for name in OWN {
            for rest in [
                "=forged; Path=/; Secure",
                "=; Path=/; Secure; Max-Age=0",
                "=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
                " = forged",
            ] {
                let own = format!("{name}{rest}");
                let gone = "basket=; Max-Age=0";
                let consent = builder().undeclared(undeclared).build().unwrap();
                let app = site_setting(consent, &[&*own, "basket=1", gone, "id=1"]).await;
                // The controls: what else is undeclared, set and removed.
                let expected = match undeclared {
                    Undeclared::Report => vec!["basket=1", gone, "id=1"],
                    _ => vec![gone, "id=1"],
                };
                let answer = Visitor::new().get(&app, "/").await;
                assert_eq!(answer.set_cookies(), expected, "{own}");
            }
        }
    }
}

#[actix_web::test]
async fn a_sign_out_that_deletes_all_cookies_keeps_a_rejection() {
    for undeclared in [Undeclared::Withhold, Undeclared::Report] {
        let consent = builder().undeclared(undeclared).build().unwrap();
        let removals = ["__Host-consent", "id", "visits"].map(|name| {
            format!("{name}=; Path=/; Secure; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT")
        });
        let app = site_setting(consent, &removals).await;
        let mut visitor = Visitor::new().with("id", "1");
        visitor.press(&app, "reject").await;
        visitor.get(&app, "/sign-out").await;
        assert!(visitor.cookies.contains_key(COOKIE));
        assert!(!visitor.cookies.contains_key("id"), "the control");
        assert_eq!(visitor.state(&app).await["status"], "decided");
    }
}

#[actix_web::test]
async fn reports_a_reserved_name_once_without_lines_to_paste() {
    for undeclared in [Undeclared::Withhold, Undeclared::Report] {
        listen();
        let consent = builder().undeclared(undeclared).build().unwrap();
        let cookies = ["__Host-consent=SECRET", "__Host-consent=; Max-Age=0"];
        let app = site_setting(consent, &cookies).await;
        logged();
        for _ in 0..2 {
            assert_eq!(Visitor::new().get(&app, "/").await.set_cookies(), [""; 0]);
        }
        let log = logged();
        assert_eq!(log.len(), 1, "{log:?}");
        assert!(log[0].starts_with("ERROR"), "{log:?}");
        assert!(log[0].contains("`__Host-consent`"), "{log:?}");
        assert!(!log[0].contains("[[cookie]]"), "{log:?}");
        assert!(!log[0].contains("SECRET"), "{log:?}");
        // The control: another name gets its lines.
        let app = site_setting(builder().build().unwrap(), &["basket=1"]).await;
        logged();
        Visitor::new().get(&app, "/").await;
        assert!(logged().concat().contains("[[cookie]]"));
    }
}
