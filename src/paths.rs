//! The paths of the built-in pages.

/// The paths that the middleware answers itself.
#[derive(Clone, Debug)]
pub(crate) struct Paths {
    pub(crate) policy: String,
    pub(crate) settings: String,
    pub(crate) state: String,
    pub(crate) reports: String,
    pub(crate) receipt: String,
    /// With a slash at its end.
    pub(crate) versions: String,
    /// Prefix of every path of the site as browsers see it; empty without one.
    pub(crate) external: String,
    /// The first page of the site.
    pub(crate) home: String,
}

impl Paths {
    pub(crate) fn new(base: &str, external: &str) -> Self {
        let base = format!("{external}{base}");
        Self {
            settings: format!("{base}/choices"),
            state: format!("{base}/state.json"),
            reports: format!("{base}/reports"),
            receipt: format!("{base}/receipt.json"),
            versions: format!("{base}/versions/"),
            policy: base,
            external: external.to_owned(),
            home: format!("{external}/"),
        }
    }
}
