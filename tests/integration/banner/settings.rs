//! What the settings page presets.

use actix_http::Request;
use actix_web::{
    Error,
    body::MessageBody,
    dev::{Service, ServiceResponse},
};

use super::{tags, words};
use crate::{
    helpers::{Answer, Visitor, consent},
    site::site,
};

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
async fn saving_keeps_a_service_on_whose_category_is_off() {
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
