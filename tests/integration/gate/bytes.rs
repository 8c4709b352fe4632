//! What is kept, is kept as it is: bytes and order.

use super::VISITS;
use crate::helpers::{Visitor, consent, site_setting, visitors};

#[actix_web::test]
async fn what_is_kept_stays_byte_for_byte_and_in_order() {
    let long = format!("id={}; Path=/", "x".repeat(4090));
    let kept: Vec<&[u8]> = vec![
        b"id=1; path=/;secure ;HTTPONLY; SameSite=weird; Future=1",
        b"id=\"quoted, with a comma; and more\"; Path=/",
        b"id=1; path=/;secure ;HTTPONLY; SameSite=weird; Future=1",
        b"id=caf\xc3\xa9; Path=/",
        b"id=\xff\xfe; Path=/",
        b"id=%zz%3B; Partitioned; Secure; Max-Age=1; Max-Age=2",
        b"  id  =  spaced  ;;;",
        b"id=; Path=/",
        long.as_bytes(),
    ];
    let mut mixed = kept.clone();
    for at in (0..=kept.len()).rev() {
        mixed.insert(at, VISITS.as_bytes());
    }
    let app = site_setting(consent(), &mixed).await;
    let [nobody, no, yes] = visitors(&app).await;
    for mut visitor in [nobody, no] {
        assert_eq!(visitor.get(&app, "/").await.set_cookie_bytes(), kept);
    }
    let mut yes = yes;
    assert_eq!(yes.get(&app, "/").await.set_cookie_bytes(), mixed);
}

#[actix_web::test]
async fn removes_one_cookie_and_keeps_bytes_and_order_of_the_rest() {
    let cookies = [
        "_ga=1; Path=/",
        "id=session",
        "visits=2",
        "display=large",
        "id=again",
    ];
    let app = site_setting(consent(), &cookies).await;
    let mut visitor = Visitor::new();
    visitor
        .choose(&app, &[("action", "save"), ("cat.preferences", "1")])
        .await;
    let answer = visitor.get(&app, "/").await;
    assert_eq!(
        answer.set_cookies(),
        ["id=session", "display=large", "id=again"]
    );
    let mut accepting = Visitor::new();
    accepting.press(&app, "accept").await;
    assert_eq!(accepting.get(&app, "/").await.set_cookies(), cookies);
}
