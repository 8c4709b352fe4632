//! Nanoseconds that the middleware adds to a request, in process: the same application bare and
//! wrapped, in alternating rounds. `cargo bench --bench nanoseconds`

mod scenarios;

use std::{hint::black_box, time::Instant};

use actix_http::Request;
use actix_web::{
    Error,
    body::MessageBody,
    dev::{Service, ServiceResponse},
};
use scenarios::{
    Scenario,
    markup::{self, Page},
};

const ROUNDS: usize = 2_000;
/// Number of requests in a round. They are made before the clock starts, and are few, so that they
/// stay in the processor's cache, like a request that a server has just read.
const REQUESTS: usize = 32;

#[actix_web::main]
async fn main() {
    // `cargo test --benches` builds and starts every bench; a measurement is not a test.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    // First, while there is no freed memory to reuse.
    let memory = markup::memory_of_a_stream().await;
    println!(
        "{:<40} {:>9} {:>9} {:>9}",
        "nanoseconds a request (median)", "bare", "wrapped", "added"
    );
    for scenario in Scenario::ALL {
        let cookies = scenarios::cookie_header(scenario).await;
        let (bare, wrapped) = (scenarios::bare().await, scenarios::wrapped().await);
        let request = || scenarios::request(scenario, cookies.as_deref());
        let times = compared(&bare, &wrapped, request).await;
        row(scenario.name(), times);
    }
    markup().await;
    if let Some((kilobytes, left)) = memory {
        let name = format!("memory of a stream of {} MB", left / 1_000_000);
        println!("{name:<40} {kilobytes:>26} KB");
    }
}

/// Cost of the markup gate, after accepting.
async fn markup() {
    println!(
        "\n{:<40} {:>9} {:>9} {:>9}",
        "20 KB of HTML, after a choice", "without", "gated", "added"
    );
    let bare = markup::bare().await;
    for (name, embeds, page) in [
        ("over the bare app", false, Page::Plain),
        ("over the bare app, two hosts", true, Page::Plain),
    ] {
        let gated = markup::wrapped(embeds, true).await;
        let cookies = scenarios::chosen(&gated, "accept").await;
        let times = compared(&bare, &gated, || markup::request(page, &cookies)).await;
        row(name, times);
    }
    for (name, embeds, page) in [
        ("no embeds", false, Page::Plain),
        ("two hosts", true, Page::Plain),
        ("two hosts, &eacute; in the page", true, Page::Lettered),
        ("ten gated elements", true, Page::Ten),
    ] {
        let without = markup::wrapped(embeds, false).await;
        let gated = markup::wrapped(embeds, true).await;
        let cookies = scenarios::chosen(&gated, "accept").await;
        let times = compared(&without, &gated, || markup::request(page, &cookies)).await;
        row(name, times);
    }
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let start = Instant::now();
        black_box(markup::lol_html_alone(black_box(Page::Ten.html())));
        times.push(start.elapsed().as_nanos());
    }
    println!(
        "{:<40} {:>29}",
        "lol_html alone, same selectors",
        median(times)
    );
}

/// Medians of both applications, in alternating rounds.
async fn compared<B: MessageBody, C: MessageBody>(
    one: &impl Service<Request, Response = ServiceResponse<B>, Error = Error>,
    other: &impl Service<Request, Response = ServiceResponse<C>, Error = Error>,
    request: impl Fn() -> Request,
) -> [i128; 2] {
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..ROUNDS {
        for (app, times) in times.iter_mut().enumerate() {
            let requests: Vec<_> = (0..REQUESTS).map(|_| request()).collect();
            let start = Instant::now();
            for request in requests {
                black_box(match app {
                    0 => scenarios::answer(one, request).await,
                    _ => scenarios::answer(other, request).await,
                });
            }
            times.push(start.elapsed().as_nanos() / REQUESTS as u128);
        }
    }
    times.map(median)
}

fn median(mut times: Vec<u128>) -> i128 {
    times.sort_unstable();
    times[times.len() / 2] as i128
}

fn row(name: &str, [without, with]: [i128; 2]) {
    println!("{name:<40} {without:>9} {with:>9} {:>9}", with - without);
}
