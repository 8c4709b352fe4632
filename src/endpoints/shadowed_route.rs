//! Warning about routes of the application that a built-in page shadows.

use actix_web::HttpRequest;

use super::Endpoint;
use crate::config::Config;

/// Logs each route that is registered for the path of a built-in page. Called with the first
/// request, because routes are known from then on.
///
/// A catch-all route such as `/{page}` is not reported: built-in pages take precedence over it.
pub(crate) fn report(config: &Config, request: &HttpRequest) {
    let whole = request.match_info().as_str();
    let rest = request.match_info().unprocessed().len();
    let scope = &whole[..whole.len().saturating_sub(rest)];
    let paths = &config.paths;
    let editions = config.editions().map(|policy| {
        let version = policy.file().policy.version;
        format!("{}{version}", paths.versions)
    });
    let fixed = [
        &*paths.policy,
        &paths.settings,
        &paths.state,
        &paths.receipt,
        &paths.reports,
        super::GPC,
    ];
    for path in fixed.into_iter().map(str::to_owned).chain(editions) {
        if Endpoint::of(config, &path).is_none() {
            continue;
        }
        let path = format!("{scope}{path}");
        let Some(pattern) = request.resource_map().match_pattern(&path) else {
            continue;
        };
        let base = format!("{scope}{}", paths.policy);
        let literal = pattern.split('{').next().unwrap_or_default();
        if literal.starts_with(&base) || pattern == path {
            config.report_shadowed(&path, &pattern);
        }
    }
}
