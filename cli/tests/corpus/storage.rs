//! Identifiers stored outside of cookies.

use super::{
    Case, found,
    parts::{FRAME, once_allowed, once_refused, too_early},
    server::{Answer, Ask},
    site::{Analytics, Marketing, on_pages},
};

pub(super) const CASES: &[Case] = &[
    Case::faulty(
        "local-storage",
        &[found("stored-before-consent", "_hjSessionUser_1")],
        |ask| until_answered(ask, LOCAL),
    ),
    Case::faulty(
        "local-storage-by-assignment",
        &[found("stored-before-consent", "_hjSessionUser_1")],
        |ask| until_answered(ask, "localStorage._hjSessionUser_1 = crypto.randomUUID();"),
    ),
    Case::faulty(
        "session-storage",
        &[found("stored-before-consent", "_hjSession_1")],
        |ask| {
            until_answered(
                ask,
                r#"sessionStorage.setItem("_hjSession_1", crypto.randomUUID());"#,
            )
        },
    ),
    Case::faulty(
        "indexed-database",
        &[found("stored-before-consent", "visitors")],
        |ask| {
            until_answered(
                ask,
                r#"const asked = indexedDB.open("visitors", 1);
                asked.onupgradeneeded = () => asked.result.createObjectStore("ids");
                asked.onsuccess = () => {
                    const change = asked.result.transaction("ids", "readwrite");
                    change.objectStore("ids").put(crypto.randomUUID(), "own");
                    change.oncomplete = () => asked.result.close();
                };"#,
            )
        },
    ),
    Case::faulty(
        "cache-storage",
        &[found("stored-before-consent", "_pk_id.1.1fff")],
        |ask| {
            until_answered(
                ask,
                r#"caches.open("_pk_id.1.1fff").then((cache) =>
                    cache.put("/id", new Response(crypto.randomUUID())));"#,
            )
        },
    ),
    Case::faulty(
        "service-worker",
        &[found("worker-before-consent", "")],
        |ask| match ask.place() {
            ("news", "/worker.js") => Answer::script("addEventListener('fetch', () => {});"),
            _ => until_answered(ask, r#"navigator.serviceWorker.register("/worker.js");"#),
        },
    ),
    Case::faulty(
        "local-storage-of-a-third-party-frame",
        &[found("stored-before-consent", "_hjSessionUser_1")],
        |ask| match ask.place() {
            ("tracker", "/frame") => Answer::html(format!("<script>{LOCAL}</script>")),
            _ => too_early(ask, Marketing, |page| page.body(FRAME)),
        },
    )
    .also(&["request-before-consent", "storage-survives-withdrawal"]),
    Case::faulty(
        "local-storage-after-rejection",
        &[found("stored-after-rejection", "_hjSessionUser_1")],
        |ask| once_refused(ask, |page| page.script(LOCAL)),
    )
    .also(&["storage-survives-withdrawal"]),
    Case::faulty(
        "local-storage-survives-withdrawal",
        &[found("storage-survives-withdrawal", "_hjSessionUser_1")],
        |ask| once_allowed(ask, Analytics, |page| page.script(LOCAL)),
    ),
    Case::faulty(
        "local-storage-undeclared",
        &[found("stored-undeclared", "_hjSessionUser_1")],
        |ask| {
            on_pages(ask, |page| {
                page.when(ask.allows(Analytics), |page| page.script(LOCAL))
                    .when(ask.refused(), |page| page.script(TIDY))
            })
        },
    )
    .with_policy(),
    Case::faulty(
        "local-storage-before-consent-by-policy",
        &[found("stored-before-consent", "reading-position")],
        |ask| until_answered(ask, r#"localStorage.setItem("reading-position", "42");"#),
    )
    .with_policy(),
];

/// Stores an identifier under the name of a well-known provider.
pub(super) const LOCAL: &str = r#"
    if (!localStorage.getItem("_hjSessionUser_1")) {
        localStorage.setItem("_hjSessionUser_1", JSON.stringify({ id: crypto.randomUUID() }));
    }"#;

/// Removes the items of the other scripts.
pub(super) const TIDY: &str = r#"
    localStorage.clear();
    sessionStorage.clear();
    indexedDB.databases().then((all) => {
        for (const one of all) indexedDB.deleteDatabase(one.name);
    });
    caches.keys().then((all) => all.forEach((one) => caches.delete(one)));
    navigator.serviceWorker.getRegistrations().then((all) => {
        for (const one of all) one.unregister();
    });"#;

/// Stores before an answer and removes the items after a rejection.
fn until_answered(ask: &Ask, script: &str) -> Answer {
    on_pages(ask, |page| {
        page.when(ask.undecided(), |page| page.script(script))
            .when(ask.refused(), |page| page.script(TIDY))
    })
}
