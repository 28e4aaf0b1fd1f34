//! Programs that become daemons: who goes on reports, who made way says nothing, and the daemon gets back what it's without.
#![cfg(target_os = "linux")]
#![expect(unsafe_code, reason = "forks, as daemons do")]

use instrument::{PerfTimer, timer};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

static TIMED: PerfTimer = PerfTimer::new("timed");

#[timer]
fn work() {
    TIMED.time(|| std::hint::black_box(1));
}

#[timer]
fn read_the_settings() {}

/// How those end that make way.
#[derive(Clone, Copy)]
enum End {
    Return,
    Exit,
    AtOnce,
}

/// Whether this is the process that goes on.
#[expect(clippy::exit, reason = "that's a case")]
fn goes_on(end: End) -> bool {
    // SAFETY: there's one thread, or only those of the toolkit, which sees to its locks.
    if unsafe { libc::fork() } == 0 {
        return true;
    }
    match end {
        End::Return => false,
        End::Exit => std::process::exit(0),
        // SAFETY: ends this process.
        End::AtOnce => unsafe { libc::_exit(0) },
    }
}

/// Twice, with a session of its own in between, and away from the folder that it was started in.
fn become_a_daemon(end: End) -> bool {
    if !goes_on(end) {
        return false;
    }
    // SAFETY: it takes nothing, and the path is one.
    unsafe {
        libc::setsid();
        libc::chdir(c"/".as_ptr());
    }
    goes_on(end)
}

/// What the test is told, and that's all until the end.
fn say(name: &str) {
    let folder = PathBuf::from(std::env::var_os("TEST_FOLDER").expect("set"));
    std::fs::write(folder.join(format!("{name}.new")), std::process::id().to_string()).expect("written");
    std::fs::rename(folder.join(format!("{name}.new")), folder.join(name)).expect("renamed");
}

mod by_hand {
    use super::*;

    #[instrument::main]
    pub fn main() {
        let end = match std::env::var("TEST_END").as_deref() {
            Ok("return") => End::Return,
            Ok("exit") => End::Exit,
            _ => End::AtOnce,
        };
        if std::env::var_os("TEST_EARLY").is_some() {
            super::read_the_settings();
        }
        if super::become_a_daemon(end) {
            (0..3).for_each(|_| super::work());
            super::say("daemon");
        }
    }
}

mod by_a_crate {
    #[instrument::main]
    pub fn main() {
        daemonize::Daemonize::new().start().expect("a daemon");
        (0..3).for_each(|_| super::work());
        super::say("daemon");
    }
}

/// It gets back what its parents had, and is ended by a signal.
mod again {
    use super::*;

    #[instrument::main]
    pub fn main() {
        super::read_the_settings();
        if super::become_a_daemon(End::Exit) {
            instrument::after_fork();
            instrument::after_fork();
            (0..3).for_each(|_| super::work());
            super::say("daemon");
            loop {
                std::thread::sleep(Duration::from_secs(60));
            }
        }
    }
}

/// A server with two workers, each of which reports what it did; one did nothing.
mod workers {
    #[instrument::main]
    pub fn main() {
        super::work();
        let workers = [5, 0].map(|calls| {
            // SAFETY: there's one thread.
            let worker = unsafe { libc::fork() };
            if worker == 0 {
                (0..calls).for_each(|_| super::work());
                std::process::exit(0);
            }
            worker
        });
        for worker in workers {
            let mut status = 0;
            // SAFETY: the place is valid.
            assert_eq!(unsafe { libc::waitpid(worker, &raw mut status, 0) }, worker);
        }
        super::say("daemon");
    }
}

/// Not a test of its own, unless the variable names a scene. Each is a program, so it ends here.
#[test]
#[expect(clippy::exit, reason = "what the harness prints is none of the scene's")]
fn scene() {
    match std::env::var("TEST_SCENE").as_deref() {
        Ok("by hand") => by_hand::main(),
        Ok("by a crate") => by_a_crate::main(),
        Ok("again") => again::main(),
        Ok("workers") => workers::main(),
        _ => return,
    }
    std::process::exit(0);
}

struct Scene {
    folder: PathBuf,
}

impl Scene {
    fn run(name: &str, scene: &str, variables: &[(&str, &str)]) -> Scene {
        let folder = std::env::temp_dir().join(format!("daemons-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let mut command = Command::new(std::env::current_exe().expect("this program"));
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("INSTRUMENT")) {
            command.env_remove(name);
        }
        command.args(["scene", "--exact", "--nocapture", "--test-threads=1"]).current_dir(&folder);
        command.env("TEST_SCENE", scene).env("TEST_FOLDER", &folder).env("INSTRUMENT_OUTPUT", "report.txt");
        // A daemon would keep a pipe open.
        let files = ["stdout", "stderr"].map(|name| std::fs::File::create(folder.join(name)).expect("made"));
        let [stdout, stderr] = files;
        command.stdin(Stdio::null()).stdout(stdout).stderr(stderr);
        let status = command.envs(variables.iter().copied()).status().expect("it starts");
        let scene = Scene { folder };
        assert!(status.success(), "{}", scene.read("stderr"));
        scene
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.folder.join(name)).unwrap_or_default()
    }

    /// The daemon's number, when it has said it.
    fn daemon(&self) -> i32 {
        self.until(|| self.read("daemon").parse().ok())
    }

    fn until<T>(&self, found: impl Fn() -> Option<T>) -> T {
        for _ in 0..6000 {
            if let Some(found) = found() {
                return found;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("{}\n{}", self.read("report.txt"), self.read("stderr"));
    }

    /// Until that process isn't there any more, whoever waits for it.
    fn until_ended(&self, pid: i32) {
        self.until(|| {
            let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
            (status.is_empty() || status.contains("State:\tZ")).then_some(())
        });
    }

    /// All reports, with the numbers of their processes, as each heading says.
    fn reports(&self) -> Vec<(i32, String)> {
        let text = self.read("report.txt");
        let reports = text.split("elapsed ").skip(1);
        let pid = |report: &str| report.lines().next()?.rsplit_once(", pid ")?.1.parse().ok();
        reports.map(|report| (pid(report).expect("a heading"), report.to_owned())).collect()
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        // A test that fails doesn't end its daemon, which goes on for ever.
        if std::thread::panicking()
            && let Ok(daemon) = self.read("daemon").parse()
        {
            // SAFETY: a process of ours, if it's there still.
            unsafe { libc::kill(daemon, libc::SIGKILL) };
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// The count of a row.
fn calls(report: &str, row: &str) -> Option<u64> {
    let line = report.lines().find(|line| line.split_whitespace().next() == Some(row))?;
    line.split_whitespace().last()?.replace(',', "").parse().ok()
}

const COUNT: (&str, &str) = ("INSTRUMENT_COLUMNS", "count");

#[test]
fn the_daemon_reports_and_who_made_way_says_nothing() {
    for (nth, end) in ["return", "exit", "at once"].into_iter().enumerate() {
        let scene = Scene::run(&format!("by-hand-{nth}"), "by hand", &[COUNT, ("TEST_END", end)]);
        let daemon = scene.daemon();
        scene.until_ended(daemon);
        let reports = scene.reports();
        assert_eq!(reports.iter().map(|(pid, _)| *pid).collect::<Vec<_>>(), [daemon], "{end}: {reports:?}");
        assert_eq!(calls(&reports[0].1, "work"), Some(3), "{reports:?}");
        assert_eq!(scene.read("report.txt").matches("timer \"timed\": ").count(), 1, "{end}");
        assert_eq!(scene.read("stderr"), "", "{end}");
    }
    let scene = Scene::run("by-a-crate", "by a crate", &[COUNT]);
    let daemon = scene.daemon();
    scene.until_ended(daemon);
    assert_eq!(scene.reports().iter().map(|(pid, _)| *pid).collect::<Vec<_>>(), [daemon]);
}

#[test]
fn what_was_recorded_before_the_fork_is_in_both_reports_and_not_in_a_third() {
    let scene = Scene::run("early", "by hand", &[COUNT, ("TEST_END", "exit"), ("TEST_EARLY", "1")]);
    let daemon = scene.daemon();
    scene.until_ended(daemon);
    let mut reports = scene.reports();
    // Which of the two writes first is open.
    reports.sort_by_key(|(pid, _)| *pid == daemon);
    let row = |row: &str| reports.iter().map(|(_, report)| calls(report, row)).collect::<Vec<_>>();
    assert_eq!(row("read_the_settings"), [Some(1), Some(1)], "{reports:?}");
    assert_eq!(row("work"), [None, Some(3)], "{reports:?}");
    assert_eq!(reports[1].0, daemon);
}

#[test]
fn each_worker_reports_if_it_has_recorded_anything() {
    let scene = Scene::run("workers", "workers", &[COUNT]);
    let server = scene.daemon();
    scene.until_ended(server);
    let reports = scene.reports();
    assert_eq!(reports.len(), 2, "{reports:?}");
    let calls_of = |is_server: bool| {
        reports.iter().find(|(pid, _)| (*pid == server) == is_server).and_then(|(_, report)| calls(report, "work"))
    };
    assert_eq!((calls_of(true), calls_of(false)), (Some(1), Some(6)), "{reports:?}");
}

#[test]
fn after_a_fork_a_daemon_gets_intervals_signals_and_its_socket_back() {
    let sockets = std::env::temp_dir().join(format!("daemons-{}-run", std::process::id()));
    std::os::unix::fs::DirBuilderExt::mode(std::fs::DirBuilder::new().recursive(true), 0o700)
        .create(&sockets)
        .expect("a folder");
    let variables = [
        COUNT,
        ("INSTRUMENT_SIGNALS", "on"),
        ("INSTRUMENT_INTERVAL", "0.05"),
        ("INSTRUMENT_SERVE", "1"),
        ("XDG_RUNTIME_DIR", sockets.to_str().expect("a path")),
    ];
    let scene = Scene::run("again", "again", &variables);
    let daemon = scene.daemon();
    assert!(sockets.join(format!("instrument/{daemon}.sock")).exists(), "a socket of its own");
    // Its first interval begins when it's asked for: what was before isn't in it.
    let intervals = || {
        let text = scene.read("report.txt");
        let of_daemon =
            |table: &str| table.lines().next().is_some_and(|line| line.ends_with(&format!(", pid {daemon}")));
        // A table may be followed by another process's report.
        let tables = text.split("interval of ").skip(1).filter_map(|table| table.split("\nelapsed ").next());
        let tables: Vec<String> = tables.filter(|table| of_daemon(table)).map(str::to_owned).collect();
        tables.iter().any(|table| calls(table, "work").is_some()).then_some(tables)
    };
    let tables = scene.until(intervals);
    assert_eq!(tables.iter().filter_map(|table| calls(table, "work")).sum::<u64>(), 3, "{tables:?}");
    assert!(tables.iter().all(|table| calls(table, "read_the_settings").is_none()), "{tables:?}");
    // SAFETY: it's a process of ours.
    assert_eq!(unsafe { libc::kill(daemon, libc::SIGTERM) }, 0);
    scene.until_ended(daemon);
    let reports = scene.reports();
    let of_daemon: Vec<_> = reports.iter().filter(|(pid, _)| *pid == daemon).collect();
    assert_eq!(of_daemon.len(), 1, "{reports:?}");
    assert_eq!(calls(&of_daemon[0].1, "work"), Some(3), "{reports:?}");
    assert!(!sockets.join(format!("instrument/{daemon}.sock")).exists(), "it's removed");
    let _ = std::fs::remove_dir_all(sockets);
}
