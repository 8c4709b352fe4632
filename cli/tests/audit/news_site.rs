//! The news site under both models: clean where it asks, and told what it does where it reads
//! silence as agreement.

use std::{
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use super::program::audit;

/// The news site on a port of its own. Ended, by its id, with this value.
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

/// Beside this package's program, where a build of the workspace has put it.
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
fn a_site_that_asks_is_clean_and_the_same_site_that_reads_silence_as_agreement_is_not() {
    let site = Newsroom::start();
    let asking = audit(&site.address, &["--policy", &policy(), "--pages", "6"]);
    assert_eq!(asking.faults(), [], "{}", asking.complaints);
    assert_eq!(asking.exit_code, Some(0));
    // Something was there to be seen.
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
