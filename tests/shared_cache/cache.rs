//! A cache as Debian ships it, between visitors and a site, set up by the lines of the document.

use std::{
    fs,
    io::{self, Read, Write},
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

#[derive(Clone, Copy, Debug)]
pub enum Program {
    Nginx,
    Varnish,
    /// nginx as `docs/hosting.md` sets it up: no cache, and buffers of the default size.
    Proxy,
    /// The same with the larger buffers of the document.
    ProxyWithBuffers,
    /// The same with the TLS of the document, and over plain http as well.
    ProxyWithTls,
}

/// It runs until it is dropped.
pub struct Cache {
    /// Socket on which it listens. A port would not do: neither program can report the one that it
    /// got, and a free port may be taken a moment later.
    pub socket: PathBuf,
    child: Child,
    files: TempDir,
}

/// The code of a language in `docs/caches.md`.
fn snippet(language: &str) -> &'static str {
    snippet_of(include_str!("../../docs/caches.md"), language)
}

fn snippet_of(document: &'static str, language: &str) -> &'static str {
    let (_, from) = document.split_once(&format!("```{language}\n")).unwrap();
    from.split_once("```").unwrap().0
}

/// The first block of the document with that of a section put into its server.
fn within_server(document: &'static str, section: &str) -> String {
    let (_, section) = document.split_once(section).unwrap();
    let within = format!("{}location / {{", snippet_of(section, "nginx"));
    snippet_of(document, "nginx").replace("location / {", &within)
}

fn tls_socket(files: &Path) -> String {
    files.join("tls").display().to_string()
}

/// Makes a certificate that signs itself, for `news.localhost`.
fn certify(files: &Path) {
    let made = Command::new("openssl")
        .args(["req", "-x509", "-nodes", "-days", "1"])
        .args(["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"])
        .args(["-subj", "/CN=news.localhost"])
        .args(["-addext", "subjectAltName=DNS:news.localhost"])
        .arg("-keyout")
        .arg(files.join("shop.example.key"))
        .arg("-out")
        .arg(files.join("shop.example.pem"))
        .output()
        .expect("openssl is installed");
    assert!(made.status.success(), "{made:?}");
}

impl Cache {
    pub fn start(program: Program, site: u16) -> Self {
        let files = tempfile::tempdir().unwrap();
        let socket = files.path().join("socket");
        let mut command = match program {
            Program::Nginx => nginx(files.path(), &socket, site, snippet("nginx")),
            Program::Proxy => {
                let document = include_str!("../../docs/hosting.md");
                nginx(files.path(), &socket, site, snippet_of(document, "nginx"))
            }
            Program::ProxyWithBuffers => {
                let document = include_str!("../../docs/hosting.md");
                let lines = within_server(document, "# Buffers");
                nginx(files.path(), &socket, site, &lines)
            }
            Program::ProxyWithTls => {
                let document = include_str!("../../docs/hosting.md");
                let lines = within_server(document, "# TLS at the proxy")
                    .replace(
                        "listen 443",
                        &format!("listen unix:{}", tls_socket(files.path())),
                    )
                    .replace("/etc/nginx/tls", &files.path().display().to_string());
                certify(files.path());
                nginx(files.path(), &socket, site, &lines)
            }
            Program::Varnish => varnish(files.path(), &socket, site),
        };
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(match program {
                // It tells each step there.
                Program::Varnish => Stdio::null(),
                _ => Stdio::inherit(),
            })
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let mut cache = Self {
            socket,
            child,
            files,
        };
        cache.wait();
        cache
    }

    /// Connects over TLS, as a client that trusts the certificate and checks its name.
    pub fn tls(&self) -> Tls {
        Tls {
            socket: tls_socket(self.files.path()),
            certificate: self.files.path().join("shop.example.pem"),
        }
    }

    /// Until it listens, or for half a minute.
    fn wait(&mut self) {
        let start = Instant::now();
        while UnixStream::connect(&self.socket).is_err() {
            let ended = self.child.try_wait().unwrap();
            assert!(ended.is_none(), "the cache has ended: {ended:?}");
            assert!(
                start.elapsed() < Duration::from_secs(30),
                "the cache does not listen"
            );
            thread::park_timeout(Duration::from_millis(20));
        }
    }
}

/// Socket on which a proxy terminates TLS, and the certificate to trust.
#[derive(Clone, Debug)]
pub struct Tls {
    socket: String,
    certificate: PathBuf,
}

/// A connection through `openssl s_client`, which ends with it.
pub struct TlsStream(Child);

impl Tls {
    pub fn connect(&self) -> TlsStream {
        let client = Command::new("openssl")
            .args([
                "s_client",
                "-quiet",
                "-verify_return_error",
                "-verify_hostname",
            ])
            .args(["news.localhost", "-servername", "news.localhost", "-unix"])
            .arg(&self.socket)
            .arg("-CAfile")
            .arg(&self.certificate)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        TlsStream(client.expect("openssl is installed"))
    }
}

impl Read for TlsStream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.stdout.as_mut().unwrap().read(buffer)
    }
}

impl Write for TlsStream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.stdin.as_mut().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.stdin.as_mut().unwrap().flush()
    }
}

impl Drop for TlsStream {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Cache {
    fn drop(&mut self) {
        // Asked to end, Varnish ends its child with it.
        let asked = Command::new("kill")
            .arg(self.child.id().to_string())
            .status();
        if asked.is_err() {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}

fn nginx(files: &Path, socket: &Path, site: u16, lines: &str) -> Command {
    let dir = files.display();
    let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .iter()
        .map(|name| format!("{name}_temp_path {dir}/{name};\n"))
        .collect();
    let upstream = match lines.contains("upstream app") {
        true => "http://app".to_owned(),
        false => format!("http://127.0.0.1:{site}"),
    };
    let lines = lines
        .replace("/var/cache/nginx", &format!("{dir}/cache"))
        .replace("http://app", &upstream)
        .replace("127.0.0.1:8080", &format!("127.0.0.1:{site}"))
        .replace("location / {", &format!("listen unix:{}; location / {{\nadd_header X-Cache $upstream_cache_status always;\n", socket.display()));
    let text = format!(
        "daemon off;\nmaster_process off;\npid {dir}/pid;\nerror_log stderr;\nevents {{}}\n\
         http {{\naccess_log off;\n{temporary}{lines}}}\n"
    );
    let path = files.join("nginx.conf");
    fs::write(&path, text).unwrap();
    let mut command = Command::new("/usr/sbin/nginx");
    command
        .arg("-e")
        .arg("stderr")
        .arg("-p")
        .arg(files)
        .arg("-c")
        .arg(path);
    command
}

fn varnish(files: &Path, socket: &Path, site: u16) -> Command {
    let text = format!(
        "vcl 4.1;\nbackend default {{ .host = \"127.0.0.1\"; .port = \"{site}\"; }}\n{}\
         sub vcl_deliver {{ set resp.http.X-Cache = \"MISS\"; \
         if (obj.hits > 0) {{ set resp.http.X-Cache = \"HIT\"; }} }}\n",
        snippet("vcl")
    );
    let path = files.join("site.vcl");
    fs::write(&path, text).unwrap();
    let mut command = Command::new("/usr/sbin/varnishd");
    command
        .args(["-F", "-j", "none", "-s", "malloc,16m", "-a"])
        .arg(socket)
        .arg("-f")
        .arg(path)
        .arg("-n")
        .arg(files.join("varnish"));
    command
}
