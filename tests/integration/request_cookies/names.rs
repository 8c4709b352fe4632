//! Names in disguise.

use actix_web::{App, test, web};

use super::{bytes, echo, mark, parsed, seen, with_cookies};
use crate::helpers::{consent, visitors};

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
async fn an_encoded_lookalike_does_not_report_a_wrong_order() {
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
