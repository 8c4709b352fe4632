//! With actix-session: what is put into a necessary cookie need not be necessary.

use actix_consent::Consent;
use actix_session::{Session, SessionMiddleware, storage::CookieSessionStore};
use actix_web::{App, HttpResponse, cookie::Key, test, web};

use crate::helpers::{Visitor, consent, session, visitors};

/// Counts articles, as analytics and as a reading list.
async fn read(consent: Consent, session: Session) -> actix_web::Result<HttpResponse> {
    let list: u32 = session.get("list")?.unwrap_or(0) + 1;
    session.insert("list", list)?;
    let mut counted = None;
    if let Some(analytics) = consent.session(&session, "analytics") {
        let read: u32 = analytics.get("read")?.unwrap_or(0) + 1;
        analytics.insert("read", read)?;
        counted = Some(read);
    }
    Ok(HttpResponse::Ok().body(format!("{list} {counted:?}")))
}

/// The whole session, as text.
async fn dump(session: Session) -> String {
    let mut entries: Vec<_> = session
        .entries()
        .iter()
        .map(|(key, value)| format!("{key}={value:?}"))
        .collect();
    entries.sort();
    entries.join(" ")
}

macro_rules! app {
    () => {
        test::init_service(
            App::new()
                .route("/read", web::get().to(read))
                .route("/dump", web::get().to(dump))
                .route(
                    "/withdraw-and-ask",
                    web::post().to(async |consent: Consent, session: Session| {
                        consent.withdraw(["analytics"]);
                        consent.session(&session, "analytics").is_some().to_string()
                    }),
                )
                .route(
                    "/clear",
                    web::post().to(async |consent: Consent, session: Session| {
                        let analytics = consent.session(&session, "analytics").unwrap();
                        analytics.insert("other", 5)?;
                        analytics.remove("read");
                        let read: Option<u32> = analytics.get("read")?;
                        let other: Option<u32> = analytics.get("other")?;
                        Ok::<_, actix_web::Error>(format!("{read:?} {other:?}"))
                    }),
                )
                .route(
                    "/both",
                    web::get().to(async |consent: Consent, session: Session| {
                        for unit in ["analytics", "marketing", "preferences"] {
                            if let Some(part) = consent.session(&session, unit) {
                                part.insert("seen", unit)?;
                            }
                        }
                        Ok::<_, actix_web::Error>("done")
                    }),
                )
                .wrap(session())
                .wrap(consent()),
        )
        .await
    };
}

#[actix_web::test]
async fn a_part_of_the_session_lives_while_its_category_is_granted() {
    let app = app!();
    let [mut nobody, mut no, mut yes] = visitors(&app).await;
    for count in 1..4 {
        assert_eq!(
            nobody.get(&app, "/read").await.text(),
            format!("{count} None")
        );
        assert_eq!(no.get(&app, "/read").await.text(), format!("{count} None"));
        assert_eq!(
            yes.get(&app, "/read").await.text(),
            format!("{count} Some({count})")
        );
    }
}

#[actix_web::test]
async fn it_is_kept_under_a_prefix_of_its_own() {
    let app = app!();
    let [_, _, mut yes] = visitors(&app).await;
    yes.get(&app, "/read").await;
    let dump = yes.get(&app, "/dump").await;
    let keys: Vec<_> = dump
        .text()
        .split(' ')
        .map(|entry| entry.split('=').next().unwrap())
        .collect();
    assert_eq!(keys.len(), 2, "{}", dump.text());
    assert!(keys.contains(&"list"));
    assert!(
        keys.iter()
            .any(|key| key.contains("analytics") && key.ends_with("read")),
        "{keys:?}"
    );
}

#[actix_web::test]
async fn removes_session_keys_of_a_denied_category_only() {
    let app = app!();
    let [_, _, mut yes] = visitors(&app).await;
    yes.get(&app, "/read").await;
    yes.get(&app, "/read").await;
    assert!(
        yes.get(&app, "/dump").await.text().contains("analytics"),
        "the control"
    );
    yes.press(&app, "reject").await;
    assert_eq!(yes.get(&app, "/read").await.text(), "3 None");
    let dump = yes.get(&app, "/dump").await;
    assert!(!dump.text().contains("analytics"), "{}", dump.text());
    assert!(dump.text().contains("list"), "{}", dump.text());
    // Accepting again starts anew.
    yes.press(&app, "accept").await;
    assert_eq!(yes.get(&app, "/read").await.text(), "4 Some(1)");
}

#[actix_web::test]
async fn it_is_gone_in_the_request_that_withdraws() {
    let app = app!();
    let [_, _, mut yes] = visitors(&app).await;
    yes.get(&app, "/read").await;
    assert_eq!(yes.post(&app, "/withdraw-and-ask").await.text(), "false");
    assert!(!yes.get(&app, "/dump").await.text().contains("analytics"));
}

#[actix_web::test]
async fn a_key_can_be_removed_by_itself() {
    let app = app!();
    let [_, _, mut yes] = visitors(&app).await;
    yes.get(&app, "/read").await;
    assert_eq!(yes.post(&app, "/clear").await.text(), "None Some(5)");
}

#[actix_web::test]
async fn one_category_does_not_reach_into_another() {
    let app = app!();
    let [_, _, mut yes] = visitors(&app).await;
    yes.get(&app, "/both").await;
    let before = yes.get(&app, "/dump").await;
    assert_eq!(
        before.text().matches("seen").count(),
        3,
        "{}",
        before.text()
    );
    let form = [
        ("action", "save"),
        ("cat.analytics", "1"),
        ("cat.preferences", "1"),
    ];
    yes.choose(&app, &form).await;
    yes.get(&app, "/both").await;
    let after = yes.get(&app, "/dump").await;
    assert!(
        after.text().contains("analytics") && after.text().contains("preferences"),
        "{}",
        after.text()
    );
    assert!(!after.text().contains("marketing"), "{}", after.text());
}

#[actix_web::test]
async fn reading_one_category_purges_all_denied_ones() {
    let app = app!();
    let [_, _, mut yes] = visitors(&app).await;
    yes.get(&app, "/both").await;
    yes.choose(&app, &[("action", "save"), ("cat.analytics", "1")])
        .await;
    // `/read` names analytics alone.
    assert_eq!(yes.get(&app, "/read").await.text(), "1 Some(1)");
    let left = yes.get(&app, "/dump").await;
    assert_eq!(left.text().matches("seen").count(), 1, "{}", left.text());
    assert!(left.text().contains("analytics"), "{}", left.text());
}

#[actix_web::test]
async fn a_signal_takes_its_part_away() {
    let app = app!();
    let [_, _, mut yes] = visitors(&app).await;
    yes.get(&app, "/both").await;
    yes.gpc = true;
    yes.get(&app, "/both").await;
    let dump = yes.get(&app, "/dump").await;
    assert!(
        dump.text().contains("analytics") && !dump.text().contains("marketing"),
        "{}",
        dump.text()
    );
}

#[actix_web::test]
async fn the_session_cookie_passes_the_gate_as_a_declared_one() {
    let app = app!();
    let mut visitor = Visitor::new();
    assert!(visitor.get(&app, "/read").await.sets("id"));
    assert_eq!(visitor.get(&app, "/read").await.text(), "2 None");
}

#[actix_web::test]
async fn a_session_under_a_gated_name_is_held_back_and_unreadable() {
    let gated = || {
        SessionMiddleware::builder(CookieSessionStore::default(), Key::from(&[1; 64]))
            .cookie_name("visits".to_owned())
            .build()
    };
    let app = test::init_service(
        App::new()
            .route("/read", web::get().to(read))
            .wrap(gated())
            .wrap(consent()),
    )
    .await;
    let [mut nobody, mut no, mut yes] = visitors(&app).await;
    for visitor in [&mut nobody, &mut no] {
        for _ in 0..3 {
            let answer = visitor.get(&app, "/read").await;
            assert_eq!(answer.text(), "1 None");
            assert!(!answer.sets("visits"));
        }
    }
    yes.get(&app, "/read").await;
    assert_eq!(yes.get(&app, "/read").await.text(), "2 Some(2)");
    yes.press(&app, "reject").await;
    assert_eq!(yes.get(&app, "/read").await.text(), "1 None");
}
