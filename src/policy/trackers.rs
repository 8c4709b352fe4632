//! Known analytics and advertising cookies.

use super::Pattern;

/// Names, and with a final `*` prefixes of names, of known analytics and advertising cookies.
/// Declaring one as necessary is a fault unless the site gives a reason (EDPB Cookie Banner
/// Taskforce, type I).
const TRACKERS: [&str; 36] = [
    "_ga",
    "_ga_*",
    "_gid",
    "_gat",
    "_gat_*",
    "_gcl_*",
    "_dc_gtm_*",
    "__utm*",
    "IDE",
    "DSID",
    "_fbp",
    "_fbc",
    "_pk_*",
    "_hj*",
    "_clck",
    "_clsk",
    "MUID",
    "_uetsid",
    "_uetvid",
    "_tt_*",
    "_ttp",
    "_pin_*",
    "li_fat_id",
    "hubspotutk",
    "__hs*",
    "mp_*",
    "amplitude_*",
    "AMP_*",
    "_scid",
    "optimizely*",
    "_vwo_*",
    "_ym_*",
    "_mkto_trk",
    "cto_*",
    "__gads",
    "__gpi",
];

/// Returns whether a declared name or pattern can match a known tracker.
pub(super) fn is_known_tracker(name: &str) -> bool {
    let Pattern { stem, open } = Pattern::of(name);
    TRACKERS
        .iter()
        .any(|tracker| match (tracker.strip_suffix('*'), open) {
            (None, false) => *tracker == stem,
            (Some(start), false) => stem.starts_with(start),
            (None, true) => tracker.starts_with(&*stem),
            (Some(start), true) => start.starts_with(&*stem) || stem.starts_with(start),
        })
}
