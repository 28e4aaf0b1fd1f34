//! `INSTRUMENT_SAVE`: a recording of each process at its end, however it ends. This program runs itself as a child for each scene.
#![cfg(unix)]
#![expect(unsafe_code, reason = "forks, and ends by signals")]

use instrument::{Snapshot, timer};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

#[timer]
fn work() {
    std::hint::black_box(1);
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
            std::thread::sleep(std::time::Duration::from_secs(60));
        },
        // SAFETY: the child calls what may be called between fork and exec, and this toolkit, which sees to its locks.
        "forks" => unsafe {
            let child = libc::fork();
            if child == 0 {
                work();
                std::process::exit(0);
            }
            let idle = libc::fork();
            if idle == 0 {
                std::process::exit(0);
            }
            libc::waitpid(child, std::ptr::null_mut(), 0);
            libc::waitpid(idle, std::ptr::null_mut(), 0);
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

#[test]
fn each_process_of_a_fork_saves_its_own_unless_it_did_nothing() {
    let folder = Folder::new("forks");
    let (output, parent) = run(&folder, "forks", "run.json", &[]);
    assert!(output.status.success(), "{output:?}");
    let files = folder.files();
    let [child, of_parent] = &files[..] else { panic!("two files: {files:?}") };
    assert_eq!(of_parent, "run.json");
    assert_eq!(calls(&folder.0.join("run.json")), Some(1));
    let number: u32 =
        child.strip_prefix("run.").and_then(|rest| rest.strip_suffix(".json")?.parse().ok()).expect(child);
    assert_ne!(number, parent);
    // What its parent had recorded before, and its own.
    assert_eq!(calls(&folder.0.join(child)), Some(2));
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
