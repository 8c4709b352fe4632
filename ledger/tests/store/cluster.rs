//! A PostgreSQL server for one test: its own directory, a socket in it, and no port.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

#[derive(Debug)]
pub(crate) struct Cluster {
    folder: PathBuf,
    programs: PathBuf,
}

impl Cluster {
    /// Creates and starts a server.
    pub(crate) fn start() -> Self {
        let folder = run(as_user(Path::new("mktemp")).args(["-d", "-t", "consent-pg.XXXXXX"]));
        let cluster = Self {
            folder: PathBuf::from(folder.trim()),
            programs: programs(),
        };
        let data = cluster.data();
        let mut initdb = as_user(&cluster.programs.join("initdb"));
        run(initdb
            .args(["--no-sync", "-A", "trust", "-U", "postgres", "-D"])
            .arg(&data));
        cluster.control("start");
        cluster
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// Runs `start`, `restart` or `stop` without a clean shutdown: uncommitted data is lost.
    pub(crate) fn control(&self, what: &str) {
        let options = format!("-k {} -c listen_addresses=''", self.folder.display());
        let mut control = as_user(&self.programs.join("pg_ctl"));
        control
            .arg("-D")
            .arg(self.data())
            .arg("-l")
            .arg(self.folder.join("log"));
        if what != "start" {
            control.args(["-m", "immediate"]);
        }
        if what != "stop" {
            control.args(["-o", &options]);
        }
        // The server inherits the output and keeps it open.
        let status = control.args(["-w", what]).stdout(Stdio::null()).status();
        assert!(status.expect("pg_ctl runs").success(), "pg_ctl {what}");
    }

    /// Address of the server.
    pub(crate) fn address(&self) -> String {
        let folder = self.folder.display().to_string().replace('/', "%2F");
        format!("postgres://postgres@{folder}/postgres")
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.control("stop");
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// PostgreSQL refuses to run as root.
fn as_user(program: &Path) -> Command {
    let root = run(Command::new("id").arg("-u")).trim() == "0";
    if !root {
        return Command::new(program);
    }
    let mut command = Command::new("runuser");
    command
        .args(["-u", "postgres", "--"])
        .arg(program)
        .current_dir("/");
    command
}

/// Directory with the programs of the newest version on Debian; empty if there is none, so that the
/// path is searched.
fn programs() -> PathBuf {
    let mut versions: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().join("bin"))
        .filter(|bin| bin.join("initdb").exists())
        .collect();
    versions.sort();
    versions.pop().unwrap_or_default()
}

fn run(command: &mut Command) -> String {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {output:?}");
    String::from_utf8(output.stdout).expect("it is text")
}
