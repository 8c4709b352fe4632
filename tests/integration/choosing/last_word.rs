//! Answers that were asked for in one order and arrive in another.

use actix_consent::ledger::Event;
use actix_web::http::Method;

use crate::{
    helpers::{Answer, COOKIE, Visitor, consent, send},
    site::{KINDS, site},
};

/// Action of a visitor in a tab.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Does {
    Accept,
    Reject,
    /// Saves the settings with analytics on and all else off.
    Save,
    Withdraw,
}

use Does::{Accept, Reject, Save, Withdraw};

impl Does {
    /// Its answers about the cookies of [`KINDS`], as far as it has any.
    fn says(self) -> [Option<bool>; 4] {
        match self {
            Accept => [Some(true); 4],
            Reject => [Some(false); 4],
            Save => [Some(false), Some(true), Some(false), Some(false)],
            Withdraw => [None, Some(false), None, None],
        }
    }

    /// The answer to a request with the cookies that the browser holds now.
    async fn ask<S, B>(self, app: &S, browser: &Visitor) -> Answer
    where
        S: actix_web::dev::Service<
                actix_http::Request,
                Response = actix_web::dev::ServiceResponse<B>,
                Error = actix_web::Error,
            >,
        B: actix_web::body::MessageBody,
    {
        let mut tab = browser.clone();
        match self {
            Accept => tab.press(app, "accept").await,
            Reject => tab.press(app, "reject").await,
            Save => {
                let form = [("action", "save"), ("cat.analytics", "1")];
                tab.choose(app, &form).await
            }
            Withdraw => tab.post(app, "/withdraw/analytics").await,
        }
    }
}

/// All orders in which three requests, made one after the other, and their answers follow each
/// other: the first time that a number stands there it is asked, the second time it is answered.
fn orders() -> Vec<Vec<usize>> {
    fn go_on(order: &mut Vec<usize>, all: &mut Vec<Vec<usize>>) {
        if order.len() == 6 {
            all.push(order.clone());
            return;
        }
        let asked = order.iter().max().map_or(0, |last| last + 1);
        for next in 0..=asked.min(2) {
            let times = order.iter().filter(|one| **one == next).count();
            if times < 2 {
                order.push(next);
                go_on(order, all);
                order.pop();
            }
        }
    }
    let mut all = Vec::new();
    go_on(&mut Vec::new(), &mut all);
    all
}

/// Returns whether a cookie may be on, by what was said of it last; `None` where nothing was said.
fn last_word(said: &[Does], kind: usize) -> Option<bool> {
    said.iter().rev().find_map(|does| does.says()[kind])
}

#[actix_web::test]
async fn a_rejection_holds_in_every_order_of_answers() {
    let orders = orders();
    assert_eq!(orders.len(), 15);
    let app = site(consent()).await;
    let all = [Accept, Reject, Save, Withdraw];
    let (mut overtaken, mut tried) = (0, 0);
    for before in [None, Some(Accept), Some(Reject)] {
        let mut start = Visitor::new();
        if let Some(does) = before {
            let answer = does.ask(&app, &start).await;
            start.keep(&answer);
        }
        for number in 0..64 {
            let said = [all[number % 4], all[number / 4 % 4], all[number / 16]];
            for order in &orders {
                let mut browser = start.clone();
                let mut answers: [Option<Answer>; 3] = [None, None, None];
                for at in order {
                    match answers[*at].take() {
                        None => answers[*at] = Some(said[*at].ask(&app, &browser).await),
                        Some(answer) => browser.keep(&answer),
                    }
                }
                let in_order = *order == [0, 0, 1, 1, 2, 2];
                // Also after the next page, and once the rejections have run out.
                let first = browser.on(&app).await;
                browser.get(&app, "/").await;
                let second = browser.on(&app).await;
                browser.cookies.retain(|name, _| !name.contains("-off-"));
                let third = browser.on(&app).await;
                for on in [&first, &second, &third] {
                    for (kind, name) in KINDS.iter().enumerate() {
                        let is_on = on.split(' ').any(|one| one == *name);
                        match last_word(&said, kind) {
                            Some(false) => {
                                assert!(!is_on, "{before:?} {said:?} {order:?}: {name} in {on}");
                            }
                            Some(true) if in_order => {
                                assert!(is_on, "{before:?} {said:?}: {name} not in {on}");
                            }
                            _ => {}
                        }
                    }
                }
                overtaken += usize::from(!in_order && last_word(&said, 1) == Some(false));
                tried += 1;
            }
        }
    }
    assert!(overtaken > 500, "{overtaken} of {tried}");
}

/// The control of the above: without the cookies of rejections the earlier acceptance holds.
#[actix_web::test]
async fn control_a_late_acceptance_counts_without_the_rejection() {
    let app = site(consent()).await;
    for kept in [true, false] {
        let mut browser = Visitor::new();
        let early = Accept.ask(&app, &browser).await;
        let late = Reject.ask(&app, &browser).await;
        browser.keep(&late);
        browser.keep(&early);
        if !kept {
            browser.cookies.retain(|name, _| !name.contains("-off-"));
        }
        assert_eq!(browser.on(&app).await.is_empty(), kept);
    }
}

#[actix_web::test]
async fn the_memory_of_a_rejection_is_alike_for_all_and_lasts_a_day() {
    let app = site(consent()).await;
    let (mut one, mut other) = (Visitor::new(), Visitor::new());
    let answer = one.press(&app, "reject").await;
    other.press(&app, "reject").await;
    assert_eq!(one.cookies, other.cookies);
    let sets = answer.set_cookies();
    let own: Vec<_> = sets.iter().filter(|set| set.contains("-off-")).collect();
    assert_eq!(own.len(), 1, "{sets:?}");
    assert!(own[0].starts_with("__Host-consent-off-"), "{own:?}");
    assert!(
        own[0].contains("HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=86400"),
        "{own:?}"
    );
    // An acceptance with nothing rejected before sets none.
    let mut fresh = Visitor::new();
    let answer = fresh.press(&app, "accept").await;
    assert!(!answer.set_cookies().iter().any(|set| set.contains("-off-")));
    // One that knows of the rejection takes its place.
    one.press(&app, "accept").await;
    assert_eq!(one.on(&app).await, crate::site::ALL);
}

#[actix_web::test]
async fn a_browser_full_of_rejections_grants_nothing() {
    let app = site(consent()).await;
    let mut visitor = Visitor::new();
    visitor.press(&app, "accept").await;
    for (count, on) in [(8, crate::site::ALL), (9, "")] {
        let mut full = visitor.clone();
        for number in 0..count {
            full.cookies
                .insert(format!("{COOKIE}-off-{number}"), "junk".to_owned());
        }
        assert_eq!(full.on(&app).await, on, "{count}");
    }
}

#[actix_web::test]
async fn a_late_acceptance_is_confirmed_and_recorded_as_what_holds() {
    let notebook = crate::ledger::Notebook::default();
    let (consent, _outbox) = crate::ledger::recording(&notebook);
    let app = site(consent).await;
    let mut browser = Visitor::new();
    let early = Accept.ask(&app, &browser).await;
    let late = Reject.ask(&app, &browser).await;
    browser.keep(&late);
    browser.keep(&early);
    let overruled = browser.clone();
    let page = browser.get(&app, "/").await;
    let mut refused = Visitor::new();
    refused.press(&app, "reject").await;
    let control = refused.get(&app, "/").await;
    let sentence = |answer: &Answer| -> String {
        let (_, text) = answer
            .text()
            .split_once("role=\"status\"")
            .expect("it is confirmed");
        text.split("<a ").next().unwrap_or_default().to_owned()
    };
    assert_eq!(sentence(&page), sentence(&control), "everything is off");
    // The same cookies again write no second record.
    for _ in 0..3 {
        let request = overruled
            .request(Method::GET, "/")
            .insert_header(("Sec-Fetch-Dest", "document"));
        send(&app, request).await;
    }
    let mut records = notebook.records(4);
    records.sort_by_key(|record| record.time);
    let events: Vec<_> = records.iter().map(|record| record.event).collect();
    let expected = [
        Event::Accepted,
        Event::Rejected,
        Event::Withdrawn,
        Event::Rejected,
    ];
    assert_eq!(events, expected);
    assert_eq!(records[2].subject, records[0].subject);
    assert!(records[2].answers.iter().all(|answer| !answer.granted));
}
