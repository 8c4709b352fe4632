//! Late cookies: after a delay, on another page, on an interaction or on leaving.

use super::{
    Case, found,
    parts::while_undecided,
    server::{Answer, Ask},
    set::{GA_BY_SCRIPT, ga},
    site::{lawful, on_pages, page},
};

pub(super) const CASES: &[Case] = &[
    Case::faulty("cookie-after-three-seconds", PLANTED, |ask| {
        late(ask, "setTimeout(count, 3000);")
    }),
    Case::faulty("cookie-after-ten-seconds-of-ticking", PLANTED, |ask| {
        late(
            ask,
            "let ticks = 0; const clock = setInterval(() => {
                ticks += 1;
                if (ticks === 10) { clearInterval(clock); count(); }
            }, 1000);",
        )
    }),
    Case::faulty("cookie-when-idle", PLANTED, |ask| {
        late(ask, "requestIdleCallback(count);")
    }),
    Case::faulty("cookie-on-scrolling", PLANTED, |ask| {
        late(ask, r#"addEventListener("scroll", count, { once: true });"#)
    }),
    Case::faulty("cookie-when-the-end-is-seen", PLANTED, |ask| {
        late(
            ask,
            // The end of the page does not exist yet when the script runs.
            r##"addEventListener("DOMContentLoaded", () =>
                new IntersectionObserver((seen) => seen[0].isIntersecting && count())
                    .observe(document.querySelector("#end")));"##,
        )
    }),
    Case::faulty("cookie-on-moving-the-mouse", PLANTED, |ask| {
        late(
            ask,
            r#"document.addEventListener("mousemove", count, { once: true });"#,
        )
    }),
    Case::faulty("cookie-when-hidden", PLANTED, |ask| {
        late(
            ask,
            r#"document.addEventListener("visibilitychange", () => {
                if (document.visibilityState === "hidden") count();
            });"#,
        )
    })
    // Also if the page is left by rejecting.
    .also(&["set-after-rejection"]),
    Case::faulty("cookie-on-leaving", PLANTED, |ask| {
        late(ask, r#"addEventListener("pagehide", count);"#)
    })
    .also(&["set-after-rejection"]),
    Case::faulty("cookie-on-the-second-page", PLANTED, |ask| {
        match ask.place() {
            ("news", "/") => page(ask).more().answer(),
            ("news", "/second") => {
                let page = page(ask).title("The second report");
                page.when(ask.undecided(), |page| page.cookie(ga()))
                    .answer()
            }
            _ => lawful(ask),
        }
    }),
    // The first page sets no cookie.
    Case::faulty("cookie-on-coming-back", PLANTED, |ask| {
        let back = ask.undecided() && ask.cookie("seen").is_some();
        on_pages(ask, |page| {
            page.when(ask.undecided(), |page| {
                page.cookie("seen=1; Path=/; Secure; HttpOnly; SameSite=Lax")
            })
            .when(back, |page| page.cookie(ga()))
        })
    })
    .also(&["silence-is-consent"]),
    // Elements of the page may add more elements.
    Case::faulty(
        "cookie-by-a-script-that-a-script-loads",
        PLANTED,
        |ask| match ask.place() {
            ("news", "/a.js") => Answer::script(
                r#"setTimeout(() => {
                    const script = document.createElement("script");
                    script.src = "/b.js";
                    document.head.append(script);
                }, 500);"#,
            ),
            ("news", "/b.js") => Answer::script(GA_BY_SCRIPT),
            _ => while_undecided(ask, |page| {
                page.head(r#"<script src="/a.js" async></script>"#)
            }),
        },
    )
    .also(&["set-after-rejection"]),
];

const PLANTED: &[super::Expected] = &[found("set-before-consent", "_ga")];

/// A page before an answer, with a script that calls `count` later.
fn late(ask: &Ask, script: &str) -> Answer {
    while_undecided(ask, |page| {
        page.script(&format!(
            "const count = () => {{ {GA_BY_SCRIPT} }}; {script}"
        ))
    })
}
