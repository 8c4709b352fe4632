//! What the law asks for and no other file shows. That `docs/law.md` names tests which exist is
//! checked by `.ci/law`.
//! The numbers are those of that table.

use std::collections::BTreeSet;

use actix_consent::{
    Consent, ConsentMiddleware, ConsentModel, Policy,
    pages::{DefaultPages, Words},
};
use actix_http::Request;
use actix_web::{
    App, Error, HttpResponse,
    body::MessageBody,
    dev::{Service, ServiceResponse},
    http::{Method, header},
    test, web,
};

use crate::{
    helpers::{Answer, Visitor, builder, consent, keys, send, setting},
    site::{ALL, hidden, site},
};

const COOKIE: &str = "__Host-consent";

/// The part of a page between two marks.
fn between<'h>(html: &'h str, start: &str, end: &str) -> &'h str {
    let (_, rest) = html
        .split_once(start)
        .unwrap_or_else(|| panic!("no {start}: {html}"));
    rest.split_once(end).map_or(rest, |(part, _)| part)
}

/// R5: what needs consent rests on consent, wherever it is named.
#[actix_web::test]
async fn nothing_gated_rests_on_an_interest_of_the_site() {
    let app = site(consent()).await;
    let mut visitor = Visitor::new();
    for path in ["/", "/privacy/choices"] {
        let page = visitor.get(&app, path).await;
        assert!(page.text().contains("name=\"asked\""), "{path} asks");
        for never in ["legitimate", "6(1)(f)", "interest"] {
            assert!(!page.text().contains(never), "{path}: {never}");
        }
    }
    let policy = visitor.get(&app, "/privacy").await;
    let kept = between(policy.text(), "<h2 id=\"kept\">", "<h2 id=\"recipients\">");
    assert_eq!(
        kept.matches("Legal basis: your consent").count(),
        3,
        "one a category"
    );
    let gated = between(kept, "Preferences", "<h2");
    assert!(gated.contains("Analytics") && gated.contains("Marketing"));
    assert!(!gated.contains("legitimate") && !gated.contains("6(1)(f)"));
    let what = between(policy.text(), "<h2 id=\"what\">", "<h2 id=\"kept\">");
    assert!(what.contains("legitimate interests"), "the control");

    // Nor can a policy say otherwise.
    let ground = "id = \"analytics\"\nlegal_basis = \"legitimate-interests\"";
    let text = include_str!("consent.toml");
    assert!(Policy::parse(&text.replace("id = \"analytics\"", ground)).is_err());
    assert!(Policy::parse(text).is_ok());

    // One press leaves nothing over that a visitor would have to object to.
    visitor.press(&app, "reject").await;
    let state = visitor.state(&app).await;
    for unit in ["preferences", "analytics", "marketing"] {
        assert_eq!(state["categories"][unit]["basis"], "rejected", "{unit}");
    }
    assert_eq!(state["services"]["example-video"]["basis"], "rejected");
}

/// How many things a visitor presses from a page on, until the server has stored the answer.
async fn presses<S, B>(app: &S, visitor: &mut Visitor, path: &str, action: &str) -> usize
where
    S: Service<Request, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody,
{
    let button = format!("<button name=\"action\" value=\"{action}\">");
    let mut presses = 0;
    let mut page = visitor.get(app, path).await;
    if !page.text().contains(&button) {
        page = visitor.get(app, "/privacy/choices").await;
        presses += 1;
    }
    assert!(page.text().contains(&button), "{path}: {action}");
    let [asked, back] = ["asked", "return_to"].map(|name| hidden(page.text(), name));
    let form = [
        ("action", action),
        ("asked", &*asked),
        ("return_to", &*back),
    ];
    let answer = visitor.choose(app, &form).await;
    presses += 1;
    assert_eq!((answer.status.as_u16(), answer.sets(COOKIE)), (303, true));
    let there = visitor.get(app, answer.header("Location")).await;
    assert_eq!(there.status, 200, "no further question");
    presses
}

/// R7, R35.
#[actix_web::test]
async fn a_no_takes_as_many_presses_as_a_yes_and_taking_back_one_more() {
    let app = site(consent()).await;
    for path in ["/", "/page/1", "/privacy/choices"] {
        for (action, on) in [("accept", ALL), ("reject", "")] {
            let mut visitor = Visitor::new();
            assert_eq!(presses(&app, &mut visitor, path, action).await, 1, "{path}");
            assert_eq!(visitor.on(&app).await, on, "{path}: {action}");
        }
    }
    let mut visitor = Visitor::new();
    for _ in 0..3 {
        presses(&app, &mut visitor, "/privacy/choices", "accept").await;
        assert_eq!(visitor.on(&app).await, ALL);
        // The link to the settings, then one button.
        assert_eq!(presses(&app, &mut visitor, "/", "reject").await, 2);
        assert_eq!(visitor.on(&app).await, "");
    }
}

/// R8, R42: neither silence nor a no costs a visitor anything of the page.
#[actix_web::test]
async fn a_page_is_whole_without_an_answer_and_after_every_answer() {
    async fn page(consent: Consent) -> HttpResponse {
        let banner = consent.banner();
        HttpResponse::Ok()
            .content_type("text/html; charset=utf-8")
            .body(format!(
                "<!doctype html><body>{banner}<main>The report.</main>"
            ))
    }
    let app = App::new().route("/", web::get().to(page)).wrap(consent());
    let app = test::init_service(app).await;
    let mut visitor = Visitor::new();
    let mut seen = vec![visitor.get(&app, "/").await];
    for action in ["reject", "accept", "reject", "save"] {
        visitor.press(&app, action).await;
        // The confirmation, and the page after it.
        seen.push(visitor.get(&app, "/").await);
        seen.push(visitor.get(&app, "/").await);
    }
    for page in &seen {
        assert_eq!(page.status, 200);
        let (before, rest) = page.text().split_once("<main>").expect("a main");
        assert_eq!(rest, "The report.</main>");
        for wall in ["inert", "<dialog", "aria-modal", "overflow:hidden", "fixed"] {
            assert!(!before.contains(wall), "{wall}: {before}");
        }
    }
    let banner = |page: &Answer| page.text().contains("<section");
    assert!(banner(&seen[0]) && banner(&seen[1]) && !banner(&seen[2]));
}

/// R9.
#[actix_web::test]
async fn no_number_of_pages_is_a_yes_unless_reading_on_is_one() {
    for (model, on) in [(ConsentModel::OptIn, ""), (ConsentModel::Implied, ALL)] {
        let app = site(builder().model(model).build().expect("valid")).await;
        let mut visitor = Visitor::new();
        for turn in 0..20 {
            let path = ["/", "/page/1?a=b", "/privacy", "/privacy/choices"][turn % 4];
            visitor.get(&app, path).await;
        }
        assert_eq!(visitor.on(&app).await, on, "{model}");
        assert!(!visitor.cookies.contains_key(COOKIE), "{model}: no answer");
    }
}

/// R39: the header would take the choice along, or what the site needs.
#[actix_web::test]
async fn no_choice_clears_the_storage_of_the_browser() {
    async fn own() -> HttpResponse {
        HttpResponse::Ok()
            .insert_header(("Clear-Site-Data", "\"storage\""))
            .finish()
    }
    async fn stop(consent: Consent) -> HttpResponse {
        consent.reject();
        HttpResponse::Ok().finish()
    }
    let app = App::new()
        .route("/own", web::get().to(own))
        .route("/stop", web::post().to(stop))
        .wrap(consent());
    let app = test::init_service(app).await;
    let mut visitor = Visitor::new().with("visits", "1");
    for action in ["accept", "reject", "accept", "save"] {
        let answer = visitor.press(&app, action).await;
        assert!(answer.sets(COOKIE));
        assert_eq!(answer.header("Clear-Site-Data"), "", "{action}");
    }
    visitor.press(&app, "accept").await;
    let answer = visitor.post(&app, "/stop").await;
    assert!(answer.sets(COOKIE) && answer.removes("visits"));
    assert_eq!(answer.header("Clear-Site-Data"), "");
    // An application that asks for it gets it.
    let own = visitor.get(&app, "/own").await;
    assert_eq!(own.header("Clear-Site-Data"), "\"storage\"");
}

/// R69: nobody agrees to terms, or to a policy, by answering.
#[actix_web::test]
async fn the_question_is_about_cookies_alone() {
    const MORE: [&str; 4] = ["data you send us", "terms", "have read", "policy and"];
    let ask = async |model| {
        let app = site(builder().model(model).build().expect("valid")).await;
        let page = Visitor::new().get(&app, "/").await;
        let text = page.text().to_lowercase();
        // The link to the policy names what it leads to, and asks for nothing.
        const LINK: &str = ">privacy policy and cookie list</a>";
        assert_eq!(text.matches(LINK).count(), 1);
        text.replace(LINK, "></a>")
    };
    let opt_in = ask(ConsentModel::OptIn).await;
    assert!(opt_in.contains("data-consent-banner"));
    for more in MORE {
        assert!(!opt_in.contains(more), "{more}: {opt_in}");
    }
    let fields: BTreeSet<_> = opt_in
        .split("<input")
        .skip(1)
        .map(|field| between(field, "name=\"", "\""))
        .collect();
    assert_eq!(fields, BTreeSet::from(["asked", "from", "return_to"]));
    // The control: the source page's notice does bundle, and the audit objects to its model.
    let implied = ask(ConsentModel::Implied).await;
    assert!(MORE.iter().any(|more| implied.contains(more)), "{implied}");
}

/// R99, and that no application can forge a choice.
#[actix_web::test]
async fn sets_the_choice_cookie_once_per_response() {
    const COOKIES: [&str; 3] = [
        "__Host-consent=forged; Path=/; Secure",
        "id=1",
        "__Host-consent-note=forged; Path=/; Secure",
    ];
    async fn withdraw(consent: Consent) -> HttpResponse {
        consent.withdraw(["analytics"]);
        consent.withdraw(["marketing"]);
        setting(&COOKIES)
    }
    let app = App::new()
        .route("/withdraw", web::post().to(withdraw))
        .default_service(web::to(async || setting(&COOKIES)))
        .wrap(consent());
    let app = test::init_service(app).await;
    let mut visitor = Visitor::new();
    assert_eq!(visitor.get(&app, "/").await.set_cookies(), ["id=1"]);
    visitor.press(&app, "accept").await;
    let answer = visitor.post(&app, "/withdraw").await;
    let [choice] = &answer.set_cookies_named(COOKIE)[..] else {
        panic!("{:?}", answer.set_cookies());
    };
    assert!(!choice.contains("forged"), "{choice}");
    assert!(answer.sets("id"), "the control");
    assert_eq!(visitor.state(&app).await["status"], "decided");
}

/// R97, R100.
#[actix_web::test]
async fn all_browsers_parse_our_cookies_alike() {
    let app = site(consent()).await;
    let implied = site(
        builder()
            .model(ConsentModel::Implied)
            .build()
            .expect("valid"),
    )
    .await;
    let (mut one, mut other) = (Visitor::new(), Visitor::new());
    // `/privacy` sets nothing that the application would have written.
    let answers = [
        one.press(&app, "accept").await,
        one.get(&app, "/privacy/choices").await,
        one.clone().with("_ga_X", "1").press(&app, "reject").await,
        one.choose(&app, &[("action", "save"), ("cat.analytics", "1")])
            .await,
        Visitor::new()
            .with("visits", "1")
            .with("video_pref", "1")
            .get(&app, "/privacy")
            .await,
        other.press(&implied, "dismiss").await,
    ];
    let (mut dates, mut lives) = (0, 0);
    for header in answers.iter().flat_map(Answer::set_cookies) {
        let (pair, attributes) = header.split_once(';').expect("attributes");
        let (name, _) = pair.split_once('=').expect("a name");
        assert!(!name.is_empty() && pair.len() <= 4096, "{header}");
        let mut seen = BTreeSet::new();
        for attribute in attributes.split(';').map(str::trim) {
            let (key, value) = attribute.split_once('=').unwrap_or((attribute, ""));
            assert!(
                seen.insert(key.to_ascii_lowercase()),
                "{key} twice: {header}"
            );
            assert!(value.len() <= 1024, "{header}");
            if key.eq_ignore_ascii_case("expires") {
                // The one form of RFC 9110 that is not obsolete.
                let date = value.parse::<header::HttpDate>().expect("a date");
                assert_eq!(date.to_string(), value, "{header}");
                dates += 1;
            }
            if key.eq_ignore_ascii_case("max-age") {
                let seconds: u32 = value.parse().expect("whole seconds");
                assert!(seconds <= 34_560_000, "{header}");
                lives += u32::from(seconds > 0);
            }
        }
    }
    assert!(
        dates >= 5 && lives >= 4,
        "{dates} {lives}: there was too little to look at"
    );
}

/// R116: whoever writes the page chooses its language, and the page says which it is: that of its
/// words, whatever the policy's own texts are in.
#[actix_web::test]
async fn uses_the_language_of_the_site_not_of_the_browser() {
    let polish = include_str!("consent.toml").replace(
        "serves = [\"EU\"]",
        "serves = [\"EU\"]\nlanguages = [\"pl\"]",
    );
    let english = include_str!("consent.toml");
    for (text, words, language) in [
        (english, "en", "en"),
        (&polish, "en", "en"),
        (&polish, "pl", "pl"),
    ] {
        let policy = Policy::parse(text).expect("valid");
        let pages = DefaultPages::new().words(words, Words::english());
        let builder = ConsentMiddleware::builder(policy, keys()).pages(pages);
        let app = site(builder.build().expect("valid")).await;
        for preferred in ["en", "pl", "ar, he;q=0.9"] {
            for path in ["/", "/privacy", "/privacy/choices"] {
                let request = Visitor::new()
                    .request(Method::GET, path)
                    .insert_header((header::ACCEPT_LANGUAGE, preferred));
                let page = send(&app, request).await;
                let lang = between(page.text(), " lang=\"", "\"");
                assert_eq!(lang, language, "{path}, {preferred}, words {words}");
            }
        }
    }
}

/// R124: what an application can set leaves both buttons where they are, under their own names.
#[actix_web::test]
async fn no_words_take_the_no_out_of_the_banner() {
    let mut words = Words::english();
    for text in [
        &mut words.banner_heading,
        &mut words.banner_uses,
        &mut words.banner_third_parties,
        &mut words.banner_change,
        &mut words.banner_choose,
        &mut words.banner_policy,
    ] {
        *text = "Accept all".into();
    }
    let pages = DefaultPages::new().words("en", words);
    let app = site(builder().pages(pages).build().expect("valid")).await;
    for path in ["/", "/privacy/choices"] {
        let page = Visitor::new().get(&app, path).await;
        for button in [
            "<button name=\"action\" value=\"reject\">Reject all</button>",
            "<button name=\"action\" value=\"accept\">Accept all</button>",
        ] {
            assert_eq!(page.text().matches(button).count(), 1, "{path}: {button}");
        }
    }
    let page = Visitor::new().get(&app, "/").await;
    assert!(page.text().contains("\">Accept all</h2>"), "the control");
}

/// R73: what is not exactly `1` is ignored; the specification leaves no room for a list.
#[actix_web::test]
async fn a_signal_that_a_proxy_has_merged_is_none() {
    let app = site(consent()).await;
    let mut visitor = Visitor::new();
    visitor.press(&app, "accept").await;
    for (value, signalled) in [("1, 1", false), ("1,1", false), ("1", true)] {
        let request = visitor
            .request(Method::GET, "/privacy/state.json")
            .insert_header(("Sec-GPC", value));
        let state = send(&app, request).await.json();
        assert_eq!(state["gpc"], signalled, "{value}");
        let basis = if signalled { "signal" } else { "given" };
        assert_eq!(state["categories"]["marketing"]["basis"], basis, "{value}");
    }
}
