//! Makes the pictures of the README from the running site: `cargo run -p newsroom --example pictures`.
//!
//! Needs `chromium` and `chromedriver`, as the browser tests do.

use std::{fs, path::Path, process::Command};

use base64::{Engine as _, prelude::BASE64_STANDARD};

#[path = "../tests/browser/driver.rs"]
#[allow(dead_code, reason = "the browser tests use the rest")]
mod driver;
#[path = "../tests/support/mod.rs"]
mod support;

use driver::Browser;
use support::site::Site;

/// In CSS pixels: the banner, the masthead and the headlines.
const SIZE: (u32, u32) = (1200, 420);

fn main() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    // On Unix cargo becomes the site, so the site is ended by the id that was started.
    let mut site = Command::new(env!("CARGO"));
    site.args(["run", "--quiet", "-p", "newsroom", "--bin", "newsroom", "--"]);
    let site = Site::start(site, &[]);
    let browser = Browser::start();
    for scheme in ["light", "dark"] {
        browser.prefer(scheme);
        browser.resize(SIZE.0, SIZE.1);
        browser.open(&format!("http://127.0.0.1:{}/", site.port));
        let picture = BASE64_STANDARD
            .decode(browser.picture(SIZE.0, Some(SIZE.1), 2))
            .expect("it is base64");
        let file = docs.join(format!("banner-{scheme}.png"));
        fs::write(&file, &picture).expect("docs can be written");
        println!("{}: {} bytes", file.display(), picture.len());
    }
}
