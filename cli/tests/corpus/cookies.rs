//! Cookies without consent, set in every way that browsers support.

use super::{
    Case, found,
    parts::{FRAME, once_allowed, once_refused, too_early, while_undecided},
    server::Answer,
    set::{GA_BY_SCRIPT, fbp, ga, ide, pk_id},
    site::{Analytics, Marketing, lawful, on_pages, remember, said, settle},
};

pub(super) const CASES: &[Case] = &[
    Case::faulty(
        "cookie-by-header",
        &[found("set-before-consent", "_ga")],
        |ask| while_undecided(ask, |page| page.cookie(ga())),
    ),
    Case::faulty(
        "cookie-by-script",
        &[found("set-before-consent", "_ga")],
        |ask| while_undecided(ask, |page| page.script(GA_BY_SCRIPT)),
    ),
    Case::faulty(
        "cookie-by-cookie-store",
        &[found("set-before-consent", "_ga")],
        |ask| {
            while_undecided(ask, |page| {
                page.script(
                    r#"cookieStore.set({
                        name: "_ga", value: `GA1.1.${crypto.randomUUID()}`, path: "/",
                        expires: Date.now() + 34128e6, sameSite: "lax",
                    });"#,
                )
            })
        },
    ),
    Case::faulty(
        "cookie-by-third-party-script",
        &[found("set-before-consent", "_ga")],
        |ask| {
            let tag = r#"<script src="http://tracker.localhost:PORT/tag.js"></script>"#;
            too_early(ask, Analytics, |page| page.head(tag))
        },
    )
    .also(&["request-before-consent", "unclassified"]),
    Case::faulty(
        "cookie-by-third-party-frame",
        &[found("set-before-consent", "IDE")],
        |ask| match ask.place() {
            ("tracker", "/frame") => Answer::html("<p>Buy trams!</p>").cookie(ide()),
            _ => too_early(ask, Marketing, |page| page.body(FRAME)),
        },
    )
    .also(&["request-before-consent", "survives-withdrawal"]),
    Case::faulty(
        "cookie-by-redirect-chain",
        &[found("set-before-consent", "IDE")],
        |ask| match ask.place() {
            ("news", "/out.gif") => Answer::redirect("http://tracker.localhost:PORT/hop"),
            ("tracker", "/hop") => {
                Answer::redirect("http://cdn.localhost:PORT/pixel.gif").cookie(ide())
            }
            _ => too_early(ask, Marketing, |page| {
                page.body(r#"<img src="/out.gif" alt="">"#)
            }),
        },
    )
    .also(&["request-before-consent", "survives-withdrawal"]),
    // The tracker sets its cookie as the first party during a redirect.
    Case::faulty(
        "cookie-by-bounce",
        &[found("set-before-consent", "IDE")],
        |ask| match ask.place() {
            ("tracker", "/bounce") => {
                Answer::redirect("http://news.localhost:PORT/?back=1").cookie(ide())
            }
            ("news", "/") if ask.impatient(Marketing) && ask.query != "back=1" => {
                Answer::redirect("http://tracker.localhost:PORT/bounce")
            }
            _ => lawful(ask),
        },
    )
    .also(&["request-before-consent", "survives-withdrawal"]),
    Case::faulty(
        "cookie-by-fetch",
        &[found("set-before-consent", "_ga")],
        |ask| match ask.place() {
            ("news", "/visit") => Answer::empty(204).cookie(ga()),
            _ => while_undecided(ask, |page| {
                page.script(r#"fetch("/visit", { method: "POST" });"#)
            }),
        },
    ),
    // Tools that observe only pages miss it.
    Case::faulty(
        "cookie-by-fetch-of-a-worker",
        &[found("set-before-consent", "_ga")],
        |ask| match ask.place() {
            ("news", "/visit") => Answer::empty(204).cookie(ga()),
            ("news", "/counter.js") => Answer::script(r#"fetch("/visit", { method: "POST" });"#),
            _ => while_undecided(ask, |page| page.script(r#"new Worker("/counter.js");"#)),
        },
    ),
    Case::faulty(
        "cookie-by-stylesheet",
        &[found("set-before-consent", "_ga")],
        |ask| match ask.place() {
            ("news", "/look.css") => Answer::style("h1 { color: #1d3557 }").cookie(ga()),
            _ => while_undecided(ask, |page| {
                page.head(r#"<link rel="stylesheet" href="/look.css">"#)
            }),
        },
    ),
    Case::faulty(
        "cookie-by-inner-frame",
        &[found("set-before-consent", "_ga")],
        |ask| match ask.place() {
            ("news", "/inner") => Answer::html(format!("<script>{GA_BY_SCRIPT}</script>")),
            _ => while_undecided(ask, |page| {
                page.body(r#"<iframe src="/inner" hidden></iframe>"#)
            }),
        },
    ),
    // A subdomain served by the tracker, which counts as the same site.
    Case::faulty(
        "cookie-by-alias-of-a-tracker",
        &[found("set-before-consent", "_pk_id.1.1fff")],
        |ask| match ask.place() {
            ("metrics.news", "/m.gif") => Answer::pixel().cookie(pk_id()),
            _ => {
                let pixel = r#"<img src="http://metrics.news.localhost:PORT/m.gif" alt="">"#;
                too_early(ask, Analytics, |page| page.body(pixel))
            }
        },
    ),
    // Nothing happens in a browser with JavaScript.
    Case::faulty(
        "cookie-without-javascript",
        &[found("set-before-consent", "_ga")],
        |ask| match ask.place() {
            ("news", "/noscript.gif") => Answer::pixel().cookie(ga()),
            _ => while_undecided(ask, |page| {
                page.body(r#"<noscript><img src="/noscript.gif" alt=""></noscript>"#)
            }),
        },
    ),
    Case::faulty(
        "cookie-after-rejection-only",
        &[found("set-after-rejection", "_ga")],
        |ask| once_refused(ask, |page| page.cookie(ga())),
    )
    .also(&["survives-withdrawal"]),
    // The site has three values for a choice, but its analytics code knows only two.
    Case::faulty(
        "cookie-after-withdrawal-only",
        &[found("set-after-rejection", "_fbp")],
        |ask| match ask.place() {
            ("news", "/consent")
                if ask.cookie("site_consent") == Some("accepted") && said(ask) == "rejected" =>
            {
                settle(ask, "withdrawn")
            }
            _ => {
                let withdrawn = ask.cookie("site_consent") == Some("withdrawn");
                let sets = withdrawn || ask.allows(Marketing);
                on_pages(ask, |page| page.when(sets, |page| page.cookie(fbp())))
            }
        },
    )
    .also(&["survives-withdrawal"]),
    Case::faulty(
        "cookie-survives-withdrawal",
        &[found("survives-withdrawal", "_ga")],
        |ask| match ask.place() {
            ("news", "/consent") if ask.is_post() => remember(ask, said(ask)),
            _ => lawful(ask),
        },
    ),
    // It was set for the domain but is removed for the host.
    Case::faulty(
        "cookie-removed-at-the-wrong-domain",
        &[found("survives-withdrawal", "_fbp")],
        |ask| {
            once_allowed(ask, Marketing, |page| {
                page.cookie(format!("{}; Domain=news.localhost", fbp()))
            })
        },
    ),
    Case::faulty(
        "cookie-respawned-after-withdrawal",
        &[found("respawned", "_fbp")],
        |ask| {
            on_pages(ask, |page| {
                page.when(ask.allows(Marketing), |page| page.script(KEEP_FBP))
                    .when(ask.refused(), |page| page.script(RESPAWN_FBP))
            })
        },
    )
    .also(&[
        "set-after-rejection",
        "survives-withdrawal",
        "storage-survives-withdrawal",
        "stored-after-rejection",
    ]),
    Case::faulty(
        "cookie-respawned-after-clearing",
        &[found("respawned", "_fbp")],
        |ask| {
            on_pages(ask, |page| {
                page.when(ask.allows(Marketing), |page| page.script(KEEP_FBP))
                    .when(ask.undecided(), |page| page.script(RESPAWN_FBP))
                    .when(ask.refused(), |page| page.script("localStorage.clear();"))
            })
        },
    )
    .also(&["set-before-consent"]),
    // Browsers reject it, which signs visitors out on every page.
    Case::faulty(
        "cookie-with-a-broken-prefix",
        &[found("prefix-broken", "__Host-session")],
        |ask| {
            on_pages(ask, |page| {
                page.cookie(
                    "__Host-session=open; Path=/; Domain=news.localhost; Secure; HttpOnly; \
                     SameSite=Lax",
                )
            })
        },
    ),
    Case::faulty(
        "consent-for-one-category-is-taken-for-all",
        &[found("set-after-rejection", "_fbp")],
        |ask| {
            let sets = !ask.undecided() && !ask.refused() && !ask.gpc;
            on_pages(ask, |page| page.when(sets, |page| page.cookie(fbp())))
        },
    )
    .with_policy()
    .also(&["survives-withdrawal"]),
];

/// Copies an advertising cookie to storage, which survives clearing cookies.
const KEEP_FBP: &str = r#"
    const id = localStorage.getItem("_fbp") ?? `fb.1.${Date.now()}.${crypto.randomUUID()}`;
    localStorage.setItem("_fbp", id);
    document.cookie = `_fbp=${id}; path=/; max-age=7776000; secure; samesite=lax`;"#;

const RESPAWN_FBP: &str = r#"
    const kept = localStorage.getItem("_fbp");
    if (kept && !document.cookie.includes("_fbp=")) {
        document.cookie = `_fbp=${kept}; path=/; max-age=7776000; secure; samesite=lax`;
    }"#;
