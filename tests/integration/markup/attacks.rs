//! Pages that were found to get past the gate. Each is held back once its reason is gone.

use super::{granting, property::fetched, seen};

/// What an HTML parser finds fetched of the gated origin, before a yes.
async fn leaks(page: &str) -> Option<String> {
    let [silent, no, _] = seen(page).await;
    for left in [silent, no] {
        for scripting in [true, false] {
            let found = fetched(&left, scripting);
            if found.iter().any(|found| found.contains("xq1")) {
                return Some(format!("{page} left {left}: {found:?}"));
            }
        }
    }
    None
}

/// Markup to whoever takes `<style>` for text, an attribute to whoever does not.
const EITHER: &str = "<style><a title=\"</style><img src=//video.example/xq1>\"></style>";

#[actix_web::test]
async fn svg_and_mathml_that_end_elsewhere_than_the_tokenizer_thinks() {
    for before in [
        "<svg/>",
        "<math/>",
        "<div><svg></div>",
        "<svg><svg></p>",
        "<svg><desc><title>x</title>",
        "<svg><foreignObject></desc>",
        "<svg><foreignObject><p></foreignObject>",
        "<math><mi></mo>",
        "<math><annotation-xml encoding='text&#47;html'>",
        "<math><svg/></p>",
        "<noscript><svg><desc></noscript></desc>",
        "<div><video src=//video.example/y><svg></video>",
    ] {
        let page = format!("<!doctype html><body>{before}{EITHER}");
        assert_eq!(leaks(&page).await, None);
    }
    for page in [
        "<svg/><![CDATA[><script src=//video.example/xq1></script>]]>",
        "<svg/><title><xmp></title><img src=//video.example/xq1>",
        "<math><mtext><mglyph><style><img src=//video.example/xq1></style>",
        "<math><annotation-xml encoding=x encoding=text/html><style><img src=//video.example/xq1></style>",
        "<svg><foreignObject><title></title><title><a title=\"</title><img src=//video.example/xq1>\">",
    ] {
        assert_eq!(leaks(&format!("<!doctype html><body>{page}")).await, None);
    }
}

#[actix_web::test]
async fn a_placeholder_in_svg() {
    let page = format!("<body><svg><iframe src=//video.example/y></iframe>{EITHER}");
    assert_eq!(leaks(&page).await, None);
}

#[actix_web::test]
async fn the_end_tag_of_another_element_stays() {
    let [silent, ..] = seen("<div><video width=1 src=//video.example/xq1></div><p>x").await;
    assert_eq!(silent, "<div></div><p>x");
    let page =
        "<svg><image href=//video.example/y></svg><style><img src=//video.example/xq1></style>";
    assert_eq!(leaks(page).await, None);
}

#[actix_web::test]
async fn an_image_by_its_old_name_takes_nothing_with_it() {
    let [silent, ..] = seen("<div><image src=//video.example/xq1>text</div><p>x").await;
    assert_eq!(silent, "<div><image>text</div><p>x");
}

#[actix_web::test]
async fn a_document_in_a_frame_that_is_marked() {
    let page = "<iframe data-category=analytics srcdoc='<img src=//video.example/xq1>'></iframe>";
    let left = granting(page, &[("cat.analytics", "1")]).await;
    assert_eq!(fetched(&left, true), Vec::<String>::new(), "{left}");
}

#[actix_web::test]
async fn a_host_behind_the_name_of_a_user() {
    assert_eq!(leaks("<img src='//a!@%76ideo.example/xq1'>").await, None);
    assert_eq!(leaks("<img src='// @%76ideo.example/xq1'>").await, None);
}

#[actix_web::test]
async fn references_that_are_resolved_twice() {
    let page = "<iframe srcdoc='<img src=&amp;sol;&amp;sol;vid&amp;shy;eo.example/xq1>'></iframe>";
    assert_eq!(leaks(page).await, None);
    let page =
        "<iframe srcdoc='<img data-&#99;ategory=marketing src=//other.example/xq1>'></iframe>";
    assert_eq!(leaks(page).await, None);
}

#[actix_web::test]
async fn elements_whose_end_tags_are_left_out() {
    let page = format!(
        "<img width=1 src=//video.example/y><table>{}</table>",
        "<tr><td>a<td>b".repeat(5_000)
    );
    let [silent, ..] = seen(&page).await;
    assert!(silent.contains("<table>"), "{silent:.80}");
}
