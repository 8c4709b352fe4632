//! The request that a page answers, as far as the gate for markup depends on it.

use std::sync::Arc;

use url::Url;

use crate::{
    decision::{ConsentModel, Decision},
    http::origin::Origin,
};

/// The request that a page answers. It is asked only where a page needs the answer, so that plain
/// pages do not pay for it.
pub(crate) trait Visit {
    /// Address of the page, from which relative addresses start.
    fn address(&self) -> Url;

    /// Configured origin of the site; `None` if it is the host of each request.
    fn configured_origin(&self) -> Option<&Origin>;

    /// Whether the host of the request may not be that of the site: none is configured, and a proxy
    /// may have changed it.
    fn host_in_doubt(&self) -> bool;

    /// How silence is read.
    fn model(&self) -> ConsentModel;

    /// Whether the browser sends `Sec-GPC: 1`.
    fn gpc(&self) -> bool;

    /// The visitor's decision.
    fn decision(&self) -> Arc<Decision>;

    /// Returns whether the visitor asked to see this unit once, on this page.
    fn shows_once(&self, unit: usize) -> bool;

    /// Path to which a form on this page leads back.
    fn way_back(&self) -> String;

    /// Whether the page is shown in a frame.
    fn is_framed(&self) -> bool;

    /// Tells the operator of something in the page that the gate could not judge.
    fn report(&self, finding: Finding<'_>);
}

/// Something in a page that its authors should know.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Finding<'a> {
    /// A stream sets its `<base>` behind the banner.
    LateBase,
    /// Markup names a category or service that the policy does not have.
    UnknownUnit(&'a str),
    /// An element was left as it is: its attribute `name` is about something else, or does not
    /// count on an element that loads from the site itself. `strict` would gate it.
    LeftAlone {
        value: &'a str,
        name: &'a str,
        strict: &'a str,
        declared: bool,
    },
    /// An attribute was removed, since its address cannot be parsed.
    UnreadableAddress { tag: &'a str, attribute: &'a str },
}

/// Host of a page whose request has no readable one: no origin of an embed can be it.
pub(super) const UNNAMED: &str = "site.invalid";

/// Address of a page from the parts of a request, as far as it matters for what its addresses lead
/// to.
pub(crate) fn address(secure: bool, authority: &str, path: &str) -> Url {
    let scheme = if secure { "https" } else { "http" };
    Url::parse(&format!("{scheme}://{authority}"))
        .and_then(|origin| origin.join(path))
        .unwrap_or_else(|_| {
            Url::parse(&format!("{scheme}://{UNNAMED}/")).expect("it is an address")
        })
}
