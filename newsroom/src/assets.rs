//! Files that pages load: built into the program, under names that change with their content.

use std::sync::LazyLock;

use actix_web::{
    HttpResponse,
    http::header,
    web::{self, Bytes},
};

use crate::resource::resource;

struct Asset {
    /// Name in templates.
    name: &'static str,
    /// `/assets/site.0123456789abcdef.css`
    url: String,
    kind: &'static str,
    bytes: Bytes,
}

impl Asset {
    fn new(name: &'static str, kind: &'static str, bytes: Bytes) -> Self {
        let (stem, ending) = name.rsplit_once('.').unwrap_or((name, "bin"));
        let url = format!("/assets/{stem}.{:016x}.{ending}", fingerprint(&bytes));
        Self {
            name,
            url,
            kind,
            bytes,
        }
    }
}

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    let mut assets = vec![
        Asset::new(
            "newsreader-latin.woff2",
            "font/woff2",
            Bytes::from_static(include_bytes!("../assets/fonts/newsreader-latin.woff2")),
        ),
        Asset::new(
            "newsreader-latin-ext.woff2",
            "font/woff2",
            Bytes::from_static(include_bytes!("../assets/fonts/newsreader-latin-ext.woff2")),
        ),
        Asset::new(
            "icon.svg",
            "image/svg+xml",
            Bytes::from_static(include_bytes!("../assets/icon.svg")),
        ),
        Asset::new(
            "reads.js",
            "text/javascript; charset=utf-8",
            Bytes::from_static(include_bytes!("../assets/reads.js")),
        ),
    ];
    // The stylesheet names the fonts, so it comes after them.
    let mut css = include_str!("../assets/site.css").to_owned();
    for asset in &assets {
        css = css.replace(
            &format!("url({})", asset.name),
            &format!("url({})", asset.url),
        );
    }
    assets.push(Asset::new(
        "site.css",
        "text/css; charset=utf-8",
        css.into(),
    ));
    assets
});

/// FNV-1a. The name only has to change with the content.
fn fingerprint(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// Returns the address of an asset.
///
/// # Panics
///
/// If there is no such asset: templates name only built-in ones.
pub fn url(name: &str) -> &'static str {
    ASSETS
        .iter()
        .find(|asset| asset.name == name)
        .map_or_else(|| panic!("no asset is named {name}"), |asset| &asset.url)
}

/// Adds the assets, `/robots.txt` and the usual addresses of the icon.
pub fn routes(cfg: &mut web::ServiceConfig) {
    for asset in ASSETS.iter() {
        let answer = || async {
            HttpResponse::Ok()
                .insert_header((header::CONTENT_TYPE, asset.kind))
                .insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"))
                .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
                .body(asset.bytes.clone())
        };
        cfg.service(resource(&asset.url, answer));
    }
    for path in ["/favicon.ico", "/favicon.svg"] {
        cfg.service(resource(path, || async {
            HttpResponse::TemporaryRedirect()
                .insert_header((header::LOCATION, url("icon.svg")))
                .finish()
        }));
    }
    cfg.service(resource("/robots.txt", || async {
        HttpResponse::Ok()
            .content_type("text/plain; charset=utf-8")
            .body(include_str!("../assets/robots.txt"))
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stylesheet_loads_the_fonts_under_their_present_names() {
        let css = ASSETS
            .iter()
            .find(|asset| asset.name == "site.css")
            .expect("it is there");
        let css = std::str::from_utf8(&css.bytes).expect("it is text");
        assert!(css.contains(url("newsreader-latin.woff2")));
        assert!(css.contains(url("newsreader-latin-ext.woff2")));
        assert!(!css.contains("url(newsreader"));
    }

    #[test]
    fn no_address_holds_a_word_that_blockers_filter() {
        for asset in ASSETS.iter() {
            for word in [
                "cookie",
                "consent",
                "gdpr",
                "banner",
                "privacy",
                "cmp",
                "analytics",
                "track",
            ] {
                assert!(!asset.url.contains(word), "{}", asset.url);
            }
        }
    }
}
