//! Banners that treat something other than consent as consent.

use super::{
    Case, found,
    parts::while_undecided,
    server::{Answer, Ask},
    set::{choice_cookie, ga},
    site::{ENGLISH, Page, TEXT, banner_with, controls, on_pages, remember},
};

pub(super) const CASES: &[Case] = &[
    Case::faulty(
        "says-that-use-is-consent",
        &[found("silence-is-consent", "")],
        |ask| {
            on_pages(ask, |page| {
                says(page, "By continuing to use this site you agree to this.")
            })
        },
    ),
    Case::faulty(
        "scrolling-is-consent",
        &[found("silence-is-consent", "")],
        |ask| {
            on_pages(ask, |page| {
                says(page, "If you scroll down, you accept this.").when(ask.undecided(), |page| {
                    page.script(&format!(
                        r#"const yes = () => {{ {ACCEPT_BY_SCRIPT} }};
                        addEventListener("scroll", yes, {{ once: true }});"#
                    ))
                })
            })
        },
    )
    .also(EARLY),
    Case::faulty(
        "waiting-is-consent",
        &[found("silence-is-consent", "")],
        |ask| {
            while_undecided(ask, |page| {
                page.script(&format!(
                    "setTimeout(() => {{ {ACCEPT_BY_SCRIPT} }}, 6000);"
                ))
            })
        },
    )
    .also(EARLY),
    // Opening a second page counts as consent, without a notice in the text.
    Case::faulty(
        "going-on-is-consent",
        &[found("silence-is-consent", "")],
        |ask| {
            let goes_on = ask.undecided() && ask.cookie("seen").is_some();
            on_pages(ask, |page| match goes_on {
                true => page
                    .banner_always(None)
                    .cookie(choice_cookie("accepted"))
                    .cookie(ga()),
                false => page.more().when(ask.undecided(), |page| {
                    page.cookie("seen=1; Path=/; Secure; HttpOnly; SameSite=Lax")
                }),
            })
        },
    )
    .also(EARLY),
    // A click on a link in the page, not in the banner, counts as consent.
    Case::faulty(
        "following-a-link-is-consent",
        &[found("silence-is-consent", "")],
        |ask| {
            on_pages(ask, |page| {
                let linked = ask.undecided() && ask.query == "from=front";
                match linked {
                    true => page
                        .banner_always(None)
                        .cookie(choice_cookie("accepted"))
                        .cookie(ga()),
                    false => {
                        page.body(r#"<p><a href="/second?from=front">The second report</a></p>"#)
                    }
                }
            })
        },
    )
    .also(EARLY),
    Case::faulty(
        "closing-is-consent",
        &[found("close-is-consent", "")],
        |ask| match ask.place() {
            ("news", "/close") if ask.is_post() => remember(ask, "accepted"),
            _ => on_pages(ask, |page| page.banner(|| with_close("Close"))),
        },
    )
    .also(EARLY),
    // No form is submitted, so the banner cannot be closed without JavaScript.
    Case::faulty(
        "closing-by-script-is-consent",
        &[found("close-is-consent", "")],
        |ask| {
            let close = r#"<button type="button" aria-label="Close" id="close">×</button>"#;
            on_pages(ask, |page| {
                page.banner(|| banner_with(TEXT, &(controls(&ENGLISH) + close)))
                    .when(ask.undecided(), |page| {
                        page.script(&format!(
                            r##"document.querySelector("#close").onclick =
                            () => {{ {ACCEPT_BY_SCRIPT} }};"##
                        ))
                    })
            })
        },
    )
    .also(EARLY),
    // The close button stores nothing, but starts the tag.
    Case::faulty(
        "closing-starts-the-tag",
        &[found("close-is-consent", "")],
        |ask| {
            let close = r#"<button type="button" aria-label="Dismiss" id="close">✕</button>"#;
            match ask.place() {
                ("news", "/tag.js") => Answer::script("fetch('/visit', { method: 'POST' });"),
                ("news", "/visit") => Answer::empty(204).cookie(ga()),
                _ => starts(ask, close),
            }
        },
    )
    .also(EARLY),
];

/// Effects of an answer that no visitor gave.
const EARLY: &[&str] = &["set-before-consent"];

const ACCEPT_BY_SCRIPT: &str = r#"
    fetch("/consent", { method: "POST", body: new URLSearchParams({ action: "accept" }) })
        .then(() => document.querySelector(".banner")?.remove());"#;

/// The banner with another sentence in its text.
fn says(page: Page, sentence: &str) -> Page {
    let text = format!("{TEXT} {sentence}");
    page.banner(|| banner_with(&text, &controls(&ENGLISH)))
}

/// The usual controls and a close button with this label, which submits the form elsewhere.
pub(super) fn with_close(label: &str) -> String {
    let close =
        format!(r#"<button type="submit" formaction="/close" aria-label="{label}">×</button>"#);
    banner_with(TEXT, &(controls(&ENGLISH) + &close))
}

fn starts(ask: &Ask, close: &str) -> Answer {
    on_pages(ask, |page| {
        page.banner(|| banner_with(TEXT, &(controls(&ENGLISH) + close)))
            .when(ask.undecided(), |page| {
                page.script(
                    r##"document.querySelector("#close").onclick = () => {
                        document.querySelector(".banner").remove();
                        const script = document.createElement("script");
                        script.src = "/tag.js";
                        document.head.append(script);
                    };"##,
                )
            })
    })
}
