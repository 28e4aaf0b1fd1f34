//! The folder of sockets, and what's left there: this test binary runs itself as other processes with other folders.

use super::*;
use crate::common::{Killed, role, signal, wait_for};
use std::fs;
use std::os::unix::fs::DirBuilderExt;
use std::os::unix::net::UnixListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The other process: serves, or says why not, and ends as it was told.
#[test]
#[expect(clippy::exit, reason = "what's left behind then is the question")]
fn another_process() {
    let Some((role, said)) = role() else { return };
    // As another version of this would, or a process in another container.
    let first =
        Path::new(&std::env::var("XDG_RUNTIME_DIR").unwrap()).join(format!("instrument/{}.sock", std::process::id()));
    let _listener = (role == "second").then(|| UnixListener::bind(&first).unwrap());
    let answer = match serve() {
        Ok(serving) => format!("serving at {}", serving.socket().unwrap().display()),
        Err(error) => format!("{error}"),
    };
    fs::write(&said, &answer).unwrap();
    match role.as_str() {
        "exit" => std::process::exit(7),
        "return" => {}
        _ => std::thread::sleep(Duration::from_secs(60)),
    }
}

/// Starts it with that runtime folder; what it says is in a file below `said`.
fn start(role: &str, runtime: &Path, said: &Path) -> (Killed, String) {
    let file = said.join(format!("said.{role}"));
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["folders::another_process", "--exact", "--test-threads=1"]);
    command.env("INSTRUMENT_TEST_ROLE", role).env("INSTRUMENT_TEST_PATH", &file).env("XDG_RUNTIME_DIR", runtime);
    let child = Killed(command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().unwrap());
    let text = wait_for("a word", || fs::read_to_string(&file).ok().filter(|text| !text.is_empty()));
    fs::remove_file(file).unwrap();
    (child, text)
}

#[test]
fn a_second_socket_of_a_number_is_beside_the_first() {
    let runtime = tempfile::tempdir().unwrap();
    let folder = runtime.path().join("instrument");
    fs::DirBuilder::new().mode(0o700).create(&folder).unwrap();
    let (child, said) = start("second", runtime.path(), runtime.path());
    let pid = child.0.id();
    let second = folder.join(format!("{pid}-2.sock"));
    assert_eq!(said, format!("serving at {}", second.display()));
    assert_eq!(fs::metadata(&second).unwrap().permissions().mode() & 0o777, 0o600);
    let process = Process { pid, socket: second };
    assert_eq!((process.name(), process.place()), (format!("{pid}-2"), 2));
    let Answer::Hello(hello) = Client::connect(&process).unwrap().ask(&Request::Hello {}).unwrap() else {
        panic!("another answer")
    };
    assert_eq!(hello.pid, pid);
    assert!(socket(&folder, &child).exists(), "the other one is left alone");
}

fn socket(folder: &Path, child: &Killed) -> PathBuf {
    folder.join(format!("{}.sock", child.0.id()))
}

#[test]
fn sockets_are_removed_at_exit_and_by_others_after_a_kill() {
    let runtime = tempfile::tempdir().unwrap();
    let folder = runtime.path().join("instrument");
    for (role, code) in [("exit", 7), ("return", 0)] {
        let (mut child, said) = start(role, runtime.path(), runtime.path());
        assert_eq!(said, format!("serving at {}", socket(&folder, &child).display()));
        assert_eq!(child.0.wait().unwrap().code(), Some(code));
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 0, "after {role}");
    }
    let (mut killed, _) = start("stay", runtime.path(), runtime.path());
    killed.0.kill().unwrap();
    killed.0.wait().unwrap();
    assert!(socket(&folder, &killed).exists());
    let (next, _) = start("stay", runtime.path(), runtime.path());
    assert!(!socket(&folder, &killed).exists() && socket(&folder, &next).exists());
    drop(next);
}

#[test]
fn a_folder_that_is_not_the_users_alone_is_refused() {
    let runtime = tempfile::tempdir().unwrap();
    let folder = runtime.path().join("instrument");
    let refused = |expected: &str| {
        let (mut child, said) = start("return", runtime.path(), runtime.path());
        child.0.wait().unwrap();
        assert_eq!(said, format!("{} {expected}", folder.display()));
    };
    fs::create_dir(&folder).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
    refused("is open to other users; use `chmod 700` if nobody else has put anything there");
    fs::remove_dir(&folder).unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(elsewhere.path(), &folder).unwrap();
    refused("is no folder; delete it");
    fs::remove_file(&folder).unwrap();
    fs::write(&folder, "").unwrap();
    refused("is no folder; delete it");
}

#[test]
fn without_a_runtime_folder_sockets_are_in_tmp() {
    let elsewhere = tempfile::tempdir().unwrap();
    let long = elsewhere.path().join("x".repeat(90));
    fs::create_dir(&long).unwrap();
    let open = elsewhere.path().join("open");
    fs::create_dir(&open).unwrap();
    fs::set_permissions(&open, fs::Permissions::from_mode(0o770)).unwrap();
    for runtime in [Path::new(""), Path::new("relative"), Path::new("/no/such/folder"), &long, &open] {
        let (mut child, said) = start("stay", runtime, elsewhere.path());
        let folder = format!("/tmp/instrument-{}", nix::unistd::geteuid());
        assert_eq!(said, format!("serving at {}", socket(Path::new(&folder), &child).display()));
        child.0.kill().unwrap();
        child.0.wait().unwrap();
        // By whoever looks next.
        assert!(instrument_probe::remote::processes().iter().all(|process| process.pid != child.0.id()));
    }
}

#[test]
fn a_process_that_is_stopped_is_an_error_in_time() {
    let runtime = tempfile::tempdir().unwrap();
    let (mut child, _) = start("stay", runtime.path(), runtime.path());
    let process = Process { pid: child.0.id(), socket: socket(&runtime.path().join("instrument"), &child) };
    signal(child.0.id(), "-STOP");
    let error = Client::connect(&process).unwrap().ask(&Request::Hello {}).unwrap_err();
    assert_eq!(error.to_string(), format!("process {} doesn't answer; is it stopped, or very busy?", child.0.id()));
    signal(child.0.id(), "-CONT");
    assert!(Client::connect(&process).unwrap().ask(&Request::Hello {}).is_ok());
    child.0.kill().unwrap();
    child.0.wait().unwrap();
}

/// Somebody else, who tries the socket that's in the file.
#[test]
fn somebody_else() {
    let Some((_, socket)) = role() else { return };
    let mut raw = Raw(BufReader::new(UnixStream::connect(socket).unwrap()));
    println!("answered: {}", raw.ask("{\"ask\": \"hello\"}"));
}

#[test]
fn another_user_is_refused_even_where_the_folder_was_opened() {
    if !nix::unistd::geteuid().is_root() {
        eprintln!("SKIPPED: being another user takes root");
        return;
    }
    let runtime = tempfile::tempdir().unwrap();
    let (child, _) = start("stay", runtime.path(), runtime.path());
    let folder = runtime.path().join("instrument");
    let socket = socket(&folder, &child);
    for (path, mode) in [(runtime.path(), 0o755), (&folder, 0o755), (&socket, 0o666)] {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }
    // Where the test was built may be closed to others.
    let copy = runtime.path().join("intruder");
    fs::copy(std::env::current_exe().unwrap(), &copy).unwrap();
    fs::set_permissions(&copy, fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = Command::new(&copy);
    command.args(["folders::somebody_else", "--exact", "--nocapture", "--test-threads=1"]).uid(65_534).current_dir("/");
    command.env("INSTRUMENT_TEST_ROLE", "intruder").env("INSTRUMENT_TEST_PATH", &socket);
    let output = command.stdin(Stdio::null()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("the other end belongs to user 65534"), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert!(!said.contains("hello"), "{said}");
}
