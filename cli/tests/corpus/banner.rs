//! Banners that ask unfairly.

use super::{
    Case, found,
    parts::{SAVE, once_refused, while_undecided},
    server::{Answer, Ask},
    set::ga,
    site::{
        ACCEPT, ENGLISH, REJECT, SETTINGS, TEXT, banner, banner_with, bare, controls, lawful,
        on_pages, page, settings_form, settings_page,
    },
};

pub(super) const CASES: &[Case] = &[
    Case::faulty(
        "no-banner",
        &[found("no-banner", ""), found("set-before-consent", "_ga")],
        |ask| {
            on_pages(ask, |page| {
                page.banner_always(None)
                    .when(ask.undecided(), |page| page.cookie(ga()))
            })
        },
    ),
    Case::faulty("accept-only", &[found("no-reject", "")], |ask| {
        asks(ask, ACCEPT)
    }),
    // A single button that only confirms reading.
    Case::faulty("got-it-only", &[found("no-reject", "")], |ask| {
        asks(ask, &ACCEPT.replace("Accept all", "Got it"))
    }),
    Case::faulty(
        "reject-in-the-second-layer",
        &[found("reject-in-second-layer", "")],
        |ask| asks(ask, &[ACCEPT, SETTINGS].concat()),
    )
    .also(&["reject-takes-more"]),
    Case::faulty(
        "reject-asks-twice",
        &[found("reject-takes-more", "")],
        |ask| match ask.place() {
            ("news", "/sure") => page(ask)
                .title("Are you sure?")
                .banner(|| {
                    banner_with(
                        "Without cookies Example News cannot get better. Do you reject them?",
                        &REJECT.replace("Reject all", "Reject all the same"),
                    )
                })
                .answer(),
            _ => asks(ask, &with_reject(r#"formaction="/sure""#)),
        },
    )
    .also(&["asked-again", "not-operated"]),
    Case::faulty("reject-is-a-link", &[found("reject-is-link", "")], |ask| {
        let text = TEXT.to_owned()
            + r#" Or <button type="submit" name="action" value="reject" style="display: inline;
                min-width: 0; margin: 0; padding: 0; color: #1d3557; background: none; border: 0;
                text-decoration: underline">continue without accepting</button>."#;
        on_pages(ask, |page| {
            page.banner(|| banner_with(&text, &[ACCEPT, SETTINGS].concat()))
        })
    })
    .also(&["reject-less-visible"]),
    Case::faulty(
        "reject-is-tiny",
        &[found("reject-less-visible", "")],
        |ask| {
            let tiny = r#"style="min-width: 0; padding: 1px 3px; font-size: 10px""#;
            asks(ask, &with_reject(tiny))
        },
    ),
    Case::faulty(
        "reject-is-bare",
        &[found("reject-less-visible", "")],
        |ask| {
            let bare = r#"style="color: #1d3557; background: none; border-color: transparent""#;
            asks(ask, &with_reject(bare))
        },
    )
    .also(&["reject-is-link"]),
    // The box scrolls, and the control to reject is at its end.
    Case::faulty(
        "reject-below-the-fold-of-the-banner",
        &[found("reject-less-visible", "")],
        |ask| {
            on_pages(ask, |page| {
                page.banner(|| {
                    let long = format!("<p>{}</p>", [TEXT; 6].join(" "));
                    let controls = format!("{ACCEPT}{SETTINGS}{long}{REJECT}");
                    let banner = banner_with(TEXT, &controls);
                    banner.replace(
                        "<form",
                        r#"<form style="max-height: 200px; overflow: auto""#,
                    )
                })
            })
        },
    )
    .also(&["reject-in-second-layer"]),
    Case::faulty("reject-is-pale", &[found("low-contrast", "")], |ask| {
        asks(ask, &with_reject(r#"style="color: #55708f""#))
    })
    .also(&["reject-less-visible"]),
    Case::faulty("box-is-ticked", &[found("pre-ticked", "")], |ask| {
        asks(
            ask,
            &boxes(r#"<input type="checkbox" name="cat.marketing" value="1" checked>"#),
        )
    }),
    Case::faulty("switch-is-on", &[found("pre-ticked", "")], |ask| {
        // A custom control with a hidden field for its value.
        let switch = r#"<span role="switch" aria-checked="true" aria-label="Marketing"
            tabindex="0"
            onclick="const on = this.getAttribute('aria-checked') !== 'true';
            this.setAttribute('aria-checked', on); this.firstElementChild.disabled = !on;
            this.lastElementChild.textContent = on ? 'on' : 'off'"><input type="hidden"
            name="cat.marketing" value="1"><span>on</span></span>"#;
        asks(ask, &boxes(switch))
    }),
    Case::faulty(
        "box-of-the-second-layer-is-ticked",
        &[found("pre-ticked", "")],
        |ask| match ask.place() {
            ("news", "/cookies") if ask.undecided() => page(ask)
                .banner_always(None)
                .title("Cookie settings")
                .body(&settings_form(&ENGLISH, [true, true]))
                .answer(),
            _ => lawful(ask),
        },
    ),
    Case::faulty("wall", &[found("wall", "")], |ask| {
        on_pages(ask, |page| {
            page.when(ask.undecided(), |page| {
                page.head("<style>html, body { overflow: hidden }</style>")
            })
            .banner(|| {
                format!(
                    r#"<div style="position: fixed; inset: 0; background: #000d">{}</div>"#,
                    banner()
                )
            })
        })
    })
    .also(&["covers-content"]),
    Case::faulty("wall-of-a-dialog", &[found("wall", "")], |ask| {
        on_pages(ask, |page| {
            page.banner(|| {
                // Without scripts it is open and does not block the page.
                let banner = banner().replace(r#"class="banner""#, "");
                format!(r#"<dialog open id="ask">{banner}</dialog>"#)
            })
            .when(ask.undecided(), |page| {
                page.script(
                    r#"const ask = document.querySelector('#ask');
                    ask.close(); ask.showModal();
                    ask.addEventListener("cancel", (event) => event.preventDefault());"#,
                )
            })
        })
    })
    .also(&["covers-content", "traps-focus"]),
    Case::faulty("covers-a-phone", &[found("covers-content", "")], |ask| {
        on_pages(ask, |page| {
            page.banner(|| banner_with(&[TEXT; 4].join(" "), &controls(&ENGLISH)))
        })
    })
    // It also covers the focused element.
    .also(&["covers-focus"]),
    Case::faulty("focus-is-trapped", &[found("traps-focus", "")], |ask| {
        while_undecided(ask, |page| {
            page.script(
                r#"const own = [...document.querySelectorAll(".banner button, .banner a")];
                    document.addEventListener("keydown", (event) => {
                        if (event.key !== "Tab") return;
                        event.preventDefault();
                        own[(own.indexOf(document.activeElement) + 1) % own.length].focus();
                    });"#,
            )
        })
    }),
    Case::faulty(
        "banner-needs-scripts",
        &[
            found("needs-scripts", ""),
            found("set-before-consent", "_ga"),
        ],
        |ask| match ask.place() {
            ("news", "/noscript.gif") => Answer::pixel().cookie(ga()),
            _ => on_pages(ask, |page| {
                page.banner_always(None).when(ask.undecided(), |page| {
                    let banner = banner();
                    page.script(&format!(
                        "document.body.insertAdjacentHTML('afterbegin', `{banner}`);"
                    ))
                    .body(r#"<noscript><img src="/noscript.gif" alt=""></noscript>"#)
                })
            }),
        },
    )
    // The page reserves no space for it.
    .also(&["covers-focus"]),
    Case::faulty(
        "asked-again-after-a-no",
        &[found("asked-again", "")],
        |ask| once_refused(ask, |page| page.banner_always(Some(banner()))),
    ),
    Case::faulty(
        "no-way-to-withdraw",
        &[found("no-withdrawal", "")],
        |ask| match ask.place() {
            ("news", "/cookies") if !ask.undecided() => bare()
                .title("Thank you")
                .body("<p>You have told us already.</p>")
                .answer(),
            ("news", "/cookies") => settings_page(ask).footer("").answer(),
            _ => on_pages(ask, |page| page.footer("")),
        },
    ),
    Case::faulty(
        "withdrawal-by-letter",
        &[found("no-withdrawal", "")],
        |ask| match ask.place() {
            ("news", "/cookies") if !ask.undecided() => page(ask)
                .title("Cookie settings")
                .body("<p>Write to us: Example News, 1 Example Street, 00000 Exampletown.</p>")
                .answer(),
            _ => lawful(ask),
        },
    ),
    Case::faulty(
        "legitimate-interest",
        &[found("legitimate-interest", "")],
        |ask| {
            let text = TEXT.to_owned()
                + " Some partners rely on their legitimate interest and ask for no consent.";
            on_pages(ask, |page| {
                page.banner(|| banner_with(&text, &controls(&ENGLISH)))
            })
        },
    ),
];

/// The banner with other controls and its usual text.
fn asks(ask: &Ask, controls: &str) -> Answer {
    on_pages(ask, |page| page.banner(|| banner_with(TEXT, controls)))
}

/// The usual controls, with additional attributes on the one to reject.
fn with_reject(attributes: &str) -> String {
    let reject = REJECT.replace("<button", &format!("<button {attributes}"));
    [ACCEPT, &reject, SETTINGS].join(" ")
}

/// Two checkboxes, the second one as given, and the usual controls.
fn boxes(second: &str) -> String {
    format!(
        r#"<p><label><input type="checkbox" name="cat.analytics" value="1"> Analytics</label>
        <label>{second} Marketing</label></p>{ACCEPT} {REJECT} {SAVE}"#
    )
}
