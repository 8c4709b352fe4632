//! How many requests a second the report page answers with the middleware, as a share of what it
//! answers without: two servers on loopback, asked in turn by one client over kept-alive sockets.
//!
//! `cargo run --release -p newsroom --example ratio`

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    sync::mpsc,
    thread,
    time::Instant,
};

use actix_consent::{ConsentModel, SigningKeys};
use actix_web::{App, HttpServer, cookie::Key, middleware::Condition};
use newsroom::site::Site;

const ROUNDS: usize = 41;
const REQUESTS: usize = 500;
const PAGE: &str = "/reports/peacekeeping-asian-partners";

fn main() -> io::Result<()> {
    let bare = serve(false)?;
    let wrapped = serve(true)?;
    let choice = |action| choose(wrapped, action);
    println!("{PAGE}: {ROUNDS} rounds of {REQUESTS} requests to each, alternating");
    println!(
        "{:<24} {:>12} {:>12} {:>8}",
        "requests a second", "bare", "wrapped", "ratio"
    );
    for (name, cookie) in [
        ("before a choice", None),
        ("after accepting", Some(choice("accept")?)),
        ("after rejecting", Some(choice("reject")?)),
    ] {
        let (mut bare, mut wrapped) = (Client::new(bare)?, Client::new(wrapped)?);
        let mut rounds = Vec::new();
        for _ in 0..ROUNDS {
            rounds.push((
                bare.rate(cookie.as_deref())?,
                wrapped.rate(cookie.as_deref())?,
            ));
        }
        let median = |of: fn(&(f64, f64)) -> f64| {
            let mut values: Vec<f64> = rounds.iter().map(of).collect();
            values.sort_by(f64::total_cmp);
            values[values.len() / 2]
        };
        println!(
            "{name:<24} {:>12.0} {:>12.0} {:>8.3}",
            median(|round| round.0),
            median(|round| round.1),
            median(|round| round.1 / round.0),
        );
    }
    Ok(())
}

/// A server with one worker, so that the client has a core of its own on a small machine.
fn serve(wrapped: bool) -> io::Result<SocketAddr> {
    let (send, receive) = mpsc::channel();
    thread::spawn(move || {
        let origin = Some("https://plenary.example".to_owned());
        let site = Site::new(ConsentModel::OptIn, origin, Key::generate());
        let consent = site
            .consent(SigningKeys::generate())
            .map_err(io::Error::other)?;
        actix_web::rt::System::new().block_on(async move {
            let server = HttpServer::new(move || {
                App::new()
                    .configure(|cfg| site.routes(cfg))
                    .wrap(Condition::new(wrapped, consent.clone()))
            })
            .workers(1)
            .disable_signals()
            .bind("127.0.0.1:0")?;
            let _ = send.send(server.addrs()[0]);
            server.run().await
        })
    });
    receive.recv().map_err(io::Error::other)
}

/// The cookie of a visitor who pressed a button.
fn choose(server: SocketAddr, action: &str) -> io::Result<String> {
    let body = format!("action={action}");
    let mut client = Client::new(server)?;
    let head = client.ask(&format!(
        "POST /privacy/choices HTTP/1.1\r\nHost: plenary.example\r\nSec-Fetch-Site: same-origin\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    ))?;
    head.iter()
        .find_map(|line| line.strip_prefix("set-cookie: ")?.split(';').next())
        .filter(|pair| pair.starts_with("__Host-consent="))
        .map(str::to_owned)
        .ok_or_else(|| io::Error::other("the choice was not stored"))
}

struct Client {
    stream: TcpStream,
    reader: BufReader<TcpStream>,
}

impl Client {
    fn new(server: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(server)?;
        stream.set_nodelay(true)?;
        let reader = BufReader::new(stream.try_clone()?);
        Ok(Self { stream, reader })
    }

    /// Requests a second over one round. All answers of a round are alike, so after the first the
    /// client only reads so many bytes: what it would do with more headers is not the server's.
    fn rate(&mut self, cookie: Option<&str>) -> io::Result<f64> {
        let cookie = cookie.map_or(String::new(), |cookie| format!("Cookie: {cookie}\r\n"));
        let request = format!(
            "GET {PAGE} HTTP/1.1\r\nHost: plenary.example\r\nAccept: text/html\r\n\
             Sec-Fetch-Dest: document\r\n{cookie}\r\n"
        );
        let head = self.ask(&request)?;
        let mut answer =
            vec![0; head.iter().map(|line| line.len() + 2).sum::<usize>() + 2 + length(&head)?];
        let start = Instant::now();
        for _ in 0..REQUESTS {
            self.stream.write_all(request.as_bytes())?;
            self.reader.read_exact(&mut answer)?;
        }
        Ok(REQUESTS as f64 / start.elapsed().as_secs_f64())
    }

    /// Sends a request, reads the answer whole, and gives the lines of its head.
    fn ask(&mut self, request: &str) -> io::Result<Vec<String>> {
        self.stream.write_all(request.as_bytes())?;
        let mut head = Vec::new();
        loop {
            let mut line = String::new();
            if self.reader.read_line(&mut line)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let line = line.trim_end().to_owned();
            if line.is_empty() {
                break;
            }
            head.push(line);
        }
        let mut body = vec![0; length(&head)?];
        self.reader.read_exact(&mut body)?;
        Ok(head)
    }
}

fn length(head: &[String]) -> io::Result<usize> {
    let value = head
        .iter()
        .find_map(|line| line.strip_prefix("content-length: "));
    value.unwrap_or("0").parse().map_err(io::Error::other)
}
