//! Settings of the middleware, as the builder collects them.

use std::sync::Arc;

use actix_web::dev::RequestHead;

use crate::{
    choice::keys::SigningKeys,
    csp::Csp,
    day::Day,
    decision::{ConsentModel, Placement},
    ledger::{Recording, Withdrawal},
    pages::Pages,
    policy::Policy,
};

/// Treatment of cookies that the policy does not declare.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Undeclared {
    /// The cookie is withheld. The default, because visitors cannot consent to a cookie that the
    /// policy page does not list.
    #[default]
    Withhold,
    /// The cookie is sent and logged. For sites that introduce the library and do not know yet
    /// which cookies they set.
    Report,
}

/// Settings of [`ConsentBuilder`](crate::ConsentBuilder), not validated yet.
pub(crate) struct Settings {
    pub(crate) policy: Policy,
    pub(crate) keys: SigningKeys,
    pub(crate) origin: Option<String>,
    pub(crate) plain_http: bool,
    pub(crate) model: Option<ConsentModel>,
    pub(crate) placement: Option<Resolve>,
    pub(crate) earlier: Vec<Policy>,
    pub(crate) base_path: String,
    pub(crate) external_prefix: String,
    pub(crate) proxies: Option<Vec<String>>,
    pub(crate) pages: Option<Arc<dyn Pages>>,
    pub(crate) undeclared: Undeclared,
    pub(crate) explain: bool,
    pub(crate) validity_days: u32,
    pub(crate) minor: Option<HeadFlag>,
    pub(crate) today: Option<Clock>,
    pub(crate) csp: Option<Csp>,
    pub(crate) ledger: Option<Recording>,
    pub(crate) withdrawal: Option<OnWithdrawal>,
    pub(crate) markup: Option<crate::markup::Markup>,
}

pub(crate) type Resolve = Arc<dyn Fn(&RequestHead) -> Option<Placement> + Send + Sync>;
pub(crate) type HeadFlag = Arc<dyn Fn(&RequestHead) -> bool + Send + Sync>;
pub(crate) type Clock = Arc<dyn Fn() -> Day + Send + Sync>;
pub(crate) type OnWithdrawal = Arc<dyn Fn(&Withdrawal<'_>) + Send + Sync>;

impl Settings {
    /// The defaults.
    pub(crate) fn new(policy: Policy, keys: SigningKeys) -> Self {
        Self {
            policy,
            keys,
            origin: None,
            plain_http: false,
            model: None,
            placement: None,
            earlier: Vec::new(),
            base_path: "/privacy".to_owned(),
            external_prefix: String::new(),
            proxies: None,
            pages: None,
            undeclared: Undeclared::default(),
            explain: false,
            validity_days: 180,
            minor: None,
            today: None,
            csp: None,
            ledger: None,
            withdrawal: None,
            markup: None,
        }
    }
}
