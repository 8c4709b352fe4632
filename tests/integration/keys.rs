//! The key file: made once, never replaced, and told about by line when it cannot be used.

use std::{fs, path::PathBuf};

use actix_consent::{ConsentMiddleware, SigningKey, SigningKeys, error::KeyError};
use base64::{Engine, engine::general_purpose::STANDARD};

use crate::{
    helpers::{Visitor, policy},
    site::{ALL, site},
};

/// A path of its own for each test, and nothing there.
fn fresh(name: &str) -> PathBuf {
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("keys");
    fs::create_dir_all(&directory).expect("the directory can be made");
    let path = directory.join(name);
    let _ = fs::remove_file(&path);
    let _ = fs::remove_dir_all(&path);
    path
}

fn line(byte: u8, length: usize) -> String {
    STANDARD.encode(vec![byte; length])
}

async fn accepted(keys: SigningKeys) -> Visitor {
    let app = site(ConsentMiddleware::new(policy(), keys).expect("valid")).await;
    let mut visitor = Visitor::new();
    visitor.press(&app, "accept").await;
    assert_eq!(visitor.on(&app).await, ALL);
    visitor
}

async fn knows(keys: SigningKeys, visitor: &Visitor) -> bool {
    let app = site(ConsentMiddleware::new(policy(), keys).expect("valid")).await;
    visitor.on(&app).await == ALL
}

#[actix_web::test]
async fn creates_a_missing_key_file_for_its_owner_only() {
    let path = fresh("new.key");
    let keys = SigningKeys::load_or_create(&path).expect("it can be made");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(&path)
            .expect("it is there")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{mode:o}");
    }
    let text = fs::read_to_string(&path).expect("it is there");
    let lines: Vec<_> = text
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .collect();
    assert_eq!(lines.len(), 1, "{text}");
    assert!(STANDARD.decode(lines[0]).expect("base64").len() >= 32);
    let visitor = accepted(keys).await;
    let again = SigningKeys::load_or_create(&path).expect("it can be read");
    assert_eq!(
        fs::read_to_string(&path).expect("there"),
        text,
        "never replaced"
    );
    assert!(knows(again, &visitor).await, "the same key");
    let other = SigningKeys::load_or_create(fresh("other.key")).expect("it can be made");
    assert!(
        !knows(other, &visitor).await,
        "the control: keys are random"
    );
}

#[test]
fn reports_an_unusable_key_file_by_line_and_leaves_it_alone() {
    let good = line(1, 64);
    for (name, text, at) in [
        ("empty", String::new(), None),
        ("comments alone", "# nothing\n\n# here\n".to_owned(), None),
        ("not base64", "not base64!\n".to_owned(), Some(1)),
        ("short", format!("{}\n", line(1, 31)), Some(1)),
        ("empty key", format!("{good}\n=\n"), Some(2)),
        (
            "second line",
            format!("# a\n{good}\n\nnot base64!\n"),
            Some(4),
        ),
        (
            "short below",
            format!("{good}\n# b\n{}\n", line(2, 16)),
            Some(3),
        ),
        (
            "url-safe alphabet",
            format!("{}\n", line(0xff, 64).replace('/', "_")),
            Some(1),
        ),
        ("two in a line", format!("{good} {good}\n"), Some(1)),
        ("comment behind", format!("{good} # mine\n"), Some(1)),
        ("half a write", good[..30].to_owned(), Some(1)),
    ] {
        let path = fresh(&format!("bad {name}.key"));
        fs::write(&path, &text).expect("it can be written");
        let error = SigningKeys::load_or_create(&path)
            .expect_err(name)
            .to_string();
        if let Some(at) = at {
            assert!(error.contains(&format!("line {at}")), "{name}: {error}");
        }
        assert_eq!(
            fs::read_to_string(&path).expect("there"),
            text,
            "{name}: never replaced"
        );
        for secret in text.lines().filter(|line| line.len() > 20) {
            assert!(!error.contains(&secret[..20]), "{name}: {error}");
        }
    }
}

/// Rule 17: an operator is told the place.
#[test]
fn an_error_about_a_key_file_names_the_file() {
    for (name, text) in [
        ("nothing.key", ""),
        ("wrong.key", "not base64!"),
        ("short.key", "c2hvcnQ="),
    ] {
        let path = fresh(name);
        fs::write(&path, text).expect("it can be written");
        let error = SigningKeys::load_or_create(&path)
            .expect_err(name)
            .to_string();
        assert!(error.contains(name), "{error}");
    }
}

#[test]
fn what_is_there_and_cannot_be_read_is_an_error_and_stays() {
    let directory = fresh("directory.key");
    fs::create_dir(&directory).expect("it can be made");
    let error = SigningKeys::load_or_create(&directory).expect_err("a directory");
    assert!(matches!(error, KeyError::File { .. }), "{error:?}");
    assert!(error.to_string().contains("directory.key"), "{error}");
    assert!(directory.is_dir());
    let bytes = fresh("bytes.key");
    fs::write(&bytes, [0xff, 0xfe, 0x00]).expect("it can be written");
    SigningKeys::load_or_create(&bytes).expect_err("not a text");
    assert_eq!(fs::read(&bytes).expect("there"), [0xff, 0xfe, 0x00]);
    let nowhere = fresh("no such directory").join("consent.key");
    let error = SigningKeys::load_or_create(&nowhere).expect_err("no directory");
    assert!(error.to_string().contains("no such directory"), "{error}");
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_nowhere_is_not_followed_and_not_replaced() {
    let path = fresh("link.key");
    let target = fresh("target of the link.key");
    std::os::unix::fs::symlink(&target, &path).expect("it can be made");
    SigningKeys::load_or_create(&path).expect_err("there is something");
    assert!(!target.exists());
}

#[test]
fn comments_blank_lines_and_windows_line_ends_are_read_over() {
    let good = line(1, 64);
    for text in [
        format!("# a comment\n\n  # another\n{good}\n\n"),
        format!("# a comment\r\n{good}\r\n"),
        good.clone(),
        format!("  {good}  \n"),
        format!("{}\n", line(1, 32)),
    ] {
        SigningKeys::parse(&text).unwrap_or_else(|error| panic!("{text:?}: {error}"));
    }
}

#[actix_web::test]
async fn the_first_key_signs_and_those_below_it_still_verify() {
    let (old, new) = (line(1, 64), line(2, 64));
    let keys = |lines: &[&str]| SigningKeys::parse(&lines.join("\n")).expect("valid");
    let before = accepted(keys(&[&old])).await;
    assert!(knows(keys(&["# rotated", &new, &old]), &before).await);
    assert!(!knows(keys(&[&new]), &before).await);
    let after = accepted(keys(&[&new, &old])).await;
    assert!(knows(keys(&[&new]), &after).await);
    assert!(!knows(keys(&[&old]), &after).await);
}

#[test]
fn nothing_prints_a_secret() {
    let bytes = *b"correct horse battery staple and more of the same, 64 bytes long";
    let key = SigningKey::from_bytes(&bytes).expect("long enough");
    let keys = SigningKeys::new([key.clone()]).expect("one");
    let text = format!("# secret comment\n{}\n", STANDARD.encode(bytes));
    let parsed = SigningKeys::parse(&text).expect("valid");
    let builder = ConsentMiddleware::builder(policy(), keys.clone());
    let shown = [
        format!("{key:?} {key:#?}"),
        format!("{keys:?} {keys:#?}"),
        format!("{parsed:?}"),
        format!("{builder:?}"),
        format!("{:?}", builder.build().expect("valid")),
    ];
    for shown in shown {
        for secret in [
            "correct", "horse", "99, 111", "63, 6f", "Y29ycmVj", "636f7272",
        ] {
            assert!(!shown.contains(secret), "{secret}: {shown}");
        }
        assert!(!shown.is_empty());
    }
}

#[test]
fn a_key_has_at_least_32_bytes() {
    for (length, fits) in [(0, false), (31, false), (32, true), (64, true), (200, true)] {
        assert_eq!(
            SigningKey::from_bytes(&vec![1; length]).is_ok(),
            fits,
            "{length}"
        );
    }
    assert!(SigningKeys::new([]).is_err(), "no key is no answer");
}

#[actix_web::test]
async fn of_many_starts_at_once_all_use_one_key() {
    let path = fresh("race.key");
    let threads: Vec<_> = (0..8)
        .map(|_| {
            let path = path.clone();
            std::thread::spawn(move || SigningKeys::load_or_create(path))
        })
        .collect();
    let mut keys = Vec::new();
    for thread in threads {
        // One that came between the making and the writing may fail, but must not make another.
        if let Ok(key) = thread.join().expect("no panic") {
            keys.push(key);
        }
    }
    let visitor = accepted(SigningKeys::load_or_create(&path).expect("there")).await;
    assert!(!keys.is_empty());
    for key in keys {
        assert!(knows(key, &visitor).await);
    }
}
