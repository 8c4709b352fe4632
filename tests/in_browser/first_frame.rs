//! On a slow phone in a slow network: CPU ×4, 150 ms, 1.6 Mbit/s.

use actix_consent::markup::Markup;
use serde_json::json;

use crate::{driver::Browser, site::Site};

#[test]
#[ignore = "needs Chromium"]
fn the_banner_is_in_the_first_frame_and_nothing_moves() {
    let (site, browser) = (Site::start(Markup::new(), None), Browser::start());
    browser.resize(412, 823);
    browser.devtools("Network.enable", json!({}));
    browser.devtools("Emulation.setCPUThrottlingRate", json!({ "rate": 4 }));
    browser.devtools(
        "Network.emulateNetworkConditions",
        json!({ "offline": false, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 200_000 }),
    );
    // In the first frame after the first paint the banner has its box.
    browser.devtools(
        "Page.addScriptToEvaluateOnNewDocument",
        json!({ "source": "window.shifts = 0; window.first = null;
            new PerformanceObserver(list => { for (const e of list.getEntries()) shifts += e.value })
                .observe({ type: 'layout-shift', buffered: true });
            new PerformanceObserver(() => {
                const banner = document.querySelector('[data-consent-banner]');
                window.first ??= banner ? banner.getBoundingClientRect().height : 0;
            }).observe({ type: 'paint', buffered: true });" }),
    );
    browser.open(&site.address("/"));
    crate::site::wait(&browser, "the first paint", "return window.first !== null");
    let first = browser.run("return window.first", &[]);
    assert!(first.as_f64().unwrap() > 100.0, "{first}");
    assert_eq!(browser.run("return window.shifts", &[]), json!(0));
    let requests = "return performance.getEntriesByType('resource').map(e => e.name)\
        .filter(name => !name.endsWith('/favicon.ico'))";
    let requests = browser.run(requests, &[]);
    assert_eq!(requests, json!([]), "no request for the banner");
    assert_eq!(browser.all("script"), [], "and no script");
}
