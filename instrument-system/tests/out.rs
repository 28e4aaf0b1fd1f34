//! What's written goes where the user wants it, or nowhere: never through others' links, into others' files, or after a wait.
#![cfg(unix)]

use instrument_system::files::{Out, read, replace, target, try_lock, within};
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt, chown, lchown, symlink};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use tempfile::TempDir;

const NOBODY: Option<u32> = Some(65534);

fn folder() -> (TempDir, impl Fn(&str) -> PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().to_owned();
    (folder, move |name: &str| path.join(name))
}

fn append(path: &Path, text: &str) -> io::Result<()> {
    Out::append(path, Duration::ZERO)?.write_all(text.as_bytes())
}

#[track_caller]
fn refused(path: &Path, why: &str) {
    let error = append(path, "secret").expect_err("refused").to_string();
    assert!(error.contains(why), "{error}");
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("it's there").permissions().mode() & 0o777
}

fn pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().expect("it runs").success());
}

#[test]
fn a_new_file_is_the_users_alone_and_an_old_one_grows() {
    let (_folder, at) = folder();
    let (new, old) = (at("new"), at("old"));
    append(&new, "1").expect("written");
    append(&new, "2").expect("written");
    assert_eq!((fs::read_to_string(&new).expect("it's there").as_str(), mode(&new)), ("12", 0o600));
    fs::write(&old, "0").expect("written");
    for allowed in [0o644, 0o664] {
        fs::set_permissions(&old, Permissions::from_mode(allowed)).expect("ours");
        append(&old, "1").expect("written");
        assert_eq!(mode(&old), allowed, "the user's choice");
    }
    assert_eq!(fs::read_to_string(&old).expect("it's there"), "011");
}

#[test]
fn a_file_that_others_own_or_write_is_refused() {
    let (_folder, at) = folder();
    let file = at("file");
    fs::write(&file, "").expect("written");
    for open in [0o646, 0o666] {
        fs::set_permissions(&file, Permissions::from_mode(open)).expect("ours");
        refused(&file, "others may write to it");
    }
    fs::set_permissions(&file, Permissions::from_mode(0o644)).expect("ours");
    // Only root can give files away.
    if chown(&file, NOBODY, None).is_ok() {
        refused(&file, "it belongs to another user, number 65534");
        pipe(&at("pipe"));
        chown(at("pipe"), NOBODY, None).expect("root");
        let _reader = OpenOptions::new().read(true).write(true).open(at("pipe")).expect("opened");
        refused(&at("pipe"), "it belongs to another user, number 65534");
        chown(&file, None, NOBODY).expect("root");
        chown(&file, Some(0), None).expect("root");
        fs::set_permissions(&file, Permissions::from_mode(0o664)).expect("ours");
        refused(&file, "others may write to it");
    }
    assert_eq!(fs::read_to_string(&file).expect("it's there"), "");
}

#[test]
fn links_of_the_users_are_followed_and_no_others() {
    let (_folder, at) = folder();
    fs::create_dir(at("runs")).expect("a folder");
    symlink("runs/2", at("latest")).expect("a link");
    symlink(at("latest"), at("link")).expect("a link");
    append(&at("link"), "made").expect("written");
    append(&at("latest"), ", grown").expect("written");
    assert_eq!(fs::read_to_string(at("runs/2")).expect("it's there"), "made, grown");
    assert_eq!(mode(&at("runs/2")), 0o600);

    symlink(at("b"), at("a")).expect("a link");
    symlink(at("a"), at("b")).expect("a link");
    refused(&at("a"), "leads in a circle");

    symlink(at("trap"), at("theirs")).expect("a link");
    symlink(at("theirs"), at("ours")).expect("a link");
    if lchown(at("theirs"), NOBODY, None).is_ok() {
        for path in ["theirs", "ours"] {
            refused(&at(path), "it's a link of another user, number 65534");
        }
        assert!(!at("trap").exists());
        fs::write(at("trap"), "").expect("written");
        refused(&at("ours"), "it's a link of another user, number 65534");
        assert_eq!(fs::read_to_string(at("trap")).expect("it's there"), "");
    }
}

#[test]
fn a_folder_that_is_a_link_of_others_leads_nowhere() {
    let (_folder, at) = folder();
    fs::create_dir_all(at("home/logs")).expect("a folder");
    fs::write(at("home/file"), "untouched").expect("written");
    symlink("home", at("shared")).expect("a link");
    symlink("shared/logs", at("logs")).expect("a link");
    append(&at("shared/new"), "by a link of ours").expect("written");
    append(&at("logs/../logs/./run"), "by two").expect("written");
    assert_eq!(fs::read_to_string(at("home/logs/run")).expect("it's there"), "by two");
    assert_eq!(
        within(&at("shared/logs/a/b")).expect("ours"),
        fs::canonicalize(at("home/logs")).expect("ours").join("a/b")
    );
    // Only root can give links away.
    if lchown(at("shared"), NOBODY, None).is_err() {
        return;
    }
    let why = format!("{} is a link of another user, number 65534", at("shared").display());
    for path in ["shared/file", "shared/none", "logs/run", "shared/none/none", "shared/../file"] {
        refused(&at(path), &why);
        let tried = [
            read(&at(path), 100).map(drop),
            target(&at(path)).map(drop),
            within(&at(path)).map(drop),
            replace(&at(path), b"secret"),
            try_lock(&at(path)).map(drop),
        ];
        for tried in tried {
            let error = tried.expect_err("refused").to_string();
            assert!(error.contains(&why), "{error}");
        }
    }
    let mut left: Vec<_> =
        fs::read_dir(at("home")).expect("ours").map(|entry| entry.expect("one").file_name()).collect();
    left.sort();
    assert_eq!(left, ["file", "logs", "new"]);
    assert_eq!(fs::read_to_string(at("home/file")).expect("it's there"), "untouched");
}

#[test]
fn a_pipe_is_written_to_if_somebody_reads_and_waited_for_within_bounds() {
    let (_folder, at) = folder();
    let path = at("pipe");
    pipe(&path);
    refused(&path, "it's a pipe that nobody reads");

    let mut reader = OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK).open(&path).expect("opened");
    append(&path, "read").expect("written");
    let mut read = String::new();
    reader.read_to_string(&mut read).expect("there's no writer any more");
    assert_eq!(read, "read");

    // More than a pipe takes.
    let much = "x".repeat(1 << 20);
    for patience in [Duration::ZERO, Duration::from_millis(50)] {
        let mut out = Out::append(&path, patience).expect("it's read");
        let stopped = out.write_all(much.as_bytes()).expect_err("nobody reads");
        assert_eq!(stopped.kind(), io::ErrorKind::TimedOut);
    }
    let read = std::thread::scope(|scope| {
        let reading = scope.spawn(|| {
            let mut slow = File::open(&path).expect("it's written to");
            io::copy(&mut slow, &mut io::sink()).expect("read")
        });
        let mut out = Out::append(&path, Duration::from_secs(60)).expect("it's read");
        out.write_all(much.as_bytes()).expect("it's read slowly");
        drop((out, reader));
        reading.join().expect("read")
    });
    assert!(read >= much.len() as u64, "{read}");
}

#[test]
fn what_a_process_has_open_can_be_named() {
    let (_folder, at) = folder();
    let (mut reader, writer) = io::pipe().expect("a pipe");
    append(&PathBuf::from(format!("/proc/self/fd/{}", writer.as_raw_fd())), "by number").expect("written");
    symlink(format!("/proc/self/fd/{}", writer.as_raw_fd()), at("stdout")).expect("a link");
    append(&at("stdout"), ", as of /dev/stdout").expect("written");
    drop(writer);
    let mut read = String::new();
    reader.read_to_string(&mut read).expect("read");
    assert_eq!(read, "by number, as of /dev/stdout");

    // Without a name, and whoever's it is.
    let mut file = File::options().read(true).write(true).create_new(true).open(at("gone")).expect("made");
    let _ = chown(at("gone"), NOBODY, None);
    fs::remove_file(at("gone")).expect("ours");
    append(&PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd())), "kept").expect("written");
    let mut read = String::new();
    file.read_to_string(&mut read).expect("read");
    assert_eq!(read, "kept");
}

#[test]
fn a_device_is_written_to_and_what_cannot_be_is_said() {
    let (_folder, at) = folder();
    append(Path::new("/dev/null"), "gone").expect("written");
    let _listening = UnixListener::bind(at("socket")).expect("a socket");
    refused(&at("socket"), "it's a socket");
    refused(&at(""), "directory");
    refused(&at("no/such"), "No such file");
    // Nobody listens behind a number that isn't open.
    refused(Path::new("/proc/self/fd/987654"), "No such file");
}
