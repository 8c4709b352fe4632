//! What a page is drawn from. All of it is public, so that an application can draw its own.

use time::{Date, OffsetDateTime};

use crate::{
    Policy,
    choice::note::Outcome,
    decision::{Basis, ConsentModel, Status},
    ledger::Event,
    policy::{CookieSpec, NECESSARY},
};

/// What every page knows.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Frame<'a> {
    /// The policy that is in force.
    pub policy: &'a Policy,
    /// The language of the policy's texts, such as `en`.
    pub language: &'a str,
    /// How silence is read for this visitor.
    pub model: ConsentModel,
    /// Path of the first page of the site, `/` unless a proxy strips a prefix.
    pub home_path: &'a str,
    /// Path of the policy page, `/privacy` by default.
    pub policy_path: &'a str,
    /// Path of the settings page, which the forms post to, `/privacy/choices` by default.
    pub settings_path: &'a str,
    /// Whether the browser sent `Sec-GPC: 1`.
    pub gpc: bool,
    /// The units and the text that the form shows, for its hidden field `asked`.
    pub asked: &'a str,
    /// Where a form leads back to, for its hidden field `return_to`: a path of this site, already
    /// fit for an attribute value in double quotes (write it unescaped).
    pub return_to: &'a str,
}

/// What the banner is drawn from.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct BannerView<'a> {
    /// Data common to every page.
    pub frame: Frame<'a>,
    /// What the banner is for.
    pub kind: BannerKind,
    /// Titles of what is new, or means something else, since the visitor chose last.
    pub news: Vec<&'a str>,
    /// Titles of what a visitor who has chosen about some categories left without an answer. Empty
    /// where `news` is not, and where the visitor has allowed single services and no more: they are
    /// asked as on a first visit.
    pub open: Vec<&'a str>,
    /// In a confirmation: the consent id that the visitor holds no more, now that everything was
    /// taken back. Nothing else tells it to them.
    pub left: Option<&'a str>,
    /// In a confirmation: whether it has `autofocus`, so that a screen reader reads it out. `false`
    /// if the address leads to an element further down: the status line there ([`ShownView`]) takes
    /// the focus, and a browser gives it to one of the two only.
    pub takes_focus: bool,
}

/// What the banner is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BannerKind {
    /// It asks (`OptIn`): accept, reject, choose.
    Ask,
    /// It informs (`Implied`): close.
    Notice,
    /// It confirms a choice, once.
    Saved(Outcome),
}

/// What the settings page is drawn from.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SettingsView<'a> {
    /// Data common to every page.
    pub frame: Frame<'a>,
    /// What the visitor has said.
    pub state: StateView<'a>,
    /// The categories, `necessary` first.
    pub categories: Vec<CategoryView<'a>>,
    /// Set on the first page after a choice.
    pub saved: Option<Outcome>,
    /// What is on record of the visitor, where a ledger is mounted and they have an id.
    pub record: Option<RecordView<'a>>,
}

/// What is on record of a visitor.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RecordView<'a> {
    /// The consent id: a random identifier that does not by itself name anyone (recital 30 GDPR).
    pub id: String,
    /// For how many days a choice holds, counted from the day of the choice.
    pub validity_days: u32,
    /// Where the receipt can be downloaded; `None` once everything was taken back.
    pub receipt: Option<&'a str>,
    /// What was said, the latest first; `None` where the ledger does not answer.
    pub entries: Option<Vec<RecordedView<'a>>>,
}

/// One thing that a visitor said.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RecordedView<'a> {
    /// When (UTC).
    pub time: OffsetDateTime,
    /// What it was.
    pub event: Event,
    /// Titles of what was on from then; the ids of what no edition at hand has any more.
    pub on: Vec<&'a str>,
}

/// The visitor's choice, as a page tells it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct StateView<'a> {
    /// Whether there is a choice.
    pub status: Status,
    /// The day of the choice (UTC).
    pub day: Option<Date>,
    /// Titles of the optional units that are on.
    pub on: Vec<&'a str>,
    /// Titles of the optional units that are off because of `Sec-GPC: 1` alone.
    pub off_by_signal: Vec<&'a str>,
}

impl StateView<'_> {
    /// That of a visitor who has said nothing.
    pub(crate) fn undecided() -> Self {
        Self {
            status: Status::Undecided,
            day: None,
            on: Vec::new(),
            off_by_signal: Vec::new(),
        }
    }
}

/// The categories of a policy with their services, each with its basis.
pub(crate) fn categories(policy: &Policy, basis: impl Fn(&str) -> Basis) -> Vec<CategoryView<'_>> {
    // A yes that a signal overrides is not preset: saving the form for another reason would
    // acknowledge the signal without a word of the visitor's.
    let chosen = |id: &str| basis(id) == Basis::Given;
    let services = |category: &str| {
        let services = policy.services().iter();
        services
            .filter(|service| service.category == category)
            .map(|service| ServiceView {
                id: &service.id,
                provider: &service.provider,
                basis: basis(&service.id),
                chosen: chosen(&service.id),
            })
            .collect()
    };
    let categories = policy.categories().iter();
    categories
        .map(|category| CategoryView {
            id: &category.id,
            title: category.title.get(policy.language()),
            necessary: category.id == NECESSARY,
            basis: basis(&category.id),
            chosen: chosen(&category.id),
            services: services(&category.id),
        })
        .collect()
}

/// One category on the settings page.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CategoryView<'a> {
    /// Its id: the control is named `cat.<id>`.
    pub id: &'a str,
    /// Its name.
    pub title: &'a str,
    /// Whether it is the exempt one.
    pub necessary: bool,
    /// Whether it is on, and why.
    pub basis: Basis,
    /// Whether the visitor turned it on: the control is preset to *On* only then.
    pub chosen: bool,
    /// The services inside it.
    pub services: Vec<ServiceView<'a>>,
}

/// One service on the settings page.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ServiceView<'a> {
    /// Its id: the control is named `svc.<id>`.
    pub id: &'a str,
    /// Its provider.
    pub provider: &'a str,
    /// Whether it is on, and why.
    pub basis: Basis,
    /// Whether the visitor turned it on: the control is preset to *On* only then.
    pub chosen: bool,
}

/// What the policy page is drawn from.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PolicyView<'a> {
    /// What every page knows; `frame.policy` is the edition that the page shows.
    pub frame: Frame<'a>,
    /// What the visitor has said.
    pub state: StateView<'a>,
    /// This library's own cookies, as they live today under `frame.model`. An earlier edition
    /// does not list them.
    pub own_cookies: &'a [CookieSpec],
    /// All editions that can be read, the newest first: number, first day, path.
    pub editions: Vec<EditionView>,
    /// Whether this is an earlier edition.
    pub superseded: bool,
    /// Set on the first page after a choice.
    pub saved: Option<Outcome>,
    /// With `saved`: the consent id that the visitor holds no more, as in [`BannerView::left`].
    pub left: Option<String>,
    /// Whether what is gated is kept out of the pages as well, so that scripts and frames wait.
    pub gates_markup: bool,
    /// Whether choices are recorded in a ledger, so that the cookie of an acceptance holds a random
    /// identifier.
    pub recorded: bool,
}

/// One edition of the policy.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct EditionView {
    /// Its number.
    pub version: u32,
    /// The day from which it was in force. It ended when the next edition began.
    pub effective: Option<Date>,
    /// Where it can be read.
    pub path: String,
}

/// What the page is drawn from that says that a form was not accepted.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RejectedPostView<'a> {
    /// Data common to every page.
    pub frame: Frame<'a>,
    /// Why.
    pub reason: Rejection,
    /// Whether it is shown inside of another page: its links lead out, by `target="_blank"`.
    pub framed: bool,
}

/// Why a form was not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rejection {
    /// It did not come from this site (403).
    CrossSite,
    /// It does not say what to do (400).
    Malformed,
    /// It took too long to arrive (408).
    TooSlow,
    /// It is too large (413).
    TooLarge,
    /// It is neither a form nor JSON (415).
    UnsupportedType,
    /// The ledger did not take it: nothing was turned on (503).
    NotRecorded,
    /// It was shown inside of another page: a form that was sent from there (403), or a page of
    /// ours that was opened there (200). `frame.return_to` is what to open instead.
    Framed,
}

/// What a placeholder is drawn from.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PlaceholderView<'a> {
    /// What every page knows. `frame.asked` names the units below and nothing else.
    pub frame: Frame<'a>,
    /// What is held back.
    pub kind: HeldKind,
    /// What the page calls it: its `title` or `alt`.
    pub label: Option<&'a str>,
    /// Ids of the categories and services that would have to be on, for the hidden fields
    /// `cat.<id>` and `svc.<id>`.
    pub units: Vec<&'a str>,
    /// Its width and height in CSS pixels, where the page gives both.
    pub size: Option<(u32, u32)>,
    /// Whether this is the first placeholder of the page, which brings the `<style>`.
    pub styled: bool,
    /// Whether it stands inside a form of the page, where no other form can be.
    pub inside_form: bool,
    /// Id of its element, and of the line that replaces it ([`ShownView`]): the form posts it as
    /// `at`, and the visitor is led back to it.
    pub id: &'a str,
    /// Whether the page is shown inside of another page, where no form of ours is accepted: the
    /// placeholder leads out, to `frame.return_to` by `target="_blank"`.
    pub framed: bool,
}

/// Data of the status line that announces a shown element.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ShownView<'a> {
    /// Data common to every page.
    pub frame: Frame<'a>,
    /// Id of its element, which the address of the page leads to.
    pub id: &'a str,
    /// Ids of the categories and services that were turned on for it.
    pub units: Vec<&'a str>,
    /// Whether it is shown on later pages as well, and not on this page alone.
    pub always: bool,
}

/// What is held back, as a visitor would say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HeldKind {
    /// A film, or a frame that can fill the screen.
    Video,
    /// A recording.
    Sound,
    /// A picture.
    Picture,
    /// Anything of services that are for advertising alone.
    Advertisement,
    /// Anything else.
    Content,
}
