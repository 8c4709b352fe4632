//! What a cache that all visitors share may keep.

use actix_web::{App, test, web};

use super::{asking, cache_control, members, public_page, validated, with_banner};
use crate::helpers::{Answer, Visitor, consent, setting, visitors};

/// A cache shared by all visitors, as strict as RFC 9111 asks and no stricter.
#[derive(Default)]
struct SharedCache(std::collections::HashMap<String, Vec<u8>>);

impl SharedCache {
    fn may_store(answer: &Answer) -> bool {
        let directives = cache_control(answer);
        let has = |name: &str| directives.iter().any(|directive| directive == name);
        !has("private") && !has("no-store") && !members(answer, "vary").contains(&"*".to_owned())
    }
}

#[actix_web::test]
async fn shared_caches_never_mix_the_pages_of_visitors() {
    let app = test::init_service(
        App::new()
            .route("/asking", web::get().to(validated))
            .route("/banner", web::get().to(with_banner))
            .route("/cookie", web::get().to(async || setting(&["visits=1"])))
            .route("/free", web::get().to(async || public_page("free")))
            .app_data(web::Data::new(false))
            .wrap(consent()),
    )
    .await;
    let mut cache = SharedCache::default();
    for mut visitor in visitors(&app).await {
        for path in [
            "/asking",
            "/banner",
            "/cookie",
            "/free",
            "/privacy",
            "/privacy/choices",
            "/privacy/state.json",
        ] {
            let answer = visitor.get(&app, path).await;
            if SharedCache::may_store(&answer) {
                cache.0.insert(path.to_owned(), answer.body);
            }
        }
    }
    let stored: Vec<_> = cache.0.keys().collect();
    assert_eq!(stored, ["/free"]);
}

#[actix_web::test]
async fn our_own_answers_are_not_stored() {
    let app =
        test::init_service(App::new().route("/", web::get().to(asking)).wrap(consent())).await;
    let mut visitor = Visitor::new();
    for path in ["/privacy", "/privacy/choices", "/privacy/state.json"] {
        let answer = visitor.get(&app, path).await;
        assert_eq!(answer.status, 200);
        assert!(
            cache_control(&answer).contains(&"no-store".to_owned()),
            "{path}"
        );
    }
    let answer = visitor.press(&app, "accept").await;
    assert!(cache_control(&answer).contains(&"no-store".to_owned()));
    let answer = visitor.choose(&app, &[("action", "perhaps")]).await;
    assert_eq!(answer.status, 400);
    assert!(cache_control(&answer).contains(&"no-store".to_owned()));
}
