//! Requests per second of the report page with the middleware, as a share of those without: two
//! servers on loopback take turns with one client over kept-alive sockets. Measured with
//! compression, as browsers request it, and without.
//!
//! `cargo build --release -p newsroom --example ratio && taskset -c 0 target/release/examples/ratio`
//!
//! Pinned to one core, since the scheduler decides the result on few cores.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    sync::mpsc,
    thread,
    time::Instant,
};

use actix_consent::{ConsentModel, SigningKeys};
use actix_web::{
    App, HttpServer,
    cookie::Key,
    middleware::{Compress, Condition},
};
use newsroom::site::Site;

const ROUNDS: usize = 41;
const REQUESTS: usize = 200;
/// Requests in flight, so that the server never waits.
const CONNECTIONS: usize = 8;
const PAGE: &str = "/reports/peacekeeping-asian-partners";

fn main() -> io::Result<()> {
    let bare = serve(false)?;
    let wrapped = serve(true)?;
    let choice = |action| choose(wrapped, action);
    println!("{PAGE}: {ROUNDS} rounds of {REQUESTS} requests to each, alternating");
    println!(
        "{:<32} {:>10} {:>10} {:>7}",
        "requests a second", "bare", "wrapped", "ratio"
    );
    for (name, cookie) in [
        ("before a choice", None),
        ("after accepting", Some(choice("accept")?)),
        ("after rejecting", Some(choice("reject")?)),
    ] {
        let cookie = cookie.map_or(String::new(), |cookie| format!("Cookie: {cookie}\r\n"));
        for (how, encoding) in [
            ("compressed", "Accept-Encoding: gzip, deflate, br\r\n"),
            ("as it is", ""),
        ] {
            let request = format!(
                "GET {PAGE} HTTP/1.1\r\nHost: plenary.example\r\nAccept: text/html\r\n\
                 Sec-Fetch-Dest: document\r\n{encoding}{cookie}\r\n"
            );
            let (mut bare, mut wrapped) = (clients(bare)?, clients(wrapped)?);
            let mut rounds = Vec::new();
            for _ in 0..ROUNDS {
                rounds.push((rate(&mut bare, &request)?, rate(&mut wrapped, &request)?));
            }
            let median = |of: fn(&(f64, f64)) -> f64| {
                let mut values: Vec<f64> = rounds.iter().map(of).collect();
                values.sort_by(f64::total_cmp);
                values[values.len() / 2]
            };
            println!(
                "{:<32} {:>10.0} {:>10.0} {:>7.3}",
                format!("{name}, {how}"),
                median(|round| round.0),
                median(|round| round.1),
                median(|round| round.1 / round.0),
            );
        }
    }
    Ok(())
}

/// Starts a server with one worker, so that the client has a core of its own on a small machine.
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
                    .wrap(Compress::default())
            })
            .workers(1)
            .tcp_nodelay(true)
            .disable_signals()
            .bind("127.0.0.1:0")?;
            let _ = send.send(server.addrs()[0]);
            server.run().await
        })
    });
    receive.recv().map_err(io::Error::other)
}

/// Returns the cookie of a visitor who pressed a button.
fn choose(server: SocketAddr, action: &str) -> io::Result<String> {
    let body = format!("action={action}");
    let mut client = Client::new(server)?;
    let (_, head) = client.ask(&format!(
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

fn clients(server: SocketAddr) -> io::Result<Vec<Client>> {
    (0..CONNECTIONS).map(|_| Client::new(server)).collect()
}

/// Requests per second of one round. All responses of a round have the same length, so after the
/// first the clients only count bytes.
fn rate(clients: &mut [Client], request: &str) -> io::Result<f64> {
    let (length, _) = clients[0].ask(request)?;
    let mut answer = vec![0; length];
    let start = Instant::now();
    for _ in 0..REQUESTS / CONNECTIONS {
        for client in clients.iter_mut() {
            client.stream.write_all(request.as_bytes())?;
        }
        for client in clients.iter_mut() {
            client.reader.read_exact(&mut answer)?;
        }
    }
    Ok(REQUESTS as f64 / start.elapsed().as_secs_f64())
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

    /// Sends a request and reads the whole response. Returns its length and the lines of its head.
    fn ask(&mut self, request: &str) -> io::Result<(usize, Vec<String>)> {
        self.stream.write_all(request.as_bytes())?;
        let mut read = 0;
        let mut head = Vec::new();
        loop {
            let line = self.line(&mut read)?;
            if line.is_empty() {
                break;
            }
            head.push(line);
        }
        let field = |name| head.iter().find_map(|line| line.strip_prefix(name));
        match field("content-length: ") {
            Some(length) => self.skip(length.parse().map_err(io::Error::other)?, &mut read)?,
            None if field("transfer-encoding: ") == Some("chunked") => loop {
                let size = self.line(&mut read)?;
                let size = usize::from_str_radix(&size, 16).map_err(io::Error::other)?;
                self.skip(size + 2, &mut read)?;
                if size == 0 {
                    break;
                }
            },
            None => {}
        }
        Ok((read, head))
    }

    fn line(&mut self, read: &mut usize) -> io::Result<String> {
        let mut line = String::new();
        match self.reader.read_line(&mut line)? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            length => {
                *read += length;
                Ok(line.trim_end().to_owned())
            }
        }
    }

    fn skip(&mut self, length: usize, read: &mut usize) -> io::Result<()> {
        *read += length;
        self.reader.read_exact(&mut vec![0; length])
    }
}
