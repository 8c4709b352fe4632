//! New units are asked about by name.

use actix_consent::{ConsentMiddleware, Policy, markup::Markup};
use actix_http::Request;
use actix_web::{
    Error,
    body::MessageBody,
    dev::{Service, ServiceResponse},
};

use super::{basis, edited, with, with_social};
use crate::{
    helpers::{Visitor, answering, html, keys, policy},
    site::{ALL, hidden, sent, site},
};

#[actix_web::test]
async fn a_new_category_is_asked_by_name_and_what_was_answered_stays() {
    let before = site(with(policy())).await;
    let after = site(with(with_social())).await;
    for (action, on) in [("accept", ALL), ("reject", "")] {
        let mut visitor = Visitor::new();
        visitor.press(&before, action).await;
        visitor.get(&before, "/").await;
        assert!(
            !visitor
                .get(&before, "/")
                .await
                .text()
                .contains("data-consent-banner")
        );
        let page = visitor.get(&after, "/").await;
        assert_eq!(sent(&page), on, "{action}");
        assert_eq!(basis(&visitor, with_social(), "social").await, "unanswered");
        let text = page.text();
        assert!(text.contains("data-consent-banner"), "{action}");
        let news = text
            .split("New or changed")
            .nth(1)
            .unwrap_or_else(|| panic!("no news: {text}"));
        let news = news.split('.').next().unwrap_or_default();
        let news = news.to_lowercase();
        assert!(news.contains("social networks"), "{action}: {news}");
        for old in ["analytics", "preferences", "marketing", "example video"] {
            assert!(!news.contains(old), "{action}: {old} is not new: {news}");
        }
        // Answering it ends the question.
        visitor.press(&after, "reject").await;
        assert_eq!(visitor.state(&after).await["status"], "decided");
    }
    let first = Visitor::new().get(&after, "/").await;
    assert!(
        !first.text().contains("New or changed"),
        "nothing is new on a first visit"
    );
}

#[actix_web::test]
async fn a_new_service_in_a_granted_category_is_off_until_accepted() {
    let before = site(with(edited(|file| {
        file.service.clear();
        file.cookie.retain(|cookie| cookie.service.is_none());
    })))
    .await;
    let after = site(with(policy())).await;
    let mut visitor = Visitor::new();
    visitor.press(&before, "accept").await;
    visitor.get(&before, "/").await;
    let page = visitor.get(&after, "/").await;
    assert_eq!(sent(&page), "display visits __Host-campaign");
    assert!(page.text().contains("Example Video"), "{}", page.text());
    assert!(page.text().contains("data-consent-banner"));
    let mut visitor = Visitor::new();
    visitor.press(&before, "reject").await;
    visitor.get(&before, "/").await;
    let page = visitor.get(&after, "/").await;
    assert_eq!(sent(&page), "");
    assert!(
        !page.text().contains("data-consent-banner"),
        "the category's no is its no"
    );
}

/// The sentence of the banner that begins so; empty where there is none.
fn sentence(text: &str, start: &str) -> String {
    let rest = text.split(start).nth(1).unwrap_or_default();
    rest.split('.').next().unwrap_or_default().to_lowercase()
}

/// A site whose pages hold a frame of the service, and the banner.
async fn framed(
    policy: Policy,
) -> impl Service<Request, Response = ServiceResponse<impl MessageBody>, Error = Error> {
    let page = r#"<!doctype html><body><iframe data-service="example-video" data-src="/v" title="A film"></iframe>"#;
    let consent = ConsentMiddleware::builder(policy, keys()).markup(Markup::new());
    answering(consent.build().expect("valid"), html(page)).await
}

/// Presses *Always show*, and goes past the confirmation to the page after it. Returns both pages.
async fn always_show<S, B>(visitor: &mut Visitor, app: &S) -> [String; 2]
where
    S: Service<Request, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody,
{
    let before = visitor.get(app, "/").await.text().to_owned();
    let (_, held) = before
        .split_once("data-consent-held")
        .expect("the film is held back");
    let asked = hidden(held, "asked");
    let form = [
        ("action", "save"),
        ("svc.example-video", "1"),
        ("asked", &*asked),
        ("from", "placeholder"),
    ];
    assert_eq!(visitor.choose(app, &form).await.status, 303);
    assert!(visitor.get(app, "/").await.text().contains("Saved."));
    [before, visitor.get(app, "/").await.text().to_owned()]
}

/// The banner in a page; empty where there is none.
fn banner(page: &str) -> &str {
    let from = page.find("<section class=\"axc\" data-consent-banner");
    let section = from.map_or("", |at| &page[at..]);
    section
        .split_inclusive("</section>")
        .next()
        .unwrap_or_default()
}

#[actix_web::test]
async fn after_always_show_the_first_banner_comes_back_as_it_was() {
    let app = framed(policy()).await;
    let mut visitor = Visitor::new();
    let [before, after] = always_show(&mut visitor, &app).await;
    assert!(!banner(&before).is_empty(), "{before}");
    assert_eq!(banner(&after), banner(&before));
    assert!(!after.contains("New or changed") && !after.contains("You have not yet decided"));
    assert!(
        !after.contains("data-consent-held"),
        "the control: the film is there"
    );
    // The policy's next edition is no news to them either: they have not been asked yet.
    let later = framed(with_social()).await;
    let page = visitor.get(&later, "/").await;
    assert!(banner(page.text()).contains("show what others say"));
    assert!(!page.text().contains("New or changed"), "{}", page.text());
}

#[actix_web::test]
async fn what_was_never_answered_is_not_called_new() {
    // A program answers for one category alone.
    let app = site(with(policy())).await;
    let mut visitor = Visitor::new();
    visitor.post(&app, "/accept/analytics").await;
    let page = visitor.get(&app, "/").await;
    let text = page.text();
    assert!(!text.contains("New or changed"), "{text}");
    let open = sentence(text, "You have not yet decided about ");
    assert!(
        open.contains("preferences") && open.contains("marketing"),
        "{text}"
    );
    assert!(!open.contains("analytics"), "{text}");
    // A category that comes later is one more of them.
    let later = site(with(with_social())).await;
    let page = visitor.get(&later, "/").await;
    let open = sentence(page.text(), "You have not yet decided about ");
    assert!(open.contains("social networks"), "{}", page.text());
    // Once everything is answered, what comes later is new.
    visitor.press(&app, "reject").await;
    visitor.get(&app, "/").await;
    let page = visitor.get(&later, "/").await;
    let news = sentence(page.text(), "New or changed since you last chose: ");
    assert_eq!(news, "social networks");
    assert!(!page.text().contains("You have not yet decided"));
}

#[actix_web::test]
async fn an_answer_to_everything_leaves_nothing_open() {
    let app = site(with(policy())).await;
    for action in ["accept", "reject"] {
        let mut visitor = Visitor::new();
        visitor.press(&app, action).await;
        visitor.get(&app, "/").await;
        let page = visitor.get(&app, "/").await;
        assert_eq!(banner(page.text()), "", "{action}");
    }
}

#[actix_web::test]
async fn always_show_beside_a_new_question_makes_it_an_open_one() {
    let before = framed(policy()).await;
    let after = framed(with_social()).await;
    let mut visitor = Visitor::new();
    visitor.press(&before, "reject").await;
    visitor.get(&before, "/").await;
    let page = visitor.get(&after, "/").await;
    let news = sentence(page.text(), "New or changed since you last chose: ");
    assert_eq!(news, "social networks", "{}", page.text());
    // They have chosen since, so it has not come since.
    let [_, page] = always_show(&mut visitor, &after).await;
    assert!(!page.contains("New or changed"), "{page}");
    let open = sentence(&page, "You have not yet decided about ");
    assert_eq!(open, "social networks");
}
