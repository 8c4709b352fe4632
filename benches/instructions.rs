//! Instructions that the middleware adds to a request, counted by callgrind, so that the machine's
//! load does not matter. `cargo bench --bench instructions`
//!
//! Needs valgrind, and `cargo install gungraun-runner --version 0.20.0`. Valgrind does not offer
//! the SHA instructions of the processor, so signatures count for more here than they cost.

#![allow(
    missing_docs,
    reason = "the benchmark crate makes public modules without documentation"
)]

#[allow(dead_code, reason = "the other bench uses the rest")]
mod scenarios;

use std::hint::black_box;

use actix_http::Request;
use actix_web::rt::System;
use gungraun::{library_benchmark, library_benchmark_group, main};
use scenarios::{
    Scenario,
    markup::{self, Page},
};

/// One request, ready to be served.
type Run = Box<dyn FnOnce() -> usize>;

fn bare(scenario: Scenario) -> Run {
    let system = System::new();
    let app = system.block_on(scenarios::bare());
    let cookies = system.block_on(scenarios::cookie_header(scenario));
    prepare(system, app, || {
        scenarios::request(scenario, cookies.as_deref())
    })
}

fn wrapped(scenario: Scenario) -> Run {
    let system = System::new();
    let app = system.block_on(scenarios::wrapped());
    let cookies = system.block_on(scenarios::cookie_header(scenario));
    prepare(system, app, || {
        scenarios::request(scenario, cookies.as_deref())
    })
}

/// 20 KB of HTML through the markup gate with two gated hosts, after accepting.
fn gated(page: Page) -> Run {
    let system = System::new();
    let app = system.block_on(markup::wrapped(true, true));
    let cookies = system.block_on(scenarios::chosen(&app, "accept"));
    prepare(system, app, || markup::request(page, &cookies))
}

fn prepare<S, B>(system: actix_web::rt::SystemRunner, app: S, request: impl Fn() -> Request) -> Run
where
    S: actix_web::dev::Service<
            Request,
            Response = actix_web::dev::ServiceResponse<B>,
            Error = actix_web::Error,
        > + 'static,
    B: actix_web::body::MessageBody,
{
    // The first answers fill pools and lazy values that later ones find, and the first 64 requests
    // with cookies are looked at for a wrong order of middleware.
    for _ in 0..70 {
        system.block_on(scenarios::answer(&app, request()));
    }
    let request = request();
    // Neither is dropped: taking an application down is no part of answering a request.
    let (system, app) = (Box::leak(Box::new(system)), Box::leak(Box::new(app)));
    Box::new(move || system.block_on(scenarios::answer(app, request)))
}

#[library_benchmark]
#[bench::asset(bare(Scenario::Asset))]
#[bench::json(bare(Scenario::Json))]
#[bench::undecided(bare(Scenario::Undecided))]
#[bench::accepted(bare(Scenario::Accepted))]
#[bench::rejected(bare(Scenario::Rejected))]
fn the_bare_app(run: Run) -> usize {
    black_box(run())
}

#[library_benchmark]
#[bench::asset(wrapped(Scenario::Asset))]
#[bench::json(wrapped(Scenario::Json))]
#[bench::undecided(wrapped(Scenario::Undecided))]
#[bench::accepted(wrapped(Scenario::Accepted))]
#[bench::rejected(wrapped(Scenario::Rejected))]
fn the_wrapped_app(run: Run) -> usize {
    black_box(run())
}

#[library_benchmark]
#[bench::plain(gated(Page::Plain))]
#[bench::lettered(gated(Page::Lettered))]
#[bench::ten(gated(Page::Ten))]
fn the_gated_page(run: Run) -> usize {
    black_box(run())
}

library_benchmark_group!(
    name = requests,
    benchmarks = [the_bare_app, the_wrapped_app, the_gated_page]
);
main!(library_benchmark_groups = requests);
