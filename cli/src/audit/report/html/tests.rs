//! Properties of the whole page.

use super::{
    super::{fixture, json},
    *,
};

fn page() -> String {
    write(&fixture::record(), &fixture::verdict(), None).expect("it can be written")
}

/// All values of an attribute.
fn values<'p>(page: &'p str, attribute: &str) -> Vec<&'p str> {
    let start = format!(" {attribute}=\"");
    let parts = page.split(start.as_str()).skip(1);
    parts.filter_map(|part| part.split('"').next()).collect()
}

#[test]
fn it_runs_no_script_and_has_no_handler() {
    let page = page().to_ascii_lowercase();
    assert!(!page.contains("<script"));
    assert!(!page.contains("javascript:"));
    for tag in page.split('<').skip(1) {
        let inside = tag.split('>').next().unwrap_or_default();
        for attribute in inside.split(" on").skip(1) {
            let name = attribute.split(['=', ' ']).next().unwrap_or_default();
            assert!(!attribute[name.len()..].starts_with('='), "{inside}");
        }
    }
}

#[test]
fn it_makes_no_request() {
    let page = page();
    let policy = "content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:;";
    assert!(page.contains(policy));
    let sources = values(&page, "src");
    assert!(!sources.is_empty());
    assert!(
        sources
            .iter()
            .all(|source| source.starts_with("data:image/webp;base64,"))
    );
    for tag in [
        "<link", "<iframe", "<object", "<embed", "<base", "<form", "<image", "<use",
    ] {
        assert!(!page.contains(tag), "{tag}");
    }
    assert!(!page.contains("url(") && !page.contains("@import"));
}

#[test]
fn it_links_to_pages_of_the_site_and_to_its_own_parts_alone() {
    let page = page();
    for href in values(&page, "href") {
        match href.strip_prefix('#') {
            Some(id) => assert!(page.contains(&format!(" id=\"{id}\"")), "{id}"),
            None => assert!(href.starts_with("https://news.example/"), "{href}"),
        }
    }
    let hostile = "javascript:alert(1)";
    let record = Record {
        address: hostile.to_owned(),
        pages: vec![hostile.to_owned(), "data:text/html,x".to_owned()],
        ..fixture::nothing()
    };
    let page = write(&record, &fixture::no_verdict(), None).expect("it can be written");
    assert!(
        values(&page, "href")
            .iter()
            .all(|href| href.starts_with('#'))
    );
}

#[test]
fn an_id_stands_once() {
    let page = page();
    let mut ids = values(&page, "id");
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count);
    let named = values(&page, "aria-labelledby");
    assert!(named.iter().all(|id| ids.contains(id)), "{named:?}");
}

#[test]
fn what_strangers_wrote_is_text() {
    let page = page();
    assert!(
        page.contains("&#60;script&#62;alert(&#39;1&#39;)&#60;/script&#62;&#34;]]&#62;&#38;amp;")
    );
    assert!(page.contains("News — &#60;b&#62;front&#60;/b&#62;"));
    // Braces have no meaning in the finished page.
    assert!(page.contains("żółw {{ 7 }}"));
    let hidden = |letter: char| crate::text::is_hidden(letter) && letter != '\n';
    assert!(!page.contains(hidden));
}

#[test]
fn every_finding_is_on_it_with_its_rule_and_its_law() {
    let page = page();
    for finding in fixture::verdict().findings {
        assert!(page.contains(&format!("<code>{}</code>", finding.rule.id())));
        let law = finding.rule.law().replace('\'', "&#39;");
        assert!(page.contains(&law), "{law}");
    }
    assert!(page.contains("and 8 more"));
}

#[test]
fn each_table_has_a_caption_and_a_focusable_scroll_area() {
    let page = page();
    let tables = page.matches("<table").count();
    assert!(tables >= 6);
    assert_eq!(page.matches("<caption").count(), tables);
    let boxes = page.matches("class=\"scroll\" role=\"region\"");
    let svgs = page.matches("<svg class=\"timeline\"").count();
    assert_eq!(boxes.count(), tables + svgs);
    assert_eq!(page.matches(" tabindex=\"0\"").count(), tables + svgs);
}

#[test]
fn headings_leave_out_no_level() {
    let page = page();
    let mut last = 0;
    for part in page.split("<h").skip(1) {
        let Some(level) = part.chars().next().and_then(|level| level.to_digit(10)) else {
            continue;
        };
        assert!(
            level <= last + 1,
            "{}",
            part.chars().take(80).collect::<String>()
        );
        last = level;
    }
}

#[test]
fn what_is_no_picture_is_not_shown() {
    let page = page();
    let visits = fixture::record().visits.len();
    assert_eq!(page.matches("<img").count(), visits);
    assert!(page.contains("width=\"640\" height=\"400\""));
}

#[test]
fn an_audit_that_saw_nothing_says_so() {
    let page = write(&fixture::nothing(), &fixture::no_verdict(), None);
    let page = page.expect("it can be written");
    for text in [
        "The audit found no errors and no warnings.",
        "There was no visit.",
        "No banner was found",
        "No page was visited.",
        "limits of an audit",
    ] {
        assert!(page.contains(text), "{text}");
    }
}

#[test]
fn beside_a_baseline_it_tells_what_is_new() {
    let (record, mut verdict) = (fixture::record(), fixture::verdict());
    let earlier = json::write(&record, &verdict, None).expect("it can be written");
    let baseline = Baseline::read(&earlier).expect("it can be read");
    verdict.findings[0].subject = "_gid".to_owned();
    let page = write(&record, &verdict, Some(&baseline)).expect("it can be written");
    assert!(page.contains("Compared with an earlier audit: 1 new, 9 known, 1 resolved."));
    assert!(page.contains("<bdi>_gid</bdi> <span class=\"mark\">new</span>"));
}
