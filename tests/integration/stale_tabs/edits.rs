//! Edits of a policy, and the units about which they ask again.

use actix_consent::policy::PolicyFile;

use super::{basis, category, edited, with};
use crate::{
    helpers::{Visitor, policy},
    site::site,
};

/// Edits that change the meaning of a grant, with its unit.
type Edit = (&'static str, fn(&mut PolicyFile), &'static [&'static str]);

/// Edits that do not change the meaning of a grant.
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
async fn a_material_change_asks_again_about_that_unit_only() {
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
async fn a_changed_category_asks_again_about_its_services() {
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
