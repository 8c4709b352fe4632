//! The banner, the confirmation and the signal: requirements A, F and I, DESIGN's rules 15 and 18,
//! LOOK 10 to 12.

use actix_consent::{ConsentMiddleware, Policy, pages::style_source};
use actix_http::Request;
use actix_web::{
    Error,
    body::MessageBody,
    dev::{Service, ServiceResponse},
    http::{Method, header},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::{
    helpers::{Answer, Visitor, builder, consent, keys, send},
    site::{ALL, hidden, sent, site, today},
};

const NOTE: &str = "__Host-consent-note";

/// The part of a page of [`site`] that the library wrote.
fn banner(page: &Answer) -> &str {
    page.text().split_once("<body>").expect("a body").1
}

async fn first_visit() -> String {
    let app = site(consent()).await;
    banner(&Visitor::new().get(&app, "/").await).to_owned()
}

/// The text that a visitor reads.
fn words(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html;
    while let Some((before, after)) = rest.split_once('<') {
        text.push_str(before);
        let skip = after.starts_with("style");
        rest = match skip {
            true => after.split_once("</style>").expect("closed").1,
            false => after.split_once('>').expect("closed").1,
        };
        text.push(' ');
    }
    text.push_str(rest);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The opening tags of this name.
fn tags<'h>(html: &'h str, name: &str) -> Vec<&'h str> {
    let start = format!("<{name}");
    html.match_indices(&start)
        .map(|(at, _)| &html[at..at + html[at..].find('>').expect("closed") + 1])
        .filter(|tag| tag[start.len()..].starts_with([' ', '>']))
        .collect()
}

fn brotli(text: &str) -> usize {
    let mut out = Vec::new();
    let settings = brotli::enc::BrotliEncoderParams {
        quality: 11,
        ..Default::default()
    };
    brotli::BrotliCompress(&mut text.as_bytes(), &mut out, &settings).expect("memory is enough");
    out.len()
}

#[actix_web::test]
async fn a_first_visit_is_asked_with_one_press_for_a_yes_and_one_for_a_no() {
    let html = first_visit().await;
    assert_eq!(html.matches("data-consent-banner").count(), 1);
    let buttons = tags(&html, "button");
    assert_eq!(buttons.len(), 2, "{buttons:?}");
    let (reject, accept) = (buttons[0], buttons[1]);
    assert!(
        reject.contains("name=\"action\"") && reject.contains("value=\"reject\""),
        "Reject first"
    );
    assert!(accept.contains("name=\"action\"") && accept.contains("value=\"accept\""));
    assert_eq!(
        reject.replace("reject", "accept"),
        accept,
        "alike but for the value"
    );
    assert!(html.contains(">Reject all</button>") && html.contains(">Accept all</button>"));
    assert!(html.contains("Choose for yourself"));
    let form = tags(&html, "form");
    assert_eq!(form.len(), 1);
    assert!(form[0].contains("method=\"post\"") && form[0].contains("action=\"/privacy/choices\""));
    assert_eq!(hidden(&html, "from"), "banner");
}

#[actix_web::test]
async fn the_banner_names_the_site_the_purposes_the_third_parties_and_the_way_back() {
    let words = words(&first_visit().await);
    for expected in [
        "Cookies on Example News",
        "A necessary cookie keeps your reading list.",
        "remember your settings",
        "count visits",
        "note which campaign brought you here",
        "Example Video",
        "change your mind",
        "Cookie settings",
        "Which cookies, and why",
    ] {
        assert!(words.contains(expected), "{expected}: {words}");
    }
    for never in [
        "legitimate interest",
        "improve your experience",
        "Accept and continue",
    ] {
        assert!(!words.contains(never), "{never}: {words}");
    }
    let html = first_visit().await;
    assert!(
        html.contains("href=\"/privacy\""),
        "to the policy, before any choice"
    );
    assert!(html.contains("href=\"/privacy/choices\""));
}

#[actix_web::test]
async fn the_words_of_the_banner_are_at_most_sixty() {
    let html = first_visit().await;
    let text = html
        .split_once("<p>")
        .expect("a text")
        .1
        .split_once("</p>")
        .expect("closed")
        .0;
    let words = words(text);
    assert!(
        words.split(' ').count() <= 60,
        "{}: {words}",
        words.split(' ').count()
    );
}

#[actix_web::test]
async fn the_banner_is_a_labelled_region_and_nothing_in_it_is_a_script_or_takes_focus() {
    let html = first_visit().await;
    let section = tags(&html, "section");
    assert_eq!(section.len(), 1);
    assert!(section[0].contains("lang=\"en\""));
    let label = section[0]
        .split("aria-labelledby=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next());
    let label = label.unwrap_or_else(|| panic!("no label: {}", section[0]));
    assert!(html.contains(&format!("<h2 id=\"{label}\">")));
    for never in [
        "<script",
        "javascript:",
        " on",
        "style=\"",
        "autofocus",
        "aria-modal",
        "dialog",
        "tabindex",
    ] {
        assert!(!tags_only(&html).contains(never), "{never}: {html}");
    }
}

/// The tags of a piece of HTML, without what stands between them.
fn tags_only(html: &str) -> String {
    let tag = |part: &str| part.split('>').next().unwrap_or_default().to_owned();
    html.split('<')
        .skip(1)
        .map(tag)
        .collect::<Vec<_>>()
        .join("<")
}

#[actix_web::test]
async fn the_banner_with_its_style_is_at_most_1000_bytes_and_asks_for_no_file() {
    for gpc in [false, true] {
        let app = site(consent()).await;
        let mut visitor = Visitor {
            gpc,
            ..Visitor::new()
        };
        let page = visitor.get(&app, "/").await;
        let html = banner(&page);
        let bytes = brotli(html);
        assert!(
            bytes <= 1000,
            "gpc {gpc}: {bytes} bytes by brotli, {} plain",
            html.len()
        );
        for loads in ["src=", "<link", "@import", "url(", "<img", "srcset"] {
            assert!(!html.contains(loads), "{loads}");
        }
    }
}

#[actix_web::test]
async fn after_a_choice_and_its_confirmation_nothing_is_left_of_the_banner() {
    let app = site(consent()).await;
    for action in ["accept", "reject", "save"] {
        let mut visitor = Visitor::new();
        visitor.press(&app, action).await;
        let confirmation = visitor.get(&app, "/").await;
        assert!(!banner(&confirmation).is_empty());
        let page = visitor.get(&app, "/").await;
        assert_eq!(banner(&page), "", "{action}");
    }
}

#[actix_web::test]
async fn the_hash_of_the_banner_admits_its_one_style_and_is_constant() {
    use actix_consent::Consent;
    use actix_web::{App, HttpResponse, test, web};
    async fn page(consent: Consent) -> HttpResponse {
        let banner = consent.banner();
        HttpResponse::Ok()
            .insert_header(("X-Style", banner.style_hash()))
            .body(banner.to_string())
    }
    let app = test::init_service(App::new().default_service(web::to(page)).wrap(consent())).await;
    let mut hashes = Vec::new();
    let mut visitor = Visitor::new();
    for path in ["/", "/page?a=b&c='d'", "/x"] {
        let page = visitor.get(&app, path).await;
        let styles: Vec<_> = page.text().split("<style>").skip(1).collect();
        assert_eq!(styles.len(), 1);
        let style = styles[0].split("</style>").next().expect("closed");
        assert_eq!(page.header("X-Style"), style_source(style));
        assert!(
            style.contains("sticky"),
            "so that tools that reject for the visitor see it"
        );
        let properties = style
            .split(['{', ';', '}'])
            .filter_map(|rule| rule.split_once(':'));
        for (property, value) in
            properties.filter(|(property, _)| !property.contains(['.', '@', '&']))
        {
            let covers = ["top", "bottom", "left", "right"].contains(&property)
                || property.starts_with("inset")
                || value.contains("fixed")
                || value.contains("!important");
            assert!(!covers, "{property}: {value} would cover the page: {style}");
        }
        hashes.push(page.header("X-Style").to_owned());
    }
    visitor.press(&app, "accept").await;
    let saved = visitor.get(&app, "/").await;
    hashes.push(saved.header("X-Style").to_owned());
    hashes.dedup();
    assert_eq!(hashes.len(), 1, "one style for banner and confirmation");
    assert!(hashes[0].starts_with("'sha256-"));
}

#[actix_web::test]
async fn the_banner_leads_back_to_the_page_that_it_stood_on() {
    let app = site(consent()).await;
    for (path, expected) in [
        ("/", "/"),
        ("/page/1?a=b&c=d", "/page/1?a=b&c=d"),
        ("/page?q='x'", "/page?q='x'"),
        ("/page%22onclick=x", "/page%22onclick=x"),
    ] {
        let mut visitor = Visitor::new();
        let page = visitor.get(&app, path).await;
        let back = hidden(page.text(), "return_to");
        assert_eq!(back, expected);
        let answer = visitor
            .choose(&app, &[("action", "reject"), ("return_to", &back)])
            .await;
        assert_eq!(answer.header("Location"), expected);
    }
}

#[actix_web::test]
async fn a_path_cannot_break_out_of_the_banner_nor_lead_away() {
    use actix_consent::Consent;
    use actix_web::{App, HttpResponse, test, web};
    async fn page(consent: Consent) -> HttpResponse {
        HttpResponse::Ok().body(consent.banner().to_string())
    }
    let app = test::init_service(App::new().default_service(web::to(page)).wrap(consent())).await;
    for path in [
        "//elsewhere.example/",
        "/?x=\"><script>alert(1)</script>",
        "/?\"onfocus=\"alert(1)",
        "/-way-back-4f1e-",
        "/?a=/-way-back-4f1e-&b",
    ] {
        // What `http` does not take as a URI never reaches a server.
        let Ok(uri) = path.parse::<actix_web::http::Uri>() else {
            continue;
        };
        let request = actix_web::test::TestRequest::with_uri(&uri.to_string())
            .insert_header((header::HOST, "news.example"));
        let answer = send(&app, request).await;
        let html = answer.text();
        assert!(
            !html.contains("<script>") && !tags_only(html).contains("onfocus"),
            "{path}: {html}"
        );
        let back = hidden(html, "return_to");
        let chosen = Visitor::new()
            .choose(&app, &[("action", "reject"), ("return_to", &back)])
            .await;
        let location = chosen.header("Location");
        assert!(
            location.starts_with('/') && !location.starts_with("//"),
            "{path}: {location}"
        );
    }
}

#[actix_web::test]
async fn no_banner_where_only_necessary_cookies_are_declared() {
    let none = "version = 1\n[site]\nname = \"N\"\nuse = [\"actix-session\"]\n\
                [controller]\nname = \"N\"\nemail = \"n@n.example\"\n";
    let necessary = format!(
        "{none}[[category]]\nid = \"necessary\"\ntitle = \"N\"\nsummary = \"s\"\npurposes = [\"security\"]\n"
    );
    for (text, banner_due) in [
        (none, false),
        (&necessary, false),
        (include_str!("consent.toml"), true),
    ] {
        for model in [
            actix_consent::ConsentModel::OptIn,
            actix_consent::ConsentModel::Implied,
        ] {
            let policy = Policy::parse(text).expect("valid");
            let consent = ConsentMiddleware::builder(policy, keys())
                .model(model)
                .build()
                .expect("valid");
            let app = site(consent).await;
            let page = Visitor::new().get(&app, "/").await;
            assert_eq!(!banner(&page).is_empty(), banner_due, "{model}");
            // The settings can still be opened.
            let settings = Visitor::new().get(&app, "/privacy/choices").await;
            assert_eq!(settings.status, 200);
            assert_eq!(
                !tags(settings.text(), "button").is_empty(),
                banner_due,
                "{model}"
            );
        }
    }
}

#[actix_web::test]
async fn no_banner_on_the_librarys_own_pages() {
    let app = site(consent()).await;
    for path in [
        "/privacy",
        "/privacy/choices",
        "/privacy/versions/2",
        "/privacy/versions/99",
    ] {
        let page = Visitor::new().get(&app, path).await;
        assert!(!page.text().contains("data-consent-banner"), "{path}");
    }
    assert!(
        Visitor::new()
            .get(&app, "/")
            .await
            .text()
            .contains("data-consent-banner")
    );
}

#[actix_web::test]
async fn a_choice_is_confirmed_once() {
    let app = site(consent()).await;
    for (form, expected) in [
        (
            &[("action", "reject")][..],
            "Saved. Optional cookies are off.",
        ),
        (&[("action", "accept")], "Saved. Optional cookies are on."),
        (&[("action", "save")], "Saved. Optional cookies are off."),
        (
            &[("action", "save"), ("cat.analytics", "1")],
            "Saved. Some optional cookies are on.",
        ),
    ] {
        let mut visitor = Visitor::new();
        visitor.choose(&app, form).await;
        let page = visitor.get(&app, "/page/1?a=b").await;
        let html = banner(&page);
        assert!(words(html).contains(expected), "{html}");
        assert!(words(html).contains("Cookie settings"), "{html}");
        let region = tags(html, "section");
        assert!(region[0].contains("role=\"status\""), "{region:?}");
        assert!(region[0].contains("tabindex=\"-1\"") && region[0].contains("autofocus"));
        assert!(!html.contains("data-consent-banner"));
        assert!(html.contains("<a href=\"/page/1?a=b\">Hide</a>"), "{html}");
        assert_eq!(tags(html, "button").len(), 0);
        // Hide leads to the same page, and there it is gone.
        assert!(page.removes(NOTE), "{:?}", page.set_cookies());
        assert!(!visitor.cookies.contains_key(NOTE));
        assert_eq!(banner(&visitor.get(&app, "/page/1?a=b").await), "");
    }
}

#[actix_web::test]
async fn accepting_and_rejecting_are_confirmed_alike_but_for_one_word() {
    let app = site(consent()).await;
    let mut seen = Vec::new();
    for action in ["accept", "reject"] {
        let mut visitor = Visitor::new();
        visitor.press(&app, action).await;
        seen.push(banner(&visitor.get(&app, "/").await).to_owned());
    }
    assert_eq!(seen[0].replace(" are on.", " are off."), seen[1]);
}

#[actix_web::test]
async fn a_choice_by_json_is_not_confirmed_on_a_page() {
    let app = site(consent()).await;
    let mut visitor = Visitor::new();
    visitor.post_json(&app, r#"{"action":"accept"}"#).await;
    assert_eq!(banner(&visitor.get(&app, "/").await), "");
}

#[actix_web::test]
async fn the_settings_page_confirms_in_its_own_place() {
    let app = site(consent()).await;
    let mut visitor = Visitor::new();
    let form = [
        ("action", "reject"),
        ("from", "settings"),
        ("return_to", "/privacy/choices"),
    ];
    let answer = visitor.choose(&app, &form).await;
    assert_eq!(answer.header("Location"), "/privacy/choices");
    let page = visitor.get(&app, "/privacy/choices").await;
    assert!(page.text().contains("role=\"status\""), "{}", page.text());
    assert!(
        !visitor
            .get(&app, "/privacy/choices")
            .await
            .text()
            .contains("role=\"status\"")
    );
    assert_eq!(
        banner(&visitor.get(&app, "/").await),
        "",
        "and not a second time elsewhere"
    );
}

/// A note as the server signs it, so that a test can make one that is old.
fn signed_note(text: &str) -> String {
    let mut material = [0; 64];
    hkdf::Hkdf::<sha2::Sha256>::new(Some(b"actix-consent 1"), &[7; 64])
        .expand(NOTE.as_bytes(), &mut material)
        .expect("short enough");
    let key = cookie::Key::from(&material);
    let mut jar = cookie::CookieJar::new();
    jar.signed_mut(&key)
        .add(cookie::Cookie::new(NOTE, text.to_owned()));
    jar.get(NOTE).expect("just added").value().to_owned()
}

#[actix_web::test]
async fn a_confirmation_waits_for_60_seconds_and_cannot_be_forged() {
    let app = site(consent()).await;
    let mut visitor = Visitor::new();
    let answer = visitor.press(&app, "reject").await;
    let header = &answer.set_cookies_named(NOTE)[0];
    assert!(header.contains("Max-Age=60"), "{header}");
    let value = visitor.cookies[NOTE].clone();
    let text = &value[value.find("1.").expect("a note")..];
    let (head, saved) = text.rsplit_once('.').expect("a note");
    let until: i64 = saved[1..].parse().expect("a time");
    let note = |until: i64| signed_note(&format!("{head}.{}{until}", &saved[..1]));
    assert_eq!(
        note(until),
        value,
        "the control: this is how notes are signed"
    );
    for (name, value, shown) in [
        ("as it was", value.clone(), true),
        ("61 seconds later", note(until - 61), false),
        ("years later", note(1), false),
        ("unsigned", text.to_owned(), false),
        (
            "longer by hand",
            value.replace(&until.to_string(), &(until + 1).to_string()),
            false,
        ),
        (
            "another outcome by hand",
            value.replace(&format!("n{until}"), &format!("a{until}")),
            false,
        ),
        (
            "the choice instead",
            visitor.cookies["__Host-consent"].clone(),
            false,
        ),
    ] {
        let mut other = visitor.clone().with(NOTE, &value);
        let page = other.get(&app, "/").await;
        assert_eq!(!banner(&page).is_empty(), shown, "{name}");
        assert_eq!(sent(&page), "", "{name}");
    }
}

#[actix_web::test]
async fn a_forged_note_does_not_stand_in_for_a_choice() {
    let app = site(consent()).await;
    for value in ["1..si..", "1..si.20000.a9999999999", "x", ""] {
        for value in [value.to_owned(), signed_note(value)] {
            let mut visitor = Visitor::new().with(NOTE, &value);
            let page = visitor.get(&app, "/plain").await;
            assert_eq!(sent(&page), "", "{value}");
            assert_eq!(visitor.state(&app).await["status"], "undecided", "{value}");
        }
    }
}

#[actix_web::test]
async fn under_the_signal_banner_and_settings_state_it() {
    let app = site(consent()).await;
    for path in ["/", "/privacy/choices"] {
        for gpc in [false, true] {
            let mut visitor = Visitor {
                gpc,
                ..Visitor::new()
            };
            let page = visitor.get(&app, path).await;
            assert_eq!(
                words(page.text()).contains("Global Privacy Control"),
                gpc,
                "{path}"
            );
            if gpc {
                let words = words(page.text());
                let line = words
                    .split("Global Privacy Control")
                    .nth(1)
                    .expect("stated");
                assert!(line.to_lowercase().contains("marketing"), "{line}");
            }
        }
    }
}

#[actix_web::test]
async fn the_signal_is_not_mentioned_where_it_denies_nothing() {
    let policy = include_str!("consent.toml").replace(
        "id = \"marketing\"",
        "id = \"marketing\"\nsale_or_share = false",
    );
    let policy = Policy::parse(&policy).expect("valid");
    let app = site(ConsentMiddleware::new(policy, keys()).expect("valid")).await;
    for path in ["/", "/privacy/choices"] {
        let mut visitor = Visitor {
            gpc: true,
            ..Visitor::new()
        };
        assert!(
            !visitor
                .get(&app, path)
                .await
                .text()
                .contains("Global Privacy Control"),
            "{path}"
        );
        visitor.press(&app, "accept").await;
        assert_eq!(visitor.on(&app).await, ALL);
    }
}

#[actix_web::test]
async fn the_signal_denies_what_is_sold_or_shared_until_it_is_accepted_on_a_form_that_stated_it() {
    let app = site(consent()).await;
    // Accepted without the signal, which is turned on afterwards.
    let mut visitor = Visitor::new();
    visitor.press(&app, "accept").await;
    assert_eq!(visitor.on(&app).await, ALL);
    visitor.gpc = true;
    assert_eq!(visitor.on(&app).await, "display visits");
    let state = visitor.state(&app).await;
    assert_eq!(state["categories"]["marketing"]["basis"], "signal");
    assert_eq!(state["services"]["example-video"]["basis"], "signal");
    assert_eq!(state["categories"]["analytics"]["basis"], "given");
    assert_eq!(state["gpc"], true);
    // A post that does not come from a form which stated it changes nothing about that.
    visitor.press(&app, "accept").await;
    assert_eq!(visitor.on(&app).await, "display visits");
    // Nor does a form that was opened before the signal was on.
    let early = Visitor::new().get(&app, "/privacy/choices").await;
    let early = hidden(early.text(), "asked");
    visitor
        .choose(&app, &[("action", "accept"), ("asked", &early)])
        .await;
    assert_eq!(visitor.on(&app).await, "display visits");
    // The form that states it.
    let page = visitor.get(&app, "/privacy/choices").await;
    let asked = hidden(page.text(), "asked");
    visitor
        .choose(&app, &[("action", "accept"), ("asked", &asked)])
        .await;
    assert_eq!(visitor.on(&app).await, ALL);
    assert_eq!(
        visitor.state(&app).await["categories"]["marketing"]["basis"],
        "given"
    );
    // Its absence changes nothing.
    visitor.gpc = false;
    assert_eq!(visitor.on(&app).await, ALL);
    // A rejection afterwards is one.
    visitor.gpc = true;
    visitor.press(&app, "reject").await;
    assert_eq!(visitor.on(&app).await, "");
    visitor.press(&app, "accept").await;
    assert_eq!(
        visitor.on(&app).await,
        "display visits",
        "the old acknowledgement is gone"
    );
}

#[actix_web::test]
async fn an_acknowledgement_does_not_carry_over_to_an_acceptance_that_was_not_told_of_the_signal() {
    let app = site(consent()).await;
    let mut visitor = Visitor {
        gpc: true,
        ..Visitor::new()
    };
    let asked = hidden(visitor.get(&app, "/privacy/choices").await.text(), "asked");
    visitor
        .choose(
            &app,
            &[
                ("action", "save"),
                ("cat.analytics", "1"),
                ("asked", &asked),
            ],
        )
        .await;
    assert_eq!(
        visitor.on(&app).await,
        "visits",
        "marketing was rejected under the signal"
    );
    // Without the signal, on a form that does not state it.
    visitor.gpc = false;
    let asked = hidden(visitor.get(&app, "/privacy/choices").await.text(), "asked");
    visitor
        .choose(&app, &[("action", "accept"), ("asked", &asked)])
        .await;
    assert_eq!(visitor.on(&app).await, ALL);
    visitor.gpc = true;
    assert_eq!(
        visitor.on(&app).await,
        "display visits",
        "this yes was given without knowing"
    );
}

#[actix_web::test]
async fn the_signal_never_grants_and_its_absence_withdraws_nothing() {
    let app = site(consent()).await;
    let mut visitor = Visitor {
        gpc: true,
        ..Visitor::new()
    };
    assert_eq!(visitor.on(&app).await, "");
    assert_eq!(
        visitor.state(&app).await["status"],
        "undecided",
        "it is no answer"
    );
    assert!(
        visitor
            .get(&app, "/")
            .await
            .text()
            .contains("data-consent-banner"),
        "and no reason not to ask"
    );
    visitor.gpc = false;
    visitor.press(&app, "accept").await;
    for gpc in [true, false] {
        visitor.gpc = gpc;
        visitor.get(&app, "/").await;
    }
    assert_eq!(
        visitor.on(&app).await,
        ALL,
        "a visit with the signal on left the choice as it was"
    );
}

#[actix_web::test]
async fn of_the_signal_only_the_value_1_counts_and_one_field_is_enough() {
    let app = site(consent()).await;
    let mut visitor = Visitor::new();
    visitor.press(&app, "accept").await;
    for (values, on) in [
        (&["1"][..], true),
        (&["0"], false),
        (&["true"], false),
        (&["1x"], false),
        (&["01"], false),
        (&[""], false),
        (&["1;a"], false),
        (&["0", "1"], true),
        (&["1", "0"], true),
        (&["1", "1"], true),
        (&["0", "0"], false),
        (&["x", "y", "1"], true),
    ] {
        let mut request = visitor.request(Method::GET, "/plain");
        for value in values {
            request = request.append_header(("Sec-GPC", *value));
        }
        let expected = if on { "display visits" } else { ALL };
        assert_eq!(sent(&send(&app, request).await), expected, "{values:?}");
    }
}

#[actix_web::test]
async fn the_settings_page_presets_nothing_that_was_not_chosen() {
    let app = site(consent()).await;
    let mut visitor = Visitor::new();
    let names = [
        "cat.preferences",
        "cat.analytics",
        "cat.marketing",
        "svc.example-video",
    ];
    let on = |page: &Answer| -> Vec<&str> {
        let checked: Vec<_> = tags(page.text(), "input")
            .into_iter()
            .filter(|tag| tag.contains(" checked"))
            .collect();
        assert_eq!(
            checked.len(),
            names.len(),
            "each has one of its two preset: {checked:?}"
        );
        let on = |name: &&str| {
            checked
                .iter()
                .any(|tag| tag.contains(&format!("name=\"{name}\"")) && tag.contains("value=\"1\""))
        };
        names.into_iter().filter(on).collect()
    };
    let page = visitor.get(&app, "/privacy/choices").await;
    assert!(on(&page).is_empty());
    assert!(words(page.text()).contains("You have not chosen yet. Everything optional is off."));
    assert!(
        !page.text().contains("name=\"cat.necessary\""),
        "necessary has no control"
    );
    assert!(words(page.text()).contains("Always on"));
    visitor.press(&app, "accept").await;
    assert_eq!(on(&visitor.get(&app, "/privacy/choices").await), names);
    let form = [("action", "save"), ("cat.analytics", "1")];
    visitor.choose(&app, &form).await;
    assert_eq!(
        on(&visitor.get(&app, "/privacy/choices").await),
        ["cat.analytics"]
    );
    visitor.press(&app, "reject").await;
    assert!(on(&visitor.get(&app, "/privacy/choices").await).is_empty());
    let buttons = visitor.get(&app, "/privacy/choices").await;
    let buttons: Vec<_> = tags(buttons.text(), "button")
        .iter()
        .map(|tag| (*tag).to_owned())
        .collect();
    let named = |value: &str| format!("<button name=\"action\" value=\"{value}\">");
    assert_eq!(
        buttons,
        ["save", "reject", "accept"].map(named),
        "alike but for the value"
    );
}

/// What a browser posts of the settings form when a visitor presses a button and touches nothing.
fn untouched(page: &Answer) -> Vec<(String, String)> {
    let attribute = |tag: &str, name: &str| {
        let value = tag
            .split(&format!(" {name}=\""))
            .nth(1)?
            .split('"')
            .next()?;
        Some(value.to_owned())
    };
    let inputs = tags(page.text(), "input");
    let posted = inputs
        .into_iter()
        .filter(|tag| tag.contains("type=\"hidden\"") || tag.contains(" checked"));
    posted
        .filter_map(|tag| Some((attribute(tag, "name")?, attribute(tag, "value")?)))
        .collect()
}

/// Opens the settings and presses *Save*.
async fn save_untouched<S, B>(app: &S, visitor: &mut Visitor)
where
    S: Service<Request, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody,
{
    let page = visitor.get(app, "/privacy/choices").await;
    let mut fields = untouched(&page);
    fields.push(("action".to_owned(), "save".to_owned()));
    let fields: Vec<_> = fields
        .iter()
        .map(|(name, value)| (&**name, &**value))
        .collect();
    visitor.choose(app, &fields).await;
}

/// R78 and B 78: what the signal denies is shown as off, so that saving something else does not
/// override the signal.
#[actix_web::test]
async fn saving_the_settings_untouched_changes_nothing() {
    let app = site(consent()).await;
    for (name, form) in [
        ("accepted", &[("action", "accept")][..]),
        ("rejected", &[("action", "reject")]),
        ("one", &[("action", "save"), ("cat.analytics", "1")]),
        (
            "a category without its service",
            &[
                ("action", "save"),
                ("cat.marketing", "1"),
                ("svc.example-video", "0"),
            ],
        ),
    ] {
        for gpc in [false, true] {
            let mut visitor = Visitor::new();
            visitor.choose(&app, form).await;
            visitor.gpc = gpc;
            let before = visitor.on(&app).await;
            save_untouched(&app, &mut visitor).await;
            assert_eq!(visitor.on(&app).await, before, "{name}, gpc {gpc}");
        }
    }
}

#[actix_web::test]
async fn a_service_that_is_on_without_its_category_stays_on_when_the_settings_are_saved() {
    let app = site(consent()).await;
    let mut visitor = Visitor::new();
    let form = [("action", "save"), ("svc.example-video", "1")];
    visitor.choose(&app, &form).await;
    assert_eq!(visitor.on(&app).await, "video_pref");
    save_untouched(&app, &mut visitor).await;
    assert_eq!(visitor.on(&app).await, "video_pref");
}

#[actix_web::test]
async fn what_the_signal_denies_is_preset_to_off() {
    let app = site(consent()).await;
    let mut visitor = Visitor::new();
    visitor.press(&app, "accept").await;
    let on = |page: &Answer| {
        let posted = untouched(page);
        let on = posted
            .into_iter()
            .filter(|(_, value)| value == "1")
            .map(|(name, _)| name);
        on.collect::<Vec<_>>()
    };
    let page = visitor.get(&app, "/privacy/choices").await;
    assert_eq!(
        on(&page),
        [
            "cat.preferences",
            "cat.analytics",
            "cat.marketing",
            "svc.example-video"
        ]
    );
    visitor.gpc = true;
    let page = visitor.get(&app, "/privacy/choices").await;
    assert_eq!(on(&page), ["cat.preferences", "cat.analytics"]);
}

#[actix_web::test]
async fn a_program_that_was_asked_reads_eight_or_more_letters_for_the_text() {
    let app = site(builder().today(today).build().expect("valid")).await;
    let page = Visitor::new().get(&app, "/").await;
    let asked = hidden(page.text(), "asked");
    let text = asked.split('.').next().expect("a text");
    assert!(
        URL_SAFE_NO_PAD
            .decode(text)
            .is_ok_and(|bytes| bytes.len() >= 6),
        "{asked}"
    );
}
