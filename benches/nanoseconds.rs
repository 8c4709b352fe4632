//! Nanoseconds that the middleware adds to a request, in process: the same application bare and
//! wrapped, in alternating rounds. `cargo bench --bench nanoseconds`

mod scenarios;

use std::{hint::black_box, time::Instant};

use scenarios::Scenario;

const ROUNDS: usize = 2_000;
/// Made before the clock starts, and few, so that they are still in the processor's cache when
/// they are answered, as a request is that a server has just read.
const REQUESTS: usize = 32;

#[actix_web::main]
async fn main() {
    // `cargo test --benches` builds and starts every bench; a measurement is not a test.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    println!(
        "{:<40} {:>9} {:>9} {:>9}",
        "nanoseconds a request (median)", "bare", "wrapped", "added"
    );
    for scenario in Scenario::ALL {
        let cookies = scenarios::cookie_header(scenario).await;
        let (bare, wrapped) = (scenarios::bare().await, scenarios::wrapped().await);
        let mut times = [Vec::new(), Vec::new()];
        for _ in 0..ROUNDS {
            for (app, times) in times.iter_mut().enumerate() {
                let requests: Vec<_> = (0..REQUESTS)
                    .map(|_| scenarios::request(scenario, cookies.as_deref()))
                    .collect();
                let start = Instant::now();
                for request in requests {
                    black_box(match app {
                        0 => scenarios::answer(&bare, request).await,
                        _ => scenarios::answer(&wrapped, request).await,
                    });
                }
                times.push(start.elapsed().as_nanos() / REQUESTS as u128);
            }
        }
        let [bare, wrapped] = times.map(|mut times| {
            times.sort_unstable();
            times[times.len() / 2] as i128
        });
        println!(
            "{:<40} {bare:>9} {wrapped:>9} {:>9}",
            scenario.name(),
            wrapped - bare
        );
    }
}
