//! A page whose `<base>` leads to another host.

use actix_consent::markup::{Markup, PageScript};
use serde_json::json;

use crate::{
    REJECT, SAVED,
    driver::Browser,
    site::{Site, wait},
};

#[test]
#[ignore = "needs Chromium"]
fn the_answer_reaches_the_site_and_not_the_base() {
    for script in [PageScript::None, PageScript::Reload, PageScript::Live] {
        let site = Site::start(Markup::new().script(script), None);
        let browser = Browser::start();
        let open = || {
            browser.open(&site.address("/based"));
            // The control: links of the page lead to the host of the base.
            let own = browser.run("return document.querySelector('#own').host", &[]);
            assert!(own.as_str().unwrap().starts_with("cdn."), "{own}");
        };
        open();
        match script {
            PageScript::None => browser.follow(REJECT),
            _ => browser.click(REJECT),
        }
        let saved = "return !!document.querySelector('section.axc[role=status]')";
        wait(&browser, "the confirmation", saved);
        let hosts = "return [...document.querySelectorAll('.axc a, [href$=\"/privacy/choices\"]')]\
            .every(a => a.host == location.host)";
        assert_eq!(browser.run(hosts, &[]), json!(true), "{script:?}");
        assert_eq!(browser.cookies(), ["consent", "consent-off"]);
        browser.follow(&format!("{SAVED} a:first-of-type"));
        assert_eq!(browser.url(), site.address("/privacy/choices"));
        open();
        browser.follow("#axc-held-1 button[value=once]");
        site.wait_for("/film");
        assert_eq!(site.asked(), ["/film"], "nothing else went elsewhere");
    }
}
