//! Files: written as a whole or not at all, and named in errors.

use crate::any::Source;
use instrument_model::{LoadError, Snapshot};
use std::error::Error;
use std::fs;
use std::path::PathBuf;

/// A folder of the test's own, gone with it.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("instrument-recording-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).expect("a folder for temporary files");
        Folder(path)
    }

    fn entries(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).expect("a folder").map(|entry| entry.expect("an entry").file_name());
        entries.map(|name| name.to_string_lossy().into_owned()).collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn snapshot(seed: u64) -> Snapshot {
    Snapshot::new(Source::new((seed..seed + 800).collect()).data()).expect("a valid model")
}

#[test]
fn a_saved_file_is_loaded_and_folders_are_made() {
    let folder = Folder::new("made");
    let path = folder.0.join("of/today/run.json");
    snapshot(1).save(&path).expect("a folder to write to");
    assert_eq!(Snapshot::load(&path).expect("what was saved").data(), snapshot(1).data());
    snapshot(2).save(&path).expect("a file to replace");
    assert_eq!(Snapshot::load(&path).expect("what was saved").data(), snapshot(2).data());
    assert_eq!(Folder(folder.0.join("of/today")).entries(), ["run.json"], "nothing is left beside it");
}

#[test]
fn a_failed_save_leaves_what_was_there_and_nothing_else() {
    let folder = Folder::new("failed");
    fs::create_dir_all(folder.0.join("run.json/inside")).expect("a folder in its place");
    let error = snapshot(1).save(folder.0.join("run.json")).expect_err("a folder is no file");
    assert!(error.to_string().contains("run.json can't be saved: "), "{error}");
    assert_eq!(folder.entries(), ["run.json"]);
    let error = snapshot(1).save(folder.0.join("..")).expect_err("no file's name");
    assert!(error.to_string().contains("can't be saved"), "{error}");
}

#[cfg(unix)]
#[test]
fn a_file_is_its_owners_only_and_takes_the_place_of_a_link() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = Folder::new("link");
    let (secret, path) = (folder.0.join("secret"), folder.0.join("run.json"));
    fs::write(&secret, "untouched").expect("a file");
    symlink(&secret, &path).expect("a link");
    snapshot(1).save(&path).expect("a folder to write to");
    assert_eq!(fs::read_to_string(&secret).expect("a file"), "untouched");
    let known = fs::symlink_metadata(&path).expect("a file");
    assert!(known.is_file());
    assert_eq!(known.permissions().mode() & 0o777, 0o600);
}

#[cfg(unix)]
#[test]
fn a_folder_that_is_a_link_of_others_is_none_to_save_in() {
    use std::os::unix::fs::{lchown, symlink};
    let folder = Folder::new("others");
    let (home, shared) = (folder.0.join("home"), folder.0.join("shared"));
    fs::create_dir(&home).expect("a folder");
    symlink(&home, &shared).expect("a link");
    snapshot(1).save(shared.join("run.json")).expect("the link is ours");
    // Only root can give links away.
    if lchown(&shared, Some(65534), None).is_ok() {
        for path in ["run.json", "of/today/run.json"] {
            let error = snapshot(2).save(shared.join(path)).expect_err("the link is another user's").to_string();
            assert!(error.contains("shared is a link of another user, number 65534"), "{error}");
        }
        assert_eq!(Snapshot::load(home.join("run.json")).expect("what was saved").data(), snapshot(1).data());
        assert_eq!(Folder(home).entries(), ["run.json"]);
    }
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_written_to_and_stays() {
    use std::os::unix::fs::FileTypeExt;
    // A pipe of the test's own: were it a device of the machine's, a mistake would replace that.
    let folder = Folder::new("pipe");
    let path = folder.0.join("run.json");
    let made = std::process::Command::new("mkfifo").arg(&path).status().expect("every Unix has mkfifo");
    assert!(made.success());
    let error = snapshot(1).save(&path).expect_err("nobody reads").to_string();
    assert!(error.ends_with("it's a pipe that nobody reads"), "{error}");
    let reader = std::thread::spawn({
        let path = path.clone();
        move || Snapshot::load(path)
    });
    while snapshot(1).save(&path).is_err() {
        assert!(!reader.is_finished());
        std::thread::yield_now();
    }
    assert!(fs::metadata(&path).expect("it's there").file_type().is_fifo());
    let loaded = reader.join().expect("no panic").expect("what was saved");
    assert_eq!(loaded.data(), snapshot(1).data());
}

#[cfg(target_os = "linux")]
#[test]
fn an_endless_file_is_an_error() {
    let error = Snapshot::load("/dev/zero").expect_err("no recording");
    assert!(error.to_string().contains("no recording"), "{error}");
}

#[test]
fn an_error_names_the_file_and_has_its_source() {
    let folder = Folder::new("named");
    let path = folder.0.join("none.json");
    let error = Snapshot::load(&path).expect_err("no such file");
    assert!(error.to_string().starts_with(&format!("{}: the recording can't be read: ", path.display())), "{error}");
    assert!(error.source().is_some_and(|source| source.is::<std::io::Error>()));
    assert!(matches!(error, LoadError::Unreadable { .. }));
    fs::write(&path, "{\"format\":").expect("a file");
    let error = Snapshot::load(&path).expect_err("cut off");
    assert!(
        error.to_string().starts_with(&format!("{}: no recording: format, line 1, column 11: ", path.display())),
        "{error}"
    );
    assert_eq!(error.file(), Some(path.as_path()));
}
