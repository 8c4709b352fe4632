//! Permissions, links and special files.

use std::{
    os::unix::fs::{PermissionsExt, symlink},
    path::Path,
};

use super::{site::Ran, *};

fn mode(path: &Path) -> u32 {
    let metadata = fs::metadata(path).expect("the file is there");
    metadata.permissions().mode() & 0o777
}

fn set_mode(path: &Path, mode: u32) {
    let permissions = fs::Permissions::from_mode(mode);
    fs::set_permissions(path, permissions).expect("the file is ours");
}

#[test]
fn permissions_stay_and_a_symbolic_link_stays_one() {
    let site = Site::with("real.html", OLD);
    set_mode(&site.path("real.html"), 0o640);
    symlink("real.html", site.path("link.html")).expect("a link can be made");
    assert_eq!(site.run(&["link.html"]).code, 0);
    assert_eq!(site.text("real.html"), NEW);
    assert_eq!(mode(&site.path("real.html")), 0o640);
    let link = fs::symlink_metadata(site.path("link.html")).expect("the link is there");
    assert!(link.file_type().is_symlink());
    assert_eq!(site.names(), ["link.html", "real.html"]);
}

#[test]
fn a_file_that_is_read_only_stays() {
    let site = Site::with("page.html", OLD);
    set_mode(&site.path("page.html"), 0o444);
    let ran = site.run(&["page.html"]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert!(ran.err.contains("chmod"), "{}", ran.err);
    assert_eq!(site.text("page.html"), OLD);
    assert_eq!(site.run(&["--dry-run", "page.html"]).code, 0);
    set_mode(&site.path("page.html"), 0o644);
    assert_eq!(site.run(&["page.html"]).code, 0);
    assert_eq!(site.text("page.html"), NEW);
}

#[test]
fn nothing_is_changed_that_could_not_be_shown() {
    let site = Site::with("page.html", OLD);
    let Ok(full) = fs::OpenOptions::new().write(true).open("/dev/full") else {
        return;
    };
    let output = Command::new(env!("CARGO_BIN_EXE_consent"))
        .args(["migrate", "page.html"])
        .current_dir(site.0.path())
        .stdout(full)
        .output()
        .expect("the program runs");
    assert_eq!(Ran::from(output).code, 2);
    assert_eq!(site.text("page.html"), OLD);
    assert_eq!(site.run(&["page.html"]).code, 0);
    assert_eq!(site.text("page.html"), NEW);
}
