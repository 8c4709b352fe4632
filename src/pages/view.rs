//! Data that pages are rendered from. All of it is public, so that an application can render its
//! own pages.

use time::{Date, OffsetDateTime};

use crate::{
    Policy,
    choice::note::Outcome,
    decision::{Basis, ConsentModel, Status},
    ledger::Event,
    policy::{CookieSpec, NECESSARY},
};

/// Data common to every page.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Frame<'a> {
    /// The policy in force.
    pub policy: &'a Policy,
    /// Language of the policy's texts, such as `en`.
    pub language: &'a str,
    /// Consent model that applies to this visitor.
    pub model: ConsentModel,
    /// Path of the home page, `/` unless a proxy strips a prefix.
    pub home_path: &'a str,
    /// Path of the policy page, `/privacy` by default.
    pub policy_path: &'a str,
    /// Path of the settings page, to which the forms post; `/privacy/choices` by default.
    pub settings_path: &'a str,
    /// True if the browser sent `Sec-GPC: 1`.
    pub gpc: bool,
    /// Token of the units and the text that the form shows, for its hidden field `asked`.
    pub asked: &'a str,
    /// Return path of a form, for its hidden field `return_to`: a path of this site, already
    /// escaped for an attribute value in double quotes (write it without further escaping).
    pub return_to: &'a str,
}

/// Data of the banner.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct BannerView<'a> {
    /// Data common to every page.
    pub frame: Frame<'a>,
    /// Kind of the banner.
    pub kind: BannerKind,
    /// Titles of units that are new, or whose meaning has changed, since the visitor's last choice.
    pub news: Vec<&'a str>,
    /// Titles of units that a visitor with an earlier choice has not answered. Empty if `news` is
    /// not, and if the visitor has only allowed single services: they see the banner of a first
    /// visit.
    pub open: Vec<&'a str>,
    /// In a confirmation: the former consent id, shown once after a full withdrawal. No other page
    /// shows it.
    pub former_consent_id: Option<&'a str>,
    /// In a confirmation: true if it has `autofocus`, so that a screen reader reads it out. False
    /// if the address leads to a shown element: its status line ([`ShownView`]) takes the focus
    /// instead.
    pub takes_focus: bool,
}

/// Kind of a banner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BannerKind {
    /// Asks for consent (`OptIn`): accept, reject, open the settings.
    Ask,
    /// Informs (`Implied`): close.
    Notice,
    /// Confirms a choice, once.
    Saved(Outcome),
}

/// Data of the settings page.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SettingsView<'a> {
    /// Data common to every page.
    pub frame: Frame<'a>,
    /// The visitor's choice.
    pub state: StateView<'a>,
    /// The categories, `necessary` first.
    pub categories: Vec<CategoryView<'a>>,
    /// Result of the choice, on the first page after it.
    pub saved: Option<Outcome>,
    /// The visitor's record, if a ledger is mounted and the visitor has a consent id.
    pub record: Option<RecordView<'a>>,
}

/// A visitor's record in the ledger.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RecordView<'a> {
    /// Consent id: a random identifier that does not by itself name anyone (recital 30 GDPR).
    pub id: String,
    /// Validity of a choice in days, counted from the day of the choice.
    pub validity_days: u32,
    /// Path of the receipt; `None` after a full withdrawal.
    pub receipt: Option<&'a str>,
    /// Entries, the latest first; `None` if the ledger does not answer.
    pub entries: Option<Vec<RecordedView<'a>>>,
}

/// One entry of a visitor's record.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RecordedView<'a> {
    /// Time of the entry (UTC).
    pub time: OffsetDateTime,
    /// Event that was recorded.
    pub event: Event,
    /// Titles of the units that were on after the event. A unit that no known edition declares is
    /// named by its id.
    pub on: Vec<&'a str>,
}

/// The visitor's choice, as a page describes it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct StateView<'a> {
    /// Status of the choice.
    pub status: Status,
    /// Day of the choice (UTC).
    pub day: Option<Date>,
    /// Titles of the optional units that are on.
    pub on: Vec<&'a str>,
    /// Titles of the optional units that are off because of `Sec-GPC: 1` alone.
    pub off_by_signal: Vec<&'a str>,
}

impl StateView<'_> {
    /// Returns the state of a visitor without a choice.
    pub(crate) fn undecided() -> Self {
        Self {
            status: Status::Undecided,
            day: None,
            on: Vec::new(),
            off_by_signal: Vec::new(),
        }
    }
}

/// Returns the categories of a policy with their services, each with its basis.
pub(crate) fn categories(policy: &Policy, basis: impl Fn(&str) -> Basis) -> Vec<CategoryView<'_>> {
    // An acceptance that a signal overrides is not preset: saving the form for another reason would
    // otherwise acknowledge the signal.
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
    /// Id; the control is named `cat.<id>`.
    pub id: &'a str,
    /// Title.
    pub title: &'a str,
    /// True for the category `necessary`.
    pub necessary: bool,
    /// Basis on which the category is on or off.
    pub basis: Basis,
    /// True if the visitor turned it on. Only then is the control preset to *On*.
    pub chosen: bool,
    /// Services of the category.
    pub services: Vec<ServiceView<'a>>,
}

/// One service on the settings page.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ServiceView<'a> {
    /// Id; the control is named `svc.<id>`.
    pub id: &'a str,
    /// Name of the provider.
    pub provider: &'a str,
    /// Basis on which the service is on or off.
    pub basis: Basis,
    /// True if the visitor turned it on. Only then is the control preset to *On*.
    pub chosen: bool,
}

/// Data of the policy page.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PolicyView<'a> {
    /// Data common to every page; `frame.policy` is the edition that the page shows.
    pub frame: Frame<'a>,
    /// The visitor's choice.
    pub state: StateView<'a>,
    /// This library's own cookies, as it sets them today under `frame.model`. An earlier edition
    /// does not list them.
    pub own_cookies: &'a [CookieSpec],
    /// All readable editions, the newest first.
    pub editions: Vec<EditionView>,
    /// True for an earlier edition.
    pub superseded: bool,
    /// Result of the choice, on the first page after it.
    pub saved: Option<Outcome>,
    /// With `saved`: the former consent id, as in [`BannerView::former_consent_id`].
    pub former_consent_id: Option<String>,
    /// True if the middleware gates markup, so that scripts and frames wait for consent as well.
    pub gates_markup: bool,
    /// True if a ledger records choices, so that the cookie of an acceptance contains a random
    /// identifier.
    pub recorded: bool,
}

/// One edition of the policy.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct EditionView {
    /// Version number.
    pub version: u32,
    /// First day on which it was in force. It ended when the next edition began.
    pub effective: Option<Date>,
    /// Path of the edition.
    pub path: String,
}

/// Data of the page for a rejected form.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RejectedPostView<'a> {
    /// Data common to every page.
    pub frame: Frame<'a>,
    /// Reason for the rejection.
    pub reason: Rejection,
    /// True if the page is shown in a frame: its links open a new tab by `target="_blank"`.
    pub framed: bool,
}

/// Reason for which a form was not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rejection {
    /// The form came from another site (403).
    CrossSite,
    /// The form names no valid action (400).
    Malformed,
    /// The form took too long to arrive (408).
    TooSlow,
    /// The form is too large (413).
    TooLarge,
    /// The body is neither a form nor JSON (415).
    UnsupportedType,
    /// The ledger did not record the choice, so nothing was turned on (503).
    NotRecorded,
    /// The page is shown in a frame: a form was sent from there (403), or a built-in page was
    /// opened there (200). `frame.return_to` is the page to open instead.
    Framed,
}

/// Data of a placeholder.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PlaceholderView<'a> {
    /// Data common to every page. `frame.asked` names only the `units` below.
    pub frame: Frame<'a>,
    /// Kind of the blocked element.
    pub kind: HeldKind,
    /// Name of the element in the page: its `title` or `alt`.
    pub label: Option<&'a str>,
    /// Ids of the categories and services that the element needs, for the hidden fields `cat.<id>`
    /// and `svc.<id>`.
    pub units: Vec<&'a str>,
    /// Width and height in CSS pixels, if the page gives both.
    pub size: Option<(u32, u32)>,
    /// True for the first placeholder of the page, which contains the `<style>`.
    pub styled: bool,
    /// True inside a form of the page, where HTML allows no other form.
    pub inside_form: bool,
    /// Id of its element, and of the status line that replaces it ([`ShownView`]). The form posts
    /// it as `at`, and the response leads the visitor back to it.
    pub id: &'a str,
    /// True if the page is shown in a frame, from where no form is accepted: the placeholder links
    /// to `frame.return_to` with `target="_blank"` instead.
    pub framed: bool,
}

/// Data of the status line that announces a shown element.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ShownView<'a> {
    /// Data common to every page.
    pub frame: Frame<'a>,
    /// Id of its element; the address of the page ends in it.
    pub id: &'a str,
    /// Ids of the categories and services that were turned on for the element.
    pub units: Vec<&'a str>,
    /// True if later pages show the element as well.
    pub always: bool,
}

/// Kind of a blocked element, as a visitor would name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HeldKind {
    /// A video, or a frame that can fill the screen.
    Video,
    /// An audio recording.
    Sound,
    /// An image.
    Picture,
    /// Any element of services whose only purpose is advertising.
    Advertisement,
    /// Any other element.
    Content,
}
