//! HTTP/1.1 over a plain socket, so that tests see each header as it was sent.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::TcpStream,
    time::Duration,
};

/// A request; `Host` and `Connection: close` are added when it is sent.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    method: String,
    path: String,
    host: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

/// A complete response.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// In the order of the wire.
    pub(crate) headers: Vec<(String, String)>,
    /// As on the wire, but with chunks joined.
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) fn new(method: &str, host: &str, path: &str) -> Self {
        Self {
            method: method.to_owned(),
            path: path.to_owned(),
            host: host.to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn body(mut self, kind: &str, body: &[u8]) -> Self {
        body.clone_into(&mut self.body);
        self.header("Content-Type", kind)
    }

    /// Builds a form post as from a page of this host.
    pub(crate) fn form(self, fields: &[(&str, &str)]) -> Self {
        let body: Vec<_> = fields
            .iter()
            .map(|(name, value)| format!("{name}={}", percent(value)))
            .collect();
        self.header("Sec-Fetch-Site", "same-origin").body(
            "application/x-www-form-urlencoded",
            body.join("&").as_bytes(),
        )
    }

    /// The bytes of the request: head and body.
    pub(crate) fn bytes(&self) -> (Vec<u8>, Vec<u8>) {
        let mut head = format!("{} {} HTTP/1.1\r\n", self.method, self.path);
        head += &format!("Host: {}\r\nConnection: close\r\n", self.host);
        for (name, value) in &self.headers {
            head += &format!("{name}: {value}\r\n");
        }
        if self.method == "POST" {
            head += &format!("Content-Length: {}\r\n", self.body.len());
        }
        head += "\r\n";
        (head.into_bytes(), self.body.clone())
    }

    /// Sends the request to a local port and reads the response.
    pub(crate) fn send(&self, port: u16) -> Answer {
        self.try_send(port)
            .unwrap_or_else(|error| panic!("{} {}: {error}", self.method, self.path))
    }

    /// Sends the request, and returns an error if that fails.
    pub(crate) fn try_send(&self, port: u16) -> io::Result<Answer> {
        self.exchange(connect(port)?)
    }

    /// Sends the request over a connection and reads the response.
    pub(crate) fn exchange(&self, mut stream: impl Read + Write) -> io::Result<Answer> {
        let (head, body) = self.bytes();
        stream.write_all(&[head, body].concat())?;
        Answer::read(stream, self.method == "HEAD")
    }
}

/// Opens a connection with a read timeout.
pub(crate) fn connect(port: u16) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    Ok(stream)
}

fn percent(value: &str) -> String {
    value
        .bytes()
        .map(|b| match b {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'.' | b'_' => {
                char::from(b).to_string()
            }
            _ => format!("%{b:02X}"),
        })
        .collect()
}

impl Answer {
    /// Reads one response. The response to a `HEAD` ends with its headers, whatever its length
    /// says.
    pub(crate) fn read(stream: impl Read, to_head: bool) -> io::Result<Self> {
        let mut stream = BufReader::new(stream);
        let mut line = String::new();
        stream.read_line(&mut line)?;
        let status = line
            .split(' ')
            .nth(1)
            .and_then(|code| code.parse().ok())
            .ok_or_else(|| io::Error::other(format!("not a status line: {line:?}")))?;
        let mut headers = Vec::new();
        loop {
            let mut line = Vec::new();
            stream.read_until(b'\n', &mut line)?;
            let line = String::from_utf8_lossy(&line);
            let Some((name, value)) = line.trim_end().split_once(':') else {
                break;
            };
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        let mut answer = Self {
            status,
            headers,
            body: Vec::new(),
        };
        if to_head || matches!(status, 101 | 204 | 304) {
            // Extra bytes are kept, since tests check that there are none.
            if answer.header("connection") == "close" || to_head {
                stream.read_to_end(&mut answer.body)?;
            }
        } else if let Ok(length) = answer.header("content-length").parse() {
            answer.body = vec![0; length];
            stream.read_exact(&mut answer.body)?;
        } else if answer.header("transfer-encoding") == "chunked" {
            while let Some(chunk) = read_chunk(&mut stream)? {
                answer.body.extend(chunk);
            }
        } else {
            stream.read_to_end(&mut answer.body)?;
        }
        Ok(answer)
    }

    /// First value of a header by its name in lower case; empty without the header.
    pub(crate) fn header(&self, name: &str) -> &str {
        let field = self.headers.iter().find(|(known, _)| known == name);
        field.map_or("", |(_, value)| value)
    }

    /// All values of a header.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers
            .iter()
            .filter(move |(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// The body as text.
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("the body is text")
    }
}

fn read_chunk(stream: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut line = String::new();
    stream.read_line(&mut line)?;
    let length = usize::from_str_radix(line.trim(), 16).map_err(io::Error::other)?;
    let mut chunk = vec![0; length + 2];
    stream.read_exact(&mut chunk)?;
    chunk.truncate(length);
    Ok((length > 0).then_some(chunk))
}
