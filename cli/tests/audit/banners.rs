//! Released banners of other products (`npm ci` in `cli/tests/banners`).

use std::path::Path;

use super::{
    corpus::{
        Case,
        server::{Answer, Ask, Body, Server},
    },
    program::audit,
};

/// A page with a banner, which sets `_ga` once analytics are accepted.
struct Released {
    /// Folder in `node_modules`.
    package: &'static str,
    /// Name in the report.
    name: &'static str,
    case: Case,
}

const fn page(handler: fn(&Ask) -> Answer) -> Case {
    Case {
        name: "released-banner",
        planted: &[],
        also: &[],
        policy: None,
        trouble: None,
        handler,
    }
}

macro_rules! released {
    ($package:literal, $name:literal, $page:literal) => {
        Released {
            package: $package,
            name: $name,
            case: page(|ask| answer(ask, include_str!($page))),
        }
    };
}

const RELEASED: [Released; 5] = [
    released!(
        "vanilla-cookieconsent",
        "vanilla-cookieconsent",
        "../banners/vanilla.html"
    ),
    released!("klaro", "Klaro", "../banners/klaro.html"),
    released!("orejime", "Orejime", "../banners/orejime.html"),
    released!(
        "cookieconsent",
        "Osano cookieconsent",
        "../banners/osano.html"
    ),
    released!(
        "tarteaucitronjs",
        "tarteaucitron",
        "../banners/tarteaucitron.html"
    ),
];

fn modules() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/banners/node_modules")
}

fn answer(ask: &Ask, html: &str) -> Answer {
    let kind = match ask.path.rsplit('.').next() {
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        _ => "text/html; charset=utf-8",
    };
    let (status, text) = match &*ask.path {
        "/" => (200, html.to_owned()),
        // The paths come from the pages above, so none leaves the folder.
        path => match std::fs::read_to_string(modules().join(path.trim_start_matches('/'))) {
            Ok(text) => (200, text),
            Err(_) => (404, "not found".to_owned()),
        },
    };
    Answer {
        status,
        headers: vec![("Content-Type", kind.to_owned())],
        body: Body::Text(text),
    }
}

#[test]
#[ignore = "needs Chromium and npm packages"]
fn released_banners_are_found_and_answered() {
    for released in &RELEASED {
        let package = modules().join(released.package);
        assert!(
            package.is_dir(),
            "{}: run `npm ci` in cli/tests/banners",
            package.display()
        );
        let server = Server::start(&released.case);
        let audited = audit(&server.address(), &["--pages", "2", "--timeout", "8"]);
        let visits = audited.report["visits"].as_array();
        let visits = visits.unwrap_or_else(|| panic!("{}: {}", released.name, audited.complaints));
        let told = serde_json::to_string_pretty(&audited.report["findings"]).unwrap();
        let visit = |state: &str| {
            let found = visits.iter().find(|visit| {
                let circumstances = &visit["circumstances"];
                circumstances["state"] == state
                    && circumstances["gpc"] == false
                    && circumstances["scripts"] == true
            });
            found.unwrap_or_else(|| panic!("{}: no visit {state}: {told}", released.name))
        };
        let first = &visit("no-choice")["banner"];
        assert_eq!(first["foundBy"], released.name, "{told}");
        for state in ["rejected", "accepted", "withdrawn"] {
            let choice = &visit(state)["choice"];
            assert!(
                choice["how"] == "said",
                "{} {state}: {choice}",
                released.name
            );
        }
        // Set only after acceptance.
        let seen = audited.report["inventory"].as_array().unwrap();
        let ga = seen.iter().find(|item| item["name"] == "_ga");
        let ga = ga.unwrap_or_else(|| panic!("{}: `_ga` was never seen", released.name));
        let seen = ga["seen"].to_string();
        assert!(seen.contains("accepted"), "{}: {seen}", released.name);
        assert!(
            !seen.contains("no choice") && !seen.contains("rejected"),
            "{}: {seen}",
            released.name
        );
        assert!(
            !audited.has("set-before-consent", ""),
            "{}: {told}",
            released.name
        );
        assert!(!audited.has("no-banner", ""), "{}: {told}", released.name);
    }
}
