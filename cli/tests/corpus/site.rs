//! The lawful site that each case changes, and its third parties.
//!
//! It asks for consent before it counts visits with the cookie `_ga`, offers to accept, to reject
//! and to choose in the same form, works without JavaScript, asks once, and links the settings on
//! every page.

use url::Url;

use super::{
    server::{Answer, Ask},
    set::{GA_BY_SCRIPT, choice_cookie, ga, removal},
};

/// Policy of the site.
pub(super) const POLICY: &str = include_str!("policy.toml");

/// Categories that a visitor can accept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Category {
    Analytics,
    Marketing,
}

pub(super) use Category::{Analytics, Marketing};

/// Choice of the visitor, as stored by the site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Choice {
    analytics: bool,
    marketing: bool,
}

impl Ask {
    fn choice(&self) -> Option<Choice> {
        let (analytics, marketing) = match self.cookie("site_consent")? {
            "accepted" => (true, true),
            "analytics" => (true, false),
            "marketing" => (false, true),
            _ => (false, false),
        };
        Some(Choice {
            analytics,
            marketing,
        })
    }

    /// Returns whether the visitor has not answered.
    pub(super) fn undecided(&self) -> bool {
        self.choice().is_none()
    }

    /// Returns whether the visitor has rejected or withdrawn everything.
    pub(super) fn refused(&self) -> bool {
        let choice = self.choice();
        choice.is_some_and(|choice| !choice.analytics && !choice.marketing)
    }

    /// Returns whether the visitor has consented. `Sec-GPC` rejects marketing.
    pub(super) fn allows(&self, category: Category) -> bool {
        self.choice().is_some_and(|choice| match category {
            Analytics => choice.analytics,
            Marketing => choice.marketing && !self.gpc,
        })
    }

    /// Returns whether a site that does not wait for an answer, but obeys one, would use it.
    pub(super) fn impatient(&self, category: Category) -> bool {
        self.undecided() || self.allows(category)
    }

    pub(super) fn is_post(&self) -> bool {
        self.method == "POST"
    }
}

/// Texts of the site in one language.
#[derive(Debug)]
pub(super) struct Words {
    pub(super) language: &'static str,
    pub(super) heading: &'static str,
    pub(super) text: &'static str,
    pub(super) accept: &'static str,
    pub(super) reject: &'static str,
    pub(super) settings: &'static str,
    pub(super) save: &'static str,
    /// Link in the footer to the settings.
    pub(super) back: &'static str,
}

pub(super) const ENGLISH: Words = Words {
    language: "en",
    heading: "Cookies on Example News",
    text: TEXT,
    accept: "Accept all",
    reject: "Reject all",
    settings: "Settings",
    save: "Save",
    back: "Cookie settings",
};

pub(super) const TEXT: &str = "Example News would like to use cookies to count visits and to \
    choose advertisements, the latter with partners. Nothing of this happens before you agree, \
    and you can take it back at any time at the foot of every page.";

pub(super) const ACCEPT: &str =
    r#"<button type="submit" name="action" value="accept">Accept all</button>"#;
pub(super) const REJECT: &str =
    r#"<button type="submit" name="action" value="reject">Reject all</button>"#;
pub(super) const SETTINGS: &str = r#"<a href="/cookies">Settings</a>"#;

pub(super) const STYLE: &str = "
    body { margin: 0; font: 16px/1.5 sans-serif; color: #222; background: #fff }
    main, footer { max-width: 40rem; margin: auto; padding: 1rem }
    .filler { min-height: 150vh }
    .banner { position: fixed; left: 0; right: 0; bottom: 0; padding: .75rem 1rem;
        background: #f4f4f4; border-top: 2px solid #1d3557 }
    .banner h2, .banner p { margin: 0 0 .5rem; font-size: 1rem }
    .asks { padding-bottom: 20rem } :root:has(.asks) { scroll-padding-bottom: 20rem }
    button { font: inherit; min-width: 8rem; margin: 0 .5rem .25rem 0; padding: .4rem .8rem;
        color: #fff; background: #1d3557; border: 2px solid #1d3557 }
    a { color: #1d3557 }";

/// The banner of the site.
pub(super) fn banner() -> String {
    banner_with(TEXT, &controls(&ENGLISH))
}

/// The banner of the site, with another text or other controls.
pub(super) fn banner_with(text: &str, controls: &str) -> String {
    banner_in(&ENGLISH, text, controls)
}

fn banner_in(words: &Words, text: &str, controls: &str) -> String {
    let heading = words.heading;
    format!(
        r#"<section class="banner" aria-label="Cookies"><form method="post" action="/consent">
        <h2>{heading}</h2><p>{text}</p><div>{controls}</div></form></section>"#
    )
}

/// The three controls of the banner in one language.
pub(super) fn controls(words: &Words) -> String {
    let [accept, reject, settings] = [words.accept, words.reject, words.settings];
    format!(
        r#"<button type="submit" name="action" value="accept">{accept}</button>
        <button type="submit" name="action" value="reject">{reject}</button>
        <a href="/cookies">{settings}</a>"#
    )
}

/// Builder of a page.
#[derive(Debug)]
pub(super) struct Page {
    words: &'static Words,
    title: &'static str,
    head: String,
    banner: Option<String>,
    body: String,
    footer: String,
    headers: Vec<(&'static str, String)>,
}

/// A lawful page of the site: with a banner before an answer, a link to the settings, and an
/// analytics cookie after consent.
pub(super) fn page(ask: &Ask) -> Page {
    page_in(ask, &ENGLISH)
}

pub(super) fn page_in(ask: &Ask, words: &'static Words) -> Page {
    let page = Page {
        banner: ask
            .undecided()
            .then(|| banner_in(words, words.text, &controls(words))),
        footer: format!(r#"<p><a href="/cookies">{}</a></p>"#, words.back),
        ..bare_in(words)
    };
    let counts = ask.allows(Analytics) && ask.cookie("_ga").is_none();
    page.when(counts, |page| page.cookie(ga()))
}

/// A page without banner and cookies.
pub(super) fn bare() -> Page {
    bare_in(&ENGLISH)
}

fn bare_in(words: &'static Words) -> Page {
    Page {
        words,
        title: "Example News",
        head: String::new(),
        banner: None,
        body: String::new(),
        footer: String::new(),
        headers: Vec::new(),
    }
}

impl Page {
    /// Changes the page if the condition is true.
    pub(super) fn when(self, so: bool, change: impl FnOnce(Self) -> Self) -> Self {
        match so {
            true => change(self),
            false => self,
        }
    }

    pub(super) fn title(self, title: &'static str) -> Self {
        Self { title, ..self }
    }

    pub(super) fn head(mut self, markup: &str) -> Self {
        self.head.push_str(markup);
        self
    }

    pub(super) fn body(mut self, markup: &str) -> Self {
        self.body.push_str(markup);
        self
    }

    /// Adds a script at the end.
    pub(super) fn script(self, script: &str) -> Self {
        self.body(&format!("<script>{script}</script>"))
    }

    /// Replaces the banner, if there is one.
    pub(super) fn banner(self, banner: impl FnOnce() -> String) -> Self {
        Self {
            banner: self.banner.map(|_| banner()),
            ..self
        }
    }

    /// Sets or removes the banner in any case.
    pub(super) fn banner_always(self, banner: Option<String>) -> Self {
        Self { banner, ..self }
    }

    pub(super) fn footer(self, markup: &str) -> Self {
        Self {
            footer: markup.to_owned(),
            ..self
        }
    }

    pub(super) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(super) fn cookie(self, line: impl Into<String>) -> Self {
        self.header("Set-Cookie", line)
    }

    /// Adds a link to the second page.
    pub(super) fn more(self) -> Self {
        self.body(r#"<p><a href="/second">The second report</a></p>"#)
    }

    pub(super) fn answer(self) -> Answer {
        let Self {
            words: Words { language, .. },
            title,
            head,
            banner,
            body,
            footer,
            headers,
        } = self;
        let class = match banner {
            Some(_) => r#" class="asks""#,
            None => "",
        };
        let banner = banner.unwrap_or_default();
        let html = format!(
            r##"<!DOCTYPE html><html lang="{language}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>
<link rel="icon" href="data:,"><style>{STYLE}</style>{head}</head>
<body{class}>{banner}<main><h1 id="top">{title}</h1>
<p><a href="#trams">Trams</a> <a href="#weather">Weather</a> <a href="#sports">Sports</a>
<a href="#letters">Letters</a> <a href="#top">Top</a> <a href="#end">End</a></p>
<h2 id="trams">Trams</h2><p>The council has voted for a third line along the river.</p>
<h2 id="weather">Weather</h2><p>Rain until noon, then less of it.</p>
<h2 id="sports">Sports</h2><p>The rowers came second.</p>
<h2 id="letters">Letters</h2><p>Readers miss the old bridge.</p>
{body}<div class="filler"></div><p id="end">That is all for today.</p></main>
<footer>{footer}</footer></body></html>"##
        );
        let answer = Answer::html(html);
        headers
            .into_iter()
            .fold(answer, |answer, (name, value)| answer.header(name, value))
    }
}

/// Responds like the lawful site and its third parties, with changed pages.
pub(super) fn on_pages(ask: &Ask, change: impl FnOnce(Page) -> Page) -> Answer {
    match ask.place() {
        ("news", "/" | "/second") if !ask.is_post() => change(page(ask)).answer(),
        _ => lawful(ask),
    }
}

/// The site without a fault. Nothing links to its second page.
pub(super) fn lawful(ask: &Ask) -> Answer {
    lawful_in(ask, &ENGLISH)
}

pub(super) fn lawful_in(ask: &Ask, words: &'static Words) -> Answer {
    match ask.place() {
        ("news", "/") => page_in(ask, words).answer(),
        ("news", "/second") => page_in(ask, words).title("The second report").answer(),
        ("news", "/cookies") => settings_page_in(ask, words).answer(),
        ("news", "/consent") if ask.is_post() => consent(ask),
        ("tracker", "/tag.js") => Answer::script(GA_BY_SCRIPT),
        ("tracker" | "video", "/frame") => Answer::html("<p>A frame of another site.</p>"),
        ("tracker", "/font.css") => Answer::style(
            "@font-face { font-family: Fancy; src: url(/font.woff2) } h1 { font-family: Fancy }",
        )
        .header("Access-Control-Allow-Origin", "*"),
        // Not a valid font, but browsers request it anyway.
        (_, "/font.woff2") => Answer::pixel().header("Access-Control-Allow-Origin", "*"),
        ("tracker" | "video" | "cdn", "/pixel.gif") => Answer::pixel(),
        ("tracker", "/beacon") => Answer::empty(204).header("Access-Control-Allow-Origin", "*"),
        ("tracker", "/socket") => Answer::empty(400),
        _ => Answer::empty(404),
    }
}

/// The settings page, with a form in place of the banner.
pub(super) fn settings_page(ask: &Ask) -> Page {
    settings_page_in(ask, &ENGLISH)
}

fn settings_page_in(ask: &Ask, words: &'static Words) -> Page {
    let asks = settings_form(words, [ask.allows(Analytics), ask.allows(Marketing)]);
    page_in(ask, words)
        .banner_always(None)
        .title(words.back)
        .body(&asks)
}

/// The form of the settings page, with its checkboxes checked or not.
pub(super) fn settings_form(words: &Words, ticked: [bool; 2]) -> String {
    let [analytics, marketing] = ticked.map(|ticked| if ticked { " checked" } else { "" });
    let [accept, reject, save] = [words.accept, words.reject, words.save];
    format!(
        r#"<form method="post" action="/consent"><p>{text}</p>
        <p><label><input type="checkbox" name="cat.analytics" value="1"{analytics}>
            Analytics</label></p>
        <p><label><input type="checkbox" name="cat.marketing" value="1"{marketing}>
            Marketing</label></p>
        <button type="submit" name="action" value="save">{save}</button>
        <button type="submit" name="action" value="accept">{accept}</button>
        <button type="submit" name="action" value="reject">{reject}</button></form>"#,
        text = words.text
    )
}

/// Stores the choice, removes cookies without consent, and redirects back.
fn consent(ask: &Ask) -> Answer {
    settle(ask, said(ask))
}

/// The same with a given value of the choice.
pub(super) fn settle(ask: &Ask, said: &str) -> Answer {
    let unused = ask.cookies.iter().filter(|(name, _)| match &**name {
        "_ga" | "_pk_id.1.1fff" => !matches!(said, "accepted" | "analytics"),
        "_fbp" => !matches!(said, "accepted" | "marketing"),
        _ => false,
    });
    unused.fold(remember(ask, said), |answer, (name, _)| {
        answer.cookie(removal(name))
    })
}

/// Choice in the submitted form.
pub(super) fn said(ask: &Ask) -> &'static str {
    let ticked = |name| ask.field(name) == Some("1");
    match ask.field("action") {
        Some("accept") => "accepted",
        Some("save") => match (ticked("cat.analytics"), ticked("cat.marketing")) {
            (true, true) => "accepted",
            (true, false) => "analytics",
            (false, true) => "marketing",
            (false, false) => "rejected",
        },
        _ => "rejected",
    }
}

/// Stores a choice and redirects back without removing cookies.
pub(super) fn remember(ask: &Ask, said: &str) -> Answer {
    let back = ask.referer.as_deref().and_then(|from| {
        let from = Url::parse(from).ok()?;
        let same = from.host_str() == Some("news.localhost");
        same.then(|| from.path().to_owned())
    });
    Answer::redirect(back.unwrap_or_else(|| "/".to_owned())).cookie(choice_cookie(said))
}
