//! Lawful banners of many forms.

use super::{
    Case,
    banner_silence::with_close,
    parts::{BOXES, SAVE, while_undecided},
    server::{Answer, Ask},
    site::{
        ACCEPT, ENGLISH, REJECT, SETTINGS, STYLE, TEXT, Words, banner, banner_with, controls,
        lawful_in, on_pages, remember,
    },
};

pub(super) const CASES: &[Case] = &[
    Case::clean("banner-in-german", |ask| lawful_in(ask, &GERMAN)),
    Case::clean("banner-in-french", |ask| lawful_in(ask, &FRENCH)),
    Case::clean("banner-in-polish", |ask| lawful_in(ask, &POLISH)),
    Case::clean("banner-of-a-dialog", |ask| {
        // It is open but not modal, so the page is usable.
        asks(
            ask,
            banner()
                .replace("<section", "<dialog open")
                .replace("</section", "</dialog"),
        )
    }),
    Case::clean("banner-at-the-top", |ask| {
        asks(
            ask,
            banner().replace("<section", r#"<section style="position: static""#),
        )
    }),
    Case::clean("banner-in-a-shadow", |ask| {
        asks(
            ask,
            format!(
                r#"<div><template shadowrootmode="open"><style>{STYLE}</style>{}</template>
                </div>"#,
                banner()
            ),
        )
    }),
    Case::clean("banner-with-much-text", |ask| {
        // The text scrolls, and the buttons and most of the page stay visible.
        let text = [TEXT; 6].join(" ");
        let scrolls = r#"<p tabindex="0" style="max-height: 25vh; overflow: auto">"#;
        asks(
            ask,
            banner_with(&text, &controls(&ENGLISH)).replace("<p>", scrolls),
        )
    }),
    // Scripts only avoid a page load.
    Case::clean("banner-with-scripts", |ask| {
        while_undecided(ask, |page| {
            page.script(
                r#"const banner = document.querySelector(".banner");
                    banner.addEventListener("submit", (event) => {
                        event.preventDefault();
                        const said = new FormData(event.target, event.submitter);
                        fetch("/consent", { method: "POST", body: new URLSearchParams(said) })
                            .then(() => banner.remove());
                    });"#,
            )
        })
    }),
    Case::clean("banner-with-empty-boxes", |ask| {
        asks(
            ask,
            banner_with(TEXT, &[BOXES, ACCEPT, REJECT, SAVE].join(" ")),
        )
    }),
    // Each question is preset to reject.
    Case::clean("banner-with-a-no-in-each-row", |ask| {
        let row = |title: &str, name: &str| {
            format!(
                r#"<p role="radiogroup" aria-label="{title}">{title}:
                <label><input type="radio" name="cat.{name}" value="1"> Yes</label>
                <label><input type="radio" name="cat.{name}" value="0" checked> No</label></p>"#
            )
        };
        let rows = row("Analytics", "analytics") + &row("Marketing", "marketing");
        asks(
            ask,
            banner_with(TEXT, &[&rows, ACCEPT, REJECT, SAVE].join(" ")),
        )
    }),
    Case::clean("banner-with-what-is-needed-ticked", |ask| {
        let boxes = r#"<p><label><input type="checkbox" checked disabled> Necessary</label>
            <label><input type="checkbox" name="cat.analytics" value="1"> Analytics</label></p>"#;
        asks(
            ask,
            banner_with(TEXT, &[boxes, ACCEPT, REJECT, SAVE].join(" ")),
        )
    }),
    Case::clean("banner-with-the-hooks-of-the-library", |ask| {
        let boxes = format!("<details><summary>Settings</summary>{BOXES}{SAVE}</details>");
        let banner = banner_with(TEXT, &[ACCEPT, REJECT, &boxes].join(" "));
        asks(
            ask,
            banner.replace("<section", "<section data-consent-banner"),
        )
    }),
    Case::clean("closing-is-a-no", |ask| match ask.place() {
        ("news", "/close") if ask.is_post() => remember(ask, "rejected"),
        _ => asks(ask, with_close("Continue without accepting")),
    }),
    Case::clean("closing-says-nothing", |ask| {
        let close = r#"<button type="button" aria-label="Close"
            onclick="this.closest('.banner').remove()">×</button>"#;
        asks(ask, banner_with(TEXT, &(controls(&ENGLISH) + close)))
    }),
    // Both buttons are equally inconspicuous.
    Case::clean("two-bare-buttons", |ask| {
        let quiet = |button: &str| {
            let style = r#"<button style="color: #1d3557; background: none""#;
            button.replace("<button", style)
        };
        asks(
            ask,
            banner_with(TEXT, &[&*quiet(ACCEPT), &quiet(REJECT), SETTINGS].join(" ")),
        )
    }),
    // The control to reject comes first and has a longer text.
    Case::clean("refusing-comes-first", |ask| {
        let reject = REJECT.replace("Reject all", "Use strictly necessary cookies only");
        asks(
            ask,
            banner_with(TEXT, &[&*reject, ACCEPT, SETTINGS].join(" ")),
        )
    }),
    // The text contains the words of a fault with the opposite meaning.
    Case::clean("says-that-silence-is-no-answer", |ask| {
        let text = TEXT.to_owned() + " Scrolling, closing or going on to read is no consent.";
        asks(ask, banner_with(&text, &controls(&ENGLISH)))
    }),
];

/// The lawful site with another banner.
fn asks(ask: &Ask, banner: String) -> Answer {
    on_pages(ask, |page| page.banner(|| banner))
}

const GERMAN: Words = Words {
    language: "de",
    heading: "Cookies auf Beispielblatt",
    text: "Wir möchten mit Cookies Besuche zählen und, mit Partnern, Werbung auswählen. Nichts \
        davon geschieht, bevor Sie zustimmen. Am Fuß jeder Seite können Sie das jederzeit \
        ändern.",
    accept: "Alle akzeptieren",
    reject: "Alle ablehnen",
    settings: "Einstellungen",
    save: "Auswahl speichern",
    back: "Cookie-Einstellungen",
};

const FRENCH: Words = Words {
    language: "fr",
    heading: "Cookies sur Exemple Journal",
    text: "Nous souhaitons utiliser des cookies pour compter les visites et, avec des \
        partenaires, pour choisir des publicités. Rien ne se fait avant votre accord, que vous \
        pouvez retirer à tout moment au bas de chaque page.",
    accept: "Tout accepter",
    reject: "Tout refuser",
    settings: "Paramétrer",
    save: "Enregistrer",
    back: "Gestion des cookies",
};

const POLISH: Words = Words {
    language: "pl",
    heading: "Pliki cookie w Przykładowym Dzienniku",
    text: "Za Twoją zgodą użyjemy plików cookie, aby liczyć odwiedziny i, wraz z partnerami, \
        dobierać reklamy. Nic takiego nie dzieje się przed zgodą. Możesz ją wycofać w każdej \
        chwili na dole każdej strony.",
    accept: "Zaakceptuj wszystkie",
    reject: "Odrzuć wszystkie",
    settings: "Ustawienia",
    save: "Zapisz",
    back: "Ustawienia plików cookie",
};
