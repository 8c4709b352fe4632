//! The end of the program, and the data that outlives it.

use std::{fs, io::Write as _, net::TcpStream, os::unix::fs::PermissionsExt as _};

use tempfile::TempDir;

use crate::{
    program, site,
    support::{
        http::{Answer, connect},
        site::Site,
        until,
    },
    visitor::{Visitor, words},
};

#[test]
fn ends_with_exit_code_0_on_a_signal() {
    for signal in ["TERM", "INT"] {
        let site = site(&[]);
        site.signal(signal);
        assert_eq!(site.wait().status.code(), Some(0), "SIG{signal}");
    }
}

#[test]
fn answers_an_open_request_before_it_stops() {
    let site = site(&[]);
    let port = site.port;
    let request = Visitor::of(port)
        .request("POST", "/reading-list")
        .form(&[("add", "wps-national-focal-points-network")]);
    let (head, body) = request.bytes();
    let (first, second) = body.split_at(4);

    let mut open = connect(port).expect("the port can be reached");
    open.write_all(&[&head, first].concat())
        .expect("half a request can be written");
    // The answer proves that the site has received the half request sent before.
    assert_eq!(Visitor::of(port).open("/").status, 200);
    site.signal("TERM");
    until("the refusal of new connections", || {
        TcpStream::connect(("127.0.0.1", port)).err()
    });
    open.write_all(second).expect("the rest can be written");
    let answer = Answer::read(open, false).expect("there is an answer");

    assert_eq!(answer.status, 303);
    assert!(answer.header("set-cookie").starts_with("newsroom_session="));
    assert_eq!(site.wait().status.code(), Some(0));
}

#[test]
fn only_the_owner_can_read_the_keys() {
    let data = TempDir::new().expect("a directory can be made");
    let dir = data.path().join("made").join("by the site");
    Site::start_in(program(), &dir, &[]).stop();
    for name in ["consent.key", "session.key"] {
        let file = fs::metadata(dir.join(name)).expect("it was made");
        assert_eq!(file.permissions().mode() & 0o777, 0o600, "{name}");
    }
}

#[test]
fn choices_and_reading_lists_survive_a_restart() {
    let data = TempDir::new().expect("a directory can be made");
    let first = Site::start_in(program(), data.path(), &[]);
    let mut visitor = Visitor::of(first.port);
    visitor.choose("accept");
    visitor.post("/reading-list", &[("add", "peacekeeping-asian-partners")]);
    let (choice, list) = (
        visitor.cookie("consent").expect("it is set").to_owned(),
        visitor
            .cookie("newsroom_session")
            .expect("it is set")
            .to_owned(),
    );
    first.stop();
    let carried_to = |site: &Site| {
        let mut visitor = Visitor::of(site.port);
        visitor.keep("consent", &choice);
        visitor.keep("newsroom_session", &list);
        let front = visitor.open("/").text().to_owned();
        let list = words(visitor.open("/reading-list").text());
        (
            front.contains("data-consent-banner"),
            list.contains("Nothing saved yet"),
        )
    };

    let again = Site::start_in(program(), data.path(), &[]);
    assert_eq!(carried_to(&again), (false, false));
    again.stop();
    // With other keys neither is valid: the key files made them survive.
    assert_eq!(carried_to(&site(&[])), (true, true));
}
