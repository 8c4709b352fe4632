//! The demo news site under both models: clean if it asks for consent, with findings if silence
//! counts as consent.

use std::{
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use super::program::audit;

/// The demo news site on its own port, stopped by its process id on drop.
struct Newsroom {
    process: Child,
    address: String,
    _data: tempfile::TempDir,
}

impl Newsroom {
    fn start() -> Self {
        let data = tempfile::tempdir().unwrap();
        let mut process = Command::new(program())
            .args(["--addr", "127.0.0.1:0", "--data-dir"])
            .arg(data.path())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the news site was built and starts");
        let said = BufReader::new(process.stdout.take().unwrap());
        let address = said
            .lines()
            .map_while(Result::ok)
            .find_map(|line| line.strip_prefix("listening on ").map(str::to_owned));
        Self {
            process,
            address: address.expect("it says where it listens"),
            _data: data,
        }
    }
}

impl Drop for Newsroom {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Path of the program, beside the one of this package.
fn program() -> PathBuf {
    let program = Path::new(env!("CARGO_BIN_EXE_consent")).with_file_name("newsroom");
    assert!(
        program.exists(),
        "{}: run `cargo build --workspace` first",
        program.display()
    );
    program
}

fn policy() -> String {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    workspace
        .join("newsroom/consent.toml")
        .display()
        .to_string()
}

#[test]
#[ignore = "needs Chromium"]
fn an_asking_site_is_clean_and_an_implying_site_is_not() {
    let site = Newsroom::start();
    let asking = audit(&site.address, &["--policy", &policy(), "--pages", "6"]);
    assert_eq!(asking.faults(), [], "{}", asking.complaints);
    assert_eq!(asking.exit_code, Some(0));
    // The audit observed something.
    let seen = asking.report["inventory"].to_string();
    for name in ["partner_dot", "visits", "plenary.read", "video.localhost"] {
        assert!(seen.contains(name), "{name} was never seen");
    }

    let (_, port) = site.address.rsplit_once(':').unwrap();
    let implied = format!("http://implied.localhost:{}", port.trim_end_matches('/'));
    let reading = audit(&implied, &["--policy", &policy(), "--pages", "6"]);
    assert_eq!(reading.exit_code, Some(1));
    for (rule, subject) in [
        ("set-before-consent", "visits"),
        ("set-before-consent", "partner_dot"),
        ("request-before-consent", "partner.localhost"),
        ("stored-before-consent", "plenary.read"),
        ("silence-is-consent", "banner"),
    ] {
        assert!(
            reading.has(rule, subject),
            "{rule} {subject}: {:#?}",
            reading.faults()
        );
    }
}
