//! `consent key`.

use std::{fs, process::Command};

use crate::site::{Ran, Site};

fn key(site: &Site, arguments: &[&str]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_consent"));
    command
        .current_dir(site.0.path())
        .arg("key")
        .args(arguments);
    Ran::from(command.output().expect("the program runs"))
}

#[test]
fn keys_are_made_once_and_rotated_with_the_old_ones_behind() {
    let site = Site::new();
    let keys = || -> Vec<String> {
        let text = site.text("consent.key");
        text.lines()
            .filter(|line| !line.starts_with('#'))
            .map(str::to_owned)
            .collect()
    };
    assert_eq!(key(&site, &["generate", "consent.key"]).code, 0);
    let first = keys();
    assert_eq!(first.len(), 1);
    let again = key(&site, &["generate", "consent.key"]);
    assert_eq!(
        (again.code, again.err.contains("the file exists")),
        (2, true)
    );
    assert_eq!(keys(), first);
    for _ in 0..3 {
        assert_eq!(key(&site, &["rotate", "consent.key"]).code, 0);
    }
    let rotated = keys();
    assert_eq!(rotated.len(), 3, "three stay");
    assert!(!rotated.contains(&first[0]));
    assert_eq!(
        key(&site, &["rotate", "--keep", "9", "consent.key"]).code,
        0
    );
    assert_eq!(keys()[1..], rotated);
    site.write("broken.key", "no key\n");
    let broken = key(&site, &["rotate", "broken.key"]);
    assert_eq!(
        (broken.code, broken.err.contains("not base64")),
        (2, true),
        "{}",
        broken.err
    );
    assert_eq!(site.text("broken.key"), "no key\n");
    assert_eq!(key(&site, &["rotate", "none.key"]).code, 2);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let file = fs::metadata(site.path("consent.key")).expect("it is there");
        assert_eq!(file.permissions().mode() & 0o777, 0o600);
    }
}

/// The site may run as another user than the one who rotates the keys.
#[cfg(unix)]
#[test]
fn a_key_file_stays_whose_it_is_and_where_it_is() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
    let site = Site::new();
    let (file, link) = (
        site.0.path().join("real.key"),
        site.0.path().join("consent.key"),
    );
    assert_eq!(key(&site, &["generate", "real.key"]).code, 0);
    symlink("real.key", &link).expect("a link");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).expect("it is ours");
    // Only root can change the owner of a file.
    let nobody = chown(&file, Some(65534), Some(65534)).is_ok();
    let before = fs::read_to_string(&file).expect("it is there");
    assert_eq!(key(&site, &["rotate", "consent.key"]).code, 0);
    assert!(link.is_symlink(), "the link is a link");
    assert_ne!(fs::read_to_string(&file).expect("it is there"), before);
    let after = fs::metadata(&file).expect("it is there");
    assert_eq!(after.mode() & 0o777, 0o640);
    assert_eq!(after.uid() == 65534, nobody);
}
