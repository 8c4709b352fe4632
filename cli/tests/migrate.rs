//! `consent migrate` on files in a temporary directory.

use std::{fs, process::Command};

mod site;
#[cfg(unix)]
#[path = "migrate/unix.rs"]
mod unix;

use site::Site;

const COMMAND: &str = "migrate";

const OLD: &str =
    "<p>a</p>\n<iframe data-cookieconsent=\"marketing\" src=\"b\"></iframe>\n<p>c</p>\n";
const NEW: &str =
    "<p>a</p>\n<iframe data-consent-category=\"marketing\" data-src=\"b\"></iframe>\n<p>c</p>\n";

impl Site {
    fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).expect("the file can be read")
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).expect("the directory can be read");
        let name = |entry: std::io::Result<fs::DirEntry>| {
            let entry = entry.expect("the entry can be read");
            entry.file_name().to_string_lossy().into_owned()
        };
        let mut names: Vec<String> = entries.map(name).collect();
        names.sort();
        names
    }
}

/// Exit code and output of the program for a page.
fn told(page: &str, options: &[&str]) -> String {
    let site = Site::with("page.html", page);
    let ran = site.run(&[options, &["page.html"]].concat());
    let again = site.run(&[options, &["page.html"]].concat());
    assert_eq!(again.out, "", "a second run changes nothing");
    format!("exit {}\n{}{}", ran.code, ran.out, ran.err)
}

#[test]
fn the_difference_is_printed_and_made() {
    let site = Site::with("page.html", OLD);
    let ran = site.run(&["page.html"]);
    insta::assert_snapshot!(ran.out, @r##"
    --- a/page.html
    +++ b/page.html
    @@ -1,3 +1,3 @@
     <p>a</p>
    -<iframe data-cookieconsent="marketing" src="b"></iframe>
    +<iframe data-consent-category="marketing" data-src="b"></iframe>
     <p>c</p>
    "##);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    assert_eq!(site.text("page.html"), NEW);
    assert_eq!(site.names(), ["page.html"]);
}

#[test]
fn a_second_run_changes_nothing() {
    let site = Site::with("page.html", OLD);
    site.run(&["page.html"]);
    let ran = site.run(&["page.html"]);
    assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (0, "", ""));
    assert_eq!(site.text("page.html"), NEW);
}

#[test]
fn a_dry_run_prints_the_same_and_changes_nothing() {
    let site = Site::with("page.html", OLD);
    let dry = site.run(&["--dry-run", "page.html"]);
    assert_eq!(site.text("page.html"), OLD);
    assert_eq!(dry.out, site.run(&["page.html"]).out);
    assert_eq!(dry.code, 0);
}

#[test]
fn patch_makes_of_the_old_page_what_the_program_made() {
    for (old, new) in [
        (OLD.to_owned(), NEW.to_owned()),
        (OLD.replace('\n', "\r\n"), NEW.replace('\n', "\r\n")),
        (OLD.trim_end().to_owned(), NEW.trim_end().to_owned()),
        (OLD.repeat(5), NEW.repeat(5)),
        (
            "<script\n type=text/plain\n data-type=text/javascript\n data-cookieconsent=ads\n>1</script>\n".repeat(3),
            "<script\n type=text/plain\n data-consent-category=marketing\n>1</script>\n".repeat(3),
        ),
    ] {
        let site = Site::with("page.html", &old);
        let dry = site.run(&["--dry-run", "page.html"]);
        site.write("change.diff", dry.out);
        let patched = Command::new("patch")
            .args(["--binary", "-s", "-p1", "-i", "change.diff"])
            .current_dir(site.0.path())
            .status();
        // Not every machine has `patch`.
        let Ok(status) = patched else { return };
        assert!(status.success());
        assert_eq!(site.text("page.html"), new);
    }
}

#[test]
fn each_system_in_one_page() {
    let page = r#"<!doctype html>
<script type="text/plain" data-category="ads" data-src="a.js"></script>
<script type="text/plain" data-cookiecategory="analytics" src="b.js"></script>
<script type="text/plain" data-type="application/javascript" data-name="matomo" data-src="c.js"></script>
<script type="text/plain" data-cookieconsent="statistics,marketing" src="d.js"></script>
<iframe data-cookieconsent="marketing" data-cookieblock-src="https://video.example/1"></iframe>
<div class="hint cookieconsent-optin-marketing">Shown to those who accept</div>
<template data-purpose="youtube" data-contextual data-title-level="3"><iframe src="e"></iframe></template>
<script type="opt-in" data-type="application/javascript" data-name="analytics" data-src="f.js"></script>
<script type="text/plain" class="optanon-category-C0002-C0004" src="g.js"></script>
<script src="h.js"></script>
"#;
    insta::assert_snapshot!(told(page, &["--service", "youtube=video"]), @r##"
    exit 1
    --- a/page.html
    +++ b/page.html
    @@ -1,11 +1,11 @@
     <!doctype html>
    -<script type="text/plain" data-category="ads" data-src="a.js"></script>
    -<script type="text/plain" data-cookiecategory="analytics" src="b.js"></script>
    -<script type="text/plain" data-type="application/javascript" data-name="matomo" data-src="c.js"></script>
    -<script type="text/plain" data-cookieconsent="statistics,marketing" src="d.js"></script>
    -<iframe data-cookieconsent="marketing" data-cookieblock-src="https://video.example/1"></iframe>
    -<div class="hint cookieconsent-optin-marketing">Shown to those who accept</div>
    -<template data-purpose="youtube" data-contextual data-title-level="3"><iframe src="e"></iframe></template>
    -<script type="opt-in" data-type="application/javascript" data-name="analytics" data-src="f.js"></script>
    -<script type="text/plain" class="optanon-category-C0002-C0004" src="g.js"></script>
    +<script type="text/plain" data-consent-category="marketing" data-src="a.js"></script>
    +<script type="text/plain" data-consent-category="analytics" src="b.js"></script>
    +<script type="text/plain" data-consent-service="matomo" data-src="c.js"></script>
    +<script type="text/plain" data-consent-category="analytics marketing" src="d.js"></script>
    +<iframe data-consent-category="marketing" data-src="https://video.example/1"></iframe>
    +<template data-consent-category="marketing"><div class="hint">Shown to those who accept</div></template>
    +<template data-consent-service="video" data-placeholder data-title-level="3"><iframe src="e"></iframe></template>
    +<script type="text/plain" data-consent-category="analytics" data-src="f.js"></script>
    +<script type="text/plain" data-consent-category="analytics marketing" src="g.js"></script>
     <script src="h.js"></script>
    page.html:4: warning: <script> the markup of Klaro does not name the category of `matomo`: declare the service `matomo` in consent.toml, and pass --service matomo=matomo once it is
    "##);
}

#[test]
fn what_needs_a_hand_is_named_by_file_and_line() {
    let page = r#"<script type="text/plain" data-category="!analytics">1</script>
<p class="cookieconsent-optout-marketing">Accept to see more</p>
<script type="text/plain" data-category="{{ category }}">1</script>
<script type="text/plain" data-category="experience">1</script>
<script>document.querySelectorAll('[data-cookieconsent]')</script>
<source data-cookieconsent="marketing" src="a">
"#;
    insta::assert_snapshot!(told(page, &[]), @r##"
    exit 1
    page.html:1: warning: <script> unchanged: `!analytics` is for visitors who reject `analytics`, which has no equivalent in the new markup: check the category on the server and render it there
    page.html:2: warning: <p> unchanged: `cookieconsent-optout-marketing` is for visitors who reject, which has no equivalent in the new markup: check the category on the server and render it there
    page.html:3: warning: <script> unchanged: `data-category` contains template code: change it to print the new value by hand
    page.html:4: warning: <script> unknown category `experience` (known: necessary, preferences, analytics, marketing): declare it in consent.toml and pass --category experience=experience, or map it, as in --category experience=marketing
    page.html:5: warning: `data-cookieconsent` in code is unchanged: change the code by hand, or remove it
    page.html:6: warning: <source> unchanged: a `<source>` cannot be gated by itself: wrap it or its parent in `<template data-consent-category="…">`
    "##);
    let alive = told(page, &["--category", "experience=social"]);
    assert!(alive.contains("+<script type=\"text/plain\" data-consent-category=\"social\">"));
}

#[test]
fn a_failing_file_does_not_stop_the_others() {
    let site = Site::with("good.html", OLD);
    site.write(
        "latin.html",
        b"<p>\n<img data-cookieconsent=ads src=a>\xe9</p>",
    );
    site.write(
        "select.html",
        "<p>\n<select><iframe data-cookieconsent=ads></select>",
    );
    site.write("app.tsx", OLD);
    fs::create_dir(site.path("pages")).expect("a directory can be made");
    let bad = [
        "missing.html",
        "latin.html",
        "select.html",
        "app.tsx",
        "pages",
    ];
    let before: Vec<Vec<u8>> = bad[1..4].iter().map(|name| site.read(name)).collect();
    let ran = site.run(&[&bad[..], &["good.html"]].concat());
    assert_eq!(ran.code, 2);
    insta::assert_snapshot!(ran.err, @r##"
    missing.html: error: cannot be found: No such file or directory (os error 2)
    latin.html:2: error: is not valid UTF-8 from this line on: convert the file first, for example with iconv
    select.html:2: error: a `<iframe>` inside `<select>` or after `<frameset>` is markup in some browsers and text in others: move it elsewhere and run again
    app.tsx: error: is a script: only HTML and templates are migrated; change it by hand
    pages: error: is a directory: name the files, as in `find DIRECTORY -name '*.html' -exec consent migrate {} +`
    "##);
    let after: Vec<Vec<u8>> = bad[1..4].iter().map(|name| site.read(name)).collect();
    assert_eq!(after, before);
    assert_eq!(site.text("good.html"), NEW);
}

#[test]
fn options_that_make_no_sense_change_nothing() {
    let site = Site::with("page.html", OLD);
    for options in [
        &["--category", "a=b", "--category", "b=c", "page.html"][..],
        &["--category", "a", "page.html"],
        &["--service", "a=B c", "page.html"],
        &["--unknown", "page.html"],
        &[],
    ] {
        let ran = site.run(options);
        assert_eq!(ran.code, 2, "{options:?}");
        assert!(ran.err.contains("error: "), "{}", ran.err);
        assert_eq!(
            (site.text("page.html").as_str(), ran.out.as_str()),
            (OLD, "")
        );
    }
    assert_eq!(site.run(&["--category", "a=b", "page.html"]).code, 0);
    assert_eq!(site.text("page.html"), NEW);
}

#[test]
fn line_ends_marks_and_strange_bytes_stay() {
    let mut page =
        String::from("\u{feff}<!DOCTYPE html>\r\n<P  Class = a>\ru\u{308}\0</p\t>\n\r\n");
    page.push_str("<img data-cookieconsent=ads src=a><b\n</b>< c>&amp;<!-- --!><?php echo '>' ?>");
    let site = Site::with("page.html", &page);
    assert_eq!(site.run(&["page.html"]).code, 0);
    let expected = page.replace(
        "data-cookieconsent=ads src",
        "data-consent-category=marketing data-src",
    );
    assert_ne!(expected, page);
    assert_eq!(site.text("page.html"), expected);
}

#[test]
fn an_empty_file_and_one_without_markup_stay_as_they_are() {
    for text in ["", "\n", "no markup, no newline"] {
        let site = Site::with("page.html", text);
        let ran = site.run(&["page.html"]);
        assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (0, "", ""));
        assert_eq!(site.text("page.html"), text);
    }
}

#[test]
fn large_values_and_large_files_are_done_in_time() {
    let long = format!(
        "<img data-cookieconsent=ads src=a alt=\"{}\">",
        "x > ".repeat(1 << 18)
    );
    let many = OLD.repeat(20_000);
    for (old, new) in [
        (
            long.clone(),
            long.replace(
                "cookieconsent=ads src",
                "consent-category=marketing data-src",
            ),
        ),
        (many, NEW.repeat(20_000)),
    ] {
        let site = Site::with("page.html", &old);
        let start = std::time::Instant::now();
        assert_eq!(site.run(&["page.html"]).code, 0);
        assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
        assert!(site.text("page.html") == new);
    }
}

#[test]
fn a_tag_that_the_file_cuts_off_stays_and_is_told() {
    let cut = "<p>a</p>\n<script data-cookieconsent=\"ads\" src=\"a\"";
    let site = Site::with("page.html", cut);
    let ran = site.run(&["page.html"]);
    assert_eq!((ran.code, site.text("page.html").as_str()), (1, cut));
    assert!(ran.err.starts_with("page.html:2: warning: "), "{}", ran.err);
    site.write("page.html", format!("{cut}>"));
    assert_eq!(site.run(&["page.html"]).code, 0);
    assert_ne!(site.text("page.html"), format!("{cut}>"));
}

#[test]
fn the_help_names_the_scope_and_the_exit_codes() {
    let ran = Site::new().run(&["--help"]);
    assert_eq!(ran.code, 0);
    for part in ["JSX", "Exit codes:", "--dry-run", "OLD=NEW"] {
        assert!(ran.out.contains(part), "{part}: {}", ran.out);
    }
}
