//! The server: opens the keys and the ledger, listens, and serves until a signal.

use std::{
    fs,
    future::{Future as _, poll_fn},
    io::{self, Write as _},
    net::SocketAddr,
    path::Path,
    pin::pin,
    task::Poll,
    time::Instant,
};

use actix_consent::{
    SigningKeys,
    ledger::{LedgerError, Recording},
};
use actix_consent_ledger::{Pruning, Store};
use actix_web::{
    App, Error, HttpServer,
    body::MessageBody,
    dev::{Server, ServiceRequest, ServiceResponse},
    middleware::{Compress, Next, from_fn},
    rt,
};
use time::{Duration, OffsetDateTime};

use crate::{
    implied_host,
    partner::{self, Partner},
    session_key,
    settings::Settings,
    site::Site,
};

/// Runs the site until SIGTERM or Ctrl-C. Open requests are completed.
///
/// # Errors
///
/// A message for the operator: the problem, its place and the remedy.
pub async fn run(settings: Settings) -> Result<(), String> {
    let (signing, session) = load_keys(&settings.data_dir)?;
    let mut site = Site::new(settings.model, settings.origin.clone(), session);
    // With an origin of its own the site is no demo on one machine.
    let (partner, partner_server) = match settings.origin {
        Some(_) => None,
        None => Some(listen_as_partner(&settings.partner_addr)?),
    }
    .unzip();
    if let Some(partner) = partner {
        site = site.with_partner(partner);
    }
    let consent = match records(&settings).await? {
        Some(recording) => site.recorded_consent(signing, recording)?,
        None => site.consent(signing)?,
    };
    let has_other_copy = site.has_other_copy();

    let server = HttpServer::new(move || {
        App::new()
            .configure(|cfg| site.routes(cfg))
            .wrap(consent.clone())
            .wrap(Compress::default())
            .wrap(from_fn(log_request))
    })
    // A compressed page leaves in several writes. Without this the last would wait for an
    // acknowledgement.
    .tcp_nodelay(true)
    .bind(&settings.addr)
    .map_err(|error| cannot_listen(&settings.addr, &error, "--addr"))?;
    let addr = server.addrs()[0];

    // The first poll starts the workers and the signal handlers, so a client may send a request or
    // SIGTERM as soon as it has read the line.
    let mut server = pin!(server.run());
    let early = poll_fn(|cx| Poll::Ready(server.as_mut().poll(cx))).await;
    let partner_handle = partner_server.map(|partner| {
        let handle = partner.handle();
        rt::spawn(partner);
        handle
    });
    if early.is_pending() {
        announce(addr, has_other_copy, partner);
    }
    let end = match early {
        Poll::Ready(end) => end,
        Poll::Pending => server.await,
    };
    if let Some(partner) = partner_handle {
        partner.stop(true).await;
    }
    end.map_err(|error| format!("{addr}: the server stopped: {error}"))
}

/// Starts the partner's listener. It stops with the site, so it handles no signals.
fn listen_as_partner(addr: &str) -> Result<(Partner, Server), String> {
    let server = HttpServer::new(|| App::new().configure(partner::routes))
        .workers(1)
        .disable_signals()
        .bind(addr)
        .map_err(|error| cannot_listen(addr, &error, "--partner-addr"))?;
    let partner = Partner::at(server.addrs()[0].port());
    Ok((partner, server.run()))
}

/// Retention period of records in days, as in the policy.
const KEPT_DAYS: i64 = 3 * 365;

/// Interval of pruning.
const DAY: std::time::Duration = std::time::Duration::from_secs(86_400);

/// Opens the ledger and starts to prune it daily.
async fn records(settings: &Settings) -> Result<Option<Recording>, String> {
    let address = match settings.ledger.as_deref() {
        Some("none") => return Ok(None),
        Some(address) => address.to_owned(),
        None => format!("sqlite:{}", settings.data_dir.join("ledger.db").display()),
    };
    let told = |error: LedgerError| format!("{error}. Choose another ledger with --ledger");
    let store = Store::open(&address).await.map_err(told)?;
    let kept = store.clone();
    // Pruning does not delay the start.
    rt::spawn(async move {
        loop {
            let before = OffsetDateTime::now_utc() - Duration::days(KEPT_DAYS);
            match kept.prune(Pruning::before(before), |_| ()).await {
                Ok(0) => {}
                Ok(gone) => {
                    log::info!("ledger: erased {gone} entries after their retention period")
                }
                Err(error) => log::error!(
                    "ledger: cannot erase entries after their retention period: {error}"
                ),
            }
            rt::time::sleep(DAY).await;
        }
    });
    Ok(Some(Recording::new(
        store,
        settings.data_dir.join("outbox"),
    )))
}

fn cannot_listen(addr: &str, error: &io::Error, flag: &str) -> String {
    format!(
        "{addr}: cannot listen on this address: {error}. Choose another address with {flag}, such as \
         127.0.0.1:0 for any free port"
    )
}

fn load_keys(dir: &Path) -> Result<(SigningKeys, actix_web::cookie::Key), String> {
    fs::create_dir_all(dir).map_err(|error| {
        format!(
            "{}: cannot create the directory for the keys: {error}. Choose another with --data-dir",
            dir.display()
        )
    })?;
    let signing =
        SigningKeys::load_or_create(dir.join("consent.key")).map_err(|error| error.to_string())?;
    let session = session_key::load_or_create(&dir.join("session.key"))?;
    Ok((signing, session))
}

/// Prints the addresses. Ignores errors, since a closed stdout is no reason to stop.
fn announce(addr: SocketAddr, has_other_copy: bool, partner: Option<Partner>) {
    let mut out = io::stdout().lock();
    let _ = writeln!(out, "listening on http://{addr}");
    if has_other_copy {
        let _ = writeln!(
            out,
            "the source page's model: http://{}:{}",
            implied_host::NAME,
            addr.port()
        );
    }
    if let Some(partner) = partner {
        let _ = writeln!(out, "partner: {}", partner.origin());
    }
    let _ = out.flush();
}

/// Logs one line per request: method, route pattern, status and time, but nothing about the visitor.
/// The pattern replaces the path, because a path can identify a person; without a route it is `-`.
async fn log_request<B: MessageBody>(
    req: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let method = req.method().clone();
    let start = Instant::now();
    let answer = next.call(req).await;
    let (pattern, status) = match &answer {
        Ok(res) => (res.request().match_pattern(), res.status()),
        Err(error) => (None, error.as_response_error().status_code()),
    };
    log::info!(
        "{method} {} {} {:.1} ms",
        pattern.as_deref().unwrap_or("-"),
        status.as_u16(),
        start.elapsed().as_secs_f64() * 1_000.0,
    );
    answer
}
