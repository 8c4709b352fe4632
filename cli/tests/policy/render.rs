//! `consent policy render`.

use super::*;

fn rendered(options: &[&str]) -> String {
    let site = Site::with("consent.toml", WHOLE);
    let ran = site.run(&[&["render"], options, &["consent.toml"]].concat());
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    ran.out
}

#[test]
fn the_page_is_whole_and_needs_no_other_file() {
    let page = rendered(&[]);
    assert!(page.starts_with("<!doctype html>"), "{page}");
    assert!(page.trim_end().ends_with("</html>"), "{page}");
    for told in [
        "Example News Ltd",
        "privacy@news.example",
        "Version 2",
        "Counts your visits.",
        "__Host-consent",
        "Example Video",
        "Finding faults.",
    ] {
        assert!(page.contains(told), "{told}: {page}");
    }
    assert!(page.contains("<style>"), "{page}");
    for foreign in [
        "<script", "<link", "<img", "<iframe", " src=", "url(", "@import",
    ] {
        assert!(!page.contains(foreign), "{foreign}: {page}");
    }
}

#[test]
fn two_pages_of_one_policy_are_alike() {
    assert_eq!(rendered(&[]), rendered(&[]));
}

#[test]
fn the_texts_are_in_the_language_that_is_asked_for() {
    let (english, german) = (
        rendered(&["--language", "en"]),
        rendered(&["--language", "de"]),
    );
    assert_eq!(english, rendered(&[]), "it is the first");
    assert_eq!(german, rendered(&["--language", "DE"]));
    for (page, has, lacks) in [
        (&english, "Counts your visits.", "Zählt Ihre Besuche."),
        (&german, "Zählt Ihre Besuche.", "Counts your visits."),
    ] {
        assert!(page.contains(has), "{page}");
        assert!(!page.contains(lacks), "{page}");
    }
    assert!(german.contains("Beispielblatt"), "{german}");
    assert!(german.contains("Example Video"), "{german}");
}

#[test]
fn a_language_that_the_policy_does_not_have_is_refused() {
    let site = Site::with("consent.toml", WHOLE);
    let ran = site.run(&["render", "--language", "pl", "consent.toml"]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    insta::assert_snapshot!(ran.err, @r#"
    consent.toml: error: has no language `pl`: use `en` or `de`, or add it to `languages` in `[site]`
    "#);
    let plain = edited("languages = [\"en\", \"de\"]\n", "");
    site.write("consent.toml", plain);
    let ran = site.run(&["render", "--language", "de", "consent.toml"]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    insta::assert_snapshot!(ran.err, @r#"
    consent.toml: error: has no language `de`: use `en`, or add it to `languages` in `[site]`
    "#);
    assert_eq!(
        site.run(&["render", "--language", "en", "consent.toml"])
            .code,
        0
    );
}

#[test]
fn the_page_goes_into_a_file() {
    let site = Site::with("consent.toml", WHOLE);
    site.write("page.html", "an older page, which is longer than nothing");
    for output in ["page.html", "new.html"] {
        let ran = site.run(&["render", "--output", output, "consent.toml"]);
        let told = (ran.code, ran.out.as_str(), ran.err.as_str());
        assert_eq!(told, (0, "", ""), "{output}");
        assert_eq!(site.text(output), rendered(&[]), "{output}");
    }
}

#[test]
fn an_unwritable_output_is_an_error_and_keeps_the_policy() {
    let site = Site::with("consent.toml", WHOLE);
    fs::create_dir(site.path("pages")).expect("a directory can be made");
    for (output, expected) in [
        ("pages", "pages: error: cannot be written: "),
        (
            "missing/page.html",
            "missing/page.html: error: cannot be written: ",
        ),
        (
            "consent.toml",
            "consent.toml: error: is the policy itself: ",
        ),
        (
            "./pages/../consent.toml",
            "./pages/../consent.toml: error: is the policy itself: ",
        ),
    ] {
        let ran = site.run(&["render", "--output", output, "consent.toml"]);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{output}");
        assert!(ran.err.starts_with(expected), "{}", ran.err);
        assert_eq!(ran.err.lines().count(), 1, "{}", ran.err);
        assert_eq!(site.text("consent.toml"), WHOLE, "{output}");
    }
    let ran = site.run(&["render", "--output", "pages/page.html", "consent.toml"]);
    assert_eq!(ran.code, 0);
}

#[test]
fn a_policy_that_no_server_can_start_with_has_no_page() {
    let plain = edited("[site]", "[site]\norigin = \"http://news.example\"");
    let host = "host = \"video.example\"";
    let plain = replaced(&plain, host, &format!("{host}\npartitioned = true"));
    let site = Site::with("consent.toml", &plain);
    let ran = site.run(&["render", "consent.toml"]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    insta::assert_snapshot!(ran.err, @r#"
    consent.toml: error: cannot be served: the cookie `video_pref` is partitioned, which browsers accept only with `Secure`: use an https origin
    "#);
    site.write("consent.toml", replaced(&plain, "http:", "https:"));
    assert_eq!(site.run(&["render", "consent.toml"]).code, 0);
}
