//! Lawful sites that look suspicious, with the usual banner or none. Those with a special banner
//! are in [`super::clean_banners`].

use super::{
    Case,
    parts::{FILM, PIXEL, once_allowed},
    server::{Answer, Ask, Body},
    set::{fbp, pk_id, removal},
    site::{Analytics, Marketing, Page, bare, lawful, on_pages, page},
    storage::{LOCAL, TIDY},
};

pub(super) const CASES: &[Case] = &[
    Case::clean("asks-first-and-counts-then", lawful),
    Case::clean("nothing-at-all", |ask| plain(ask, |page| page)),
    Case::clean("session-cookie", |ask| {
        plain(ask, |page| {
            page.cookie(
                "PHPSESSID=r2t5uvjq435r4q7ib3vtdjq120; Path=/; Secure; HttpOnly; SameSite=Lax",
            )
        })
    }),
    Case::clean("token-against-forged-forms", |ask| {
        plain(ask, |page| {
            page.cookie(
                "csrftoken=b8Jk21LxT0vQe93WmZpR6yHs4UdNfCa7; Path=/; Max-Age=31449600; Secure; \
                 SameSite=Lax",
            )
        })
    }),
    // A load balancing cookie, whose value looks like an identifier.
    Case::clean("load-balancer", |ask| {
        plain(ask, |page| {
            page.cookie(
                "AWSALB=9zFh3kQ0b7Tn51VxYc84; Path=/; Max-Age=604800; Secure; HttpOnly; \
                 SameSite=Lax",
            )
        })
    }),
    // The visitor requests it with a button.
    Case::clean("language-that-was-picked", |ask| match ask.place() {
        ("news", "/language") if ask.is_post() => {
            Answer::redirect("/").cookie("lang=de; Path=/; Secure; HttpOnly; SameSite=Lax")
        }
        _ => plain(ask, |page| {
            page.body(r#"<form method="post" action="/language"><button>Deutsch</button></form>"#)
        }),
    }),
    Case::clean("theme-that-was-picked", |ask| {
        plain(ask, |page| {
            page.body(
                r#"<p><button type="button" onclick="localStorage.setItem('theme', 'dark');
                document.body.style.background = '#222'">Dark</button></p>"#,
            )
        })
    }),
    // The response removes an old cookie.
    Case::clean("old-cookie-is-removed", |ask| {
        plain(ask, |page| page.cookie(removal("_ga")))
    }),
    Case::clean("old-cookie-is-removed-by-script", |ask| {
        plain(ask, |page| {
            page.script(
                r#"document.cookie = "_ga=; path=/; max-age=0";
                document.cookie = "_fbp=; path=/; expires=Thu, 01 Jan 1970 00:00:00 GMT";
                localStorage.removeItem("_hjSessionUser_1");"#,
            )
        })
    }),
    Case::clean("own-count-without-storage", |ask| match ask.place() {
        ("news", "/count") => Answer::empty(204),
        _ => plain(ask, |page| {
            page.script(
                r#"navigator.sendBeacon("/count", location.pathname);
                new Image().src = "/count?width=" + innerWidth;
                addEventListener("pagehide", () => navigator.sendBeacon("/count", "read"));"#,
            )
        }),
    }),
    Case::clean("own-font-and-film", |ask| match ask.place() {
        ("news", "/film.mp4") => Answer::new(200, "video/mp4", Body::Bytes(b"")),
        _ => plain(ask, |page| {
            page.head(
                r#"<link rel="preload" href="/font.woff2" as="font" crossorigin>
                <style>@font-face { font-family: Own; src: url(/font.woff2) }
                h1 { font-family: Own }</style>"#,
            )
            .body(r#"<video src="/film.mp4" controls preload="metadata"></video>"#)
        }),
    }),
    // Same site for browsers, and it sets nothing.
    Case::clean("pictures-on-an-own-subdomain", |ask| match ask.place() {
        ("metrics.news", "/pixel.gif") => Answer::pixel(),
        _ => plain(ask, |page| {
            page.head(r#"<link rel="preconnect" href="http://metrics.news.localhost:PORT">"#)
                .body(r#"<img src="http://metrics.news.localhost:PORT/pixel.gif" alt="">"#)
        }),
    }),
    Case::clean("pixel-in-the-page-itself", |ask| {
        plain(ask, |page| {
            page.body(
                r#"<img width="1" height="1" alt=""
                src="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'/%3E">"#,
            )
        })
    }),
    Case::clean("own-frame", |ask| match ask.place() {
        ("news", "/inner") => Answer::html("<p>Tram departures: 12, 27, 42.</p>"),
        _ => plain(ask, |page| {
            page.body(r#"<iframe src="/inner" title="Trams"></iframe>"#)
        }),
    }),
    Case::clean("link-to-a-film-elsewhere", |ask| {
        plain(ask, |page| {
            page.body(
                r#"<p><a href="https://www.youtube.com/watch?v=trams">The film about the trams</a>,
                <a href="http://tracker.localhost:PORT/tag.js" rel="nofollow">our partner</a></p>"#,
            )
        })
    }),
    Case::clean("tracker-in-a-comment-and-a-template", |ask| {
        plain(ask, |page| {
            page.body(
                r#"<!-- <script src="http://tracker.localhost:PORT/tag.js"></script> -->
                <template><iframe src="http://video.localhost:PORT/frame"></iframe>
                <img src="http://tracker.localhost:PORT/pixel.gif"></template>
                <script type="text/plain" src="http://tracker.localhost:PORT/tag.js"></script>
                <textarea><img src="http://tracker.localhost:PORT/pixel.gif"></textarea>
                <noscript><p>This page needs no scripts.</p></noscript>"#,
            )
        })
    }),
    Case::clean("script-that-is-never-run", |ask| {
        plain(ask, |page| {
            page.script(
                r#"function never() {
                    document.cookie = "_ga=GA1.1.1234567890.1700000000; max-age=34128000";
                    localStorage.setItem("_hjSessionUser_1", crypto.randomUUID());
                    new Image().src = "http://tracker.localhost:PORT/pixel.gif";
                }"#,
            )
        })
    }),
    // The film loads after a click on a button whose text names the consequences.
    Case::clean("film-behind-a-button", |ask| {
        plain(ask, |page| {
            page.body(
                r#"<figure><button type="button" onclick="this.outerHTML =
                '<iframe src=&quot;http://video.localhost:PORT/frame&quot;></iframe>'">Play</button>
                <figcaption>The film is loaded from Example Video, which then sees your
                address.</figcaption></figure>"#,
            )
        })
    }),
    Case::clean("bakery-that-accepts-cookies", |ask| {
        plain(ask, |page| {
            page.title("We accept cookies").body(
                r#"<p>The bakery in the market hall accepts cookies as payment. Bring your own, all
                kinds of cookies are taken, and none is rejected.</p>
                <p><button type="button">Order cookies</button>
                <a href="mailto:bakery@news.example">Ask for other settings of the oven</a></p>"#,
            )
        })
    }),
    Case::clean("page-about-cookies", |ask| match ask.place() {
        ("news", "/second") => page(ask)
            .title("Which cookies we use")
            .body(
                "<p>If you accept, we use cookies to count visits. If you reject them, we do not.
                Partners set none.</p><table><tr><th>Name<th>What for<th>How long</tr>
                <tr><td>_ga<td>Counts visits<td>395 days</tr>
                <tr><td>site_consent<td>Keeps what you chose<td>180 days</tr></table>",
            )
            .answer(),
        _ => on_pages(ask, Page::more),
    }),
    Case::clean("letter-for-subscribers", |ask| {
        plain(ask, |page| {
            page.body(
                r#"<dialog open style="position: fixed; top: 2rem"><form method="dialog">
                <h2>Our letter</h2><p>Every Friday by mail. See our privacy notice.</p>
                <p><input type="email" aria-label="Your address"></p>
                <button>Subscribe</button> <button>No thanks</button></form></dialog>"#,
            )
        })
    }),
    Case::clean("question-of-age", |ask| {
        plain(ask, |page| {
            page.body(
                r#"<dialog open style="position: fixed; top: 2rem"><form method="dialog">
                <h2>Beer from the region</h2><p>Are you over 18? The law asks us to ask.</p>
                <button>Yes, I am over 18</button> <button>No</button></form></dialog>"#,
            )
        })
    }),
    Case::clean("offer-of-help", |ask| {
        plain(ask, |page| {
            page.body(
                r#"<aside style="position: fixed; right: 1rem; bottom: 1rem; background: #eee">
                <p>Questions? We answer until six. Our privacy notice says how.</p>
                <button type="button" onclick="this.parentElement.remove()">OK</button></aside>"#,
            )
        })
    }),
    Case::clean("tracker-after-a-yes", |ask| {
        once_allowed(ask, Marketing, |page| {
            page.cookie(fbp()).body(PIXEL).body(FILM)
        })
    }),
    // The markup is the same for all visitors; a script activates what is allowed.
    Case::clean("tracker-that-waits-in-the-page", |ask| {
        let granted = ask.allows(Analytics);
        on_pages(ask, |page| {
            page.body(
                r#"<script type="text/plain" data-category="analytics"
                data-src="http://tracker.localhost:PORT/tag.js"></script>"#,
            )
            .script(&format!(
                r#"const all = document.querySelectorAll("[data-category]");
                if ({granted}) for (const waits of all) {{
                    const script = document.createElement("script");
                    script.src = waits.dataset.src;
                    waits.replaceWith(script);
                }}"#
            ))
        })
    }),
    Case::clean("alias-of-a-tracker-after-a-yes", |ask| match ask.place() {
        ("metrics.news", "/m.gif") => Answer::pixel().cookie(pk_id()),
        _ => once_allowed(ask, Analytics, |page| {
            page.body(r#"<img src="http://metrics.news.localhost:PORT/m.gif" alt="">"#)
        }),
    }),
    Case::clean("storage-and-worker-after-a-yes", |ask| match ask.place() {
        ("news", "/worker.js") => Answer::script("addEventListener('fetch', () => {});"),
        _ => on_pages(ask, |page| {
            page.when(ask.allows(Analytics), |page| {
                page.script(LOCAL)
                    .script(r#"navigator.serviceWorker.register("/worker.js");"#)
            })
            .when(ask.refused(), |page| page.script(TIDY))
        }),
    }),
    Case::clean("everything-as-the-policy-says", |ask| {
        on_pages(ask, |page| {
            page.when(ask.allows(Marketing), |page| {
                page.cookie(fbp()).body(PIXEL).body(FILM)
            })
            .when(ask.allows(Analytics), |page| {
                page.script(r#"localStorage.setItem("reading-position", "42");"#)
            })
            .when(ask.refused(), |page| page.script(TIDY))
        })
    })
    .with_policy(),
];

/// A site without a banner that uses nothing that needs consent.
fn plain(ask: &Ask, more: impl FnOnce(Page) -> Page) -> Answer {
    match ask.place() {
        ("news", "/") => more(bare()).answer(),
        ("news", "/cookies" | "/consent" | "/second") => Answer::empty(404),
        _ => lawful(ask),
    }
}
