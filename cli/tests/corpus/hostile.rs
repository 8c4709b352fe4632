//! Sites that hinder an audit, most of them unintentionally. An audit has to end, to report what it
//! could not record, and to record the rest.
//!
//! No page here crashes its tab, since that would exhaust the memory of the machine. Tests of
//! crashes cause one from outside, on the page of [`HARMLESS`].

use super::{
    Case, Expected, found,
    server::{Answer, Ask, Body, Handler},
    site::{lawful, on_pages, page},
};

/// A case with this markup in the second page.
macro_rules! in_page {
    ($name:literal, $markup:literal) => {
        perhaps($name, |ask| front(ask, $markup))
    };
}

/// A site whose second page does nothing, for a crash caused from outside.
pub(crate) const HARMLESS: Case = Case::clean("harmless", |ask| front(ask, ""));

pub(crate) fn cases() -> Vec<Case> {
    CASES.to_vec()
}

/// The problem is on the second page, so that the rules can be checked on the first.
const CASES: &[Case] = &[
    trouble("hangs", "hangs", |ask| {
        front(ask, "<script>for (;;);</script>")
    }),
    trouble("hangs-when-left", "hangs", |ask| {
        front(
            ask,
            "<script>addEventListener('pagehide', () => { for (;;); });</script>",
        )
    }),
    trouble("never-stops-loading", "never-idle", |ask| {
        match ask.place() {
            ("news", "/second") => Answer::new(200, "text/html; charset=utf-8", Body::Endless),
            _ => front(ask, ""),
        }
    }),
    trouble("never-answers", "never-idle", |ask| match ask.place() {
        ("news", "/second") => Answer::new(200, "text/html; charset=utf-8", Body::Silence),
        _ => front(ask, ""),
    }),
    perhaps("picture-that-never-ends", |ask| match ask.place() {
        ("news", "/endless.gif") => Answer::new(200, "image/gif", Body::Endless),
        _ => front(ask, r#"<img src="/endless.gif" alt="">"#),
    }),
    trouble("asks-without-end", "never-idle", |ask| match ask.place() {
        ("news", "/poll") => Answer::empty(204),
        _ => front(
            ask,
            "<script>const poll = () => fetch('/poll').then(poll); poll();</script>",
        ),
    }),
    trouble("redirects-to-itself", "redirect-loop", |ask| {
        match ask.place() {
            ("news", "/second") => Answer::redirect("/second"),
            _ => front(ask, ""),
        }
    }),
    trouble("redirects-on-and-on", "redirect-loop", |ask| {
        match ask.place() {
            ("news", "/second") => {
                let step: u64 = ask.query.parse().unwrap_or(0);
                Answer::redirect(format!("/second?{}", step + 1))
            }
            _ => front(ask, ""),
        }
    }),
    // The whole site redirects, so there is nothing to audit.
    trouble("front-redirects-to-itself", "redirect-loop", |_| {
        Answer::redirect("/")
    }),
    trouble("alerts", "dialog", |ask| {
        front(ask, "<script>alert('Read this!');</script>")
    }),
    trouble("asks-by-dialogs", "dialog", |ask| {
        front(
            ask,
            "<script>let patience = 5;
            while (!confirm('Shall I stop?') && patience > 0) patience -= 1;
            prompt('Your name?');</script>",
        )
    }),
    // Browsers ask only after an interaction with the page.
    in_page!(
        "asks-whether-to-leave",
        "<script>
            addEventListener('beforeunload', (event) => event.preventDefault());</script>"
    ),
    trouble("is-a-download", "download", |ask| match ask.place() {
        ("news", "/second") => Answer::new(200, "application/zip", Body::Bytes(b"PK\x05\x06"))
            .header("Content-Disposition", "attachment; filename=report.zip"),
        _ => front(ask, ""),
    }),
    perhaps("starts-a-download", |ask| match ask.place() {
        ("news", "/report.zip") => Answer::new(200, "application/zip", Body::Bytes(b"PK\x05\x06")),
        _ => front(
            ask,
            r#"<a id="file" href="/report.zip" download>The report</a>
            <script>document.querySelector('#file').click();</script>"#,
        ),
    }),
    trouble("fifty-megabytes", "too-large", |ask| match ask.place() {
        ("news", "/second") => Answer::new(
            200,
            "text/html; charset=utf-8",
            Body::Large(50 * 1024 * 1024),
        ),
        _ => front(ask, ""),
    }),
    // Browsers stop reading an invalid image, but not a response to a script.
    trouble("fetch-of-fifty-megabytes", "too-large", |ask| {
        match ask.place() {
            ("news", "/large") => Answer::new(
                200,
                "application/octet-stream",
                Body::Large(50 * 1024 * 1024),
            ),
            _ => front(
                ask,
                r#"<script>fetch("/large").then((answer) => answer.blob());</script>"#,
            ),
        }
    }),
    trouble("status-500", "error-status", |ask| match ask.place() {
        ("news", "/second") => Answer::new(
            500,
            "text/html; charset=utf-8",
            Body::Text("<p>Sorry!".to_owned()),
        ),
        _ => front(ask, ""),
    }),
    // A status without a page.
    trouble(
        "status-404-without-a-page",
        "error-status",
        |ask| match ask.place() {
            ("news", "/second") => Answer::empty(404),
            _ => front(ask, ""),
        },
    ),
    perhaps("no-content", |ask| match ask.place() {
        ("news", "/second") => Answer::empty(204),
        _ => front(ask, ""),
    }),
    in_page!(
        "grows",
        "<script>setInterval(() => { for (let i = 0; i < 100; i += 1)
            document.body.append(document.createElement('p')); }, 10);</script>"
    ),
    perhaps("is-deep", |ask| front(ask, &"<div>".repeat(20_000))),
    in_page!(
        "opens-windows",
        "<script>for (let i = 0; i < 5; i += 1) open('/second?window=' + i);
            document.addEventListener('mousemove', () => open('/'));</script>"
    ),
    in_page!(
        "reloads-itself",
        "<script>setTimeout(() => location.reload(), 50);</script>"
    ),
    in_page!(
        "goes-elsewhere",
        "<script>location.href = 'http://video.localhost:PORT/frame';</script>"
    ),
    in_page!(
        "goes-to-a-program",
        "<script>location.href = 'mailto:letters@news.example';</script>"
    ),
    in_page!(
        "asks-for-permissions",
        "<script>navigator.geolocation.getCurrentPosition(() => {});
            Notification.requestPermission();
            navigator.mediaDevices?.getUserMedia({ video: true }).catch(() => {});
            document.documentElement.requestFullscreen().catch(() => {});</script>"
    ),
    // Scripts in this page cannot rely on built-in functions.
    in_page!(
        "takes-the-tools-away",
        "<script>
            const no = () => { throw new Error('no'); };
            for (const [holder, name] of [[JSON, 'stringify'], [JSON, 'parse'],
                [Document.prototype, 'querySelector'], [Document.prototype, 'querySelectorAll'],
                [Element.prototype, 'querySelectorAll'],
                [Element.prototype, 'getBoundingClientRect'],
                [Array.prototype, 'map'], [Array.prototype, 'filter'], [Array.prototype, 'push'],
                [String.prototype, 'trim'], [globalThis, 'getComputedStyle'],
                [globalThis, 'scrollTo'], [globalThis, 'eval']]) holder[name] = no;
            Object.defineProperty(document, 'title', { get: no });
            Object.defineProperty(document, 'cookie', { get: no, set: no });
            </script>"
    ),
    perhaps("two-thousand-links", |ask| {
        let links: String = (0..2000)
            .map(|number| format!(r#"<a href="/second?{number}">{number}</a> "#))
            .collect();
        front(ask, &links)
    }),
    perhaps("two-hundred-cookies", |ask| {
        let answer = front(ask, "");
        match ask.place() {
            ("news", "/second") => (0..200).fold(answer, |answer, number| {
                answer.cookie(format!(
                    "part{number}=1; Path=/; Secure; HttpOnly; SameSite=Lax"
                ))
            }),
            _ => answer,
        }
    }),
    // Reports and terminals must show these as plain text.
    perhaps("escapes-in-texts", |ask| match ask.place() {
        ("news", "/second") => page(ask)
            .title("\u{1b}[2J\u{1b}]0;gone\u{7} &lt;img src=x onerror=alert(1)&gt; \u{202e}txet")
            .cookie("<script>alert(1)</script>=1; Path=/; Secure; HttpOnly; SameSite=Lax")
            .cookie("=SUM(1+1)=1; Path=/; Secure; HttpOnly; SameSite=Lax")
            .script(
                "localStorage.setItem('\\u001b[31mred</script\\u003e<b>bold', '1');
                document.cookie = '\\u202eeman=1; path=/; secure';",
            )
            .answer(),
        _ => front(ask, ""),
    }),
];

const fn trouble(name: &'static str, kind: &'static str, handler: Handler) -> Case {
    const PLANTED: &[Expected] = &[found("page-trouble", "")];
    Case {
        trouble: Some(kind),
        ..Case::faulty(name, PLANTED, handler)
    }
}

/// The outcome depends on the browser; the audit has to end.
const fn perhaps(name: &'static str, handler: Handler) -> Case {
    Case::faulty(name, &[], handler).also(&["page-trouble"])
}

/// The lawful site, with this markup in the second page.
fn front(ask: &Ask, second: &str) -> Answer {
    match ask.path == "/second" {
        true => on_pages(ask, |page| page.title("The second report").body(second)),
        false if ask.path == "/" => on_pages(ask, |page| page.more()),
        false => lawful(ask),
    }
}

/// An address without a server.
pub(crate) fn refused_address() -> String {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a port is free");
    let port = listener.local_addr().expect("it has an address").port();
    // The port is free again when the listener is dropped.
    format!("http://news.localhost:{port}/")
}
