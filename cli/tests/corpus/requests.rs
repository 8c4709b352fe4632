//! Requests to others that nobody has agreed to, of kinds that speak for themselves. Those that
//! only a policy can judge are in [`super::policed`].

use super::{
    Case, Expected, found,
    parts::{FILM, PIXEL},
    server::{Answer, Ask},
    site::{Marketing, Page, lawful, on_pages, settings_page},
};

pub(super) const CASES: &[Case] = &[
    Case::faulty("pixel", TO_TRACKER, |ask| {
        early(ask, |page| page.body(PIXEL))
    }),
    Case::faulty("pixel-of-a-script", TO_TRACKER, |ask| {
        let script = r#"new Image().src = "http://tracker.localhost:PORT/pixel.gif?page=1";"#;
        early(ask, |page| page.script(script))
    }),
    // To the page it is a picture of its own.
    Case::faulty("pixel-behind-a-redirect", TO_TRACKER, |ask| {
        match ask.place() {
            ("news", "/own.gif") => Answer::redirect("http://tracker.localhost:PORT/pixel.gif"),
            _ => early(ask, |page| page.body(r#"<img src="/own.gif" alt="">"#)),
        }
    }),
    Case::faulty("pixel-of-a-stylesheet", TO_TRACKER, |ask| {
        let style =
            "<style>footer { background: url(http://tracker.localhost:PORT/pixel.gif) }</style>";
        early(ask, |page| page.head(style))
    }),
    Case::faulty("pixel-below-the-fold", TO_TRACKER, |ask| {
        let filler = r#"<div class="filler"></div>"#.repeat(4);
        let pixel = PIXEL.replace("<img", r#"<img loading="lazy""#);
        early(ask, |page| page.body(&filler).body(&pixel))
    }),
    Case::faulty("beacon", TO_TRACKER, |ask| {
        let script = r#"navigator.sendBeacon("http://tracker.localhost:PORT/beacon", "seen");"#;
        early(ask, |page| page.script(script))
    }),
    Case::faulty("beacon-on-leaving", TO_TRACKER, |ask| {
        let script = r#"addEventListener("pagehide", () =>
            navigator.sendBeacon("http://tracker.localhost:PORT/beacon", "read"));"#;
        early(ask, |page| page.script(script))
    }),
    Case::faulty("web-socket", TO_TRACKER, |ask| {
        let script = r#"new WebSocket("ws://tracker.localhost:PORT/socket");"#;
        early(ask, |page| page.script(script))
    }),
    Case::faulty("video-frame", TO_VIDEO, |ask| {
        early(ask, |page| page.body(FILM))
    }),
    Case::faulty("frame-without-a-look", TO_TRACKER, |ask| {
        let frame = r#"<iframe src="http://tracker.localhost:PORT/frame" width="0" height="0"
            style="display: none"></iframe>"#;
        early(ask, |page| page.body(frame))
    }),
    Case::faulty("frame-of-an-object", TO_VIDEO, |ask| {
        let frame =
            r#"<object type="text/html" data="http://video.localhost:PORT/frame"></object>"#;
        early(ask, |page| page.body(frame))
    }),
    Case::faulty("frame-on-the-second-page", TO_VIDEO, |ask| {
        on_pages(ask, |page| match ask.path == "/second" {
            true => page.when(ask.impatient(Marketing), |page| page.body(FILM)),
            false => page.more(),
        })
    }),
    // A blank frame of the site itself, written by a script, asks for the pixel.
    Case::faulty("pixel-of-a-written-frame", TO_TRACKER, |ask| {
        let script = r#"const frame = document.createElement("iframe");
            frame.srcdoc = '<img src="http://tracker.localhost:PORT/pixel.gif" alt="">';
            document.body.append(frame);"#;
        early(ask, |page| page.script(script))
    }),
    Case::faulty(
        "pixel-after-rejection",
        &[found("request-after-rejection", "tracker.localhost")],
        |ask| {
            on_pages(ask, |page| {
                page.when(ask.refused(), |page| page.body(PIXEL))
            })
        },
    ),
    // Where people go to say no.
    Case::faulty(
        "pixel-on-the-page-of-settings",
        TO_TRACKER,
        |ask| match ask.place() {
            ("news", "/cookies") if ask.impatient(Marketing) => {
                settings_page(ask).body(PIXEL).answer()
            }
            _ => lawful(ask),
        },
    ),
];

const TO_TRACKER: &[Expected] = &[found("request-before-consent", "tracker.localhost")];
const TO_VIDEO: &[Expected] = &[found("request-before-consent", "video.localhost")];

/// What the fault uses is used after an agreement as well, as it may, and not after a no.
fn early(ask: &Ask, fault: impl FnOnce(Page) -> Page) -> Answer {
    on_pages(ask, |page| page.when(ask.impatient(Marketing), fault))
}
