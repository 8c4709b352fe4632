//! Banners rendered once per policy. Only the return path is filled in per request.

use crate::{
    choice::{
        Choice,
        consent_id::ConsentId,
        form_token::{FormToken, text_hash},
    },
    decision::{Basis, ConsentModel, answer},
    ledger,
    paths::Paths,
    policy::Policy,
};

use super::{
    Banner, BannerKind, BannerView, Frame, HeldKind, Pages, PlaceholderView, SettingsView,
    StateView,
    banner_html::{BannerTemplate, RETURN_TO},
    style,
};
use crate::choice::note::Outcome;

/// Policy, pages and paths that pages are rendered from.
#[derive(Clone, Copy)]
pub(crate) struct Site<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) pages: &'a dyn Pages,
    pub(crate) paths: &'a Paths,
}

/// All banners for visitors without an earlier choice.
#[derive(Debug)]
pub(crate) struct Rendered {
    ask: [RenderedForm; 2],
    notice: [RenderedForm; 2],
    saved: [BannerTemplate; 3],
    notice_id: String,
    settings: [String; 2],
    placeholder: [String; 2],
    /// Words and controls for the ledger. The short hash in a form is a prefix of the hash that the
    /// ledger stores them under.
    shown: Vec<ledger::Shown>,
}

/// Parameters of the banner of one response.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BannerRequest<'a> {
    pub(crate) kind: BannerKind,
    /// The visitor's earlier choice.
    pub(crate) choice: Option<&'a Choice>,
    /// In a confirmation: the consent id that the visitor no longer holds.
    pub(crate) former_consent_id: Option<ConsentId>,
    /// True if the address leads to a shown element, whose status line takes the focus.
    pub(crate) leads_to_element: bool,
}

impl BannerRequest<'_> {
    /// Returns a banner of this kind for a visitor without an earlier choice.
    pub(crate) fn of(kind: BannerKind) -> Self {
        Self {
            kind,
            choice: None,
            former_consent_id: None,
            leads_to_element: false,
        }
    }
}

/// One banner, and the tokens of its form.
#[derive(Debug)]
struct RenderedForm {
    banner: BannerTemplate,
    token: FormToken,
    /// Token of a form that also names new units.
    token_news: FormToken,
    /// Token of a form that also names unanswered units.
    token_open: FormToken,
}

impl Rendered {
    /// Renders the banners with the links of `links`. The form tokens are hashed with the links of
    /// `paths`, so that they are the same under every prefix.
    pub(crate) fn new(
        policy: &Policy,
        pages: &dyn Pages,
        paths: &Paths,
        links: &Paths,
        has_placeholders: bool,
    ) -> Self {
        let mut forms = Forms {
            policy,
            pages,
            paths,
            links,
            shown: Vec::new(),
        };
        let signals = [false, true];
        let ask = signals.map(|gpc| forms.banner("banner", BannerKind::Ask, gpc));
        let notice = signals.map(|gpc| forms.banner("notice", BannerKind::Notice, gpc));
        let settings = signals.map(|gpc| forms.settings(gpc));
        let placeholder = signals.map(|gpc| match has_placeholders {
            true => forms.placeholder(gpc),
            false => String::new(),
        });
        Self {
            saved: [Outcome::Off, Outcome::On, Outcome::Some].map(|outcome| {
                let kind = BannerKind::Saved(outcome);
                BannerTemplate::new(&forms.render(kind, false, links, "", [Vec::new(), Vec::new()]))
            }),
            shown: forms.shown,
            ask,
            notice_id: text_hash(&notice[0].token.to_string()),
            notice,
            settings,
            placeholder,
        }
    }

    /// Returns the identity of the notice in a note: its words and its units. Whether it also
    /// states a signal does not change it.
    pub(crate) fn notice(&self) -> &str {
        &self.notice_id
    }

    /// Returns the words and controls that a ledger stores.
    pub(crate) fn shown(&self) -> Vec<ledger::Shown> {
        self.shown.clone()
    }

    /// Returns the hash under which the ledger stores the content of a form. For a form of another
    /// policy, returns the prefix that the form contains.
    pub(crate) fn hash_of(&self, asked: &FormToken) -> String {
        let mut hashes = self.shown.iter().map(|shown| &shown.hash);
        let hash = hashes.find(|hash| hash.starts_with(&asked.text));
        hash.unwrap_or(&asked.text).clone()
    }

    /// Returns the hash under which the ledger stores the notice.
    pub(crate) fn hash_of_notice(&self, gpc: bool) -> String {
        self.hash_of(&self.notice[usize::from(gpc)].token)
    }

    /// Returns the hashes of the words of placeholders, without and with `Sec-GPC: 1`.
    pub(crate) fn placeholder_texts(&self) -> [String; 2] {
        self.placeholder.clone()
    }

    /// Returns the source for `style-src` that admits the style of any banner.
    pub(crate) fn style_source(&self) -> &str {
        self.ask[0].banner.style_source()
    }

    /// Returns the token of the settings form: all gated units, in the words of the policy.
    pub(crate) fn settings_asked(&self, gpc: bool) -> &str {
        &self.settings[usize::from(gpc)]
    }

    /// Returns the banner of one response. A banner for a visitor who has answered before names new
    /// or unanswered units, and is rendered per request. `path` is the return path of its form, as
    /// [`return_to`](crate::http::return_to::return_to) returns it.
    pub(crate) fn banner(
        &self,
        site: Site<'_>,
        request: BannerRequest<'_>,
        gpc: bool,
        path: &str,
    ) -> Banner {
        let Site {
            policy,
            pages,
            paths,
        } = site;
        let BannerRequest { kind, choice, .. } = request;
        let (shown, choice) = match (kind, choice) {
            (BannerKind::Saved(outcome), _) => {
                if request.former_consent_id.is_none() && !request.leads_to_element {
                    return self.saved[outcome as usize].fill(path);
                }
                let former_consent_id = request.former_consent_id.map(|id| id.to_string());
                let model = ConsentModel::OptIn;
                let view = BannerView {
                    frame: frame(policy, paths, model, false, "", RETURN_TO),
                    kind,
                    news: Vec::new(),
                    open: Vec::new(),
                    former_consent_id: former_consent_id.as_deref(),
                    takes_focus: !request.leads_to_element,
                };
                return BannerTemplate::new(&pages.banner(&view)).fill(path);
            }
            (BannerKind::Ask, choice) => (&self.ask[usize::from(gpc)], choice),
            (BannerKind::Notice, choice) => (&self.notice[usize::from(gpc)], choice),
        };
        let open = choice.map_or_else(Vec::new, |choice| unanswered(policy, choice));
        // A visitor who has only allowed single services has not yet answered the banner.
        let began = choice.is_some_and(|choice| {
            let categories = policy
                .gated_units()
                .filter(|(_, unit)| unit.category.is_none());
            let mut tags = categories.map(|(_, unit)| unit.tag);
            !choice.is_partial() || tags.any(|tag| choice.answer(tag).is_some())
        });
        if open.is_empty() || !began {
            return shown.banner.fill(path);
        }
        let partial = choice.is_some_and(Choice::is_partial);
        let (asked, news, open) = match partial {
            true => (&shown.token_open, Vec::new(), open),
            false => (&shown.token_news, open, Vec::new()),
        };
        let asked = asked.to_string();
        let view = BannerView {
            frame: frame(policy, paths, model_of(kind), gpc, &asked, RETURN_TO),
            kind,
            news,
            open,
            former_consent_id: None,
            takes_focus: true,
        };
        BannerTemplate::new(&pages.banner(&view)).fill(path)
    }
}

/// Renders forms and collects the words that they show.
struct Forms<'a> {
    policy: &'a Policy,
    pages: &'a dyn Pages,
    paths: &'a Paths,
    links: &'a Paths,
    shown: Vec<ledger::Shown>,
}

impl Forms<'_> {
    /// Returns the token of a form, hashed without its style: a change of style asks no other
    /// question.
    fn token(&mut self, kind: &'static str, gpc: bool, html: &str) -> FormToken {
        let policy = self.policy;
        let words = unstyled(html);
        let token = FormToken::all(policy, &words, gpc && states_signal(policy));
        let (version, language) = (policy.file().policy.version, policy.language());
        let shown = ledger::Shown::new(kind, version, language, words);
        if !self.shown.contains(&shown) {
            self.shown.push(shown);
        }
        token
    }

    /// Renders a banner that names new and unanswered units by their titles.
    fn render(
        &self,
        kind: BannerKind,
        gpc: bool,
        paths: &Paths,
        token: &str,
        [news, open]: [Vec<&str>; 2],
    ) -> String {
        self.pages.banner(&BannerView {
            frame: frame(self.policy, paths, model_of(kind), gpc, token, RETURN_TO),
            kind,
            news,
            open,
            former_consent_id: None,
            takes_focus: true,
        })
    }

    fn banner(&mut self, name: &'static str, kind: BannerKind, gpc: bool) -> RenderedForm {
        let policy = self.policy;
        let titles = policy.gated_units().map(|(_, unit)| policy.title(&unit.id));
        let titles: Vec<&str> = titles.collect();
        let paths = self.paths;
        let news = self.render(kind, gpc, paths, "", [titles.clone(), Vec::new()]);
        let open = self.render(kind, gpc, paths, "", [Vec::new(), titles]);
        let plain = self.render(kind, gpc, paths, "", [Vec::new(), Vec::new()]);
        // The ledger keeps the words in this order.
        let token_news = self.token(name, gpc, &news);
        let token_open = self.token(name, gpc, &open);
        let token = self.token(name, gpc, &plain);
        let none = [Vec::new(), Vec::new()];
        let html = self.render(kind, gpc, self.links, &token.to_string(), none);
        RenderedForm {
            banner: BannerTemplate::new(&html),
            token,
            token_news,
            token_open,
        }
    }

    fn settings(&mut self, gpc: bool) -> String {
        let (policy, paths, model) = (self.policy, self.paths, ConsentModel::OptIn);
        let page = self.pages.settings(&SettingsView {
            frame: frame(policy, paths, model, gpc, "", &paths.settings),
            state: StateView::undecided(),
            categories: super::view::categories(policy, |_| Basis::Unanswered),
            saved: None,
            record: None,
        });
        self.token("settings", gpc, &page).to_string()
    }

    /// Returns the hash of all placeholders in sequence; the answers show which one was asked.
    fn placeholder(&mut self, gpc: bool) -> String {
        let (policy, pages, paths) = (self.policy, self.pages, self.paths);
        let units = policy.gated_units();
        let all = units.map(|(_, unit)| placeholder(policy, pages, paths, gpc, Some(&unit.id)));
        let html: String = all.collect();
        self.token("placeholder", gpc, &html).text
    }
}

/// Returns the titles of units that a choice does not answer.
fn unanswered<'p>(policy: &'p Policy, choice: &Choice) -> Vec<&'p str> {
    let units = policy.gated_units();
    let open = units.filter(|(_, unit)| answer(choice, unit, policy.units()).is_none());
    open.map(|(_, unit)| policy.title(&unit.id)).collect()
}

/// Returns the source for `style-src` that admits the style of placeholders; empty if they have
/// none.
pub(crate) fn placeholder_style(policy: &Policy, pages: &dyn Pages, paths: &Paths) -> String {
    let html = placeholder(policy, pages, paths, false, None);
    style::first_style(&html)
        .map(style::style_source)
        .unwrap_or_default()
}

/// Renders the placeholder of an element that needs a category or service.
fn placeholder(
    policy: &Policy,
    pages: &dyn Pages,
    paths: &Paths,
    gpc: bool,
    unit: Option<&str>,
) -> String {
    pages.placeholder(&PlaceholderView {
        frame: frame(policy, paths, ConsentModel::OptIn, gpc, "", "/"),
        kind: match unit {
            Some(unit) if policy.advertises(unit) => HeldKind::Advertisement,
            _ => HeldKind::Content,
        },
        label: None,
        units: unit.into_iter().collect(),
        size: None,
        styled: unit.is_none(),
        inside_form: false,
        id: "",
        framed: false,
    })
}

/// Returns HTML without its `<style>`.
fn unstyled(html: &str) -> String {
    match (html.split_once("<style>"), html.split_once("</style>")) {
        (Some((before, _)), Some((_, after))) => [before, after].concat(),
        _ => html.to_owned(),
    }
}

/// Returns whether pages state the signal `Sec-GPC: 1`: it denies a unit of the policy.
pub(crate) fn states_signal(policy: &Policy) -> bool {
    policy.gated_units().any(|(_, unit)| unit.sale_or_share)
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
        home_path: &paths.home,
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
