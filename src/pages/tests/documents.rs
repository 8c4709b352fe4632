//! Properties of every document.

use super::*;

#[test]
fn documents_need_one_style_hash_under_a_strict_policy() {
    let pages = DefaultPages::new();
    for html in documents() {
        let style = style::first_style(&html).expect("a style");
        assert_eq!(style_source(style), pages.page_style_hash());
        assert_eq!(html.matches("<style").count(), 1);
        assert!(!html.contains(" style="), "{html}");
        assert!(!html.contains("<script"), "{html}");
        assert!(!html.contains("src="), "{html}");
    }
}

#[test]
fn an_added_style_changes_the_source() {
    let pages = DefaultPages::new().style(":root{--consent-link:#7a2e1d}");
    let html = pages.rejected_post(&RejectedPostView {
        frame: frame(),
        reason: Rejection::Malformed,
        framed: false,
    });
    let style = style::first_style(&html).expect("a style");
    assert!(style.ends_with("#7a2e1d}"));
    assert_eq!(style_source(style), pages.page_style_hash());
    assert_ne!(
        pages.page_style_hash(),
        DefaultPages::new().page_style_hash()
    );
}

#[test]
fn ids_and_classes_hold_no_word_that_filter_lists_hide() {
    let names = |html: &str| -> Vec<String> {
        [" id=\"", " class=\""]
            .iter()
            .flat_map(|attribute| {
                html.split(attribute)
                    .skip(1)
                    .map(str::to_owned)
                    .collect::<Vec<_>>()
            })
            .filter_map(|rest| Some(rest.split_once('"')?.0.to_lowercase()))
            .collect()
    };
    for html in documents() {
        for name in names(&html) {
            for word in [
                "cookie", "consent", "gdpr", "banner", "privacy", "accept", "advert",
            ] {
                assert!(!name.contains(word), "{name}");
            }
        }
    }
}

#[test]
fn the_applications_frame_is_put_in_as_it_is() {
    let html = DefaultPages::new()
        .head("<link rel=\"stylesheet\" href=\"/site.css\">")
        .header("<header>Masthead</header>")
        .footer("<footer>Foot</footer>")
        .rejected_post(&RejectedPostView {
            frame: frame(),
            reason: Rejection::TooLarge,
            framed: false,
        });
    let places = [
        "<link rel=\"stylesheet\" href=\"/site.css\">",
        "</head>",
        "<header>Masthead</header>",
        "<main",
        "</main>",
        "<footer>Foot</footer>",
    ]
    .map(|part| html.find(part).expect(part));
    assert!(places.is_sorted());
    assert!(!html.contains("axc-top\">"));
}

#[test]
fn texts_of_the_application_are_found_by_language() {
    let mut words = Words::english();
    words.policy_title = "Datenschutz".into();
    let pages = DefaultPages::new().words("de", words);
    let found = |language: &'static str| {
        let (words, lang) = pages.words_for(language);
        (words.policy_title.clone(), lang.page.to_owned())
    };
    for (language, title, page) in [
        ("de-AT", "Datenschutz", "de-AT"),
        ("de", "Datenschutz", "de"),
        ("en-GB", "Privacy policy", "en-GB"),
        ("pl", "Privacy policy", "en"),
    ] {
        assert_eq!(found(language), (title.into(), page.into()), "{language}");
    }
}

#[test]
fn reading_on_is_not_called_valid_where_it_is_not() {
    let claim = "reading on is not valid consent.";
    for (model, expected) in [(ConsentModel::OptIn, 0), (ConsentModel::Implied, 1)] {
        let mut frame = frame();
        frame.model = model;
        for html in [
            policy_page_of(frame.clone(), false),
            settings_of(frame, &[], None),
        ] {
            assert_eq!(html.matches(claim).count(), expected, "{model}");
        }
    }
}

#[test]
fn marks_texts_in_another_language_than_the_page() {
    let text = POLICY.replace(
        "name = \"Plenary\"\n",
        "name = \"Plenary\"\nlanguages = [\"pl\"]\n",
    );
    let polish = Policy::parse(&text).expect("a valid policy");
    let policy = policy_page_of(frame_of(&polish), false);
    let settings = settings_of(frame_of(&polish), &[], None);
    for html in [&policy, &settings] {
        assert!(html.contains("<html lang=\"en\">"));
    }
    for part in [
        "<p lang=\"pl\">Videos were added.</p>",
        "<dd lang=\"pl\">14 days</dd>",
        "<dd>Our legitimate interests, Art. 6(1)(f) GDPR</dd>",
        "lang=\"pl\">Counts your visits.</td>",
        "data-label=\"What it is for\">Remembers what you chose about cookies,",
    ] {
        assert!(policy.contains(part), "{part}");
    }
    assert!(settings.contains("<h2 lang=\"pl\">Analytics</h2>"));
    assert!(!settings.contains("lang=\"en\">Save settings"));
}
