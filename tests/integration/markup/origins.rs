//! What loads from an origin that the policy declares is gated, marked or not.

use super::{granting, seen};

/// Nobody gets the address before a yes; everyone gets the very bytes after it.
async fn is_gated(element: &str) {
    let [silent, no, yes] = seen(&format!("<body>{element}</body>")).await;
    assert_eq!(yes, format!("<body>{element}</body>"));
    for held in [&silent, &no] {
        assert!(!held.contains("xq1"), "{element}: {held}");
    }
}

#[actix_web::test]
async fn every_attribute_that_a_browser_fetches_is_looked_at() {
    for element in [
        r#"<script src="https://video.example/xq1.js"></script>"#,
        r#"<iframe src="https://video.example/xq1"></iframe>"#,
        r#"<img src="https://a.pixels.example/xq1.gif">"#,
        r#"<img src="/own.png" srcset="/own.png 1x, https://video.example/xq1.png 2x">"#,
        r#"<picture><source srcset="https://video.example/xq1.png"><img src="/own.png"></picture>"#,
        r#"<video src="https://video.example/xq1.mp4"></video>"#,
        r#"<video poster="https://video.example/xq1.png" src="/own.mp4"></video>"#,
        r#"<audio src="https://video.example/xq1.mp3"></audio>"#,
        r#"<video><source src="https://video.example/xq1.mp4"></video>"#,
        r#"<video><track src="https://video.example/xq1.vtt"></video>"#,
        r#"<embed src="https://video.example/xq1">"#,
        r#"<embed code="https://video.example/xq1" type="text/html">"#,
        r#"<object data="https://video.example/xq1"></object>"#,
        r#"<link rel=preconnect href="https://video.example/xq1">"#,
        r#"<link rel=preload as=image imagesrcset="https://video.example/xq1.png 2x">"#,
        r#"<input type=image src="https://video.example/xq1.png">"#,
        r#"<a href="/own" ping="https://video.example/xq1">x</a>"#,
        r#"<img src="/own.png" attributionsrc="https://video.example/xq1">"#,
        r#"<table background="https://video.example/xq1.png"><tr><td>x</td></tr></table>"#,
        r#"<table><thead background="https://video.example/xq1.png"><tr><td>x</td></tr></thead></table>"#,
        r#"<table><tfoot background="https://video.example/xq1.png"><tr><td>x</td></tr></tfoot></table>"#,
        r#"<table><tr background="https://video.example/xq1.png"><td>x</td></tr></table>"#,
        r#"<table><tr><th background="https://video.example/xq1.png">x</th></tr></table>"#,
        r#"<table><colgroup background="https://video.example/xq1.png"></colgroup></table>"#,
        r#"<table><col background="https://video.example/xq1.png"></table>"#,
        r#"<map><area href="/own" ping="https://video.example/xq1"></map>"#,
        r#"<meta http-equiv=refresh content="0; url=https://video.example/xq1">"#,
        r#"<meta http-equiv=refresh content=" 0;url=https://video.example/xq1">"#,
        r#"<meta http-equiv=refresh content="0;url='http://a'@video.example/xq1'">"#,
        r#"<portal src="https://video.example/xq1"></portal>"#,
        r#"<model src="https://video.example/xq1.usdz"></model>"#,
        r#"<bgsound src="https://video.example/xq1.mp3">"#,
        r#"<svg><feImage href="https://video.example/xq1.png"/></svg>"#,
        r#"<svg><image><set attributeName=href to="https://video.example/xq1.png"/></image></svg>"#,
        r#"<svg><image><animate attributeName=href values="/a.png;https://video.example/xq1.png"/></image></svg>"#,
        r#"<svg><image href="https://video.example/xq1.png"/></svg>"#,
        r#"<svg><use xlink:href="https://video.example/xq1.svg#a"/></svg>"#,
        r#"<svg><script href="https://video.example/xq1.js"></script></svg>"#,
        r#"<iframe srcdoc="<img src='https://video.example/xq1.png'>"></iframe>"#,
        r#"<noscript><img src="https://video.example/xq1.png"></noscript>"#,
        r#"<template shadowrootmode=open><img src="https://video.example/xq1.png"></template>"#,
        r#"<select><option>x<script src="https://video.example/xq1.js"></script></select>"#,
        r#"<img class=lazy data-src="https://video.example/xq1.png">"#,
    ] {
        is_gated(element).await;
    }
}

#[actix_web::test]
async fn an_address_is_read_as_browsers_read_it() {
    for address in [
        "HTTPS://VIDEO.EXAMPLE/xq1",
        "//video.example/xq1",
        "///video.example/xq1",
        "//////video.example/xq1",
        "//\\video.example/xq1",
        "https:video.example/xq1",
        "https:/video.example/xq1",
        "https:///\\video.example/xq1",
        "\\\\video.example/xq1",
        "/\\video.example/xq1",
        " https://video.example/xq1",
        "https://video.example./xq1",
        "https://video.example:443/xq1",
        "http://video.example/xq1",
        "https://me@video.example/xq1",
        "https://%76ideo.example/xq1",
        "https://vid&#101;o.example/xq1",
        "&#x68;ttps://video&period;example/xq1",
        "https://vid&shy;eo.example/xq1",
        "https&colon;&sol;&sol;video.example&sol;xq1",
        "ht\ntps://vid\teo.example/xq1",
        "https://ｖideo.example/xq1",
        "https://deep.down.pixels.example/xq1",
        "https://maps.example:8443/xq1",
    ] {
        is_gated(&format!("<iframe src=\"{address}\"></iframe>")).await;
    }
}

#[actix_web::test]
async fn an_address_that_cannot_be_parsed_is_removed() {
    for (element, held) in [
        (r#"<img src="https://[xq1" alt="A">"#, r#"<img alt="A">"#),
        (r#"<img srcset="/a 1x, //a|b/xq1 2x">"#, "<img>"),
        (
            r#"<link rel=preload href="https://a:99999/xq1">"#,
            "<link rel=preload>",
        ),
        (r#"<script src="//[xq1">text()</script>"#, ""),
    ] {
        // A gated element beside it, since a page without any is not read.
        let other = "<script data-consent-category=analytics>x</script>";
        let [silent, no, yes] = seen(&format!("{element}{other}")).await;
        assert_eq!(yes, format!("{element}<script>x</script>"));
        assert_eq!((silent.as_str(), no.as_str()), (held, held));
    }
}

#[actix_web::test]
async fn other_origins_are_nobodys_business() {
    for address in [
        "/own",
        "https://news.example/own",
        "https://video.example.net/",
        "https://www.video.example/",
        "https://pixels.example/",
        "https://maps.example/",
        "https://elsewhere.example/?from=https://video.example/",
        "data:text/plain,video.example",
    ] {
        let page = format!("<iframe src=\"{address}\"></iframe>");
        for seen in seen(&page).await {
            assert_eq!(seen, page);
        }
    }
}

#[actix_web::test]
async fn links_to_follow_are_left_alone() {
    let page = r#"<a href="https://video.example/">Watch it there</a><form action="https://video.example/"></form>"#;
    for seen in seen(page).await {
        assert_eq!(seen, page);
    }
}

#[actix_web::test]
async fn a_base_moves_what_relative_addresses_lead_to() {
    let page = r#"<base href="https://video.example/dir/"><iframe src="xq1"></iframe>"#;
    let [silent, no, yes] = seen(page).await;
    assert_eq!(yes, page);
    for held in [silent, no] {
        assert!(!held.contains("<base") && !held.contains("xq1"), "{held}");
    }
    let other = r#"<base href="https://cdn.example/dir/"><img src="xq1">"#;
    for seen in seen(other).await {
        assert_eq!(seen, other);
    }
}

#[actix_web::test]
async fn an_element_of_two_origins_needs_both_services() {
    let page = r#"<video src="https://video.example/xq1.mp4" data-service="maps"></video>"#;
    assert!(!granting(page, &[("svc.maps", "1")]).await.contains("xq1"));
    assert!(
        !granting(page, &[("svc.example-video", "1")])
            .await
            .contains("xq1")
    );
    let both = granting(page, &[("svc.maps", "1"), ("svc.example-video", "1")]).await;
    assert!(both.contains("xq1"));
}

#[actix_web::test]
async fn a_mark_on_the_same_service_adds_nothing() {
    let page =
        r#"<iframe data-category="marketing" data-src="https://video.example/xq1"></iframe>"#;
    assert!(
        granting(page, &[("svc.example-video", "1")])
            .await
            .contains("xq1")
    );
    let category_alone = [("cat.marketing", "1"), ("svc.example-video", "0")];
    assert!(!granting(page, &category_alone).await.contains("xq1"));
}

#[actix_web::test]
async fn removes_only_a_dispensable_attribute() {
    let page = r#"<img src="/own.png" srcset="https://video.example/xq1 2x" alt="A">"#;
    let [silent, ..] = seen(page).await;
    assert_eq!(silent, r#"<img src="/own.png" alt="A">"#);
    let page = r#"<body background="https://video.example/xq1"><p>x</p></body>"#;
    let [silent, ..] = seen(page).await;
    assert_eq!(silent, "<body><p>x</p></body>");
}

#[actix_web::test]
async fn a_document_in_an_attribute_is_gated_inside() {
    let page = r#"<iframe srcdoc="<p>kept &amp;amp; so</p><script src=https://video.example/xq1></script>"></iframe>"#;
    let [silent, _, yes] = seen(page).await;
    assert_eq!(yes, page);
    assert_eq!(
        silent,
        r#"<iframe srcdoc="<p>kept &amp;amp; so</p>"></iframe>"#
    );
}
