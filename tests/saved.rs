//! `INSTRUMENT_SAVE`: a recording of each process at its end, however it ends. This program runs itself as a child for each scene.
#![cfg(unix)]
#![expect(unsafe_code, reason = "forks, and ends by signals")]

use instrument::{PerfTimer, Snapshot, checkpoints, measure, timer};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

#[timer]
fn work() {
    std::hint::black_box(1);
}

static TIMED: PerfTimer = PerfTimer::new("timed");

#[checkpoints]
fn steps() {
    std::hint::black_box(1);
    std::hint::black_box(2);
}

const BEFORE_THE_FORK: Duration = Duration::from_millis(300);

/// The child's number, or 0 in the child.
#[timer]
fn fork_amid_a_call() -> i32 {
    // What's the parent's time alone.
    std::thread::sleep(BEFORE_THE_FORK);
    // SAFETY: as in `scene`.
    unsafe { libc::fork() }
}

/// Each kind of thing once.
fn all() {
    work();
    steps();
    TIMED.time(|| measure!("length", 7.0));
}

/// Not a scene of its own, unless the variable names one.
#[test]
#[expect(clippy::exit, reason = "that's a case")]
fn scene() {
    let Ok(scene) = std::env::var("TEST_SCENE") else { return };
    work();
    match scene.as_str() {
        "returns" => std::env::set_current_dir("/").expect("it's there"),
        "exits" => std::process::exit(7),
        // SAFETY: ends this process.
        "is terminated" => unsafe {
            libc::raise(libc::SIGTERM);
            std::thread::sleep(Duration::from_secs(60));
        },
        // SAFETY: the child calls what may be called between fork and exec, and this toolkit, which sees to its locks.
        "forks" => unsafe {
            all();
            let child = fork_amid_a_call();
            if child == 0 {
                all();
                work();
                let grandchild = libc::fork();
                if grandchild == 0 {
                    all();
                    std::process::exit(0);
                }
                libc::waitpid(grandchild, std::ptr::null_mut(), 0);
                std::process::exit(0);
            }
            let idle = libc::fork();
            if idle == 0 {
                std::process::exit(0);
            }
            libc::waitpid(child, std::ptr::null_mut(), 0);
            libc::waitpid(idle, std::ptr::null_mut(), 0);
        },
        // SAFETY: as above.
        "goes on" => unsafe {
            all();
            let child = libc::fork();
            if child == 0 {
                instrument::after_fork();
                all();
                std::process::exit(0);
            }
            libc::waitpid(child, std::ptr::null_mut(), 0);
            libc::_exit(0);
        },
        "has threads" => {
            // At the same time, or the second would take the first one's place.
            let together = std::sync::Barrier::new(2);
            let work_with = || {
                work();
                together.wait();
            };
            std::thread::scope(|scope| {
                scope.spawn(work_with);
                scope.spawn(work_with);
            });
        }
        _ => unreachable!("no scene {scene}"),
    }
}

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let folder = std::env::temp_dir().join(format!("instrument-saved-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("made");
        Folder(folder)
    }

    fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.0).expect("it's there");
        let mut names: Vec<String> =
            entries.map(|entry| entry.expect("read").file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The child's output, and its number.
fn run(folder: &Folder, scene: &str, name: &str, more: &[(&str, &str)]) -> (Output, u32) {
    let child = Command::new(std::env::current_exe().expect("it has a path"))
        .args(["--exact", "scene", "--nocapture"])
        .current_dir(&folder.0)
        .env("TEST_SCENE", scene)
        .env("INSTRUMENT_SAVE", name)
        .envs(more.iter().copied())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("it starts");
    let pid = child.id();
    (child.wait_with_output().expect("it ends"), pid)
}

fn calls(file: &Path) -> Option<u64> {
    Snapshot::load(file).expect("a recording").find(&["work"]).map(|node| node.count())
}

#[test]
fn a_recording_is_there_however_the_process_ends() {
    use std::os::unix::process::ExitStatusExt;
    let folder = Folder::new("ends");
    for scene in ["returns", "exits", "is terminated"] {
        let (output, pid) = run(&folder, scene, &format!("deep/er/{scene} %p.json"), &[("INSTRUMENT_SIGNALS", "on")]);
        match scene {
            "exits" => assert_eq!(output.status.code(), Some(7)),
            "is terminated" => assert_eq!(output.status.signal(), Some(libc::SIGTERM)),
            _ => assert!(output.status.success(), "{output:?}"),
        }
        let recording = Snapshot::load(folder.0.join(format!("deep/er/{scene} {pid}.json"))).expect(scene);
        assert_eq!(recording.find(&["work"]).map(|node| node.count()), Some(1), "{scene}");
        assert_eq!(recording.data().process.pid, pid);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(!stderr.contains("instrument:"), "{scene}: {stderr}");
    }
}

#[test]
fn names_are_made_of_the_program_and_its_start() {
    let folder = Folder::new("names");
    run(&folder, "returns", "%n@%t-100%%.json", &[]);
    let [name] = &folder.files()[..] else { panic!("one file: {:?}", folder.files()) };
    let program =
        std::env::current_exe().expect("it has a path").file_stem().expect("a name").to_string_lossy().into_owned();
    let rest = name.strip_prefix(&format!("{program}@")).and_then(|rest| rest.strip_suffix("-100%.json"));
    let start = rest.unwrap_or_else(|| panic!("{name}"));
    assert!(start.len() == 16 && start.ends_with('Z') && start.as_bytes()[8] == b'T', "{name}");
    assert_eq!(calls(&folder.0.join(name)), Some(1));
}

/// Of `work`, a line of `steps`, the timer and the measurement, how often.
fn figures(file: &Path) -> [Option<u64>; 4] {
    let recording = Snapshot::load(file).expect("a recording");
    let data = recording.data();
    [
        recording.find(&["work"]).map(|node| node.count()),
        data.checkpoints.first().map(|function| function.calls),
        data.timers.first().map(|timer| timer.times.count),
        recording.measurements().first().map(|values| values.count()),
    ]
}

#[test]
fn each_process_of_a_fork_saves_what_it_recorded_itself() {
    let folder = Folder::new("forks");
    for (name, apart) in [("merged", "off"), ("apart", "on")] {
        let (output, parent) =
            run(&folder, "forks", &format!("{name}/run.json"), &[("INSTRUMENT_SAVE_THREADS", apart)]);
        assert!(output.status.success(), "{output:?}");
        let folder = Folder(folder.0.join(name));
        let files = folder.files();
        let [one, other, of_parent] = &files[..] else { panic!("three files: {files:?}") };
        assert_eq!(of_parent, "run.json");
        assert_eq!(figures(&folder.0.join("run.json")), [Some(2), Some(1), Some(1), Some(1)]);
        let mut of_children: Vec<_> = [one, other].iter().map(|file| figures(&folder.0.join(file))).collect();
        of_children.sort();
        assert_eq!(of_children, [[Some(1); 4], [Some(2), Some(1), Some(1), Some(1)]], "{files:?}");
        for file in [one, other] {
            let number: u32 =
                file.strip_prefix("run.").and_then(|rest| rest.strip_suffix(".json")?.parse().ok()).expect(file);
            assert_ne!(number, parent);
            let recording = Snapshot::load(folder.0.join(file)).expect("a recording");
            let open = recording.find(&["fork_amid_a_call"]).expect("it was open there, too");
            // The clock is read for it and for the whole by turns, and a busy machine may come in between.
            assert!(open.total() < recording.elapsed() + BEFORE_THE_FORK, "{open:?}");
        }
    }
}

#[test]
fn who_goes_on_in_its_parents_place_saves_what_that_recorded_too() {
    let folder = Folder::new("goes-on");
    let (output, _) = run(&folder, "goes on", "run.json", &[]);
    assert!(output.status.success(), "{output:?}");
    let [child] = &folder.files()[..] else { panic!("one file: {:?}", folder.files()) };
    assert_eq!(figures(&folder.0.join(child)), [Some(3), Some(2), Some(2), Some(2)]);
}

#[test]
fn threads_are_kept_apart_where_that_is_asked_for() {
    let folder = Folder::new("threads");
    for (name, apart) in [("off", false), ("on", true)] {
        let (output, _) = run(&folder, "has threads", "run.json", &[("INSTRUMENT_SAVE_THREADS", name)]);
        assert!(output.status.success(), "{output:?}");
        let recording = Snapshot::load(folder.0.join("run.json")).expect("a recording");
        let calls: Vec<u64> = recording.nodes().filter(|node| node.name() == "work").map(|node| node.count()).collect();
        assert_eq!(calls, if apart { vec![1; 3] } else { vec![3] }, "{name}");
        assert_eq!(!recording.data().threads.is_empty(), apart);
    }
}

#[test]
fn what_cannot_be_saved_is_one_line_and_the_program_goes_on() {
    let folder = Folder::new("fails");
    std::fs::write(folder.0.join("file"), "mine").expect("written");
    let (output, _) = run(&folder, "exits", "file/run.json", &[]);
    assert_eq!(output.status.code(), Some(7));
    let stderr = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<&str> = stderr.lines().filter(|line| line.contains("instrument:")).collect();
    let [line] = lines[..] else { panic!("one line: {stderr}") };
    assert!(
        line.contains("INSTRUMENT_SAVE: the recording ") && line.contains("file/run.json can't be saved: "),
        "{line}"
    );
    assert_eq!(std::fs::read_to_string(folder.0.join("file")).expect("there still"), "mine");
}

#[test]
fn nothing_is_saved_while_timers_are_off() {
    let folder = Folder::new("off");
    let (output, _) = run(&folder, "returns", "run.json", &[("INSTRUMENT", "off")]);
    assert!(output.status.success() && folder.files().is_empty(), "{output:?}");
}
