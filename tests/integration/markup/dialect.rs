//! What is written for the gate: `data-category`, `data-service`, and what waits beside them.

use super::{first_visit, granting, seen};
use crate::helpers::{listen, logged};

/// What is left out before consent, and what it becomes after it.
async fn becomes(written: &str, live: &str) {
    let page = |inside: &str| format!("<p>before</p>{inside}<p>after</p>");
    let [silent, no, yes] = seen(&page(written)).await;
    assert_eq!(yes, page(live), "granted");
    assert_eq!(silent, page(""), "unanswered");
    assert_eq!(no, page(""), "rejected");
}

#[actix_web::test]
async fn a_script_is_left_out_until_granted_and_then_live_in_place() {
    becomes(
        r#"<script type="text/plain" data-category="analytics" data-src="https://stats.example/a.js"></script>"#,
        r#"<script src="https://stats.example/a.js"></script>"#,
    )
    .await;
    becomes(
        r#"<script type="text/plain" data-category="analytics">count("</p>")</script>"#,
        r#"<script>count("</p>")</script>"#,
    )
    .await;
}

#[actix_web::test]
async fn every_other_attribute_of_a_script_is_kept() {
    becomes(
        r#"<script async nonce=abc type="text/plain" DATA-CATEGORY='analytics' data-type="module" integrity="sha384-x" crossorigin defer data-src='/a.js?x=1&amp;y=2' referrerpolicy="no-referrer"></script>"#,
        r#"<script async nonce=abc type="module" integrity="sha384-x" crossorigin defer referrerpolicy="no-referrer" src="/a.js?x=1&amp;y=2"></script>"#,
    )
    .await;
}

#[actix_web::test]
async fn a_script_that_is_marked_and_live_is_gated_all_the_same() {
    becomes(
        r#"<script data-category="analytics" src="/a.js"></script>"#,
        r#"<script src="/a.js"></script>"#,
    )
    .await;
}

#[actix_web::test]
async fn a_link_waits_under_data_href() {
    becomes(
        r#"<link rel="stylesheet" data-category="preferences" data-href="/fonts.css">"#,
        r#"<link rel="stylesheet" href="/fonts.css">"#,
    )
    .await;
}

#[actix_web::test]
async fn a_template_becomes_its_content_in_order_text_included() {
    becomes(
        r#"<template data-category="analytics">One <b>two</b><script src="/a.js"></script> three<!-- four --></template>"#,
        r#"One <b>two</b><script src="/a.js"></script> three<!-- four -->"#,
    )
    .await;
}

#[actix_web::test]
async fn nested_gated_templates_need_both_and_others_stay() {
    let page = r#"<template><p>x</p></template><template data-category="analytics">a<template data-category="marketing">b</template><template>c</template></template>"#;
    let only_analytics = granting(page, &[("cat.analytics", "1")]).await;
    assert_eq!(
        only_analytics,
        "<template><p>x</p></template>a<template>c</template>"
    );
    let only_marketing = granting(page, &[("cat.marketing", "1")]).await;
    assert_eq!(only_marketing, "<template><p>x</p></template>");
    let both = granting(page, &[("cat.marketing", "1"), ("cat.analytics", "1")]).await;
    assert_eq!(
        both,
        "<template><p>x</p></template>ab<template>c</template>"
    );
}

#[actix_web::test]
async fn frames_and_media_become_live_in_place() {
    for (written, live) in [
        (
            r#"<iframe data-category="marketing" data-src="/v" width="560" height="315" title="A"></iframe>"#,
            r#"<iframe width="560" height="315" title="A" src="/v"></iframe>"#,
        ),
        (
            r#"<img data-category="marketing" data-src="/p.png" data-srcset="/q.png 2x" alt="A">"#,
            r#"<img alt="A" src="/p.png" srcset="/q.png 2x">"#,
        ),
        (
            r#"<video data-category="marketing" data-src="/v.mp4" data-poster="/v.png" controls>x</video>"#,
            r#"<video controls src="/v.mp4" poster="/v.png">x</video>"#,
        ),
        (
            r#"<audio data-service="example-video" data-src="/a.mp3"></audio>"#,
            r#"<audio src="/a.mp3"></audio>"#,
        ),
        (
            r#"<embed data-category="marketing" data-src="/e">"#,
            r#"<embed src="/e">"#,
        ),
        (
            r#"<object data-category="marketing" data-src="/o"><p>x</p></object>"#,
            r#"<object data="/o"><p>x</p></object>"#,
        ),
    ] {
        let [silent, no, yes] = seen(&format!("<div>{written}</div>")).await;
        assert_eq!(yes, format!("<div>{live}</div>"));
        for held in [silent, no] {
            assert!(held.contains("data-consent-held"), "{held}");
            assert!(
                !held.contains("data-src") && !held.contains("<p>x"),
                "{held}"
            );
        }
    }
}

#[actix_web::test]
async fn a_pixel_is_left_out_without_a_word() {
    for pixel in [
        r#"<img data-category="marketing" data-src="/p.gif" width="1" height="1" alt="">"#,
        r#"<img data-category="marketing" data-src="/p.gif" hidden>"#,
        r#"<iframe data-category="marketing" data-src="/p" width=0 height=0></iframe>"#,
    ] {
        let [silent, no, yes] = seen(pixel).await;
        assert_eq!([silent, no], ["", ""], "{pixel}");
        assert!(yes.contains("src=\"/p"), "{yes}");
    }
}

#[actix_web::test]
async fn several_categories_are_all_needed() {
    let page = r#"<script type="text/plain" data-category="analytics marketing">x</script>"#;
    for one in ["cat.analytics", "cat.marketing"] {
        assert_eq!(granting(page, &[(one, "1")]).await, "", "{one}");
    }
    let both = granting(page, &[("cat.analytics", "1"), ("cat.marketing", "1")]).await;
    assert_eq!(both, "<script>x</script>");
}

#[actix_web::test]
async fn a_service_answers_for_its_category() {
    let page = r#"<script type="text/plain" data-category="marketing" data-service="example-video">x</script>"#;
    assert_eq!(
        granting(page, &[("svc.example-video", "1")]).await,
        "<script>x</script>"
    );
    let but_not_it = [("cat.marketing", "1"), ("svc.example-video", "0")];
    assert_eq!(granting(page, &but_not_it).await, "");
}

#[actix_web::test]
async fn what_is_necessary_is_live_for_everyone() {
    let page = r#"<script type="text/plain" data-category="necessary">x</script>"#;
    for seen in seen(page).await {
        assert_eq!(seen, "<script>x</script>");
    }
}

#[actix_web::test]
async fn an_unknown_name_is_held_back_for_everyone_and_reported_once() {
    listen();
    for mark in [
        r#"data-consent-category="analitics""#,
        r#"data-consent-category="analytics analitics""#,
        r#"data-consent-category="""#,
        r#"data-consent-service="marketing""#,
        r#"data-consent-category="example-video""#,
    ] {
        for seen in seen(&format!("<script type=text/plain {mark}>x</script>")).await {
            assert_eq!(seen, "", "{mark}");
        }
    }
    let log = logged();
    let about = |name: &str| log.iter().filter(|line| line.contains(name)).count();
    // Each site has a log of its own, and each page is asked for three times.
    assert_eq!(about("\"analitics\""), 2, "{log:?}");
    assert!(
        log.iter()
            .any(|line| line.starts_with("WARN") && line.contains("data-consent-category"))
    );
}

#[actix_web::test]
async fn marks_are_read_with_their_character_references() {
    let page = r#"<script type=text/plain data-category="analytic&#115;">x</script>"#;
    assert_eq!(
        granting(page, &[("cat.analytics", "1")]).await,
        "<script>x</script>"
    );
}

#[actix_web::test]
async fn a_page_without_gated_markup_leaves_byte_for_byte() {
    let page = "<!DOCTYPE html>\r\n<HTML><body class=x>\u{feff}<p>&eacute;<br/></P><img src=/a.png ></body>";
    for seen in seen(page).await {
        assert_eq!(seen, page);
    }
}

#[actix_web::test]
async fn bytes_beside_gated_markup_are_kept() {
    let around = "<!DOCTYPE html>\r\n<HTML><p title='&amp;'>&eacute;<br/></P><IMG SRC=/a.png >";
    let page =
        format!("{around}<script type=text/plain data-category=analytics>x</script>\r\n{around}");
    let [silent, ..] = seen(&page).await;
    assert_eq!(silent, format!("{around}\r\n{around}"));
}

#[actix_web::test]
async fn a_page_with_gated_markup_is_told_apart_by_caches() {
    let answer = first_visit("<script type=text/plain data-category=analytics>x</script>").await;
    assert_eq!(answer.header("vary"), "Cookie, Sec-GPC");
    assert_eq!(answer.header("cache-control"), "private, no-cache");
    let other = first_visit("<p>nothing</p>").await;
    assert_eq!(other.header("vary"), "", "a page without it is not");
}
