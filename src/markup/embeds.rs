//! Which origins the policy declares for gated services.

use smallvec::SmallVec;
use url::Url;

use crate::{
    origin::{Origin, Source},
    policy::{EmbedSpec, Policy},
};

/// Places of units in the policy's list.
pub(crate) type Units = SmallVec<[usize; 2]>;

/// Every origin of an `[[embed]]`, with the services that load from it.
#[derive(Debug, Default)]
pub(crate) struct Embeds(Vec<(Source, Units)>);

impl Embeds {
    pub(crate) fn of(policy: &Policy) -> Self {
        let mut embeds: Vec<(Source, Units)> = Vec::new();
        for embed in &policy.file().embed {
            let Some(unit) = policy.unit(&embed.service) else {
                continue;
            };
            for source in origins(embed).filter_map(|text| Source::parse(text)) {
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

    /// The hosts as text, and whether the hosts below them are meant.
    pub(crate) fn hosts(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(source, _)| &*source.origin.host)
    }

    /// The services that load from where `url` leads; none where no one does.
    pub(crate) fn units_of(&self, url: &Url) -> Units {
        let mut units = Units::new();
        let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) else {
            return units;
        };
        // A dot at the end of a host names the same host.
        let host = host.strip_suffix('.').unwrap_or(host);
        for (source, services) in &self.0 {
            if leads_to(source, host, port) {
                units.extend(services.iter().copied());
            }
        }
        units.sort_unstable();
        units.dedup();
        units
    }
}

/// Every origin of an embed, whatever is loaded from it: an image is asked of the same server as
/// a frame.
fn origins(embed: &EmbedSpec) -> impl Iterator<Item = &String> {
    [
        &embed.script,
        &embed.frame,
        &embed.img,
        &embed.style,
        &embed.font,
        &embed.connect,
        &embed.media,
    ]
    .into_iter()
    .flatten()
}

fn leads_to(source: &Source, host: &str, port: u16) -> bool {
    let Origin {
        host: declared,
        port: declared_port,
        ..
    } = &source.origin;
    // The same host over plain http is no other provider.
    let usual = |port: u16| port == 80 || port == 443;
    if port != *declared_port && !(usual(port) && usual(*declared_port)) {
        return false;
    }
    if !source.below {
        return host == declared;
    }
    host.strip_suffix(declared.as_str())
        .is_some_and(|before| before.ends_with('.') && before.len() > 1)
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
    fn an_origin_is_found_by_host_and_port_and_names_every_service_that_loads_from_it() {
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
