//! Forms that were opened before the policy changed, and choices that were made before: DESIGN,
//! rules 2 and 7.

use actix_consent::{ConsentMiddleware, Policy, policy::PolicyFile};
use actix_web::http::Method;

use crate::{
    helpers::{Visitor, keys, policy, send},
    site::{ALL, hidden, sent, site},
};

const COOKIE: &str = "__Host-consent";

/// The tests' policy after an edit.
fn edited(edit: impl Fn(&mut PolicyFile)) -> Policy {
    let mut file = policy().file().clone();
    edit(&mut file);
    Policy::try_from(file).unwrap_or_else(|error| panic!("{error}"))
}

fn with(policy: Policy) -> ConsentMiddleware {
    ConsentMiddleware::new(policy, keys()).expect("valid")
}

/// The tests' policy without a category, its services and its cookies: as it was before.
fn without(category: &str) -> Policy {
    edited(|file| {
        let services: Vec<_> = file
            .service
            .iter()
            .filter(|s| s.category == category)
            .map(|s| s.id.clone())
            .collect();
        file.category.retain(|other| other.id != category);
        file.service.retain(|other| other.category != category);
        file.cookie.retain(|cookie| {
            cookie.category.as_deref() != Some(category)
                && !cookie
                    .service
                    .as_ref()
                    .is_some_and(|service| services.contains(service))
        });
    })
}

/// A policy with one category more.
fn with_social() -> Policy {
    let text = format!(
        "{}\n[[category]]\nid = \"social\"\ntitle = \"Social networks\"\nsummary = \"show what \
         others say\"\npurposes = [\"social-media-marketing\"]\n[[cookie]]\nname = \"social\"\n\
         category = \"social\"\npurpose = \"P.\"\nduration = \"1 day\"\n",
        include_str!("consent.toml")
    );
    Policy::parse(&text).expect("valid")
}

fn category<'f>(file: &'f mut PolicyFile, id: &str) -> &'f mut actix_consent::policy::Category {
    file.category
        .iter_mut()
        .find(|category| category.id == id)
        .expect("it is there")
}

/// What a form of this policy says that it showed, on the banner and on the settings page.
async fn asked(policy: Policy) -> [String; 2] {
    let app = site(with(policy)).await;
    let banner = Visitor::new().get(&app, "/").await;
    let settings = Visitor::new().get(&app, "/privacy/choices").await;
    [
        hidden(banner.text(), "asked"),
        hidden(settings.text(), "asked"),
    ]
}

/// `given` etc. of `state.json`.
async fn basis(visitor: &Visitor, policy: Policy, unit: &str) -> String {
    let state = visitor.state(&site(with(policy)).await).await;
    let found = match &state["categories"][unit] {
        serde_json::Value::Null => &state["services"][unit],
        found => found,
    };
    found["basis"].as_str().unwrap_or("nothing").to_owned()
}

#[actix_web::test]
async fn what_a_form_asked_is_the_same_for_every_visitor_and_path() {
    let app = site(with(policy())).await;
    let mut seen = Vec::new();
    for path in ["/", "/page/2?x=y"] {
        let page = Visitor::new().with("id", path).get(&app, path).await;
        seen.push(hidden(page.text(), "asked"));
    }
    assert_eq!(seen[0], seen[1]);
    // The control: another policy asks something else.
    assert_ne!(asked(with_social()).await[0], seen[0]);
}

#[actix_web::test]
async fn an_old_tab_grants_nothing_that_it_did_not_show() {
    for asked in asked(without("marketing")).await {
        let app = site(with(policy())).await;
        let mut visitor = Visitor::new();
        visitor
            .choose(&app, &[("action", "accept"), ("asked", &asked)])
            .await;
        assert_eq!(visitor.on(&app).await, "display visits");
        assert_eq!(basis(&visitor, policy(), "marketing").await, "unanswered");
        assert_eq!(
            basis(&visitor, policy(), "example-video").await,
            "unanswered"
        );
        let form = [
            ("action", "save"),
            ("cat.marketing", "1"),
            ("cat.analytics", "1"),
            ("asked", &asked),
        ];
        visitor.choose(&app, &form).await;
        assert_eq!(visitor.on(&app).await, "visits");
        assert_eq!(basis(&visitor, policy(), "marketing").await, "unanswered");
    }
    for asked in asked(policy()).await {
        let app = site(with(policy())).await;
        let mut visitor = Visitor::new();
        visitor
            .choose(&app, &[("action", "accept"), ("asked", &asked)])
            .await;
        assert_eq!(visitor.on(&app).await, ALL, "the control: today's tab");
    }
}

#[actix_web::test]
async fn an_old_tab_rejects_what_it_showed_and_leaves_the_rest_unanswered() {
    for asked in asked(without("marketing")).await {
        let app = site(with(policy())).await;
        let mut visitor = Visitor::new();
        let answer = visitor
            .choose(&app, &[("action", "reject"), ("asked", &asked)])
            .await;
        assert_eq!(answer.status, 303);
        assert_eq!(basis(&visitor, policy(), "analytics").await, "rejected");
        assert_eq!(basis(&visitor, policy(), "preferences").await, "rejected");
        assert_eq!(basis(&visitor, policy(), "marketing").await, "unanswered");
        assert!(
            visitor
                .get(&app, "/")
                .await
                .text()
                .contains("role=\"status\"")
        );
        assert!(
            visitor
                .get(&app, "/")
                .await
                .text()
                .contains("data-consent-banner"),
            "it is asked"
        );
    }
}

#[actix_web::test]
async fn an_old_tab_leaves_what_it_did_not_show_as_it_was() {
    let app = site(with(policy())).await;
    for asked in asked(without("marketing")).await {
        let mut visitor = Visitor::new();
        visitor.press(&app, "accept").await;
        visitor
            .choose(&app, &[("action", "reject"), ("asked", &asked)])
            .await;
        assert_eq!(visitor.on(&app).await, "__Host-campaign video_pref");
    }
}

#[actix_web::test]
async fn what_was_shown_and_not_posted_as_1_is_rejected() {
    for asked in asked(policy()).await {
        let app = site(with(policy())).await;
        let mut visitor = Visitor::new();
        let form = [
            ("action", "save"),
            ("cat.analytics", "1"),
            ("cat.preferences", "yes"),
            ("asked", &asked),
        ];
        visitor.choose(&app, &form).await;
        for (unit, expected) in [
            ("analytics", "given"),
            ("preferences", "rejected"),
            ("marketing", "rejected"),
            ("example-video", "rejected"),
        ] {
            assert_eq!(basis(&visitor, policy(), unit).await, expected, "{unit}");
        }
    }
}

#[actix_web::test]
async fn on_a_form_that_shows_a_service_its_category_does_not_answer_for_it() {
    let [_, asked] = asked(policy()).await;
    for (form, expected) in [
        (&[("cat.marketing", "1")][..], "__Host-campaign"),
        (
            &[("cat.marketing", "1"), ("svc.example-video", "1")],
            "__Host-campaign video_pref",
        ),
        (
            &[("cat.marketing", "1"), ("svc.example-video", "0")],
            "__Host-campaign",
        ),
        (&[("cat.marketing", "0")], ""),
    ] {
        let app = site(with(policy())).await;
        let mut visitor = Visitor::new();
        let mut whole = vec![("action", "save"), ("asked", &*asked)];
        whole.extend(form);
        visitor.choose(&app, &whole).await;
        assert_eq!(visitor.on(&app).await, expected, "{form:?}");
    }
}

#[actix_web::test]
async fn a_no_to_a_category_turns_its_services_off() {
    let app = site(with(policy())).await;
    for form in [
        &[("action", "reject")][..],
        &[("action", "save"), ("cat.marketing", "0")],
    ] {
        let mut visitor = Visitor::new();
        visitor.press(&app, "accept").await;
        assert!(visitor.on(&app).await.contains("video_pref"));
        visitor.choose(&app, form).await;
        assert!(!visitor.on(&app).await.contains("video_pref"), "{form:?}");
        assert_eq!(
            basis(&visitor, policy(), "example-video").await,
            "rejected",
            "{form:?}"
        );
    }
    let mut visitor = Visitor::new();
    visitor.press(&app, "accept").await;
    let request = visitor.request(Method::GET, "/withdraw/marketing");
    let answer = send(&app, request).await;
    assert!(!sent(&answer).contains("video_pref"));
    visitor.keep(&answer);
    assert!(!visitor.on(&app).await.contains("video_pref"));
}

#[actix_web::test]
async fn a_post_without_asked_is_about_todays_categories_and_their_services_follow() {
    let app = site(with(policy())).await;
    for (form, expected) in [
        (
            &[("action", "save"), ("cat.marketing", "1")][..],
            "__Host-campaign video_pref",
        ),
        (
            &[
                ("action", "save"),
                ("cat.marketing", "1"),
                ("svc.example-video", "0"),
            ],
            "__Host-campaign",
        ),
        (&[("action", "accept")], ALL),
    ] {
        let mut visitor = Visitor::new();
        visitor.choose(&app, form).await;
        assert_eq!(visitor.on(&app).await, expected, "{form:?}");
        assert_eq!(visitor.state(&app).await["status"], "decided", "{form:?}");
    }
}

#[actix_web::test]
async fn a_yes_to_what_a_category_meant_before_is_no_yes_to_what_it_means_now() {
    let renewed = || edited(|file| category(file, "analytics").renew = 1);
    for old in asked(policy()).await {
        let app = site(with(renewed())).await;
        let mut visitor = Visitor::new();
        visitor
            .choose(&app, &[("action", "accept"), ("asked", &old)])
            .await;
        assert_eq!(visitor.on(&app).await, "display __Host-campaign video_pref");
        assert_eq!(basis(&visitor, renewed(), "analytics").await, "unanswered");
        let mut visitor = Visitor::new();
        let form = [("action", "save"), ("cat.analytics", "1"), ("asked", &old)];
        visitor.choose(&app, &form).await;
        assert_eq!(basis(&visitor, renewed(), "analytics").await, "unanswered");
    }
}

#[actix_web::test]
async fn a_no_to_what_a_category_meant_before_is_a_no_to_what_it_means_now() {
    let renewed = || edited(|file| category(file, "analytics").renew = 1);
    for old in asked(policy()).await {
        for action in ["reject", "save"] {
            let app = site(with(renewed())).await;
            let mut visitor = Visitor::new();
            visitor.choose(&app, &[("action", "accept")]).await;
            assert_eq!(basis(&visitor, renewed(), "analytics").await, "given");
            visitor
                .choose(&app, &[("action", action), ("asked", &old)])
                .await;
            assert_eq!(
                basis(&visitor, renewed(), "analytics").await,
                "rejected",
                "{action}"
            );
        }
    }
}

#[actix_web::test]
async fn a_yes_from_an_old_tab_does_not_take_back_a_yes_of_today() {
    let renewed = || edited(|file| category(file, "analytics").renew = 1);
    let [old, _] = asked(policy()).await;
    let app = site(with(renewed())).await;
    let mut visitor = Visitor::new();
    visitor.press(&app, "accept").await;
    visitor
        .choose(&app, &[("action", "accept"), ("asked", &old)])
        .await;
    assert_eq!(visitor.on(&app).await, ALL);
}

#[actix_web::test]
async fn a_new_category_is_asked_by_name_and_what_was_answered_stays() {
    let before = site(with(policy())).await;
    let after = site(with(with_social())).await;
    for (action, on) in [("accept", ALL), ("reject", "")] {
        let mut visitor = Visitor::new();
        visitor.press(&before, action).await;
        visitor.get(&before, "/").await;
        assert!(
            !visitor
                .get(&before, "/")
                .await
                .text()
                .contains("data-consent-banner")
        );
        let page = visitor.get(&after, "/").await;
        assert_eq!(sent(&page), on, "{action}");
        assert_eq!(basis(&visitor, with_social(), "social").await, "unanswered");
        let text = page.text();
        assert!(text.contains("data-consent-banner"), "{action}");
        let news = text
            .split("New since")
            .nth(1)
            .unwrap_or_else(|| panic!("no news: {text}"));
        let news = news.split('.').next().unwrap_or_default();
        let news = news.to_lowercase();
        assert!(news.contains("social networks"), "{action}: {news}");
        for old in ["analytics", "preferences", "marketing", "example video"] {
            assert!(!news.contains(old), "{action}: {old} is not new: {news}");
        }
        // Answering it ends the question.
        visitor.press(&after, "reject").await;
        assert_eq!(visitor.state(&after).await["status"], "decided");
    }
    let first = Visitor::new().get(&after, "/").await;
    assert!(
        !first.text().contains("New since"),
        "nothing is new on a first visit"
    );
}

#[actix_web::test]
async fn a_new_service_in_a_granted_category_is_asked_by_name_and_off_until_then() {
    let before = site(with(edited(|file| {
        file.service.clear();
        file.cookie.retain(|cookie| cookie.service.is_none());
    })))
    .await;
    let after = site(with(policy())).await;
    let mut visitor = Visitor::new();
    visitor.press(&before, "accept").await;
    visitor.get(&before, "/").await;
    let page = visitor.get(&after, "/").await;
    assert_eq!(sent(&page), "display visits __Host-campaign");
    assert!(page.text().contains("Example Video"), "{}", page.text());
    assert!(page.text().contains("data-consent-banner"));
    let mut visitor = Visitor::new();
    visitor.press(&before, "reject").await;
    visitor.get(&before, "/").await;
    let page = visitor.get(&after, "/").await;
    assert_eq!(sent(&page), "");
    assert!(
        !page.text().contains("data-consent-banner"),
        "the category's no is its no"
    );
}

/// What changes the meaning of a grant, and of whose.
type Edit = (&'static str, fn(&mut PolicyFile), &'static [&'static str]);

/// What changes nothing about it.
type HarmlessEdit = (&'static str, fn(&mut PolicyFile));

const MATERIAL: &[Edit] = &[
    (
        "renewed",
        |file| category(file, "analytics").renew = 1,
        &["analytics"],
    ),
    (
        "another purpose",
        |file| {
            category(file, "analytics")
                .purposes
                .push("service-personalisation".parse().expect("known"))
        },
        &["analytics"],
    ),
    (
        "another purpose instead",
        |file| {
            category(file, "analytics").purposes =
                vec!["service-personalisation".parse().expect("known")]
        },
        &["analytics"],
    ),
    (
        "sold",
        |file| category(file, "analytics").sale_or_share = Some(true),
        &["analytics"],
    ),
    (
        "another provider of a service",
        |file| file.service[0].provider = "Another".into(),
        &["example-video"],
    ),
    (
        "more get access",
        |file| file.service[0].access.push("Third".into()),
        &["example-video"],
    ),
    (
        "a service renewed",
        |file| file.service[0].renew = 3,
        &["example-video"],
    ),
    (
        "another purpose of a service",
        |file| {
            file.service[0]
                .purposes
                .push("targeted-advertising".parse().expect("known"))
        },
        &["example-video"],
    ),
    (
        "a third party sets one of its cookies",
        |file| {
            let cookie = file
                .cookie
                .iter_mut()
                .find(|cookie| cookie.name == "visits")
                .expect("there");
            cookie.set_by = actix_consent::policy::SetBy::ThirdParty;
            cookie.host = Some("counter.example".into());
        },
        &["analytics"],
    ),
    (
        "one of its cookies has one purpose more",
        |file| {
            let cookie = file
                .cookie
                .iter_mut()
                .find(|cookie| cookie.name == "visits")
                .expect("there");
            cookie.purposes.push("advertising".parse().expect("known"));
        },
        &["analytics"],
    ),
];

const HARMLESS: &[HarmlessEdit] = &[
    ("title", |file| {
        category(file, "analytics").title = "Statistics".into()
    }),
    ("summary", |file| {
        category(file, "analytics").summary = "count you".into()
    }),
    ("text of a purpose", |file| {
        let own = r#"{ "id": "x-video", "text": "to play films" }"#;
        file.service[0].purposes = vec![serde_json::from_str(own).expect("a purpose")];
    }),
    ("purpose of a cookie", |file| {
        file.cookie[1].purpose = "Counts.".into()
    }),
    ("durations", |file| {
        let kept = "13 months".parse().expect("a duration");
        file.cookie
            .iter_mut()
            .for_each(|cookie| cookie.duration = Some(kept));
    }),
    ("cookie names", |file| {
        file.cookie[1].name = "counter".into()
    }),
    ("one cookie more", |file| {
        let mut more = file.cookie[1].clone();
        more.name = "counter2".into();
        file.cookie.push(more);
    }),
    ("one cookie less", |file| {
        file.cookie.retain(|cookie| cookie.name != "display")
    }),
    ("order of categories", |file| file.category[1..].reverse()),
    ("order of cookies", |file| file.cookie.reverse()),
    ("order of access", |file| file.service[0].access.reverse()),
    ("edition", |file| {
        file.policy.version = 9;
        file.policy.changes = Some("Much.".into());
        file.policy.effective = None;
    }),
    ("site name", |file| file.site.name = "Other News".into()),
    ("provider's page", |file| {
        file.service[0].provider_url = None
    }),
    ("transfers", |file| {
        file.service[0].transfers = Some("Some.".into())
    }),
    ("address", |file| file.controller.address = None),
    ("processing", |file| file.processing.clear()),
    ("what was the default is written down", |file| {
        category(file, "marketing").sale_or_share = Some(true);
        category(file, "analytics").sale_or_share = Some(false);
    }),
    ("paths and domains", |file| {
        file.cookie
            .iter_mut()
            .filter(|cookie| cookie.name == "visits")
            .for_each(|cookie| {
                cookie.domains = vec!["news.example".into()];
                cookie.path = Some(actix_consent::policy::OneOrMany::One("/a".into()));
            });
    }),
];

#[actix_web::test]
async fn a_material_change_asks_again_about_what_changed_and_nothing_else() {
    let before = site(with(policy())).await;
    for (name, edit, changed) in MATERIAL {
        let mut visitor = Visitor::new();
        visitor.press(&before, "accept").await;
        for unit in ["preferences", "analytics", "marketing", "example-video"] {
            let expected = if changed.contains(&unit) {
                "unanswered"
            } else {
                "given"
            };
            assert_eq!(
                basis(&visitor, edited(edit), unit).await,
                expected,
                "{name}: {unit}"
            );
        }
        let state = visitor.state(&site(with(edited(edit))).await).await;
        assert_eq!(state["status"], "undecided", "{name}");
    }
}

#[actix_web::test]
async fn a_change_of_a_category_that_a_service_rests_on_asks_about_both() {
    let before = site(with(policy())).await;
    for (name, edit) in [
        (
            "renewed",
            (|file| category(file, "marketing").renew = 2) as fn(&mut PolicyFile),
        ),
        ("no longer sold", |file| {
            category(file, "marketing").sale_or_share = Some(false)
        }),
    ] {
        let mut visitor = Visitor::new();
        visitor.press(&before, "accept").await;
        for unit in ["marketing", "example-video"] {
            assert_eq!(
                basis(&visitor, edited(edit), unit).await,
                "unanswered",
                "{name}: {unit}"
            );
        }
        assert_eq!(
            basis(&visitor, edited(edit), "analytics").await,
            "given",
            "{name}"
        );
    }
}

#[actix_web::test]
async fn another_controller_asks_about_everything() {
    let before = site(with(policy())).await;
    let sold = || edited(|file| file.controller.name = "Other Ltd".into());
    let mut visitor = Visitor::new();
    visitor.press(&before, "accept").await;
    for unit in ["preferences", "analytics", "marketing"] {
        assert_eq!(basis(&visitor, sold(), unit).await, "unanswered", "{unit}");
    }
}

#[actix_web::test]
async fn a_rejection_survives_every_edit() {
    let before = site(with(policy())).await;
    let edits = MATERIAL.iter().map(|(name, edit, _)| (*name, *edit));
    let edits = edits.chain(HARMLESS.iter().map(|(name, edit)| (*name, *edit)));
    let more: [HarmlessEdit; 2] = [
        ("another controller", |file| {
            file.controller.name = "Other Ltd".into()
        }),
        ("the category of the service renewed", |file| {
            category(file, "marketing").renew = 2
        }),
    ];
    for (name, edit) in edits.chain(more) {
        let mut visitor = Visitor::new();
        visitor.press(&before, "reject").await;
        for unit in ["preferences", "analytics", "marketing", "example-video"] {
            assert_eq!(
                basis(&visitor, edited(edit), unit).await,
                "rejected",
                "{name}: {unit}"
            );
        }
        let app = site(with(edited(edit))).await;
        assert_eq!(visitor.state(&app).await["status"], "decided", "{name}");
    }
}

#[actix_web::test]
async fn a_change_of_words_numbers_and_order_asks_nobody_again() {
    let before = site(with(policy())).await;
    for (name, edit) in HARMLESS {
        for (action, expected) in [("accept", "given"), ("reject", "rejected")] {
            let mut visitor = Visitor::new();
            visitor.press(&before, action).await;
            for unit in ["preferences", "analytics", "marketing", "example-video"] {
                assert_eq!(
                    basis(&visitor, edited(edit), unit).await,
                    expected,
                    "{name}: {unit}"
                );
            }
        }
    }
}

/// Rule 2: no later edit turns a no into "not asked".
#[actix_web::test]
async fn a_service_that_was_rejected_stays_rejected_when_it_moves_to_another_category() {
    let moved = || edited(|file| file.service[0].category = "analytics".into());
    let before = site(with(policy())).await;
    for form in [
        // The category's no, beside a yes to the one that the service moves to.
        &[("action", "save"), ("cat.analytics", "1")][..],
        &[
            ("action", "save"),
            ("cat.analytics", "1"),
            ("cat.marketing", "1"),
            ("svc.example-video", "0"),
        ],
    ] {
        for with_asked in [false, true] {
            let [_, asked] = asked(policy()).await;
            let mut form = form.to_vec();
            form.extend(with_asked.then_some(("asked", &*asked)));
            let mut visitor = Visitor::new();
            visitor.choose(&before, &form).await;
            assert_eq!(basis(&visitor, policy(), "example-video").await, "rejected");
            assert_eq!(
                basis(&visitor, moved(), "example-video").await,
                "rejected",
                "{form:?}"
            );
        }
    }
    let mut visitor = Visitor::new();
    visitor.press(&before, "accept").await;
    let basis = basis(&visitor, moved(), "example-video").await;
    assert_eq!(basis, "unanswered", "a yes meant the old category");
}

#[actix_web::test]
async fn a_service_that_was_rejected_stays_rejected_when_its_category_gets_another_id() {
    let renamed = || {
        edited(|file| {
            category(file, "marketing").id = "ads".into();
            file.service[0].category = "ads".into();
            for cookie in &mut file.cookie {
                if cookie.category.as_deref() == Some("marketing") {
                    cookie.category = Some("ads".into());
                }
            }
        })
    };
    let before = site(with(policy())).await;
    let mut visitor = Visitor::new();
    visitor.press(&before, "reject").await;
    assert_eq!(
        basis(&visitor, renamed(), "ads").await,
        "unanswered",
        "another unit"
    );
    assert_eq!(
        basis(&visitor, renamed(), "example-video").await,
        "rejected"
    );
}

#[actix_web::test]
async fn answers_about_units_of_another_node_are_kept() {
    let small = site(with(policy())).await;
    let large = site(with(with_social())).await;
    let social = async |visitor: &Visitor| basis(visitor, with_social(), "social").await;
    // A grant of today, beside an answer given elsewhere today.
    let mut visitor = Visitor::new();
    visitor.press(&large, "accept").await;
    visitor.press(&small, "accept").await;
    assert_eq!(social(&visitor).await, "given");
    // A rejection, whatever is said elsewhere.
    let mut visitor = Visitor::new();
    visitor.press(&large, "reject").await;
    visitor.press(&small, "accept").await;
    assert_eq!(social(&visitor).await, "rejected");
    // And they are ignored where they are not known.
    assert_eq!(visitor.state(&small).await["status"], "decided");
    assert!(
        visitor.state(&small).await["categories"]
            .get("social")
            .is_none()
    );
}

/// Rule 3 against rule 2: `Reject all` says all.
#[actix_web::test]
async fn rejecting_everything_grants_nothing_elsewhere_either() {
    let small = site(with(policy())).await;
    let large = site(with(with_social())).await;
    let mut visitor = Visitor::new();
    visitor.press(&large, "accept").await;
    visitor.press(&small, "reject").await;
    let value = &visitor.cookies[COOKIE];
    let choice: actix_consent::choice::Choice = value[value.find("1.").expect("a choice")..]
        .parse()
        .expect("one");
    assert!(!choice.grants(), "{choice}");
}

#[actix_web::test]
async fn a_tab_that_asks_for_units_that_do_not_exist_says_nothing_about_todays() {
    let [large, _] = asked(with_social()).await;
    let app = site(with(policy())).await;
    let mut visitor = Visitor::new();
    assert_eq!(
        visitor
            .choose(&app, &[("action", "accept"), ("asked", &large)])
            .await
            .status,
        303
    );
    assert_eq!(visitor.on(&app).await, ALL);
    // One that showed nothing asks nothing.
    let text = large.split('.').next().expect("a text");
    let mut visitor = Visitor::new();
    let nothing = format!("{text}..");
    visitor
        .choose(&app, &[("action", "accept"), ("asked", &nothing)])
        .await;
    assert_eq!(visitor.on(&app).await, "");
}

#[actix_web::test]
async fn of_two_fields_asked_neither_widens_the_other() {
    let [all, _] = asked(policy()).await;
    let [some, _] = asked(without("marketing")).await;
    for pair in [[&*all, &*some], [&*some, &*all]] {
        let app = site(with(policy())).await;
        let mut visitor = Visitor::new();
        let form = [("action", "accept"), ("asked", pair[0]), ("asked", pair[1])];
        visitor.choose(&app, &form).await;
        assert!(!visitor.on(&app).await.contains("campaign"), "{form:?}");
    }
}

#[actix_web::test]
async fn by_json_an_old_state_narrows_as_a_form_does() {
    let old = site(with(without("marketing"))).await;
    let app = site(with(policy())).await;
    let asked = Visitor::new().state(&old).await["asked"]
        .as_str()
        .expect("a text")
        .to_owned();
    let mut visitor = Visitor::new();
    let body = serde_json::json!({ "action": "accept", "asked": asked }).to_string();
    assert_eq!(visitor.post_json(&app, &body).await.status, 200);
    assert_eq!(visitor.on(&app).await, "display visits");
}
