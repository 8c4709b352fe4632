//! What stands where a frame, a film or a picture is held back.

use actix_consent::ConsentMiddleware;
use actix_web::http::Method;

use super::{bare, first_visit, seen, site};
use crate::helpers::{Visitor, answering, html, keys, policy_with, send};

const VIDEO: &str = r#"<iframe data-service="example-video" data-src="https://video.example/1" width="560" height="315" title="The opening &quot;session&quot;" allowfullscreen></iframe>"#;

/// Its text, without tags and style.
fn text(html: &str) -> String {
    let (before, rest) = html.split_once("<style>").unwrap_or((html, "</style>"));
    let (_, after) = rest.split_once("</style>").expect("the style ends");
    let mut text = String::new();
    let mut inside = false;
    for letter in format!("{before}{after}").chars() {
        match letter {
            '<' => (inside, _) = (true, text.push(' ')),
            '>' => inside = false,
            letter if !inside => text.push(letter),
            _ => {}
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[actix_web::test]
async fn it_names_provider_and_purpose_and_leads_to_the_provider() {
    let answer = first_visit(VIDEO).await;
    assert_eq!(
        text(answer.text()),
        "The opening &#34;session&#34; A video from Example Video belongs here. It is held back \
         because Example Video would use it to play videos. Nothing has been loaded from there. \
         Show it once Always show Watch it at video.example"
    );
    let html = answer.text();
    assert!(html.contains(r#"<a href="https://video.example/privacy" rel="noreferrer">"#));
    assert!(html.contains(r#"role="group" aria-label="Held back: Example Video" lang="en""#));
    assert!(!html.contains("https://video.example/1"), "{html}");
}

#[actix_web::test]
async fn it_is_as_large_as_what_it_stands_for() {
    let html = first_visit(VIDEO).await.text().to_owned();
    assert!(html.contains(
        r#"<svg width="560" height="315" viewBox="0,0,560,315" aria-hidden="true"></svg>"#
    ));
    for unsized_ in [
        "",
        "width=100% height=315",
        "width=560",
        "width=0x height=9",
    ] {
        let frame = format!("<iframe data-category=marketing data-src=/v {unsized_}></iframe>");
        let html = first_visit(&frame).await.text().to_owned();
        assert!(
            html.contains("data-consent-held") && !html.contains("<svg"),
            "{unsized_}"
        );
    }
}

#[actix_web::test]
async fn placeholder_has_two_equal_buttons_in_a_form_of_its_units() {
    let answer = first_visit(VIDEO).await;
    let html = answer.text();
    for part in [
        r#"<form method="post" action="/privacy/choices" data-consent-form>"#,
        r#"<input type="hidden" name="svc.example-video" value="1">"#,
        r#"<input type="hidden" name="return_to" value="/report">"#,
        r#"<input type="hidden" name="from" value="placeholder">"#,
        r#"<button name="action" value="once">Show it once</button>"#,
        r#"<button name="action" value="save">Always show</button>"#,
    ] {
        assert!(html.contains(part), "{part}: {html}");
    }
}

#[actix_web::test]
async fn each_kind_has_its_sentence() {
    for (element, sentence) in [
        (
            "<video data-service=example-video data-src=/v></video>",
            "A video from Example Video belongs here.",
        ),
        (
            "<audio data-service=example-video data-src=/v></audio>",
            "A recording from Example Video belongs here.",
        ),
        (
            "<img data-service=example-video data-src=/v>",
            "A picture from Example Video belongs here.",
        ),
        (
            "<iframe data-service=example-video data-src=/v></iframe>",
            "Content from Example Video belongs here.",
        ),
        (
            "<iframe data-service='example-video maps' data-src=/v></iframe>",
            "Content from Example Video and Example Maps belongs here.",
        ),
        (
            "<iframe data-category='marketing analytics' data-src=/v></iframe>",
            "This part of the page needs your permission for marketing and analytics. It is held back because it would be used to measure and show advertising and to measure how the site is used.",
        ),
        (
            "<template data-service=example-video data-placeholder>x</template>",
            "Content from Example Video belongs here.",
        ),
    ] {
        let answer = first_visit(element).await;
        let text = text(answer.text());
        assert!(text.contains(sentence), "{text}");
    }
}

const AD: &str = "<iframe src=https://ads.example/1 width=300 height=250></iframe>";

/// A site whose every page holds an advertisement and a film, gated by services.
fn advertising() -> ConsentMiddleware {
    let policy = policy_with(
        r#"
        [[service]]
        id = "ads"
        category = "marketing"
        provider = "Example Adverts"
        [[embed]]
        service = "ads"
        frame = ["https://ads.example"]
        [[embed]]
        service = "example-video"
        frame = ["https://video.example"]
        "#,
    );
    let builder = ConsentMiddleware::builder(policy, keys()).markup(bare());
    builder.build().unwrap()
}

#[actix_web::test]
async fn a_held_advertisement_says_that_it_is_one() {
    let app = answering(advertising(), html(AD)).await;
    let answer = Visitor::new().get(&app, "/").await;
    assert_eq!(
        text(answer.text()),
        "An advertisement from Example Adverts belongs here. It is held back because Example \
         Adverts would use it to measure and show advertising. Nothing has been loaded from \
         there. Show it once Always show"
    );
    let label = r#"aria-label="Advertisement, held back: Example Adverts""#;
    assert!(answer.text().contains(label), "{}", answer.text());
    let film = first_visit(VIDEO).await;
    assert!(!film.text().contains("dvertisement"), "a film is none");
}

#[actix_web::test]
async fn a_refused_advertisement_collapses_and_a_film_asks_again() {
    let page = format!("{AD}{VIDEO}");
    let app = answering(advertising(), html(&page)).await;
    let held = |text: &str| text.matches("data-consent-held").count();
    let mut visitor = Visitor::new();
    assert_eq!(held(visitor.get(&app, "/").await.text()), 2);
    visitor.press(&app, "reject").await;
    let after = visitor.get(&app, "/").await;
    assert_eq!(held(after.text()), 1, "{}", after.text());
    assert!(!after.text().contains("ads.example") && !after.text().contains("Adverts would"));
    visitor.press(&app, "accept").await;
    assert!(visitor.get(&app, "/").await.text().contains(AD));
    let mut signalling = Visitor::new();
    signalling.gpc = true;
    assert_eq!(
        held(signalling.get(&app, "/").await.text()),
        1,
        "the signal refuses"
    );
}

#[actix_web::test]
async fn the_first_of_a_page_brings_the_style_for_all() {
    let page = format!("{VIDEO}{VIDEO}{VIDEO}");
    let [silent, ..] = seen(&page).await;
    assert_eq!(silent.matches("<style>").count(), 1);
    assert_eq!(silent.matches("data-consent-held").count(), 3);
}

#[actix_web::test]
async fn inside_of_a_form_it_has_no_form_of_its_own() {
    let answer = first_visit(&format!("<form action=/x>{VIDEO}</form>")).await;
    let html = answer.text();
    assert_eq!(html.matches("<form").count(), 1);
    assert!(html.contains(r#"<a href="/privacy/choices">Cookie settings</a>"#));
    let after = first_visit(&format!("<form action=/x></form>{VIDEO}")).await;
    assert_eq!(
        after.text().matches("<form").count(),
        2,
        "behind one it has"
    );
}

#[actix_web::test]
async fn it_states_the_signal_where_that_holds_it_back() {
    let app = site(bare(), VIDEO).await;
    let mut visitor = Visitor::new();
    visitor.gpc = true;
    let answer = visitor.get(&app, "/").await;
    assert!(text(answer.text()).contains("Your browser sends Global Privacy Control"));
    let plain = Visitor::new().get(&app, "/").await;
    assert!(!text(plain.text()).contains("Global Privacy Control"));
}

#[actix_web::test]
async fn what_the_page_calls_it_is_escaped() {
    let frame =
        r#"<iframe data-category=marketing data-src=/v title="<script>x</script>"></iframe>"#;
    let answer = first_visit(frame).await;
    assert!(!answer.text().contains("<script>"), "{}", answer.text());
}

#[actix_web::test]
async fn in_a_page_of_other_letters_it_is_written_in_them() {
    let handler = || async {
        actix_web::HttpResponse::Ok()
            .content_type("text/html; charset=iso-8859-1")
            .body(&b"<iframe data-service=example-video data-src=/v title='Gr\xfc\xdfe'></iframe>"[..])
    };
    let app = answering(super::consent(bare()), handler).await;
    let answer = send(&app, Visitor::new().request(Method::GET, "/")).await;
    let found = answer
        .body
        .windows(12)
        .any(|bytes| bytes == b"<b>Gr\xfc\xdfe</b>");
    assert!(found, "{}", String::from_utf8_lossy(&answer.body));
}
