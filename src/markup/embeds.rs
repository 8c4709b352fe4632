//! Origins that the policy declares for gated services.

use smallvec::SmallVec;
use url::Url;

use crate::{http::origin::Source, policy::Policy};

/// Indices of units in the policy's list.
pub(crate) type Units = SmallVec<[usize; 2]>;

/// Origins of all `[[embed]]` entries, with the services that load from them.
#[derive(Debug, Default)]
pub(crate) struct Embeds(Vec<(Source, Units)>);

impl Embeds {
    pub(crate) fn of(policy: &Policy) -> Self {
        let mut embeds: Vec<(Source, Units)> = Vec::new();
        for embed in &policy.file().embed {
            let Some(unit) = policy.unit(&embed.service) else {
                continue;
            };
            // Every kind of source counts: an image is requested from the same server as a frame.
            let sources = embed
                .by_directive()
                .into_iter()
                .flat_map(|(_, sources)| sources);
            for source in sources.filter_map(|text| Source::parse(text)) {
                let known = embeds.iter_mut().find(|(known, _)| *known == source);
                match known {
                    Some((_, units)) if units.contains(&unit) => {}
                    Some((_, units)) => units.push(unit),
                    None => embeds.push((source, Units::from_slice(&[unit]))),
                }
            }
        }
        Self(embeds)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns all services that load from a declared origin.
    pub(crate) fn units(&self) -> impl Iterator<Item = usize> {
        self.0.iter().flat_map(|(_, units)| units.iter().copied())
    }

    /// Returns the declared hosts as text.
    pub(crate) fn hosts(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(source, _)| &*source.origin.host)
    }

    /// Returns the services that load from the origin of `url`.
    pub(crate) fn units_of(&self, url: &Url) -> Units {
        let mut units = Units::new();
        let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) else {
            return units;
        };
        // A trailing dot does not change the host.
        let host = host.strip_suffix('.').unwrap_or(host);
        for (source, services) in &self.0 {
            if source.covers(host, port) {
                units.extend(services.iter().copied());
            }
        }
        units.sort_unstable();
        units.dedup();
        units
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn embeds() -> Embeds {
        let text = include_str!("../../tests/integration/consent.toml");
        let more = r#"
            [[service]]
            id = "maps"
            category = "preferences"
            provider = "Example Maps"
            [[embed]]
            service = "example-video"
            frame = ["https://video.example", "https://127.0.0.1:8443"]
            img = ["https://*.pixels.example"]
            [[embed]]
            service = "maps"
            frame = ["https://video.example"]
        "#;
        Embeds::of(&Policy::parse(&format!("{text}{more}")).expect("the policy is valid"))
    }

    fn found(url: &str) -> usize {
        let url = Url::parse(url).expect("it is an address");
        embeds().units_of(&url).len()
    }

    #[test]
    fn finds_all_services_of_an_origin_by_host_and_port() {
        for url in [
            "https://video.example/v/1",
            "HTTPS://VIDEO.EXAMPLE.:443/",
            "http://video.example/",
            "https://someone@video.example/",
        ] {
            assert_eq!(found(url), 2, "{url}");
        }
        assert_eq!(found("https://127.0.0.1:8443/"), 1);
        assert_eq!(found("https://a.b.pixels.example/p.gif"), 1);
    }

    #[test]
    fn what_only_looks_like_the_origin_is_another() {
        for url in [
            "https://video.example.net/",
            "https://notvideo.example/",
            "https://www.video.example/",
            "https://video.example:8443/",
            "https://pixels.example/",
            "https://evilpixels.example/",
            "https://127.0.0.1/",
            "data:text/html,video.example",
        ] {
            assert_eq!(found(url), 0, "{url}");
        }
    }
}
