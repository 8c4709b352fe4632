//! What arrives: which request cookies an application can see.

use actix_consent::Consent;
use actix_web::{
    App, HttpRequest, HttpResponse,
    body::MessageBody,
    dev::{Service, ServiceResponse},
    http::{
        Method,
        header::{self, HeaderValue},
    },
    test, web,
};
use proptest::{prelude::*, test_runner::TestRunner};

use crate::helpers::{Answer, Visitor, builder, consent, policy_with, send, visitors};

/// Answers with the `Cookie` header as it reaches a handler, one a line.
async fn seen(request: HttpRequest) -> HttpResponse {
    let lines: Vec<_> = request
        .headers()
        .get_all(header::COOKIE)
        .map(|line| line.as_bytes())
        .collect();
    HttpResponse::Ok().body(lines.join(&b"\n"[..]))
}

/// Answers with the names of the cookies that actix parses.
async fn parsed(request: HttpRequest) -> HttpResponse {
    let Ok(cookies) = request.cookies() else {
        return HttpResponse::Ok().body("unreadable");
    };
    let names: Vec<_> = cookies
        .iter()
        .map(|cookie| cookie.name().to_owned())
        .collect();
    HttpResponse::Ok().body(names.join("|"))
}

macro_rules! echo {
    ($consent:expr) => {
        test::init_service(
            App::new()
                .route("/parsed", web::to(parsed))
                .default_service(web::to(seen))
                .wrap($consent),
        )
        .await
    };
}

/// Sends these `Cookie` headers and no others.
async fn with_cookies<S, B>(app: &S, path: &str, lines: &[&[u8]]) -> Answer
where
    S: Service<actix_http::Request, Response = ServiceResponse<B>, Error = actix_web::Error>,
    B: MessageBody,
{
    let mut request = Visitor::new().request(Method::GET, path);
    for line in lines {
        request = request.append_header((header::COOKIE, HeaderValue::from_bytes(line).unwrap()));
    }
    send(app, request).await
}

/// The pair by which a visitor who accepted everything is known.
fn mark(visitor: &Visitor) -> String {
    format!("__Host-consent={}", visitor.cookies["__Host-consent"])
}

fn bytes(text: &str) -> Vec<&[u8]> {
    vec![text.as_bytes()]
}

#[actix_web::test]
async fn gated_cookies_are_hidden_until_they_are_accepted() {
    let app = echo!(consent());
    let [_, no, yes] = visitors(&app).await;
    let sent =
        "id=s; visits=4; basket=1; _ga=x; _ga_P=y; __Host-campaign=z; video_pref=v; display=d";
    assert_eq!(
        with_cookies(&app, "/", &bytes(sent)).await.text(),
        "id=s; basket=1"
    );
    assert_eq!(
        with_cookies(&app, "/parsed", &bytes(sent)).await.text(),
        "id|basket"
    );
    let refusing = format!("{}; {sent}", mark(&no));
    let left = format!("{}; id=s; basket=1", mark(&no));
    assert_eq!(
        with_cookies(&app, "/", &bytes(&refusing)).await.text(),
        left
    );
    let accepting = format!("{}; {sent}", mark(&yes));
    assert_eq!(
        with_cookies(&app, "/", &bytes(&accepting)).await.text(),
        accepting
    );
}

#[actix_web::test]
async fn each_category_is_hidden_by_itself() {
    let app = echo!(consent());
    let mut visitor = Visitor::new();
    visitor
        .choose(&app, &[("action", "save"), ("cat.analytics", "1")])
        .await;
    let line = format!(
        "display=d; visits=4; __Host-campaign=z; id=s; {}",
        mark(&visitor)
    );
    let left = format!("visits=4; id=s; {}", mark(&visitor));
    assert_eq!(with_cookies(&app, "/", &bytes(&line)).await.text(), left);
}

#[actix_web::test]
async fn a_header_with_nothing_to_hide_stays_byte_for_byte() {
    let app = echo!(consent());
    let lines: [&[u8]; 5] = [
        b"id=1;basket=2;  other = 3 ;",
        b";;; id=1; ; =x; y; \"",
        b"id=\"quoted; comma, inside\"; caf\xc3\xa9=1",
        b"id=\xff\xfe; basket=%zz",
        b"",
    ];
    for line in lines {
        assert_eq!(with_cookies(&app, "/", &[line]).await.body, line);
    }
}

#[actix_web::test]
async fn the_pairs_that_stay_keep_their_bytes_and_their_order() {
    let app = echo!(consent());
    for (line, left) in [
        ("visits=4", ""),
        ("visits=4; _ga=1", ""),
        ("visits=4;id=s", "id=s"),
        (
            "id=\"a, b\"; visits=4; Basket=%20x",
            "id=\"a, b\"; Basket=%20x",
        ),
        ("visits =4; id=s", "id=s"),
        ("visits; id=s", "visits; id=s"),
        ("visits=; id=s", "id=s"),
        (
            "id=visits=4; xvisits=1; visitsx=2; Visits=3",
            "id=visits=4; xvisits=1; visitsx=2; Visits=3",
        ),
    ] {
        let answer = with_cookies(&app, "/", &bytes(line)).await;
        let pairs = |text: &str| -> Vec<String> {
            text.split(';')
                .map(|pair| pair.trim().to_owned())
                .filter(|pair| !pair.is_empty() && pair != "visits")
                .collect()
        };
        assert_eq!(pairs(answer.text()), pairs(left), "{line}");
    }
}

#[actix_web::test]
async fn all_of_several_cookie_headers_are_read() {
    let app = echo!(consent());
    let [_, no, yes] = visitors(&app).await;
    let (no, yes) = (mark(&no), mark(&yes));
    let undecided: [&[u8]; 3] = [b"visits=4; id=s", b"basket=1", b"_ga=1"];
    assert_eq!(
        with_cookies(&app, "/", &undecided).await.text(),
        "id=s\nbasket=1"
    );
    // The choice may come in any of them.
    let refusing: [&[u8]; 3] = [b"visits=4; id=s", no.as_bytes(), b"_ga=1"];
    assert_eq!(
        with_cookies(&app, "/", &refusing).await.text(),
        format!("id=s\n{no}")
    );
    let accepting: [&[u8]; 3] = [b"visits=4; id=s", b"_ga=1", yes.as_bytes()];
    assert_eq!(
        with_cookies(&app, "/", &accepting).await.text(),
        format!("visits=4; id=s\n_ga=1\n{yes}")
    );
}

#[actix_web::test]
async fn one_byte_that_is_not_utf_8_hides_neither_the_choice_nor_a_gated_cookie() {
    let app = echo!(consent());
    let [_, _, yes] = visitors(&app).await;
    let line = |parts: [&[u8]; 3]| parts.concat();
    let undecided = line([b"bad=\xff; visits=4; ", b"id=s; ", b"_ga=\xfe"]);
    assert_eq!(
        with_cookies(&app, "/", &[&undecided]).await.body,
        b"bad=\xff; id=s"
    );
    let accepting = line([b"bad=\xff; ", mark(&yes).as_bytes(), b"; visits=\xfe"]);
    assert_eq!(with_cookies(&app, "/", &[&accepting]).await.body, accepting);
    let mark = mark(&yes);
    let other_line: [&[u8]; 2] = [b"bad=\xff", mark.as_bytes()];
    let answer = with_cookies(&app, "/privacy/state.json", &other_line).await;
    assert!(answer.text().contains("\"decided\""), "{}", answer.text());
}

#[actix_web::test]
async fn a_malformed_pair_before_the_choice_does_not_hide_it() {
    let app = echo!(consent());
    let [_, _, yes] = visitors(&app).await;
    for junk in [
        "=",
        ";",
        "novalue",
        "\"",
        "%zz=%",
        "=;=",
        "__Host-consent",
        "a=\"b",
    ] {
        let line = format!("{junk}; {}; visits=4", mark(&yes));
        let answer = with_cookies(&app, "/", &bytes(&line)).await;
        assert!(answer.text().contains("visits=4"), "{junk}");
    }
}

#[actix_web::test]
async fn a_disguised_name_is_hidden_as_what_actix_takes_it_for() {
    let app = echo!(consent());
    let [_, _, yes] = visitors(&app).await;
    for pair in [
        "%5Fga=1",
        "%5fga=1",
        "%5F%67%61=1",
        "\u{a0}_ga=1",
        "_ga\u{a0}=1",
        "\u{3000}_ga=1",
        "\u{85}_ga=1",
        "\u{2003}%5Fga=1",
        "v%69sits=1",
        "%5Fga%5FX=1",
        "\u{a0}__Host-campaign=1",
    ] {
        let line = format!("id=s; {pair}");
        let answer = with_cookies(&app, "/", &bytes(&line)).await;
        assert_eq!(answer.text(), "id=s", "{pair}");
        assert_eq!(
            with_cookies(&app, "/parsed", &bytes(&line)).await.text(),
            "id",
            "{pair}"
        );
        // The control: accepted, it is there, and actix reads a gated name out of it.
        let line = format!("{}; {pair}", mark(&yes));
        assert_eq!(
            with_cookies(&app, "/", &bytes(&line)).await.text(),
            line,
            "{pair}"
        );
        let names = with_cookies(&app, "/parsed", &bytes(&line)).await;
        let name = names.text().split('|').nth(1).unwrap().to_owned();
        assert!(
            ["_ga", "visits", "_ga_X", "__Host-campaign"].contains(&&*name),
            "{pair}: {name}"
        );
    }
}

#[actix_web::test]
async fn a_name_that_reads_like_a_hidden_one_on_the_wire_is_no_sign_of_a_wrong_order() {
    let app = echo!(consent());
    for (gated, other) in [("%5Fga=1", "%255Fga=1"), ("\u{a0}_ga=1", "%C2%A0_ga=1")] {
        let answer = with_cookies(&app, "/", &bytes(other)).await;
        assert_eq!(
            (answer.status.as_u16(), answer.text()),
            (200, other),
            "the control"
        );
        let answer = with_cookies(&app, "/", &bytes(&format!("{gated}; {other}"))).await;
        assert_eq!((answer.status.as_u16(), answer.text()), (200, other));
    }
}

#[actix_web::test]
async fn a_name_is_decoded_once_as_actix_does() {
    let app = echo!(consent());
    for pair in ["%255Fga=1", "%_ga=1", "_ga%=1", "%5=1"] {
        assert_eq!(with_cookies(&app, "/", &bytes(pair)).await.text(), pair);
    }
}

#[actix_web::test]
async fn undeclared_request_cookies_are_left_alone() {
    let app = echo!(consent());
    let line = "basket=1; __utma=2; Visits=3; visits2=4";
    let answer = with_cookies(&app, "/", &bytes(line)).await;
    assert_eq!(answer.text(), line);
    assert_eq!(answer.set_cookies(), [""; 0]);
}

#[actix_web::test]
async fn a_necessary_cookie_survives_the_pattern_of_another_category() {
    let policy = policy_with(
        r#"
[[cookie]]
name = "lab_*"
category = "analytics"
purpose = "One."
duration = "1 day"

[[cookie]]
name = "lab_session"
category = "necessary"
exemption = "user-input"
purpose = "Yours."
duration = "session"
"#,
    );
    let app = echo!(actix_consent::ConsentMiddleware::new(policy, crate::helpers::keys()).unwrap());
    let answer = with_cookies(&app, "/", &bytes("lab_session=1; lab_other=2")).await;
    assert_eq!(answer.text(), "lab_session=1");
    assert!(answer.removes("lab_other") && !answer.removes("lab_session"));
}

#[actix_web::test]
async fn a_signal_hides_what_it_denies() {
    let app = echo!(consent());
    let [_, _, yes] = visitors(&app).await;
    let line = format!("{}; visits=4; __Host-campaign=z; video_pref=v", mark(&yes));
    let request = |gpc| {
        let request = Visitor::new().request(Method::GET, "/");
        request
            .insert_header((header::COOKIE, line.clone()))
            .insert_header(("Sec-GPC", gpc))
    };
    let left = format!("{}; visits=4", mark(&yes));
    assert_eq!(send(&app, request("1")).await.text(), left);
    assert_eq!(send(&app, request("0")).await.text(), line);
}

#[actix_web::test]
async fn hiding_does_not_depend_on_the_method_or_the_kind_of_request() {
    let app = echo!(consent());
    for method in [Method::GET, Method::POST, Method::PUT, Method::DELETE] {
        let request = Visitor::new()
            .with("id", "s")
            .with("visits", "4")
            .request(method, "/");
        let request = request.insert_header(("Sec-Fetch-Dest", "empty"));
        assert_eq!(send(&app, request).await.text(), "id=s");
    }
}

#[actix_web::test]
async fn an_inner_middleware_sees_no_more_than_a_handler() {
    let app = test::init_service(
        App::new()
            .route("/", web::get().to(async || "page"))
            .wrap_fn(|request, service| {
                let visits = request.cookie("visits").is_some();
                let response = service.call(request);
                async move {
                    let mut response = response.await?;
                    let value = HeaderValue::from_static(if visits { "yes" } else { "no" });
                    response.headers_mut().insert(header::SERVER, value);
                    Ok(response)
                }
            })
            .wrap(consent()),
    )
    .await;
    let [nobody, no, yes] = visitors(&app).await;
    for (visitor, sees) in [(nobody, "no"), (no, "no"), (yes, "yes")] {
        let answer = visitor.with("visits", "4").get(&app, "/").await;
        assert_eq!(answer.header("server"), sees);
    }
}

#[actix_web::test]
async fn the_state_of_one_request_does_not_leak_into_the_next() {
    async fn allows(consent: Consent) -> String {
        consent.allows("analytics").to_string()
    }
    // Actix reuses request objects on one connection.
    let app = test::init_service(
        App::new()
            .route("/", web::to(allows))
            .wrap(builder().build().unwrap()),
    )
    .await;
    let [mut nobody, mut no, mut yes] = visitors(&app).await;
    for _ in 0..3 {
        assert_eq!(yes.get(&app, "/").await.text(), "true");
        assert_eq!(nobody.get(&app, "/").await.text(), "false");
        assert_eq!(yes.get(&app, "/").await.text(), "true");
        assert_eq!(no.get(&app, "/").await.text(), "false");
    }
}

// `test` is actix-web's module here.
#[core::prelude::v1::test]
fn whatever_a_browser_sends_actix_parses_no_gated_cookie_out_of_it() {
    let name = prop_oneof![
        prop::sample::select(vec![
            "visits",
            "_ga",
            "_ga_X",
            "id",
            "basket",
            "%5Fga",
            "%5fg%61",
            "\u{a0}_ga",
            "_ga\u{2028}",
            "vi%73its",
            "",
            "%",
            "%zz",
            "Visits",
            "\"",
            "\u{feff}_ga",
            "%C2%A0_ga",
            "%20visits",
            "_ga%00",
            "a\u{a0}b",
        ])
        .prop_map(str::to_owned),
        "[ -~\u{a0}]{0,6}",
    ];
    let value = prop_oneof![
        Just(b"1".to_vec()),
        Just(b"\"a".to_vec()),
        Just(vec![0xff]),
        Just(vec![])
    ];
    let pair = (name, "[ \t\u{a0}]{0,2}", prop::bool::weighted(0.9), value).prop_map(
        |(name, space, equals, value)| {
            let mut pair = format!("{space}{name}{space}").into_bytes();
            if equals {
                pair.push(b'=');
                pair.extend_from_slice(&value);
            }
            pair
        },
    );
    let strategy = prop::collection::vec(prop::collection::vec(pair, 0..5), 1..4);
    let system = actix_web::rt::System::new();
    let app = system.block_on(async { echo!(consent()) });
    let config = ProptestConfig {
        cases: 1024,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let outcome = TestRunner::new(config).run(&strategy, |lines| {
        let lines: Vec<Vec<u8>> = lines.iter().map(|pairs| pairs.join(&b"; "[..])).collect();
        let lines: Vec<&[u8]> = lines.iter().map(Vec::as_slice).collect();
        let names = system.block_on(with_cookies(&app, "/parsed", &lines));
        for name in names.text().split('|') {
            let gated = name == "visits" || name == "_ga" || name.starts_with("_ga_");
            prop_assert!(!gated, "a handler sees {:?}", name);
        }
        // What stays is what came, in its order.
        let left = system.block_on(with_cookies(&app, "/", &lines)).body;
        let left: Vec<&[u8]> = left
            .split(|byte| matches!(byte, b';' | b'\n'))
            .map(<[u8]>::trim_ascii)
            .collect();
        let mut came = lines
            .iter()
            .flat_map(|line| line.split(|byte| *byte == b';'))
            .map(<[u8]>::trim_ascii);
        let kept = left
            .iter()
            .all(|pair| pair.is_empty() || came.any(|other| other == *pair));
        prop_assert!(kept, "came {:?}, left {:?}", lines, left);
        let left_ids = left.iter().filter(|pair| pair.starts_with(b"id=")).count();
        let ids = lines
            .iter()
            .flat_map(|line| line.split(|byte| *byte == b';'));
        prop_assert_eq!(
            left_ids,
            ids.filter(|pair| pair.trim_ascii().starts_with(b"id="))
                .count()
        );
        Ok(())
    });
    outcome.unwrap();
}
