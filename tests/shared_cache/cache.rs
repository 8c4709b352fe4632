//! A cache as Debian ships it, between visitors and a site, set up by the lines of the document.

use std::{
    fs,
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
}

/// It runs until it is dropped.
pub struct Cache {
    /// Where it listens. Neither program could say which port it was given, and one that is free
    /// now may be another's a moment later; a socket in a folder of its own is nobody else's.
    pub socket: PathBuf,
    child: Child,
    _files: TempDir,
}

/// The code of a language in `docs/caches.md`.
fn snippet(language: &str) -> &'static str {
    snippet_of(include_str!("../../docs/caches.md"), language)
}

fn snippet_of(document: &'static str, language: &str) -> &'static str {
    let (_, from) = document.split_once(&format!("```{language}\n")).unwrap();
    from.split_once("```").unwrap().0
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
                let (_, section) = document.split_once("# Buffers").unwrap();
                let within = format!("{}location / {{", snippet_of(section, "nginx"));
                let lines = snippet_of(document, "nginx").replace("location / {", &within);
                nginx(files.path(), &socket, site, &lines)
            }
            Program::Varnish => varnish(files.path(), &socket, site),
        };
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(match program {
                Program::Nginx | Program::Proxy | Program::ProxyWithBuffers => Stdio::inherit(),
                // It tells each step there.
                Program::Varnish => Stdio::null(),
            })
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let mut cache = Self {
            socket,
            child,
            _files: files,
        };
        cache.wait();
        cache
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
