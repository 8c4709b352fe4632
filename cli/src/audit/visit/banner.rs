//! Detection of a page's banner, and answers to it.

use std::collections::BTreeMap;

use actix_consent::audit::rules::State;
use serde::Deserialize;

use crate::audit::{
    browser::{Gone, recorder::Recorder, scripts, tab::Tab},
    record::{Banner, Control, Tick},
};

/// Number of attempts to find a rejecting control in opened settings, half a second apart. Some
/// settings are rendered only then.
const LOOKS_FOR_LAYER: u32 = 5;

/// Selectors of a site's banner and controls, for banners that the heuristic does not find.
///
/// A TOML file: `banner`, `accept`, `reject`, `settings`, `close`, `save`, `reopen`, each a CSS
/// selector, and `[category]` with one selector for the box of each category.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Selectors {
    banner: Option<String>,
    accept: Option<String>,
    reject: Option<String>,
    settings: Option<String>,
    close: Option<String>,
    save: Option<String>,
    reopen: Option<String>,
    category: BTreeMap<String, String>,
}

impl Selectors {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        toml::from_str(text).map_err(|why| why.to_string())
    }

    fn script(&self) -> String {
        let given = serde_json::json!({
            "banner": self.banner, "accept": self.accept, "reject": self.reject,
            "settings": self.settings, "close": self.close,
        });
        scripts::with_words(&scripts::BANNER.replace("GIVEN", &given.to_string()))
    }
}

/// Answer of a visitor to a banner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Accept,
    Reject,
    Only(String),
    Close,
}

/// Finds the visible banner of the page.
pub(crate) async fn find(tab: &Tab, selectors: &Selectors) -> Result<Option<Banner>, Gone> {
    tab.evaluate(&selectors.script()).await
}

/// Returns whether the Tab key stays in the banner although the page behind it is usable.
pub(crate) async fn traps_focus(tab: &Tab, banner: &Banner) -> Result<bool, Gone> {
    const START: &str = "(() => { document.activeElement?.blur(); const first = \
         document.querySelector('[data-consent-audit]'); first?.focus({ preventScroll: true }); \
         const outside = [...document.querySelectorAll('a[href], button, input')].filter((e) => \
         e.offsetParent && !e.closest('[data-consent-audit]')).length; return outside; })()";
    const HELD: &str = "(() => { let at = document.activeElement; while (at?.shadowRoot?.activeElement) \
         at = at.shadowRoot.activeElement; return at ? (at.innerText || at.value || '') + '|' + \
         at.tagName + '|' + [...document.querySelectorAll('*')].indexOf(at) : ''; })()";
    let outside: u32 = tab.evaluate(START).await?;
    let focusables = banner.focusables;
    if focusables == 0 || outside <= focusables {
        return Ok(false);
    }
    let mut visited = std::collections::BTreeSet::new();
    for _ in 0..(focusables + 6).min(40) {
        tab.tab_key().await?;
        let held: String = tab.evaluate(HELD).await?;
        visited.insert(held);
    }
    // The focus cycles among the banner's own controls.
    Ok(visited.len() <= focusables as usize && !visited.iter().any(|held| held.contains("|BODY|")))
}

/// Returns a focused link or control of the page that the banner covers.
pub(crate) async fn covers_focus(tab: &Tab) -> Result<Option<String>, Gone> {
    tab.evaluate(&scripts::with_words(scripts::COVERS)).await
}

/// Opens the settings and returns the checkboxes and switches before a choice. The page is changed
/// afterwards.
pub(crate) async fn boxes_behind(tab: &Tab, banner: &Banner) -> Result<Vec<Tick>, Gone> {
    let Some(settings) = &banner.settings else {
        return Ok(Vec::new());
    };
    tab.click(&settings.selector).await?;
    tab.after_click().await?;
    tab.evaluate(&scripts::with_words(scripts::BOXES)).await
}

/// Result of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Said { clicks: u32 },
    Failed { why: String },
}

/// A visitor answering a banner.
#[derive(Debug)]
pub(crate) struct Answering<'v> {
    pub(crate) tab: &'v Tab,
    pub(crate) selectors: &'v Selectors,
    pub(crate) recorder: &'v Recorder,
    /// State after the answer. It applies from the moment of the click, effects of the click
    /// included.
    pub(crate) state: State,
}

fn failed(why: impl Into<String>) -> Outcome {
    Outcome::Failed { why: why.into() }
}

impl Answering<'_> {
    /// Answers the banner.
    pub(crate) async fn answer(&self, banner: &Banner, answer: &Answer) -> Result<Outcome, Gone> {
        let control = match answer {
            Answer::Accept => &banner.accept,
            Answer::Reject => &banner.reject,
            Answer::Close => &banner.close,
            Answer::Only(category) => return self.only(banner, category).await,
        };
        match control {
            Some(control) => self.press(control, 0, answer).await,
            None if *answer == Answer::Reject => self.reject_behind(banner).await,
            None => Ok(failed("no control of the banner for this answer was found")),
        }
    }

    /// Applies the state from now on.
    async fn say(&self, by: &str) {
        self.tab.heard().await;
        self.recorder.said(self.state.clone(), by);
    }

    /// Clicks a control, and the next one if the banner asks again at once.
    async fn press(
        &self,
        control: &Control,
        before: u32,
        answer: &Answer,
    ) -> Result<Outcome, Gone> {
        let mut clicks = before;
        let mut control = control.clone();
        loop {
            let Some(aim) = self.tab.aim(&control.selector).await? else {
                return Ok(failed(format!("`{}` could not be clicked", control.text)));
            };
            self.say(&control.text).await;
            self.tab.press(aim).await?;
            clicks += 1;
            self.tab.after_click().await?;
            let left = find(self.tab, self.selectors).await?;
            let again = left.and_then(|left| match answer {
                Answer::Reject => left.reject,
                Answer::Accept => left.accept,
                _ => None,
            });
            match again {
                Some(next) if clicks < before + 3 && next.text != control.text => control = next,
                _ => return Ok(Outcome::Said { clicks }),
            }
        }
    }

    /// Rejects in a second layer.
    async fn reject_behind(&self, banner: &Banner) -> Result<Outcome, Gone> {
        let Some(settings) = &banner.settings else {
            return Ok(failed(
                "the banner has no control to reject and no second layer",
            ));
        };
        self.tab.click(&settings.selector).await?;
        self.tab.after_click().await?;
        let layer = find(self.tab, self.selectors).await?;
        if let Some(control) = layer.as_ref().and_then(|layer| layer.reject.as_ref()) {
            return self.press(control, 1, &Answer::Reject).await;
        }
        self.refuse_on_page(1).await
    }

    /// Rejects on a settings page: by its button, or by clearing every checkbox and saving.
    async fn refuse_on_page(&self, before: u32) -> Result<Outcome, Gone> {
        let (look, press) = (scripts::refuse(false), scripts::refuse(true));
        for _ in 0..LOOKS_FOR_LAYER {
            if self.tab.evaluate::<Option<u32>>(&look).await?.is_some() {
                break;
            }
            self.tab.after_click().await?;
        }
        self.say("the settings").await;
        let clicks: Option<u32> = self.tab.evaluate(&press).await?;
        self.tab.after_click().await?;
        Ok(match clicks {
            Some(clicks) => Outcome::Said {
                clicks: before + clicks,
            },
            None => failed("the settings opened, but contain no control to reject"),
        })
    }

    /// Reopens the settings and rejects, as a visitor who withdraws does.
    pub(crate) async fn withdraw(&self) -> Result<Outcome, Gone> {
        let (tab, selectors) = (self.tab, self.selectors);
        // Some banners stay visible.
        if let Some(banner) = find(tab, selectors).await?
            && banner.reject.is_some()
        {
            return self.answer(&banner, &Answer::Reject).await;
        }
        let found: Option<String> = match &selectors.reopen {
            Some(reopen) => Some(reopen.clone()),
            None => tab.evaluate(&scripts::with_words(scripts::REOPEN)).await?,
        };
        let Some(reopen) = found else {
            return Ok(failed("no link or button to reopen the settings was found"));
        };
        if !tab.click(&reopen).await? {
            return Ok(failed(
                "the link or button to reopen the settings could not be clicked",
            ));
        }
        tab.after_click().await?;
        match find(tab, selectors).await? {
            Some(banner) if banner.reject.is_some() || banner.settings.is_some() => {
                let outcome = self.answer(&banner, &Answer::Reject).await?;
                Ok(match outcome {
                    Outcome::Said { clicks } => Outcome::Said { clicks: clicks + 1 },
                    failed => failed,
                })
            }
            _ => self.refuse_on_page(1).await,
        }
    }
}

impl Answering<'_> {
    /// Accepts one category with the checkboxes of actix-consent or the selectors of the site.
    async fn only(&self, banner: &Banner, category: &str) -> Result<Outcome, Gone> {
        let tab = self.tab;
        let box_selector = match self.selectors.category.get(category) {
            Some(selector) => selector.clone(),
            None => format!("input[name=\"cat.{category}\"]"),
        };
        let save = self
            .selectors
            .save
            .as_deref()
            .unwrap_or("button[name=action][value=save]");
        let name = scripts::quoted(&box_selector);
        let there = format!(
            "(() => {{ const wide = (e) => e.getBoundingClientRect().width > 0; \
             return [...document.querySelectorAll({name})].some((e) => \
             wide(e) || [...(e.labels || [])].some(wide)); }})()"
        );
        let mut clicks = 2;
        if !tab.evaluate::<bool>(&there).await? {
            if let Some(settings) = &banner.settings {
                tab.click(&settings.selector).await?;
                tab.after_click().await?;
                clicks += 1;
            }
            if !tab.evaluate::<bool>(&there).await? {
                return Ok(failed(format!(
                    "no checkbox for the category {category} was found"
                )));
            }
        }
        // The accepting radio button, or the checkbox.
        let tick = format!(
            "(() => {{ const found = [...document.querySelectorAll({name})]; \
             const yes = found.find((e) => e.type !== 'radio' || !/^(0|no|off|reject|false)$/i.test(e.value)); \
             if (!yes) return false; if (!yes.checked) yes.click(); return true; }})()"
        );
        let ticked: bool = tab.evaluate(&tick).await?;
        let aim = tab.aim(save).await?.filter(|_| ticked);
        let Some(aim) = aim else {
            return Ok(failed("the choice could not be saved"));
        };
        self.say(category).await;
        tab.press(aim).await?;
        tab.after_click().await?;
        Ok(Outcome::Said { clicks })
    }
}
