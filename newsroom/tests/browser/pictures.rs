//! Pictures of the pages for review, under `target/screenshots`.

use std::{
    fs,
    path::{Path, PathBuf},
};

use base64::{Engine as _, prelude::BASE64_STANDARD};

use crate::{ACCEPT, PAGES, Visit};

fn directory() -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("screenshots");
    fs::create_dir_all(&dir).expect("the directory can be made");
    dir
}

#[test]
#[ignore = "needs Chromium"]
fn captures_every_page_for_review() {
    let dir = directory();
    let visit = Visit::with_javascript();
    let browser = &visit.browser;
    for (device, width, height) in [("desktop", 1280, 800), ("phone", 390, 844)] {
        browser.resize(width, height);
        let mut pictures = Vec::new();
        for scheme in ["light", "dark"] {
            browser.prefer(scheme);
            let draw = |name: &str| {
                let picture = browser.picture(width, None, 1);
                let picture = BASE64_STANDARD.decode(picture).expect("it is base64");
                let file = dir.join(format!("{name}-{device}-{scheme}.png"));
                fs::write(&file, &picture).expect("it can be written");
                picture
            };
            for (name, path) in [
                ("front", PAGES[0]),
                ("report", PAGES[1]),
                ("event", PAGES[2]),
                ("about", PAGES[4]),
                ("policy", PAGES[5]),
                ("settings", PAGES[6]),
                ("404", PAGES[8]),
            ] {
                visit.open(path);
                pictures.push(draw(name));
            }
            visit.open_implied("/");
            draw("implied");
            visit.open_implied("/privacy");
            draw("implied-policy");
            let form = visit.open("/privacy/choices");
            form.run(
                "document.querySelector('main button[value=reject]').value = 'nothing'",
                &[],
            );
            form.follow("main button[value=nothing]");
            draw("refused");
            visit.choose("/", ACCEPT);
            draw("accepted");
            visit.open(PAGES[1]);
            draw("report-with-film");
            visit.open(PAGES[2]);
            draw("event-with-offer");
            visit.open(PAGES[1]).follow("button[name=add]");
            draw("reading-list");
            browser.devtools("Network.clearBrowserCookies", serde_json::json!({}));
        }
        let (light, dark) = pictures.split_at(pictures.len() / 2);
        for (light, dark) in light.iter().zip(dark) {
            assert!(light.starts_with(b"\x89PNG") && light.len() > 5_000);
            assert_ne!(light, dark, "light and dark are one");
        }
    }
}
