//! Keys.

use actix_consent::{ConsentMiddleware, SigningKey, SigningKeys};
use actix_web::{App, test, web};

use super::{ALL, BOUND, NO_CHOICE, other_key, read, site, state, value};
use crate::helpers::{Visitor, consent, policy};

#[actix_web::test]
async fn old_keys_verify_and_the_newest_key_signs() {
    let old = value(consent(), "accept").await;
    let first = || SigningKey::from_bytes(&[7; 64]).unwrap();
    let rotated = || {
        ConsentMiddleware::new(policy(), SigningKeys::new([other_key(), first()]).unwrap()).unwrap()
    };
    let newest =
        || ConsentMiddleware::new(policy(), SigningKeys::new([other_key()]).unwrap()).unwrap();
    assert_eq!(
        read(&site!(rotated()), &format!("{BOUND}={old}"))
            .await
            .text(),
        ALL
    );
    assert_eq!(
        read(&site!(newest()), &format!("{BOUND}={old}"))
            .await
            .text(),
        NO_CHOICE
    );
    // A visitor who chooses again gets the new signature.
    let app = site!(rotated());
    let mut visitor = Visitor::new().with(BOUND, &old);
    visitor
        .choose(&app, &[("action", "save"), ("cat.analytics", "1")])
        .await;
    let new = visitor.cookies[BOUND].clone();
    assert_eq!(
        read(&site!(newest()), &format!("{BOUND}={new}"))
            .await
            .text(),
        "Decided -+--"
    );
    assert_eq!(
        read(&site!(consent()), &format!("{BOUND}={new}"))
            .await
            .text(),
        NO_CHOICE
    );
}
