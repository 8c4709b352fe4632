//! A page with a film inside of a frame: nobody chooses there, and each way leads out.

use actix_consent::markup::Markup;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;

use crate::{
    driver::Browser,
    site::{Site, wait},
};

const HELD: &str = "[data-consent-held]";
const ALWAYS: &str = "[data-consent-held] button[value=save]";
const OUT: &str = "[data-consent-held] a[target=_blank][rel=noopener]";

/// A page that shows another in a frame: the address is the query.
pub fn around(cfg: &mut web::ServiceConfig) {
    cfg.route(
        "/around",
        web::get().to(|request: HttpRequest| {
            let html = format!(
                "<!doctype html><title>Around</title><body><iframe src=\"{}\" width=700 height=500></iframe>",
                request.query_string()
            );
            std::future::ready(HttpResponse::Ok().content_type("text/html").body(html))
        }),
    );
}

#[test]
#[ignore = "needs Chromium"]
fn a_held_film_in_a_frame_leads_to_its_page() {
    let site = Site::start(Markup::new(), None);
    let page = site.address("/report");
    for around in [
        site.address("/around"),
        format!("{}/around", site.partner()),
    ] {
        let browser = Browser::start();
        browser.open(&format!("{around}?{page}"));
        browser.enter("iframe");
        assert!(browser.shows(HELD), "{around}");
        assert!(
            !browser.shows(ALWAYS),
            "no button that cannot work: {around}"
        );
        site.asked();
        browser.click(OUT);
        browser.switch_to_newest_tab();
        wait(
            &browser,
            "the page",
            "return document.readyState == 'complete' && !!document.querySelector('h1')",
        );
        assert_eq!(browser.url(), page);
        browser.follow(ALWAYS);
        site.wait_for("/film");
        site.asked();
        // A frame of the site itself shows it from now on.
        browser.open(&format!("{}?{page}", site.address("/around")));
        browser.enter("iframe");
        assert!(!browser.shows(HELD), "{around}");
        site.wait_for("/film");
        site.asked();
    }
}

#[test]
#[ignore = "needs Chromium"]
fn our_pages_in_a_frame_lead_out_of_it() {
    let site = Site::start(Markup::new(), None);
    let browser = Browser::start();
    for path in ["/privacy/choices", "/privacy"] {
        let page = site.address(path);
        for around in [
            site.address("/around"),
            format!("{}/around", site.partner()),
        ] {
            browser.open(&format!("{around}?{page}"));
            browser.enter("iframe");
            let link = browser.run(
                "return [document.querySelectorAll('button').length, document.querySelector('main a').target, \
                 document.querySelector('main a').href]",
                &[],
            );
            assert_eq!(link, json!([0, "_blank", page]), "{around}");
        }
    }
    // A form that is sent from a frame all the same: one that a site has drawn for itself.
    browser.open(&format!(
        "{}?{}",
        site.address("/around"),
        site.address("/report")
    ));
    browser.enter("iframe");
    browser.run(
        "const f = document.createElement('form'); f.method = 'post'; f.action = '/privacy/choices'; \
         f.innerHTML = '<input name=action value=accept>'; document.body.append(f); f.requestSubmit()",
        &[],
    );
    wait(
        &browser,
        "the refusal",
        "return document.title.startsWith('Open this page in a new tab')",
    );
    let link = browser.run("return document.querySelector('main a').target", &[]);
    assert_eq!(link, json!("_blank"));
    assert_eq!(browser.own_cookies(), [""; 0], "nothing was granted");
}
