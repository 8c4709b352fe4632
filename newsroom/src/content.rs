//! The items of the site: their addresses and the lines that several pages share.
//!
//! The text of an item is in its template.

/// A report or an event page.
#[derive(Debug, PartialEq, Eq)]
pub struct Item {
    /// Name in the reading list and in the feed.
    pub slug: &'static str,
    /// Address of the item.
    pub path: &'static str,
    /// Headline.
    pub headline: &'static str,
    /// Paragraph under the headline.
    pub lead: &'static str,
    /// Publication date of the source in the format of RSS; `None` for the event, whose source has
    /// none.
    pub published: Option<&'static str>,
}

/// The conference report.
pub const REPORT: Item = Item {
    slug: "peacekeeping-asian-partners",
    path: "/reports/peacekeeping-asian-partners",
    headline: "OSCE and Asian partners compare how peace is built to last",
    lead: "Poland and Japan jointly hosted the OSCE Asian Partners for Co-operation Group Conference \
           (APCG). It had two themes: approaches to peacebuilding, and how the Asian partners have \
           made peace last in their region, with the experience and lessons learned there.",
    published: Some("Fri, 06 Oct 2023 00:00:00 GMT"),
};

/// The event page.
pub const EVENT: Item = Item {
    slug: "wps-national-focal-points-network",
    path: "/events/wps-national-focal-points-network",
    headline: "WPS National Focal Points Network",
    lead: "More than 20 Ministers, representatives at high level and regional organisations attended \
           the meeting that launched the network. Its joint communiqué bears the signatures of \
           41\u{a0}Member States and of 3 regional organisations.",
    published: None,
};

/// All items, the newest first.
pub const ITEMS: [&Item; 2] = [&REPORT, &EVENT];

/// Returns the item with a slug.
pub fn item(slug: &str) -> Option<&'static Item> {
    ITEMS.into_iter().find(|item| item.slug == slug)
}
