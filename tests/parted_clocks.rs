//! The system's clock stands still for a while, as where a machine sleeps, or goes ahead, as where it was paused, while the
//! processor's counter goes on: this program runs itself again for each scene, with a library that does that to its clock.
//!
//! What's right is told by the calendar's clock, which the library leaves alone.
#![cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]

use instrument::{
    FutureExt, PerfTimer, Profiler, Report, Snapshot, Switch, clock, log_metrics, report, scope, snapshot, timer,
};
use std::future::pending;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::task::{Context, Waker};
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime};

const STEP: Duration = Duration::from_millis(10);
const STILL: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);

/// What the system's clock does.
#[derive(Clone, Copy, PartialEq)]
enum Parting {
    Still,
    Ahead,
}

impl Parting {
    fn named(name: &str) -> Parting {
        if name == "still" { Parting::Still } else { Parting::Ahead }
    }

    /// Lets it happen now.
    fn happen(self) {
        let folder = PathBuf::from(std::env::var("PARTED_CLOCKS").expect("the test has set it"));
        let before = Instant::now();
        match self {
            Parting::Still => {
                std::fs::write(folder.join("still"), "").expect("a folder of the test's");
                // It stands still at the time at which it's read.
                _ = Instant::now();
                sleep(STILL);
                assert!(before.elapsed() < STILL / 2, "it stands still");
                std::fs::remove_file(folder.join("still")).expect("it was there");
            }
            Parting::Ahead => {
                // Calls that took half of the time in which it may have been are marked, rightly: so it's a time that no
                // step takes, on a busy machine either.
                sleep(STEP * 20);
                std::fs::write(folder.join("ahead"), "").expect("a folder of the test's");
                assert!(before.elapsed() > MINUTE / 2, "it's ahead");
                sleep(STEP * 20);
            }
        }
        // The next reading of the clock sees that it's over.
        _ = Instant::now();
    }

    #[track_caller]
    fn assert_told(self, snapshot: &Snapshot) {
        let scale = snapshot.data().scale;
        let [parting] = snapshot.partings() else { panic!("{:?}", snapshot.partings()) };
        let gap = scale.duration(parting.gap());
        assert_eq!(parting.stood_still(), self == Parting::Still);
        let expected = if self == Parting::Still { STILL } else { MINUTE };
        assert!(gap.abs_diff(expected) < expected / 10, "{gap:?} of {expected:?}");
    }
}

#[timer]
fn step() {
    sleep(STEP);
}

/// Twenty of them; how long they take by the calendar's clock.
fn steps() -> Duration {
    let begin = SystemTime::now();
    (0..20).for_each(|_| step());
    begin.elapsed().expect("nobody sets the calendar's clock back")
}

#[timer]
fn across(parting: Parting) {
    parting.happen();
}

/// A wrong scale is several times off; who's on a busy machine, a few hundredths.
#[track_caller]
fn assert_near(found: Duration, truth: Duration) {
    assert!(found.abs_diff(truth) < truth / 5, "{found:?}, while it was {truth:?}");
}

/// Not a scene of its own, unless the variable names one: a scene, and what the clock does there.
#[test]
fn scene() {
    let Ok(scene) = std::env::var("TEST_SCENE") else { return };
    let (scene, parting) = scene.split_once(' ').expect("two words");
    let parting = Parting::named(parting);
    match scene {
        "spans" => spans(parting),
        "intervals" => intervals(parting),
        "timers" => timers(parting),
        "profilers" => profilers(parting),
        "unread" => unread(parting),
        _ => unreachable!("no scene {scene}"),
    }
}

/// Nobody reads anything until all is over.
fn spans(parting: Parting) {
    let whole = scope!("whole");
    instrument::set_enabled(Switch::Tasks, true);
    let waits = |name: &'static str| {
        let mut call = Box::pin(pending::<()>().timed(name));
        assert!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        call
    };
    let before = steps();
    let waits_across = waits("waits across");
    across(parting);
    let waits_after = waits("waits after");
    let after = steps();
    let snapshot = snapshot();
    parting.assert_told(&snapshot);
    let node = |path: &[&str]| snapshot.find(path).expect("it was called");
    assert_near(node(&["whole", "step"]).total(), before + after);
    assert!(!node(&["whole", "step"]).may_contain_parting());
    assert!(node(&["whole", "across"]).may_contain_parting());
    assert!(node(&["whole"]).may_contain_parting());

    let table = Report::new(snapshot.clone()).to_string();
    let row = |name: &str| table.lines().find(|line| line.contains(name)).expect("a row");
    assert!(!row("|- step").contains('~') && row("|- across").contains('~') && row("whole").contains('~'), "{table}");
    assert!(table.starts_with("elapsed ~") && table.contains("~ the clocks parted between"), "{table}");
    let open = instrument::active().to_string();
    assert!(open.contains("whole  ~"), "{open}");
    let line = |name: &str| open.lines().find(|line| line.contains(name)).expect("it waits").to_owned();
    assert_eq!(line("waits across").matches('~').count(), 2, "{open}");
    assert_eq!(line("waits after").matches('~').count(), 0, "{open}");
    drop((waits_across, waits_after));

    let file = std::env::temp_dir().join(format!("parted-{}.json", std::process::id()));
    snapshot.save(&file).expect("it's saved");
    let loaded = Snapshot::load(&file).expect("it was saved");
    std::fs::remove_file(&file).expect("it was there");
    assert_eq!(loaded.partings(), snapshot.partings());
    drop(whole);
    assert!(self::snapshot().find(&["whole"]).expect("it was called").may_contain_parting(), "also when it's recorded");
}

/// Each interval knows its own partings.
fn intervals(parting: Parting) {
    let first = steps();
    let one = snapshot();
    assert_near(one.find(&["step"]).expect("it was called").total(), first);
    assert_eq!(one.partings(), []);
    steps();
    across(parting);
    let second = steps();
    let two = snapshot();
    let interval = two.since(&one);
    parting.assert_told(&interval);
    let step = interval.find(&["step"]).expect("it was called");
    assert!(!step.may_contain_parting() && interval.find(&["across"]).expect("it was called").may_contain_parting());
    assert!(step.total() >= second && step.total() < interval.elapsed());
    assert!(!log_metrics(MINUTE * 60));

    let third = steps();
    let interval = snapshot().since(&two);
    assert_eq!(interval.partings(), []);
    assert_near(interval.find(&["step"]).expect("it was called").total(), third);
    assert!(!Report::new(interval).to_string().contains('~'));
    parting.assert_told(&snapshot());

    instrument::reset();
    assert!(!report().to_string().contains('~'), "it's as if that had never been");
}

fn timers(parting: Parting) {
    static FLAT: PerfTimer = PerfTimer::new("flat");
    static ACROSS: PerfTimer = PerfTimer::new("across");
    let runs = || {
        let begin = SystemTime::now();
        (0..20).for_each(|_| FLAT.time(|| sleep(STEP)));
        begin.elapsed().expect("nobody sets the calendar's clock back")
    };
    let before = runs();
    ACROSS.time(|| parting.happen());
    let after = runs();
    let (flat, across) = (FLAT.stats(), ACROSS.stats());
    assert_near(flat.total, before + after);
    assert!(!flat.may_contain_parting && across.may_contain_parting);
    let (flat, across) = (FLAT.summary().expect("it ran"), ACROSS.summary().expect("it ran"));
    assert!(flat.ends_with(" in 40 runs") && across.ends_with(" (~ the clocks parted meanwhile)"), "{flat}\n{across}");
}

fn profilers(parting: Parting) {
    // Begun first, so that it's no part of the other.
    let server = Profiler::new("server").sink(|_| {});
    server.mark("server before");
    let (send, lines) = std::sync::mpsc::channel();
    let profiler = Profiler::new("run").sink(move |text| send.send(text.to_owned()).expect("it's read"));
    let sleeps = |label: &str| {
        for _ in 0..3 {
            sleep(STEP);
            profiler.mark(label);
        }
    };
    sleeps("before");
    parting.happen();
    server.mark("server across");
    let summary = server.summarize().expect("it's on");
    profiler.mark_remote("across", summary.clone());
    sleeps("after");
    drop(profiler);
    assert!(summary.may_contain_parting(), "{summary}");
    let text = lines.recv().expect("a block");
    for (name, is_vague) in [("server: server", true), ("server before", false), ("server across", true)] {
        let line = text.lines().find(|line| line.contains(name)).expect("a part of the call");
        assert_eq!(line.contains('~'), is_vague, "{text}");
    }
    let steps = || text.lines().filter(|line| !line.contains("server"));
    for line in steps().filter(|line| line.contains("before") || line.contains("after") || line.contains("across")) {
        let [.., step, _, running, _, _, _] = line.split_whitespace().collect::<Vec<_>>()[..] else { panic!("{line}") };
        assert_eq!(step.starts_with('~'), line.contains("across"), "{text}");
        assert_eq!(running.starts_with('~'), !line.contains("before"), "{text}");
    }
    assert!(text.starts_with("[run] ~"), "{text}");
}

/// While it stands still, or just after it has jumped, all that's known is what has been before.
fn unread(parting: Parting) {
    let folder = PathBuf::from(std::env::var("PARTED_CLOCKS").expect("the test has set it"));
    let before = steps();
    let file = folder.join(if parting == Parting::Still { "still" } else { "ahead" });
    std::fs::write(file, "").expect("a folder of the test's");
    let after = steps();
    let snapshot = snapshot();
    assert_near(snapshot.find(&["step"]).expect("it was called").total(), before + after);
    assert_eq!(snapshot.partings().len(), 1);
}

/// The library, compiled once; or why there's none.
fn shim() -> Result<&'static Path, &'static str> {
    static SHIM: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let shim = SHIM.get_or_init(|| {
        if let Some(reason) = clock::tsc_unavailable() {
            return Err(format!("spans are timed by the system's clock: {reason}"));
        }
        let library = Path::new(env!("CARGO_TARGET_TMPDIR")).join("libparted_clocks.so");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/parted_clocks/shim.rs");
        let compiler = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let output = Command::new(compiler)
            .args(["--edition=2024", "--crate-type=cdylib", "-Copt-level=1", "-o"])
            .args([&library, &source])
            .output()
            .map_err(|error| format!("there's no rustc to compile a library: {error}"))?;
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Ok(library)
    });
    shim.as_deref().map_err(String::as_str)
}

/// Plays a scene with each of the partings.
#[track_caller]
fn play(scene: &str) {
    let shim = match shim() {
        Ok(shim) => shim,
        Err(reason) => return eprintln!("skipped: {reason}"),
    };
    for parting in ["still", "ahead"] {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{scene}-{parting}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder of cargo's");
        let output = Command::new(std::env::current_exe().expect("this program has a path"))
            .args(["scene", "--exact", "--nocapture", "--test-threads=1"])
            .env("TEST_SCENE", format!("{scene} {parting}"))
            .env("PARTED_CLOCKS", &folder)
            .env("LD_PRELOAD", shim)
            .stdin(Stdio::null())
            .output()
            .expect("this program can be run");
        std::fs::remove_dir_all(&folder).expect("it was made");
        let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && text.contains("1 passed"), "{scene}, {parting}:\n{text}");
    }
}

#[test]
fn calls_keep_their_scale_and_what_was_open_is_marked() {
    play("spans");
}

#[test]
fn an_interval_tells_its_own_partings() {
    play("intervals");
}

#[test]
fn a_perf_timer_tells_whether_a_run_was_under_way() {
    play("timers");
}

#[test]
fn a_profiler_marks_the_step_that_was_under_way() {
    play("profilers");
}

#[test]
fn the_scale_is_right_from_the_first_snapshot_on() {
    play("unread");
}
