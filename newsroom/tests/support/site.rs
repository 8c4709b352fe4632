//! The program: started on a free port, used from outside, and ended by its process id.

use std::{
    io::{BufRead, BufReader, Read, Write},
    path::Path,
    process::{Child, ChildStdout, Command, ExitStatus, Stdio},
    thread::{self, JoinHandle},
};

use tempfile::TempDir;

use super::until;

/// A running site. It ends with the test, even if the test fails.
#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) port: u16,
    child: Child,
    stdout: BufReader<ChildStdout>,
    /// Output after the first line that has been read already.
    said: String,
    log: Option<JoinHandle<String>>,
    // Removed after the site has ended.
    _data: Option<TempDir>,
}

/// Output of a site that has ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    /// Lines on stdout after the first line.
    pub(crate) stdout: String,
    /// Lines on stderr.
    pub(crate) log: String,
}

impl Site {
    /// Starts `program` with `args` on a free port and a data directory of its own.
    pub(crate) fn start(program: Command, args: &[&str]) -> Self {
        let data = TempDir::new().expect("a directory can be made");
        let mut site = Self::start_in(program, data.path(), args);
        site._data = Some(data);
        site
    }

    /// Starts `program` on a data directory that outlives it.
    pub(crate) fn start_in(mut program: Command, data: &Path, args: &[&str]) -> Self {
        let mut child = plain(&mut program)
            .args(["--addr", "127.0.0.1:0", "--data-dir"])
            .arg(data)
            .args(args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program can be started");
        let mut stderr = child.stderr.take().expect("it is piped");
        let log = thread::spawn(move || {
            let mut log = String::new();
            let _ = stderr.read_to_string(&mut log);
            log
        });
        let mut stdout = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut line = String::new();
        stdout.read_line(&mut line).expect("stdout can be read");
        let mut site = Self {
            port: 0,
            child,
            stdout,
            said: String::new(),
            log: Some(log),
            _data: None,
        };
        let port = line
            .strip_prefix("listening on http://127.0.0.1:")
            .and_then(|port| port.trim_end().parse().ok());
        match port {
            Some(port) => site.port = port,
            None => {
                let log = site.log_of_the_dead();
                panic!("first line on stdout: {line:?}; on stderr: {log}");
            }
        }
        site
    }

    /// Port of the partner.
    ///
    /// # Panics
    ///
    /// If the site ends without naming it. Waits for a site that keeps running.
    pub(crate) fn partner(&mut self) -> u16 {
        let mut line = String::new();
        loop {
            let named = self.said.split_once("partner: http://partner.localhost:");
            if let Some((_, port)) = named {
                return port.trim_end().parse().expect("it is a port");
            }
            line.clear();
            let read = self.stdout.read_line(&mut line);
            assert!(read.is_ok_and(|read| read > 0), "no partner: {}", self.said);
            self.said += &line;
        }
    }

    /// Process id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends the signal to stop, and does not wait.
    pub(crate) fn signal(&self, signal: &str) {
        send(signal, self.child.id());
    }

    /// Waits until the site has ended by itself.
    pub(crate) fn wait(mut self) -> Ended {
        let status = until("the end of the site", || {
            self.child.try_wait().expect("it is our child")
        });
        let mut stdout = std::mem::take(&mut self.said);
        self.stdout
            .read_to_string(&mut stdout)
            .expect("stdout is text");
        Ended {
            status,
            stdout,
            log: self.log_of_the_dead(),
        }
    }

    /// Stops the site as an operator does.
    pub(crate) fn stop(self) -> Ended {
        self.signal("TERM");
        self.wait()
    }

    fn log_of_the_dead(&mut self) -> String {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let log = self.log.take().expect("nobody has read it");
        log.join().expect("the log is text")
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if thread::panicking()
            && let Some(log) = self.log.take()
            && let Ok(log) = log.join()
        {
            let _ = writeln!(std::io::stderr(), "log of the site:\n{log}");
        }
    }
}

/// Clears the site's environment variables, which a developer may have set.
pub(crate) fn plain(program: &mut Command) -> &mut Command {
    for name in [
        "ADDR",
        "MODEL",
        "ORIGIN",
        "PARTNER_ADDR",
        "DATA_DIR",
        "LEDGER",
    ] {
        program.env_remove(format!("NEWSROOM_{name}"));
    }
    program.env_remove("CONSENT_UNDECLARED")
}

/// Sends a signal to a process.
pub(crate) fn send(signal: &str, id: u32) {
    let status = Command::new("kill")
        .args([&format!("-{signal}"), &id.to_string()])
        .status()
        .expect("there is a program `kill`");
    assert!(status.success(), "process {id} is not there any more");
}
