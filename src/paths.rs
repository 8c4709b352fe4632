//! Paths of the built-in endpoints.

/// Paths that the middleware serves itself.
#[derive(Clone, Debug)]
pub(crate) struct Paths {
    pub(crate) policy: String,
    pub(crate) settings: String,
    pub(crate) state: String,
    pub(crate) reports: String,
    pub(crate) receipt: String,
    /// Ends with a slash.
    pub(crate) versions: String,
    /// Prefix of every path of the site as browsers see it; empty if there is none.
    pub(crate) external: String,
    /// Home page of the site.
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
