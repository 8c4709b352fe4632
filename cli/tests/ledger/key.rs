//! `consent key`.

use std::{fs, process::Command};

use crate::site::{Ran, Site};

#[test]
fn keys_are_made_once_and_rotated_with_the_old_ones_behind() {
    let site = Site::new();
    let key = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_consent"));
        command
            .current_dir(site.0.path())
            .arg("key")
            .args(arguments);
        Ran::from(command.output().expect("the program runs"))
    };
    let keys = || -> Vec<String> {
        let text = site.text("consent.key");
        text.lines()
            .filter(|line| !line.starts_with('#'))
            .map(str::to_owned)
            .collect()
    };
    assert_eq!(key(&["generate", "consent.key"]).code, 0);
    let first = keys();
    assert_eq!(first.len(), 1);
    let again = key(&["generate", "consent.key"]);
    assert_eq!(
        (again.code, again.err.contains("it is there already")),
        (2, true)
    );
    assert_eq!(keys(), first);
    for _ in 0..3 {
        assert_eq!(key(&["rotate", "consent.key"]).code, 0);
    }
    let rotated = keys();
    assert_eq!(rotated.len(), 3, "three stay");
    assert!(!rotated.contains(&first[0]));
    assert_eq!(key(&["rotate", "--keep", "9", "consent.key"]).code, 0);
    assert_eq!(keys()[1..], rotated);
    site.write("broken.key", "no key\n");
    let broken = key(&["rotate", "broken.key"]);
    assert_eq!(
        (broken.code, broken.err.contains("not base64")),
        (2, true),
        "{}",
        broken.err
    );
    assert_eq!(site.text("broken.key"), "no key\n");
    assert_eq!(key(&["rotate", "none.key"]).code, 2);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let file = fs::metadata(site.path("consent.key")).expect("it is there");
        assert_eq!(file.permissions().mode() & 0o777, 0o600);
    }
}
