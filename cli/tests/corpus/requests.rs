//! Requests to third parties without consent, of kinds that need no policy to judge. Those that
//! need one are in [`super::policed`].

use super::{
    Case, Expected, found,
    parts::{FILM, PIXEL, once_refused, too_early},
    server::Answer,
    site::{Marketing, lawful, on_pages, settings_page},
};

pub(super) const CASES: &[Case] = &[
    Case::faulty("pixel", TO_TRACKER, |ask| {
        too_early(ask, Marketing, |page| page.body(PIXEL))
    }),
    Case::faulty("pixel-of-a-script", TO_TRACKER, |ask| {
        let script = r#"new Image().src = "http://tracker.localhost:PORT/pixel.gif?page=1";"#;
        too_early(ask, Marketing, |page| page.script(script))
    }),
    // The page requests an image from its own host.
    Case::faulty("pixel-behind-a-redirect", TO_TRACKER, |ask| {
        match ask.place() {
            ("news", "/own.gif") => Answer::redirect("http://tracker.localhost:PORT/pixel.gif"),
            _ => too_early(ask, Marketing, |page| {
                page.body(r#"<img src="/own.gif" alt="">"#)
            }),
        }
    }),
    Case::faulty("pixel-of-a-stylesheet", TO_TRACKER, |ask| {
        let style =
            "<style>footer { background: url(http://tracker.localhost:PORT/pixel.gif) }</style>";
        too_early(ask, Marketing, |page| page.head(style))
    }),
    Case::faulty("pixel-below-the-fold", TO_TRACKER, |ask| {
        let filler = r#"<div class="filler"></div>"#.repeat(4);
        let pixel = PIXEL.replace("<img", r#"<img loading="lazy""#);
        too_early(ask, Marketing, |page| page.body(&filler).body(&pixel))
    }),
    Case::faulty("beacon", TO_TRACKER, |ask| {
        let script = r#"navigator.sendBeacon("http://tracker.localhost:PORT/beacon", "seen");"#;
        too_early(ask, Marketing, |page| page.script(script))
    }),
    Case::faulty("beacon-on-leaving", TO_TRACKER, |ask| {
        let script = r#"addEventListener("pagehide", () =>
            navigator.sendBeacon("http://tracker.localhost:PORT/beacon", "read"));"#;
        too_early(ask, Marketing, |page| page.script(script))
    }),
    Case::faulty("web-socket", TO_TRACKER, |ask| {
        let script = r#"new WebSocket("ws://tracker.localhost:PORT/socket");"#;
        too_early(ask, Marketing, |page| page.script(script))
    }),
    Case::faulty("video-frame", TO_VIDEO, |ask| {
        too_early(ask, Marketing, |page| page.body(FILM))
    }),
    Case::faulty("frame-without-a-look", TO_TRACKER, |ask| {
        let frame = r#"<iframe src="http://tracker.localhost:PORT/frame" width="0" height="0"
            style="display: none"></iframe>"#;
        too_early(ask, Marketing, |page| page.body(frame))
    }),
    Case::faulty("frame-of-an-object", TO_VIDEO, |ask| {
        let frame =
            r#"<object type="text/html" data="http://video.localhost:PORT/frame"></object>"#;
        too_early(ask, Marketing, |page| page.body(frame))
    }),
    Case::faulty("frame-on-the-second-page", TO_VIDEO, |ask| {
        on_pages(ask, |page| match ask.path == "/second" {
            true => page.when(ask.impatient(Marketing), |page| page.body(FILM)),
            false => page.more(),
        })
    }),
    // A script writes the pixel into a blank frame of the site.
    Case::faulty("pixel-of-a-written-frame", TO_TRACKER, |ask| {
        let script = r#"const frame = document.createElement("iframe");
            frame.srcdoc = '<img src="http://tracker.localhost:PORT/pixel.gif" alt="">';
            document.body.append(frame);"#;
        too_early(ask, Marketing, |page| page.script(script))
    }),
    Case::faulty(
        "pixel-after-rejection",
        &[found("request-after-rejection", "tracker.localhost")],
        |ask| once_refused(ask, |page| page.body(PIXEL)),
    ),
    // The page on which visitors reject.
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
