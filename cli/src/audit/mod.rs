//! `consent audit`: visits a site in a browser and reports violations of consent rules.
//!
//! [`browser`] drives Chromium and records the events of its pages, [`visit`] takes a fresh profile
//! through one state of consent, [`record`] holds the events of all visits, [`classify`] and
//! [`known`] determine the purpose of cookies and hosts, [`judge`] compares the record with the
//! rules, and [`report`] writes the result.

mod browser;
mod classify;
mod judge;
mod known;
mod record;
mod report;
mod visit;

use std::{
    io::{IsTerminal, Write},
    path::PathBuf,
    process::ExitCode,
    time::{Duration, SystemTime},
};

use actix_consent::{Policy, audit::rules::Severity};
use futures_util::{StreamExt, stream};
use url::Url;

use self::{
    browser::chromium::Chromium,
    judge::{
        Basis,
        findings::{Finding, Verdict},
    },
    known::Known,
    record::{PageProblem, ProblemKind, Record, Visit, site::Site, value_fingerprint::Tracer},
    report::{Baseline, Format, How, draft_policy},
    visit::{
        Route, Tour,
        banner::Selectors,
        crawl::Limits,
        plan::{self, Plan},
    },
};

pub(crate) const EXIT_CODES: &str = "Exit codes:
  0  no errors and no warnings (with --baseline: no new ones)
  1  errors or warnings
  2  the site could not be audited, or the arguments are invalid";

/// Arguments of `consent audit`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// URL of the site's first page
    #[arg(value_name = "URL")]
    address: Url,

    /// Policy of the site, to compare the visits with
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,

    /// CSV file in the format of the Open Cookie Database; takes precedence over the built-in table
    #[arg(long, value_name = "FILE")]
    cookie_database: Option<PathBuf>,

    /// Format of the printed report: terminal, html, json, sarif, har, inspection
    #[arg(long, value_name = "FORMAT", default_value = "terminal")]
    format: Format,

    /// Also writes a report to this file, in the format of its extension (repeatable)
    #[arg(long, value_name = "FILE")]
    output: Vec<PathBuf>,

    /// Fails only on findings that are not in this earlier JSON report
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,

    /// Writes a draft policy from the record, with every guess marked
    #[arg(long, value_name = "FILE")]
    init: Option<PathBuf>,

    /// Paths to visit before any link
    #[arg(long, value_name = "PATH", value_delimiter = ',')]
    paths: Vec<String>,

    /// Maximum number of pages
    #[arg(long, value_name = "NUMBER", default_value_t = 10)]
    pages: usize,

    /// Maximum number of links between the first page and another
    #[arg(long, value_name = "NUMBER", default_value_t = 2)]
    depth: usize,

    /// Time limit for a page, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 15)]
    timeout: u64,

    /// Number of visits at the same time
    #[arg(long, value_name = "NUMBER", default_value_t = 4)]
    parallel: usize,

    /// Repeats every visit with Sec-GPC, without JavaScript, and with both
    #[arg(long)]
    thorough: bool,

    /// Categories to accept alone, if the banner does not list them
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    categories: Vec<String>,

    /// TOML file with CSS selectors of the banner and its controls, if they are not found
    #[arg(long, value_name = "FILE")]
    selectors: Option<PathBuf>,

    /// Chromium executable [default: CHROME, or the installed one]
    #[arg(long, value_name = "FILE")]
    browser: Option<PathBuf>,
}

/// Message of an audit that could not be made.
type NotAudited = String;

/// Runs the command.
pub(crate) fn run(asked: Arguments) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    let outcome = match runtime {
        Ok(runtime) => runtime.block_on(audit(asked)),
        Err(why) => Err(format!("cannot start threads: {why}")),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(why) => {
            eprintln!("error: {why}");
            ExitCode::from(2)
        }
    }
}

/// Audits the site and returns whether it is clean.
async fn audit(asked: Arguments) -> Result<bool, NotAudited> {
    let prepared = Prepared::new(&asked)?;
    let chromium = Chromium::start(asked.browser.clone())
        .await
        .map_err(|why| why.to_string())?;
    let tour = Tour {
        chromium,
        site: prepared.site,
        tracer: Tracer::default(),
        selectors: prepared.selectors,
        limits: Limits {
            pages: asked.pages.max(1),
            depth: asked.depth,
            page: Duration::from_secs(asked.timeout.clamp(1, 600)),
            paths: asked.paths.clone(),
        },
    };
    let plan = Plan {
        thorough: asked.thorough,
        categories: match &prepared.basis.policy {
            Some(policy) => {
                let gated = policy.gated_categories();
                gated
                    .map(|category| category.id.clone())
                    .chain(asked.categories.clone())
                    .collect()
            }
            None => asked.categories.clone(),
        },
    };
    let looked = tokio::select! {
        record = look(&tour, &plan, asked.parallel.clamp(1, 16)) => Some(record),
        // Stop the browser before the program ends.
        () = interrupted() => None,
    };
    tour.chromium.end().await;
    let record = looked.ok_or("the audit was interrupted")?;
    reachable(&record)?;
    let verdict = judge::judge(&record, &prepared.basis);
    let baseline = prepared.baseline.as_ref();
    say(&asked, &record, &verdict, baseline)?;
    let counts = |finding: &&Finding| {
        finding.severity > Severity::Note
            && baseline.is_none_or(|baseline| !baseline.knows(finding))
    };
    Ok(!verdict.findings.iter().any(|finding| counts(&finding)))
}

/// Waits for an interrupt or a termination signal.
async fn interrupted() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut ended) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = ended.recv() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}

/// Input that is read and checked before the browser starts.
struct Prepared {
    site: Site,
    basis: Basis,
    selectors: Selectors,
    baseline: Option<Baseline>,
}

impl Prepared {
    fn new(asked: &Arguments) -> Result<Self, NotAudited> {
        if !matches!(asked.address.scheme(), "http" | "https") {
            return Err(format!(
                "{} is not the address of a website: use http or https",
                asked.address
            ));
        }
        let site = Site::new(asked.address.clone());
        let site = site.ok_or_else(|| format!("{} has no host", asked.address))?;
        let mut known = Known::built_in();
        if let Some(path) = &asked.cookie_database {
            known = known.with_database(path)?;
        }
        let policy = match &asked.policy {
            // The error names the file.
            Some(path) => Some(Policy::load(path).map_err(|why| why.to_string())?),
            None => None,
        };
        let read = |path: &PathBuf| {
            std::fs::read_to_string(path).map_err(|why| format!("{}: {why}", path.display()))
        };
        let selectors = match &asked.selectors {
            Some(path) => Selectors::parse(&read(path)?)
                .map_err(|why| format!("{}: {why}", path.display()))?,
            None => Selectors::default(),
        };
        let baseline = match &asked.baseline {
            Some(path) => {
                let read = Baseline::read(&read(path)?);
                Some(read.map_err(|why| format!("{}: {why}", path.display()))?)
            }
            None => None,
        };
        for path in &asked.output {
            Format::of_file(path)?;
        }
        Ok(Self {
            site,
            basis: Basis { policy, known },
            selectors,
            baseline,
        })
    }
}

/// Makes all visits and returns their record.
async fn look(tour: &Tour, plan: &Plan, parallel: usize) -> Record {
    let started = SystemTime::now();
    let progress = Progress::default();
    progress.say("first visit");
    let first = tour.visit(&plan::first(), Route::Explore).await;
    let mut pages: Vec<String> = Vec::new();
    for page in &first.pages {
        if !pages.contains(&page.address) {
            pages.push(page.address.clone());
        }
    }
    // Each visit opens the first page on arrival. The tour repeats it if there is room.
    let again = first.pages.iter().skip(1).map(|page| &page.address);
    let mut route: Vec<String> = Vec::new();
    for page in again.take(tour.limits.pages) {
        if !route.contains(page) {
            route.push(page.clone());
        }
    }
    let rest = match reaches(&first) {
        true => plan.visits(first.banner.as_ref()),
        false => Vec::new(),
    };
    let all = rest.len();
    let visits = rest.iter().enumerate().map(|(at, circumstances)| {
        let (route, progress) = (&route, &progress);
        async move {
            progress.say(&format!("visit {} of {}: {circumstances}", at + 2, all + 1));
            tour.visit(circumstances, Route::These(route)).await
        }
    });
    let rest: Vec<Visit> = stream::iter(visits).buffered(parallel).collect().await;
    progress.done();
    Record {
        address: tour.site.start.to_string(),
        host: tour.site.host(),
        started,
        ended: SystemTime::now(),
        browser: tour.chromium.version().await,
        pages,
        visits: std::iter::once(first).chain(rest).collect(),
    }
}

/// Returns whether the first page opened.
fn reaches(first: &Visit) -> bool {
    !first.pages.is_empty() && unreachable(first).is_none()
}

fn unreachable(first: &Visit) -> Option<&PageProblem> {
    first.problems.iter().find(|problem| {
        let fatal = matches!(
            problem.kind,
            ProblemKind::Unreachable | ProblemKind::BadCertificate | ProblemKind::RedirectLoop
        );
        let first = first
            .pages
            .first()
            .is_none_or(|page| page.address == problem.page);
        fatal && first
    })
}

/// Returns an error if the site did not answer, since such an audit proves nothing.
fn reachable(record: &Record) -> Result<(), NotAudited> {
    let why = match record.visits.first() {
        None => "no visit was made",
        Some(first) => match (unreachable(first), &first.choice) {
            (Some(problem), _) => &problem.detail,
            (None, record::Choosing::Failed { why }) => why,
            (None, _) if first.pages.is_empty() && first.problems.is_empty() => {
                "the browser did not answer"
            }
            _ => return Ok(()),
        },
    };
    Err(format!("{} could not be opened: {why}", record.address))
}

/// Prints and writes the reports.
fn say(
    asked: &Arguments,
    record: &Record,
    verdict: &Verdict,
    baseline: Option<&Baseline>,
) -> Result<(), NotAudited> {
    let colour = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let how = |colour| How { colour, baseline };
    let text = report::write(asked.format, record, verdict, how(colour))?;
    // A closed pipe is not an error.
    let _ = std::io::stdout().write_all(text.as_bytes());
    for path in &asked.output {
        let text = report::write(Format::of_file(path)?, record, verdict, how(false))?;
        write(path, &text)?;
    }
    if let Some(path) = &asked.init {
        write(path, &draft_policy::write(record, verdict))?;
    }
    Ok(())
}

fn write(path: &PathBuf, text: &str) -> Result<(), NotAudited> {
    std::fs::write(path, text)
        .map_err(|why| format!("{}: cannot be written: {why}", path.display()))
}

/// Progress on a terminal; nothing in a pipe.
#[derive(Debug)]
struct Progress {
    shown: bool,
}

impl Default for Progress {
    fn default() -> Self {
        Self {
            shown: std::io::stderr().is_terminal(),
        }
    }
}

impl Progress {
    fn say(&self, what: &str) {
        if self.shown {
            eprint!("\r\x1b[2K{what} …");
        }
    }

    fn done(&self) {
        if self.shown {
            eprint!("\r\x1b[2K");
        }
    }
}
