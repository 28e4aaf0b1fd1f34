//! The file: several writers, editors, nonsense, crashes.

use super::*;
use instrument_wire::JsonFileStore;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

fn store(path: &Path) -> JsonFileStore {
    JsonFileStore::new(path)
}

#[test]
fn a_file_is_a_store() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("probes.json");
    keeps_its_promises(&store(&path), &store(&path));
    keeps_statuses(&store(&path), &store(&path));
    loses_no_addition(|| Box::new(store(&path)));
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_file_is_bounded() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("probes.json");
    is_bounded(&store(&path));
    fs::write(&path, vec![b' '; Bounds::STORE + 1]).unwrap();
    assert!(matches!(store(&path).specs(), Err(StoreError::TooMuch { .. })));
}

#[test]
fn an_edit_of_the_same_length_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("probes.json");
    store(&path).add(spec("f", "n1")).unwrap();
    let before = store(&path).version();
    let text = fs::read_to_string(&path).unwrap();
    let times = fs::metadata(&path).unwrap().modified().unwrap();
    fs::write(&path, text.replace("n1", "n2")).unwrap();
    fs::File::options().write(true).open(&path).unwrap().set_modified(times).unwrap();
    assert_ne!(store(&path).version(), before);
}

#[test]
fn nonsense_is_answered_by_its_place_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("probes.json");
    for (text, expected) in [
        ("{\n  \"specs\": [\n    oops\n  ]\n}", "line 3, column 5: `specs[0]`: an object is expected here, not `oops`"),
        (
            "{\n \"specs\": [],\n \"sepcs\": []}",
            "line 3, column 2: `sepcs`: unknown field `sepcs`, expected `specs`; did you mean `specs`?",
        ),
        (
            "{\"specs\": [{\"target\": \"f\",\n\"instrument\": {\"type\": \"log\", \"name\": 7}}]}",
            "line 2, column 39: `specs[0].instrument.name`: a string is expected here, not `7`",
        ),
        ("[]", "line 1, column 1: this is a list; write `{\"specs\": […]}`"),
        ("", "line 1, column 1: the file is empty; write `{\"specs\": []}` for no specs, or delete it"),
        ("{\"specs\": []} }", "line 1, column 15: the end of the text is expected here, not `}`"),
        (
            "{\"specs\": [{\"target\": \"f\", \"instrument\": {\"type\": \"log\", \"name\": \"n\"}}, \
             {\"target\": \"f\", \"instrument\": {\"type\": \"log\", \"name\": \"n\"}}]}",
            "`specs[1]`: is named as `specs[0]` is, f/n; give it another name",
        ),
        ("\u{7f}\u{0}", "line 1, column 1: an object is expected here, not the byte 0x7f"),
    ] {
        fs::write(&path, text).unwrap();
        let expected = format!("{}: {expected}", path.display());
        assert_eq!(store(&path).specs().unwrap_err().to_string(), expected);
        // Nobody's work of an hour is written over.
        assert_eq!(store(&path).add(spec("f", "n")).unwrap_err().to_string(), expected);
        assert_eq!(store(&path).remove(&SpecId::new("f", "n")).unwrap_err().to_string(), expected);
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
        assert!(store(&path).version().is_ok());
    }
    fs::write(&path, b"{\"specs\": [\"\xff\"]}").unwrap();
    assert!(matches!(store(&path).specs(), Err(StoreError::Nonsense { .. })));
}

#[test]
fn a_broken_spec_in_a_file_concerns_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("probes.json");
    let spec = |target: &str| format!(r#"{{"target": "{target}", "instrument": {{"type": "log", "name": "n"}}}}"#);
    let (f, g) = (spec("f"), spec("g"));
    let broken = r#"{"target": "b", "instrument": {"type": "log", "name": "m"}, "oops": 1}"#;
    fs::write(&path, format!("{{\"specs\": [\n{f},\n{broken}, 7,\n{g},\n{f}]}}")).unwrap();
    let found = store(&path).readable().unwrap();
    let ids = |found: &Readable| found.specs.iter().map(|spec| spec.target.clone()).collect::<Vec<_>>();
    assert_eq!(ids(&found), ["f", "g"]);
    let said: Vec<_> = found.broken.iter().map(|(id, error)| (id.to_string(), error.to_string())).collect();
    let at = |rest: &str| format!("{}: {rest}", path.display());
    assert_eq!(said[0].0, "b/m");
    assert!(said[0].1.starts_with(&at("line 3, column 61: `specs[1].oops`: unknown field `oops`")), "{said:?}");
    let is = at("line 3, column 73: `specs[2]`: an object is expected here, not `7`");
    assert_eq!(said[1], ("specs[2]/?".to_owned(), is));
    let twice = at("line 5, column 1: `specs[4]`: another spec is named so, f/n; give one of them another name");
    assert_eq!(said[2], ("f/n".to_owned(), twice));
    // Who'd write it anew would lose them.
    assert!(store(&path).add(Spec::new("h", "log", "n")).is_err());
    // What's no JSON could be anything.
    fs::write(&path, format!("{{\"specs\": [{f}, oops]}}")).unwrap();
    assert!(matches!(store(&path).readable(), Err(StoreError::Nonsense { .. })));
    fs::write(&path, format!("{{\"specs\": [{}]}}", ["1"; 1001].join(","))).unwrap();
    assert!(matches!(store(&path).readable(), Err(StoreError::TooMuch { .. })));
}

#[test]
fn what_is_no_file_is_an_error_and_not_a_wait() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    for path in [folder.path(), &pipe, &folder.path().join("no/such/folder"), Path::new("/dev/zero")] {
        let added = store(path).add(spec("f", "n"));
        assert!(matches!(added, Err(StoreError::Unavailable { .. })), "{added:?}");
    }
}

#[test]
fn a_link_and_a_mode_stay_what_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let (real, link) = (folder.path().join("real.json"), folder.path().join("link.json"));
    fs::write(&real, "{\"specs\": []}").unwrap();
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
    symlink(&real, &link).unwrap();
    store(&link).add(spec("f", "n")).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
    assert_eq!(store(&real).specs().unwrap().len(), 1);
}

/// As where anybody may make files in the folder: what lies there already is a trap.
#[test]
fn what_others_put_there_is_neither_followed_nor_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let (path, victim) = (at("probes.json"), at("victim"));
    fs::write(&victim, "precious").unwrap();
    symlink(&victim, at("probes.json.status")).unwrap();
    keeps_statuses(&store(&path), &store(&path));
    assert_eq!(fs::read_to_string(&victim).unwrap(), "precious");
    assert!(!fs::symlink_metadata(at("probes.json.status")).unwrap().is_symlink(), "the name was replaced");

    fs::remove_file(at("probes.json.lock")).unwrap();
    symlink(at("made through a link"), at("probes.json.lock")).unwrap();
    let failed = store(&path).add(spec("f", "n")).unwrap_err().to_string();
    assert!(failed.contains(".lock: it's a link; remove it"), "{failed}");
    assert!(!at("made through a link").exists());

    fs::remove_file(at("probes.json.lock")).unwrap();
    assert!(Command::new("mkfifo").arg(at("probes.json.lock")).status().unwrap().success());
    let failed = store(&path).add(spec("f", "n")).unwrap_err().to_string();
    assert!(failed.contains(".lock: it's no file; remove it"), "{failed}");
}

#[test]
fn specs_that_others_can_write_are_not_applied() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("probes.json");
    store(&path).add(spec("f", "n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o646)).unwrap();
    let failed = store(&path).specs().unwrap_err().to_string();
    assert!(failed.contains("others may write to it") && failed.contains("`chmod go-w`"), "{failed}");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o664)).unwrap();
    assert_eq!(store(&path).specs().map(|specs| specs.len()), Ok(1), "the user's own group may");
    // Only root can give files away.
    let link = folder.path().join("link.json");
    symlink(&path, &link).unwrap();
    if std::os::unix::fs::lchown(&link, Some(65534), None).is_ok() {
        let failed = store(&link).specs().unwrap_err().to_string();
        assert!(failed.contains("it's a link of another user, number 65534"), "{failed}");
        std::os::unix::fs::chown(&path, Some(65534), None).unwrap();
        let failed = store(&path).specs().unwrap_err().to_string();
        assert!(failed.contains("it belongs to another user, number 65534"), "{failed}");
        let failed = store(&path).add(spec("g", "n")).unwrap_err().to_string();
        assert!(failed.contains("it belongs to another user"), "{failed}");
    }
}

#[test]
fn statuses_that_cannot_be_read_are_written_anew() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("probes.json");
    fs::write(folder.path().join("probes.json.status"), "oops").unwrap();
    assert_eq!(store(&path).statuses(), Ok(Vec::new()));
    keeps_statuses(&store(&path), &store(&path));
}

#[test]
fn another_machines_process_that_has_been_silent_for_long_is_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("probes.json");
    let process = ProcessId { host: "another machine".into(), pid: 1 };
    let at = |minutes: u64| Timestamp::from(std::time::SystemTime::now() - Duration::from_secs(60 * minutes));
    let mut status = ProcessStatus { process, ..ProcessStatus::current() };
    for (minutes, known) in [(50, 1), (70, 0)] {
        status.written = at(minutes);
        store(&path).write_status(&status).unwrap();
        assert_eq!(store(&path).statuses().unwrap().len(), known, "after {minutes} minutes");
    }
}

/// The other process of the two tests below: writes without pause, or takes the lock and hangs.
#[test]
fn another_process() {
    let Some((role, path)) = common::role() else { return };
    let store = store(&path);
    if role == "hang" {
        let lock = fs::File::create(path.with_file_name("probes.json.lock")).unwrap();
        fs4::FileExt::lock(&lock).unwrap();
        fs::write(path.with_file_name("locked"), "").unwrap();
        std::thread::sleep(Duration::from_secs(60));
    }
    for number in 0.. {
        let mut big = spec("f", &format!("{role}.{number}"));
        big.instrument.custom.insert("big".into(), "x".repeat(10_000).into());
        store.add(big).unwrap();
        if number >= 20 {
            store.remove(&SpecId::new("f", format!("{role}.{}", number - 20))).unwrap();
        }
    }
}

#[test]
fn a_writer_that_is_killed_leaves_a_file_that_can_be_read_and_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("probes.json");
    for round in 0..12u64 {
        let child = common::spawn_role("file::another_process", &format!("w{round}"), &path).unwrap();
        // Another moment each time, from the first write on.
        let mine = format!("w{round}.");
        common::wait_for("a write", || {
            let specs = store(&path).specs().expect("a file that can be read at any moment");
            specs.iter().any(|spec| spec.instrument.name.starts_with(&mine)).then_some(())
        });
        std::thread::sleep(Duration::from_micros(round * 1_700));
        drop(child);
        let specs = store(&path).specs().unwrap();
        assert!(!specs.is_empty());
        for spec in specs {
            store(&path).remove(&spec.id()).unwrap();
        }
        store(&path).add(spec("f", "n")).unwrap();
        store(&path).remove(&SpecId::new("f", "n")).unwrap();
    }
    let mut left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["probes.json", "probes.json.lock"]);
}

#[test]
fn a_writer_that_hangs_is_an_error_for_others() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("probes.json");
    let child = common::spawn_role("file::another_process", "hang", &path).unwrap();
    common::wait_for("the lock", || folder.path().join("locked").exists().then_some(()));
    let error = store(&path).add(spec("f", "n")).unwrap_err();
    assert!(error.to_string().contains("another process holds"), "{error}");
    assert_eq!(store(&path).specs(), Ok(Vec::new()), "readers need no lock");
    drop(child);
    store(&path).add(spec("f", "n")).unwrap();
}
