//! It ends as the command ended.

use crate::roles::ROLE;
use crate::{Folder, here, json, role, text};
use std::os::unix::process::ExitStatusExt;
use std::process::Command;

#[test]
fn its_exit_code_is_the_commands() {
    let folder = Folder::new();
    for code in [0, 1, 3, 126, 255] {
        let output = folder.run(&[], &["sh", "-c", &format!("exit {code}")]);
        assert_eq!(output.status.code(), Some(code), "{output:?}");
        assert!(text(&output.stderr).contains(&format!(": exited with {code}\n")), "{output:?}");
    }
}

#[test]
fn a_command_that_a_signal_ended_ends_it_by_that_signal() {
    let folder = Folder::new();
    for (name, signal) in [("KILL", libc::SIGKILL), ("TERM", libc::SIGTERM), ("ABRT", libc::SIGABRT)] {
        let output = folder.run(&[], &["sh", "-c", &format!("kill -{name} $$")]);
        assert_eq!(output.status.signal(), Some(signal), "{output:?}");
        assert!(text(&output.stderr).contains(&format!(": ended by SIG{name}\n")), "{output:?}");
    }
    let here = here();
    let output = folder.command(&["--format", "json"], &role(&here)).env(ROLE, "crash").output().expect("it runs");
    assert_eq!(output.status.signal(), Some(libc::SIGSEGV), "{output:?}");
    let measured = json(&output.stderr);
    assert_eq!(measured["runs"][0]["signal"], libc::SIGSEGV);
    assert_eq!(measured["runs"][0]["signal_name"], "SIGSEGV");
    assert!(measured["runs"][0]["exit_code"].is_null(), "{measured}");
}

#[test]
fn what_cannot_be_run_ends_with_a_shells_codes_and_a_line() {
    let folder = Folder::new();
    std::fs::write(folder.path("plain"), "exit 0").expect("written");
    std::fs::write(folder.path("lost"), "#!/no/such/interpreter\n").expect("written");
    assert!(Command::new("chmod").arg("+x").arg(folder.path("lost")).status().expect("chmod").success());
    for (word, code, part) in [
        ("no-such-command-here", 127, "there's no command `no-such-command-here` in the folders of PATH"),
        ("./nowhere", 127, "there's no file `./nowhere`"),
        ("./lost", 127, "the interpreter or the loader that it names isn't there"),
        ("./plain", 126, "`./plain` can't be run"),
        (".", 126, "can't be run"),
    ] {
        for options in [&["-o", "none.json"][..], &["--repeat", "3"]] {
            let output = folder.run(options, &[word]);
            assert_eq!(output.status.code(), Some(code), "{word}: {output:?}");
            let said = text(&output.stderr);
            assert!(said.starts_with("instrument: ") && said.contains(part), "{said}");
            assert_eq!(said.lines().count(), 1, "{said}");
        }
    }
    assert!(!folder.path("none.json").exists());
}

#[test]
fn a_script_without_a_first_line_is_the_shells() {
    let folder = Folder::new();
    std::fs::write(folder.path("script"), "exit 4\n").expect("written");
    assert!(Command::new("chmod").arg("+x").arg(folder.path("script")).status().expect("chmod").success());
    assert_eq!(folder.run(&[], &["./script"]).status.code(), Some(4));
}

#[test]
fn wrong_usage_ends_with_2_and_runs_nothing() {
    let folder = Folder::new();
    for options in [&["--repeat", "0"][..], &["--repeat", "-3"], &["--format", "svg"], &["--nonsense"]] {
        let output = folder.run(options, &["touch", "ran"]);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
    }
    assert_eq!(folder.run(&[], &[]).status.code(), Some(2));
    assert!(!folder.path("ran").exists());
}

#[test]
fn of_several_runs_the_first_that_failed_decides_and_all_are_run() {
    let folder = Folder::new();
    // 0, 5, 6, 0 …
    let script = "n=$(cat n 2>/dev/null || echo 0); echo $((n+1)) > n; case $n in 1) exit 5;; 2) exit 6;; esac";
    let output = folder.run(&["--repeat", "6", "--format", "json"], &["sh", "-c", script]);
    assert_eq!(output.status.code(), Some(5), "{output:?}");
    assert_eq!(folder.noted("n").trim(), "6");
    let measured = json(&output.stderr);
    assert_eq!(measured["failed_runs"], 2);
    assert_eq!(measured["wanted_runs"], 6);
    let codes: Vec<i64> =
        measured["runs"].as_array().expect("runs").iter().filter_map(|run| run["exit_code"].as_i64()).collect();
    assert_eq!(codes, [0, 5, 6, 0, 0, 0]);
    std::fs::remove_file(folder.path("n")).expect("removed");
    let table = folder.run(&["--repeat", "6"], &["sh", "-c", script]);
    let said = text(&table.stderr);
    assert!(said.contains(": 6 runs, of which 2 failed\n"), "{said}");
    assert!(said.contains("1 exited with 5, 1 exited with 6"), "{said}");
}
