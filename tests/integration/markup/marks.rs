//! The names of the two marks: the default ones, short ones that applications use as well, and
//! those that a site chooses.

use actix_consent::{ConsentMiddleware, error::ConfigError, markup::Markup};

use super::{bare, granting, policy, seen, site};
use crate::helpers::{Visitor, keys, listen, logged};

#[actix_web::test]
async fn marks_of_the_default_names_are_understood() {
    let page = r#"<script type="text/plain" data-consent-category="analytics">x</script><iframe data-consent-service="example-video" data-src="/v"></iframe>"#;
    let [silent, no, yes] = seen(page).await;
    assert_eq!(yes, r#"<script>x</script><iframe src="/v"></iframe>"#);
    for held in [silent, no] {
        assert!(
            !held.contains("<script") && held.contains("data-consent-held"),
            "{held}"
        );
    }
}

#[actix_web::test]
async fn an_applications_own_category_is_left_alone() {
    listen();
    let own = [
        "<img src='/shoes.jpg' data-category='shoes' width=200 height=200>",
        "<img class=lazy data-src='/shoes.jpg' data-category='shoes'>",
        "<img src='/a.png' srcset='/b.png 2x' data-category='portrait city'>",
        "<img src='//static.news.example/a.png' data-category='shoes'>",
        "<img src='/a.png' data-category=''>",
        "<video src=/v.mp4 data-category='clips'></video>",
        "<script src=/app.js data-category=core></script>",
        "<script data-category=core>own()</script>",
        "<link rel=stylesheet href=/a.css data-category=theme>",
        "<iframe src=/map data-category=visitors></iframe>",
        "<object data=/o data-category=visitors></object>",
        "<template id=row data-category=x><b></b></template>",
        "<img src=/d.png data-service='delivery'>",
        "<div data-category=shoes></div><a data-category=shoes href=/x>x</a>",
    ];
    for element in own {
        for seen in seen(element).await {
            assert_eq!(seen, element);
        }
    }
    let log = logged();
    let about = |what: &str| log.iter().filter(|line| line.contains(what)).count();
    assert_eq!(about("data-category=\"clips\""), 1, "{log:?}");
    assert_eq!(about("data-service=\"delivery\""), 1, "{log:?}");
    // The control: the same under a name that is of the gate alone.
    for element in own.iter().take(13) {
        let gate = element.replace("data-category", "data-consent-category");
        let gate = gate.replace("data-service", "data-consent-service");
        for seen in seen(&gate).await {
            assert!(
                !seen.contains("src=") && !seen.contains("own()"),
                "{gate}: {seen}"
            );
        }
    }
}

#[actix_web::test]
async fn a_picture_of_the_site_in_a_declared_category_is_left_alone() {
    for element in [
        "<img data-category=marketing src=/own.jpg>",
        "<video data-category=marketing src=/own.mp4></video>",
        "<picture><source data-category=marketing srcset=/own.webp><img src=/own.png></picture>",
    ] {
        for seen in seen(element).await {
            assert_eq!(seen, element);
        }
    }
}

#[actix_web::test]
async fn short_names_gate_what_was_meant_for_the_gate() {
    for element in [
        "<img data-category=marketing data-src=/xq1.jpg>",
        "<img data-category=marketing src=https://elsewhere.example/xq1.jpg>",
        "<img data-category=marketing src=/own.jpg srcset='//elsewhere.example/xq1.jpg 2x'>",
        "<script data-category=analytics src=/xq1.js></script>",
        "<script type=text/plain data-category=analytics data-src=/xq1.js></script>",
        "<link rel=stylesheet data-category=preferences href=/xq1.css>",
        "<iframe data-service=example-video src=/xq1></iframe>",
        "<template data-category=analytics>xq1</template>",
    ] {
        let [silent, no, yes] = seen(element).await;
        assert!(yes.contains("xq1"), "{element}: {yes}");
        assert!(
            !silent.contains("xq1") && !no.contains("xq1"),
            "{element}: {silent}"
        );
    }
}

#[actix_web::test]
async fn an_undeclared_name_on_what_loads_elsewhere_is_held() {
    for element in [
        "<script type=text/plain data-category=analitics data-src=https://stats.example/xq1></script>",
        "<img data-category=marketting src=https://elsewhere.example/xq1>",
        "<img data-category=marketting src='https://[xq1'>",
        "<iframe data-service=exemple-video src=//elsewhere.example/xq1></iframe>",
        "<script data-category='analytics analitics'>xq1</script>",
    ] {
        for seen in seen(element).await {
            assert!(!seen.contains("xq1"), "{element}: {seen}");
        }
    }
}

#[actix_web::test]
async fn what_loads_from_a_gated_origin_is_held_whatever_its_category() {
    let page = "<img data-category=shoes src=https://video.example/xq1>";
    let [silent, no, _] = seen(page).await;
    assert!(!silent.contains("xq1") && !no.contains("xq1"), "{silent}");
}

#[actix_web::test]
async fn a_site_chooses_the_names() {
    let markup = || bare().attributes("data-gate", "data-gate-service");
    let page = "<script data-gate=analytics>x</script><img data-gate=shoes src=/xq1.png>\
                <script data-category=analytics>y</script><b data-consent-category=analytics></b>";
    let app = site(markup(), page).await;
    let answer = Visitor::new().get(&app, "/").await;
    assert_eq!(
        answer.text(),
        "<script data-category=analytics>y</script><b data-consent-category=analytics></b>"
    );
    let plain = "<body><script data-category=analytics>y</script></body>";
    let app = site(markup(), plain).await;
    assert_eq!(Visitor::new().get(&app, "/").await.text(), plain);
}

#[actix_web::test]
async fn names_that_cannot_be_attributes_stop_the_start() {
    let build = |category: &str, service: &str| {
        let markup = Markup::new().attributes(category, service);
        let builder = ConsentMiddleware::builder(policy(), keys()).markup(markup);
        builder.build().err()
    };
    assert_eq!(build("data-gate", "data-gate-service"), None);
    for (category, service) in [
        ("class", "data-s"),
        ("data-x", "data-x"),
        ("data-src", "data-s"),
    ] {
        let fault = build(category, service);
        assert!(matches!(fault, Some(ConfigError::Markup(_))), "{category}");
    }
}

#[actix_web::test]
async fn the_default_names_count_before_the_short_ones() {
    let page = "<script data-consent-category=analytics data-category=core>x</script>";
    let only = granting(page, &[("cat.analytics", "1")]).await;
    assert_eq!(only, "<script data-category=core>x</script>");
    let other = granting(page, &[("cat.marketing", "1")]).await;
    assert_eq!(other, "");
}
