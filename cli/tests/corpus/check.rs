//! Tests of the corpus itself, without a browser.

use std::{
    collections::BTreeSet,
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

use actix_consent::{Policy, audit::rules::Rule};

use super::{Case, cases, hostile, server::Server};

/// Response to a request.
#[derive(Debug)]
struct Got(String);

impl Got {
    fn status(&self) -> &str {
        self.0.get(9..12).unwrap_or_default()
    }

    fn head(&self) -> &str {
        self.0.split("\r\n\r\n").next().unwrap_or_default()
    }

    /// Values of a header; the name is in lower case.
    fn all(&self, name: &str) -> Vec<&str> {
        let lines = self.head().lines().filter_map(|line| line.split_once(": "));
        let same = lines.filter(|(other, _)| other.eq_ignore_ascii_case(name));
        same.map(|(_, value)| value).collect()
    }

    fn asks(&self) -> bool {
        self.0.contains(r#"aria-label="Cookies""#)
    }
}

/// Sends a request of a visitor with this choice, or none.
fn get(server: &Server, host: &str, path: &str, said: &str) -> Got {
    let cookie = match said {
        "" => String::new(),
        said => format!("Cookie: site_consent={said}\r\n"),
    };
    send(
        server,
        &format!("GET {path} HTTP/1.1\r\nHost: {host}.localhost\r\n{cookie}"),
        "",
    )
}

fn post(server: &Server, path: &str, cookies: &str, form: &str) -> Got {
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: news.localhost\r\nCookie: {cookies}\r\n\
         Referer: http://news.localhost/second\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n",
        form.len()
    );
    send(server, &head, form)
}

fn send(server: &Server, head: &str, body: &str) -> Got {
    let mut stream = TcpStream::connect(("127.0.0.1", server.port())).expect("it listens");
    let within = Duration::from_millis(300);
    stream
        .set_read_timeout(Some(within))
        .expect("a limit can be set");
    let request = format!("{head}Connection: close\r\n\r\n{body}");
    stream
        .write_all(request.as_bytes())
        .expect("it takes a request");
    let mut bytes = Vec::new();
    // Some responses never end; the part until the timeout is enough.
    let _ = stream.take(100_000).read_to_end(&mut bytes);
    Got(String::from_utf8_lossy(&bytes).into_owned())
}

fn everything() -> Vec<Case> {
    [cases(), hostile::cases(), vec![hostile::HARMLESS]].concat()
}

fn is_clean(case: &Case) -> bool {
    case.planted.is_empty()
}

#[test]
fn there_are_enough_cases_and_each_has_a_name_of_its_own() {
    let clean = cases().iter().filter(|case| is_clean(case)).count();
    assert!(clean >= 20, "{clean} clean cases");
    assert!(
        cases().len() - clean >= 44,
        "{} faulty cases",
        cases().len() - clean
    );
    let mut names = BTreeSet::new();
    for Case { name, .. } in everything() {
        let plain =
            |letter: u8| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == b'-';
        assert!(name.bytes().all(plain), "{name} is not in kebab-case");
        assert!(names.insert(name), "{name} is there twice");
    }
}

#[test]
fn every_expected_rule_and_trouble_exists() {
    let browser = include_str!("../../src/audit/judge/rule.rs");
    let record = include_str!("../../src/audit/record/mod.rs");
    for case in everything() {
        let planted = case.planted.iter().map(|expected| expected.rule);
        for id in planted.chain(case.also.iter().copied()) {
            let known = Rule::ALL.iter().any(|rule| rule.id() == id)
                || browser.contains(&format!(" \"{id}\" "));
            assert!(known, "{}: there is no rule {id}", case.name);
        }
        if let Some(trouble) = case.trouble {
            let words = trouble.split('-').map(|word| {
                let (first, rest) = word.split_at(1);
                first.to_uppercase() + rest
            });
            let kind = format!("    {},\n", words.collect::<String>());
            assert!(
                record.contains(&kind),
                "{}: there is no {trouble}",
                case.name
            );
        }
    }
}

#[test]
fn policies_are_whole() {
    for case in everything() {
        if let Some(policy) = case.policy {
            let policy = Policy::parse(policy).expect("the policy is valid");
            assert_eq!(policy.gaps(), [], "{}", case.name);
        }
    }
}

#[test]
fn every_case_serves_its_first_page() {
    for case in everything() {
        let server = Server::start(&case);
        for said in ["", "accepted", "rejected", "analytics"] {
            let got = get(&server, "news", "/", said);
            let at = format!("{} {said}: {}", case.name, got.head());
            match got.status() {
                "200" => assert!(
                    got.0.contains("</html>") && !got.0.contains(":PORT"),
                    "{at}"
                ),
                "303" => assert_eq!(got.all("location").len(), 1, "{at}"),
                _ => panic!("{at}"),
            }
        }
    }
}

#[test]
fn a_choice_is_kept_and_ends_the_question() {
    // These render the banner or store the choice differently, as part of the case.
    let other = [
        "asked-again-after-a-no",
        "banner-needs-scripts",
        "no-banner",
    ];
    for case in cases() {
        let server = Server::start(&case);
        if other.contains(&case.name) || get(&server, "news", "/consent", "").status() != "404" {
            continue;
        }
        let asks = get(&server, "news", "/?back=1", "").asks();
        for (form, kept) in [
            ("action=accept", "accepted"),
            ("action=reject", "rejected"),
            ("cat.analytics=1&action=save", "analytics"),
            ("cat.marketing=1&cat.analytics=0&action=save", "marketing"),
            ("action=save", "rejected"),
        ] {
            let got = post(&server, "/consent", "_ga=1", form);
            if !asks {
                // Without a banner there is no stored choice.
                continue;
            }
            let cookies = got.all("set-cookie");
            let stored = cookies.iter().any(|line| {
                line.starts_with(&format!("site_consent={kept}; "))
                    && ["Max-Age=15552000", "Secure", "HttpOnly", "SameSite=Lax"]
                        .iter()
                        .all(|attribute| line.contains(attribute))
            });
            assert!(stored, "{} {form}: {cookies:?}", case.name);
            assert_eq!(got.all("location"), ["/second"], "{} {form}", case.name);
            assert!(
                !get(&server, "news", "/", kept).asks(),
                "{} {kept}",
                case.name
            );
        }
    }
}

#[test]
fn clean_sites_use_nothing_that_needs_consent_without_it() {
    const EXEMPT: [&str; 3] = ["PHPSESSID=", "csrftoken=", "AWSALB="];
    for case in cases().iter().filter(|case| is_clean(case)) {
        let server = Server::start(case);
        for said in ["", "rejected"] {
            for path in ["/", "/second", "/cookies"] {
                for line in get(&server, "news", path, said).all("set-cookie") {
                    let harmless = EXEMPT.iter().any(|name| line.starts_with(name));
                    let removes = line.contains("Max-Age=0");
                    assert!(harmless || removes, "{} {path} {said}: {line}", case.name);
                }
            }
        }
    }
}

#[test]
fn what_a_withdrawal_covers_is_removed() {
    let lawful = cases()
        .into_iter()
        .find(|case| case.name == "asks-first-and-counts-then");
    let server = Server::start(&lawful.expect("it is there"));
    let held = "site_consent=accepted; _ga=1; _fbp=1; PHPSESSID=1";
    let removed = |form| -> Vec<String> {
        let got = post(&server, "/consent", held, form);
        let lines = got.all("set-cookie").into_iter();
        let removals = lines.filter(|line| line.contains("Max-Age=0"));
        let names = removals.filter_map(|line| line.split('=').next());
        names.map(str::to_owned).collect()
    };
    assert_eq!(removed("action=reject"), ["_ga", "_fbp"]);
    assert_eq!(removed("cat.analytics=1&action=save"), ["_fbp"]);
    assert!(removed("action=accept").is_empty());
}

#[test]
fn neighbours_answer_under_their_own_names() {
    let server = Server::start(&hostile::HARMLESS);
    for (host, path, status) in [
        ("tracker", "/pixel.gif", "200"),
        ("tracker", "/tag.js", "200"),
        ("tracker", "/frame", "200"),
        ("tracker", "/beacon", "204"),
        ("tracker", "/socket", "400"),
        ("video", "/frame", "200"),
        ("cdn", "/pixel.gif", "200"),
        ("metrics.news", "/", "404"),
    ] {
        assert_eq!(
            get(&server, host, path, "").status(),
            status,
            "{host}{path}"
        );
    }
}

#[test]
fn nobody_answers_at_the_refused_address() {
    let address = hostile::refused_address();
    let port = address.trim_end_matches('/').rsplit(':').next();
    let port = port
        .expect("it has a port")
        .parse::<u16>()
        .expect("it is a number");
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
}
