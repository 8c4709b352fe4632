//! Faults that contradict the policy of the site, and requests that need a policy to judge.

use super::{
    Case, Expected, found,
    parts::{FILM, PIXEL, once_allowed, too_early, while_undecided},
    server::Answer,
    set::{GA_BY_SCRIPT, fbp},
    site::{Marketing, on_pages},
};

pub(super) const CASES: &[Case] = &[
    Case::faulty(
        "cookie-lives-longer-than-declared",
        &[found("lives-longer", "_fbp")],
        |ask| {
            let long = || fbp().replace("Max-Age=7776000", "Max-Age=34128000");
            once_allowed(ask, Marketing, |page| page.cookie(long()))
        },
    )
    .with_policy(),
    Case::faulty(
        "cookie-undeclared",
        &[found("undeclared", "_gcl_au")],
        |ask| {
            once_allowed(ask, Marketing, |page| {
                page.cookie(fbp().replace("_fbp=", "_gcl_au="))
            })
        },
    )
    .with_policy()
    // It has no category, so nothing removes it.
    .also(&["survives-withdrawal"]),
    Case::faulty(
        "cookie-despite-the-signal",
        &[found("set-despite-signal", "_fbp")],
        |ask| {
            let agreed = ask.gpc && ask.cookie("site_consent") == Some("accepted");
            on_pages(ask, |page| page.when(agreed, |page| page.cookie(fbp())))
        },
    )
    .with_policy(),
    Case::faulty(
        "cookie-that-scripts-can-read",
        &[found("not-http-only", "_fbp")],
        |ask| {
            once_allowed(ask, Marketing, |page| {
                page.cookie(fbp().replace("; HttpOnly", ""))
            })
        },
    )
    .with_policy(),
    Case::faulty(
        "cookie-without-same-site",
        &[found("no-same-site", "_fbp")],
        |ask| {
            once_allowed(ask, Marketing, |page| {
                page.cookie(fbp().replace("; SameSite=Lax", ""))
            })
        },
    )
    .with_policy(),
    // Browsers reject the next three cookies.
    Case::faulty(
        "cookie-for-all-sites-without-secure",
        &[found("none-without-secure", "_fbp")],
        |ask| {
            once_allowed(ask, Marketing, |page| {
                let line = fbp().replace("SameSite=Lax", "SameSite=None");
                page.cookie(line.replace("Secure; ", ""))
            })
        },
    )
    .with_policy(),
    Case::faulty(
        "cookie-partitioned-without-secure",
        &[found("partitioned-without-secure", "_fbp")],
        |ask| {
            once_allowed(ask, Marketing, |page| {
                page.cookie(fbp().replace("Secure", "Partitioned"))
            })
        },
    )
    .with_policy(),
    Case::faulty("cookie-too-large", &[found("too-large", "_fbp")], |ask| {
        once_allowed(ask, Marketing, |page| {
            page.cookie(fbp().replace("fb.1.", &format!("fb.1.{}.", "x".repeat(5000))))
        })
    })
    .with_policy(),
    Case::faulty(
        "third-party-undeclared",
        &[found("third-party-undeclared", "cdn.localhost")],
        |ask| {
            let picture = r#"<img src="http://cdn.localhost:PORT/pixel.gif" alt="A tram">"#;
            on_pages(ask, |page| page.body(picture))
        },
    )
    .with_policy(),
    Case::faulty(
        "request-despite-the-signal",
        &[found("request-despite-signal", "tracker.localhost")],
        |ask| {
            let agreed = ask.gpc && ask.cookie("site_consent") == Some("accepted");
            on_pages(ask, |page| page.when(agreed, |page| page.body(PIXEL)))
        },
    )
    .with_policy(),
    Case::faulty(
        "frame-for-analytics-alone",
        &[found("request-after-rejection", "video.localhost")],
        |ask| {
            let wrong = ask.cookie("site_consent") == Some("analytics");
            on_pages(ask, |page| page.when(wrong, |page| page.body(FILM)))
        },
    )
    .with_policy(),
    Case::faulty("preconnect", TO_TRACKER, |ask| {
        too_early(ask, Marketing, |page| {
            page.head(r#"<link rel="preconnect" href="http://tracker.localhost:PORT">"#)
        })
    })
    .with_policy(),
    Case::faulty("look-up-of-a-name", TO_TRACKER, |ask| {
        too_early(ask, Marketing, |page| {
            page.head(r#"<link rel="dns-prefetch" href="//tracker.localhost:PORT">"#)
        })
    })
    .with_policy(),
    Case::faulty("preconnect-by-header", TO_TRACKER, |ask| {
        too_early(ask, Marketing, |page| {
            page.header("Link", "<http://tracker.localhost:PORT>; rel=preconnect")
        })
    })
    .with_policy(),
    Case::faulty("fetched-ahead", TO_TRACKER, |ask| {
        too_early(ask, Marketing, |page| {
            page.head(r#"<link rel="prefetch" href="http://tracker.localhost:PORT/tag.js">"#)
        })
    })
    .with_policy(),
    Case::faulty("third-party-font", TO_TRACKER, |ask| {
        too_early(ask, Marketing, |page| {
            page.head(r#"<link rel="stylesheet" href="http://tracker.localhost:PORT/font.css">"#)
        })
    })
    .with_policy(),
    Case::faulty("third-party-script", TO_TRACKER, |ask| match ask.place() {
        // It does nothing yet.
        ("tracker", "/tag.js") => Answer::script("globalThis.tag = [];"),
        _ => too_early(ask, Marketing, |page| {
            page.head(r#"<script async src="http://tracker.localhost:PORT/tag.js"></script>"#)
        }),
    })
    .with_policy(),
    Case::faulty(
        "third-party-import-in-a-module",
        TO_TRACKER,
        |ask| match ask.place() {
            ("tracker", "/tag.js") => {
                Answer::script("export const tag = [];").header("Access-Control-Allow-Origin", "*")
            }
            _ => too_early(ask, Marketing, |page| {
                page.body(
                    r#"<script type="module">
                    import { tag } from "http://tracker.localhost:PORT/tag.js";
                    tag.push(1);</script>"#,
                )
            }),
        },
    )
    .with_policy(),
    Case::faulty("fetch-that-outlives-the-page", TO_TRACKER, |ask| {
        too_early(ask, Marketing, |page| {
            page.script(
                r#"addEventListener("pagehide", () => fetch("http://tracker.localhost:PORT/beacon",
                    { method: "POST", body: "read", mode: "no-cors", keepalive: true }));"#,
            )
        })
    })
    .with_policy(),
    Case::faulty(
        "cookie-of-a-script-by-policy",
        &[found("set-before-consent", "_ga")],
        |ask| while_undecided(ask, |page| page.script(GA_BY_SCRIPT)),
    )
    .with_policy(),
    // The Content-Security-Policy of the site blocks the pixel, so nothing reaches the tracker.
    Case::faulty(
        "pixel-that-is-stopped",
        &[found("csp-violation", "")],
        |ask| {
            on_pages(ask, |page| {
                page.header("Content-Security-Policy", "img-src 'self' data:")
                    .body(PIXEL)
            })
        },
    ),
];

const TO_TRACKER: &[Expected] = &[found("request-before-consent", "tracker.localhost")];
