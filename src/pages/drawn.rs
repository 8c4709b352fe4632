//! Banners, drawn once per policy: what changes from request to request is filled in.

use crate::{
    asked::{Asked, text_hash},
    choice::Choice,
    config::{Config, Paths},
    decision::{Basis, ConsentModel, answer},
    ledger,
    policy::Policy,
};

use super::{
    Banner, BannerKind, BannerView, Frame, HeldKind, Outcome, Pages, PlaceholderView, SettingsView,
    StateView,
    fragment::{Prepared, RETURN_TO},
    return_to::return_to,
    style,
};

/// Every banner that a visitor without an earlier choice can be shown.
#[derive(Debug)]
pub(crate) struct Drawn {
    ask: [Shown; 2],
    notice: [Shown; 2],
    saved: [Prepared; 3],
    notice_id: String,
    settings: [String; 2],
    /// Words and controls as they are kept in a ledger, each with the short hash in its form.
    kept: Vec<(String, ledger::Shown)>,
}

/// A banner, and what its form says that it showed.
#[derive(Debug)]
struct Shown {
    words: String,
    banner: Prepared,
    asked: Asked,
}

impl Drawn {
    pub(crate) fn new(policy: &Policy, pages: &dyn Pages, paths: &Paths) -> Self {
        let shown = |kind, gpc| {
            let draw = |asked: &str| {
                pages.banner(&BannerView {
                    frame: frame(policy, paths, model_of(kind), gpc, asked, RETURN_TO),
                    kind,
                    news: Vec::new(),
                })
            };
            // The words, and not their look: a change of style asks nobody again.
            let asked = Asked::all(policy, &unstyled(&draw("")), gpc && states_signal(policy));
            Shown {
                words: unstyled(&draw("")),
                banner: Prepared::new(&draw(&asked.to_string())),
                asked,
            }
        };
        let saved = |outcome| {
            Prepared::new(&pages.banner(&BannerView {
                frame: frame(policy, paths, ConsentModel::OptIn, false, "", RETURN_TO),
                kind: BannerKind::Saved(outcome),
                news: Vec::new(),
            }))
        };
        let notice = [false, true].map(|gpc| shown(BannerKind::Notice, gpc));
        let words = serde_json::to_string(policy.file()).unwrap_or_default();
        let words = format!("settings {} {words}", policy.language());
        let settings = |gpc| Asked::all(policy, &words, gpc && states_signal(policy));
        let ask = [false, true].map(|gpc| shown(BannerKind::Ask, gpc));
        let keep = |kind, html: String| {
            let version = policy.file().policy.version;
            ledger::Shown::new(kind, version, policy.language(), html)
        };
        let of = |kind, shown: &Shown| (shown.asked.text.clone(), keep(kind, shown.words.clone()));
        let page = unstyled(&pages.settings(&SettingsView {
            frame: frame(
                policy,
                paths,
                ConsentModel::OptIn,
                false,
                "",
                &paths.settings,
            ),
            state: StateView::undecided(),
            categories: super::view::categories(policy, |_| Basis::Unanswered),
            saved: None,
            record: None,
        }));
        let mut kept: Vec<_> = ask.iter().map(|shown| of("banner", shown)).collect();
        kept.extend(notice.iter().map(|shown| of("notice", shown)));
        kept.push((settings(false).text, keep("settings", page)));
        kept.dedup();
        let settings = |gpc| settings(gpc).to_string();
        Self {
            kept,
            ask,
            notice_id: text_hash(&notice[0].asked.to_string()),
            notice,
            settings: [false, true].map(settings),
            saved: [Outcome::Off, Outcome::On, Outcome::Some].map(saved),
        }
    }

    /// What stands for the notice in a note: its words and its units. Whether it also states a
    /// signal makes no other notice of it.
    pub(crate) fn notice(&self) -> &str {
        &self.notice_id
    }

    /// What a ledger keeps of what visitors are shown.
    pub(crate) fn shown(&self) -> Vec<ledger::Shown> {
        self.kept.iter().map(|(_, shown)| shown.clone()).collect()
    }

    /// The hash under which a ledger keeps what a form showed; the form's own short one where it
    /// is not of this policy.
    pub(crate) fn hash_of(&self, asked: &Asked) -> String {
        let kept = self.kept.iter().find(|(text, _)| *text == asked.text);
        kept.map_or(&asked.text, |(_, shown)| &shown.hash).clone()
    }

    /// The same of the notice.
    pub(crate) fn hash_of_notice(&self) -> String {
        self.hash_of(&self.notice[0].asked)
    }

    /// The source for `style-src` that admits the style of any banner.
    pub(crate) fn style_source(&self) -> &str {
        self.ask[0].banner.style_source()
    }

    /// What the settings form shows: all gated units, in the words of the policy.
    pub(crate) fn settings_asked(&self, gpc: bool) -> &str {
        &self.settings[usize::from(gpc)]
    }

    /// The banner of one response. A visitor who has answered before is told what is new, which
    /// is rare enough to be drawn on the spot.
    pub(crate) fn banner(
        &self,
        config: &Config,
        kind: BannerKind,
        gpc: bool,
        choice: Option<&Choice>,
        path: &str,
    ) -> Banner {
        let path = return_to(Some(path), None, &config.paths.policy);
        let (shown, choice) = match (kind, choice) {
            (BannerKind::Saved(outcome), _) => {
                return self.saved[outcome as usize].fill(&path);
            }
            (BannerKind::Ask, choice) => (&self.ask[usize::from(gpc)], choice),
            (BannerKind::Notice, choice) => (&self.notice[usize::from(gpc)], choice),
        };
        let Some(choice) = choice else {
            return shown.banner.fill(&path);
        };
        let policy = &config.policy;
        let asked = shown.asked.to_string();
        let view = BannerView {
            frame: frame(
                policy,
                &config.paths,
                model_of(kind),
                gpc,
                &asked,
                RETURN_TO,
            ),
            kind,
            news: policy
                .gated_units()
                .filter(|(_, unit)| answer(choice, unit, policy.units()).is_none())
                .map(|(_, unit)| title(policy, &unit.id))
                .collect(),
        };
        Prepared::new(&config.pages.banner(&view)).fill(&path)
    }
}

/// The source for `style-src` that admits the style of placeholders; empty where they have none.
pub(crate) fn placeholder_style(policy: &Policy, pages: &dyn Pages, paths: &Paths) -> String {
    let html = pages.placeholder(&PlaceholderView {
        frame: frame(policy, paths, ConsentModel::OptIn, false, "", "/"),
        kind: HeldKind::Content,
        label: None,
        units: Vec::new(),
        size: None,
        styled: true,
        inside_form: false,
    });
    style::first_style(&html)
        .map(style::style_source)
        .unwrap_or_default()
}

/// A banner without its `<style>`.
fn unstyled(html: &str) -> String {
    match (html.split_once("<style>"), html.split_once("</style>")) {
        (Some((before, _)), Some((_, after))) => [before, after].concat(),
        _ => html.to_owned(),
    }
}

/// Whether pages state the signal `Sec-GPC` when it is on: there is something that it denies.
pub(crate) fn states_signal(policy: &Policy) -> bool {
    policy.gated_units().any(|(_, unit)| unit.sale_or_share)
}

/// What a category or service is called.
pub(crate) fn title<'p>(policy: &'p Policy, id: &str) -> &'p str {
    let category = policy
        .categories()
        .iter()
        .find(|category| category.id == id);
    let service = policy.services().iter().find(|service| service.id == id);
    match (category, service) {
        (Some(category), _) => category.title.get(policy.language()),
        (None, Some(service)) => &service.provider,
        (None, None) => "",
    }
}

pub(crate) fn frame<'a>(
    policy: &'a Policy,
    paths: &'a Paths,
    model: ConsentModel,
    gpc: bool,
    asked: &'a str,
    return_to: &'a str,
) -> Frame<'a> {
    Frame {
        policy,
        language: policy.language(),
        model,
        policy_path: &paths.policy,
        settings_path: &paths.settings,
        gpc,
        asked,
        return_to,
    }
}

fn model_of(kind: BannerKind) -> ConsentModel {
    match kind {
        BannerKind::Notice => ConsentModel::Implied,
        BannerKind::Ask | BannerKind::Saved(_) => ConsentModel::OptIn,
    }
}
