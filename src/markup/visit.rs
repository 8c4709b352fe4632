//! Request of the gated page, as far as the gate depends on it.

use std::sync::Arc;

use url::Url;

use crate::{
    decision::{ConsentModel, Decision},
    http::origin::Origin,
};

/// Request of the gated page. Methods are called only if a page needs the answer, so that pages
/// without gated markup do not pay for them.
pub(crate) trait Visit {
    /// Returns the address of the page, from which relative addresses start.
    fn address(&self) -> Url;

    /// Returns the configured origin of the site; `None` if it is the host of each request.
    fn configured_origin(&self) -> Option<&Origin>;

    /// Returns whether the host of the request may differ from that of the site: none is
    /// configured, and a proxy may have changed it.
    fn host_in_doubt(&self) -> bool;

    /// Returns the consent model of this request.
    fn model(&self) -> ConsentModel;

    /// Returns whether the browser sends `Sec-GPC: 1`.
    fn gpc(&self) -> bool;

    /// Returns the decision for the visitor.
    fn decision(&self) -> Arc<Decision>;

    /// Returns whether the visitor chose to show this unit once, on this page.
    fn shows_once(&self, unit: usize) -> bool;

    /// Returns the return path for a form on this page.
    fn way_back(&self) -> String;

    /// Returns whether the page is shown in a frame.
    fn is_framed(&self) -> bool;

    /// Reports markup that the gate could not decide on to the operator.
    fn report(&self, finding: Finding<'_>);
}

/// Problem in a page that its authors should know.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Finding<'a> {
    /// A stream sets its `<base>` after the banner.
    LateBase,
    /// Markup names a category or service that the policy does not declare.
    UnknownUnit(&'a str),
    /// An element stayed unchanged: its attribute `name` has another purpose, or does not count on
    /// an element that loads from the site itself. `strict` would gate it.
    LeftAlone {
        value: &'a str,
        name: &'a str,
        strict: &'a str,
        declared: bool,
    },
    /// An attribute was removed, since its address cannot be parsed.
    UnreadableAddress { tag: &'a str, attribute: &'a str },
}

/// Host of a page whose request has no valid one. It cannot be the origin of an embed.
pub(super) const UNNAMED: &str = "site.invalid";

/// Builds the address of a page from the parts of a request, as far as relative addresses depend on
/// it.
pub(crate) fn address(secure: bool, authority: &str, path: &str) -> Url {
    let scheme = if secure { "https" } else { "http" };
    Url::parse(&format!("{scheme}://{authority}"))
        .and_then(|origin| origin.join(path))
        .unwrap_or_else(|_| {
            Url::parse(&format!("{scheme}://{UNNAMED}/")).expect("it is an address")
        })
}
