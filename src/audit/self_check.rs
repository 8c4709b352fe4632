//! Control of the audit: an application that breaks every rule. The audit must find all of it.

use std::sync::Arc;

use actix_web::{HttpResponse, http::header, test::TestRequest};

use super::{
    browser::Site,
    driver::{Driver, judge},
    rules::Rule,
    step::Step,
    wire::{Answer, Wire, read},
};
use crate::{config::Config, policy::Lifetime};

/// Application that sets every gated cookie of the policy and an undeclared one on every response,
/// with a long lifetime and without attributes, and that ignores choices.
struct Misbehaving(Vec<String>);

/// Name of the undeclared cookie.
const CANARY: &str = "audit-canary";

/// Ten years in seconds, longer than any sensible declaration.
const TEN_YEARS: u64 = 315_360_000;

impl Misbehaving {
    fn of(config: &Config) -> Self {
        let judge = judge(config);
        let gated = config
            .policy
            .cookies()
            .iter()
            .filter(|spec| judge.is_gated(spec));
        let names = gated.map(|spec| spec.name.replace('*', "audit"));
        Self(names.chain([CANARY.to_owned()]).collect())
    }
}

impl Wire for Misbehaving {
    async fn send(&self, request: TestRequest, config: &Arc<Config>, _: bool) -> Answer {
        let request = request.to_http_request();
        let mut response = HttpResponse::Ok().finish();
        for name in &self.0 {
            let text = format!("{name}=1; Path=/; Max-Age={TEN_YEARS}");
            if let Ok(value) = header::HeaderValue::try_from(text) {
                response.headers_mut().append(header::SET_COOKIE, value);
            }
        }
        let placement = config.placement(request.head());
        read(&request, response.headers(), config, placement)
    }
}

/// Audits the misbehaving application, and returns the rules that found nothing.
pub(crate) async fn missed(config: &Arc<Config>, site: Site) -> Vec<Rule> {
    missed_in(&Misbehaving::of(config), config, site).await
}

async fn missed_in<W: Wire>(app: &W, config: &Arc<Config>, site: Site) -> Vec<Rule> {
    let steps = [Step::get("/")];
    let mut driver = Driver::new(app, config, &steps, site);
    driver.run().await;
    let mut log = driver.log;
    judge(config).judge_observations(&log.observations, &mut log.findings);
    let found = std::mem::take(&mut log.findings).sorted();
    due(config)
        .into_iter()
        .filter(|rule| !found.iter().any(|finding| finding.rule == *rule))
        .collect()
}

/// The rules that must find something under this policy.
fn due(config: &Config) -> Vec<Rule> {
    let judge = judge(config);
    let policy = &config.policy;
    let gated: Vec<_> = policy
        .cookies()
        .iter()
        .filter(|spec| judge.is_gated(spec))
        .collect();
    let mut due = vec![Rule::Unguarded, Rule::NoSameSite];
    let mut also = |holds: bool, rules: &[Rule]| {
        if holds {
            due.extend(rules);
        }
    };
    // A pattern of the policy may cover the undeclared cookie.
    let undeclared = [Rule::Undeclared, Rule::NotHttpOnly];
    also(judge.declared(CANARY).is_none(), &undeclared);
    also(config.secure, &[Rule::NotSecure]);
    also(
        policy.gated_categories().next().is_some(),
        &[Rule::ChoiceWithoutEffect],
    );
    let every_gated = [
        Rule::SetBeforeConsent,
        Rule::SetAfterRejection,
        Rule::ReadableWithoutConsent,
    ];
    also(!gated.is_empty(), &every_gated);
    let sold = gated.iter().any(|spec| {
        policy.sale_or_share(spec.service.as_deref().unwrap_or(policy.category_of(spec)))
    });
    also(sold, &[Rule::SetDespiteSignal]);
    let short = |lifetime: Lifetime| lifetime.seconds().is_none_or(|seconds| seconds < TEN_YEARS);
    let lives_longer = gated.iter().any(|spec| spec.duration.is_some_and(short));
    also(lives_longer, &[Rule::LivesLonger]);
    due
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ConsentMiddleware, Policy, SigningKeys};

    fn consent() -> ConsentMiddleware {
        let policy = Policy::parse(include_str!("../../tests/integration/consent.toml"))
            .expect("the policy of the tests is valid");
        ConsentMiddleware::new(policy, SigningKeys::generate()).expect("the defaults can be used")
    }

    #[actix_web::test]
    async fn the_audit_objects_to_an_application_that_misbehaves() {
        let consent = consent();
        let config = consent.config();
        assert!(due(config).contains(&Rule::SetDespiteSignal));
        let missed = missed(config, Site::new(config, None, Vec::new())).await;
        assert_eq!(missed, []);
    }

    #[actix_web::test]
    async fn the_control_fails_if_the_driver_sees_nothing() {
        let consent = consent();
        let config = consent.config();
        let silent = Misbehaving(Vec::new());
        let missed = missed_in(&silent, config, Site::new(config, None, Vec::new())).await;
        for rule in [
            Rule::Undeclared,
            Rule::SetBeforeConsent,
            Rule::SetAfterRejection,
        ] {
            assert!(missed.contains(&rule), "{rule}");
        }
    }
}
