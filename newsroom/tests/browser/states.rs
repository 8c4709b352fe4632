//! Every page of the site and of the library in every state that a visitor can cause.

use serde_json::json;

use crate::{ACCEPT, PAGES, Visit};

/// Opens each page in each state, and calls `look` with its name. The visitor has made no choice
/// before or after.
pub(crate) fn each(visit: &mut Visit, mut look: impl FnMut(&Visit, &str)) {
    let partner = visit.site.partner();
    let visit = &*visit;
    for path in PAGES {
        visit.open(path);
        look(visit, path);
    }
    visit.open("/about?text=large");
    look(visit, "the message about the text size");
    unaccepted_forms(visit, &mut look);
    visit.open(PAGES[1]).follow("button[name=add]");
    look(visit, "a reading list with a report");
    accepted(visit, partner, &mut look);
    under_the_signal(visit, &mut look);
    implied(visit, &mut look);
    forget(visit);
}

fn unaccepted_forms(visit: &Visit, look: &mut impl FnMut(&Visit, &str)) {
    let form = visit.open("/privacy/choices");
    form.run(
        "document.querySelector('main button[value=reject]').value = 'nothing'",
        &[],
    );
    form.follow("main button[value=nothing]");
    look(visit, "a form that does not say what to do");
    // Another origin for the page.
    let form = format!(
        "data:text/html,<form method=post action={}><button name=action value=reject>No",
        visit.plain("/privacy/choices")
    );
    visit.browser.open(&form);
    visit.browser.follow("button");
    look(visit, "a choice that came from another site");
}

fn accepted(visit: &Visit, partner: u16, look: &mut impl FnMut(&Visit, &str)) {
    visit.choose("/", ACCEPT);
    look(visit, "the confirmation on a page");
    for path in [PAGES[1], PAGES[2], "/privacy", "/privacy/choices"] {
        visit.open(path);
        look(visit, &format!("{path} with everything on"));
    }
    for path in ["", "/film", "/promo"] {
        let address = format!("http://partner.localhost:{partner}{path}");
        visit.browser.open(&address);
        look(visit, &format!("{path} of the partner itself"));
    }
    // A typed address leaves no page to return to after saving.
    visit
        .open("/privacy/choices")
        .follow("main button[value=reject]");
    look(visit, "the confirmation on the settings");
    visit.open("/privacy/choices");
    look(visit, "the settings with everything off");
    forget(visit);
}

fn under_the_signal(visit: &Visit, look: &mut impl FnMut(&Visit, &str)) {
    let send = |headers| {
        visit
            .browser
            .devtools("Network.setExtraHTTPHeaders", json!({ "headers": headers }));
    };
    visit.browser.devtools("Network.enable", json!({}));
    send(json!({ "Sec-GPC": "1" }));
    for path in ["/", "/privacy/choices", "/privacy"] {
        visit.open(path);
        look(visit, &format!("{path} under the signal"));
    }
    send(json!({}));
}

fn implied(visit: &Visit, look: &mut impl FnMut(&Visit, &str)) {
    for path in ["/", PAGES[1], "/privacy", "/privacy/choices"] {
        visit.open_implied(path);
        look(visit, &format!("{path} under the implied model"));
    }
}

fn forget(visit: &Visit) {
    let clear = "Network.clearBrowserCookies";
    visit.browser.devtools(clear, json!({}));
}
