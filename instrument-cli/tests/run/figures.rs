//! Figures against what commands know of themselves.

use crate::roles::{NOTES, ROLE};
use crate::{Folder, here, json, role, value, values};
use serde_json::Value;
use std::thread::available_parallelism;

/// What's measured of a role of this program, started by a shell's script as `"$@"`.
fn played(folder: &Folder, options: &[&str], name: &str, script: &str) -> Value {
    let here = here();
    let words = [&["sh", "-c", script, "sh"], &role(&here)[..]].concat();
    let mut command = folder.command(&[options, &["-o", "played.json"]].concat(), &words);
    let output = command.env(ROLE, name).env(NOTES, folder.path("notes")).output().expect("it runs");
    assert!(output.status.success(), "{output:?}");
    json(&std::fs::read(folder.path("played.json")).expect("written"))
}

fn noted(folder: &Folder) -> Vec<f64> {
    folder.noted("notes").lines().map(|line| line.parse().expect("a number")).collect()
}

#[test]
fn cpu_time_is_what_the_command_says_of_itself() {
    let folder = Folder::new();
    let measured = played(&folder, &[], "burn 200", r#"exec "$@""#);
    let (cpu, own) = (value(&measured, "process_cpu"), noted(&folder)[0]);
    // It goes on for a little when it has noted its own, and what it did before its `exec` is ours.
    assert!(own >= 0.2 && cpu >= own - 0.01 && cpu < 2.0 * own + 0.1, "{cpu} {own}");
}

#[test]
fn children_that_were_waited_for_count() {
    let folder = Folder::new();
    let measured = played(&folder, &[], "burn 100", r#"sh -c '"$@"; exit' sh "$@"; "$@"; exit"#);
    let (cpu, own) = (value(&measured, "process_cpu"), noted(&folder));
    let own: f64 = own.iter().sum::<f64>() + if own.len() == 2 { 0.0 } else { f64::NAN };
    assert!(own >= 0.2 && cpu >= own - 0.01 && cpu < 2.0 * own + 0.2, "{cpu} {own}");
}

#[test]
fn wall_time_is_no_shorter_than_the_command_says() {
    let folder = Folder::new();
    let measured = played(&folder, &[], "sleep 150", r#"exec "$@""#);
    let (wall, own) = (value(&measured, "wall_clock"), noted(&folder)[0]);
    assert!(own >= 0.15 && wall >= own, "{wall} {own}");
    assert!(value(&measured, "voluntary_switches") >= 1.0, "{measured}");
}

#[test]
fn peak_memory_is_that_of_the_largest_process_and_not_their_sum() {
    let folder = Folder::new();
    let measured = played(&folder, &[], "hold 64", r#""$@" && "$@" && "$@"; exit"#);
    let (peak, held) = (value(&measured, "peak_rss"), 64.0 * 1024.0 * 1024.0);
    assert!(peak >= held && peak < 2.0 * held, "{peak}");
    // Touched page by page, three times.
    assert!(value(&measured, "minor_faults") * 4096.0 * 512.0 >= 3.0 * held, "{measured}");
}

#[test]
fn each_run_has_its_own_peak() {
    let folder = Folder::new();
    let script = r#"if [ -e been ]; then RUN_TEST_ROLE="hold 16" "$@"; else touch been; "$@"; fi; exit"#;
    let measured = played(&folder, &["--repeat", "2"], "hold 96", script);
    let (peaks, mebibyte) = (values(&measured, "peak_rss"), 1024.0 * 1024.0);
    assert!(peaks[0] >= 96.0 * mebibyte, "{peaks:?}");
    assert!(peaks[1] >= 16.0 * mebibyte && peaks[1] < 80.0 * mebibyte, "{peaks:?}");
}

/// A process that's forked begins with the peak of who forks it.
#[test]
#[cfg(target_os = "linux")]
fn the_peak_of_a_small_command_is_not_that_of_this_program() {
    let folder = Folder::new();
    let measured = folder.measure(&[], &["cat", "/dev/null"]);
    if let Some(peak) = measured["figures"]["peak_rss"]["median"].as_f64() {
        // What it says itself, some of it later than what's shown.
        let status = folder.run(&["-o", "own.json"], &["grep", "VmHWM", "/proc/self/status"]);
        let text = crate::text(&status.stdout);
        let own: f64 = text.split_ascii_whitespace().nth(1).expect("a figure").parse().expect("a number");
        assert!(peak < 2.0 * own * 1024.0, "{peak} {own} KiB");
    } else {
        let why = measured["absent"]["peak_rss"].as_str().expect("a reason");
        assert!(why.starts_with("it's at most "), "{why}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn bytes_are_those_that_children_read_and_wrote() {
    let folder = Folder::new();
    let script = "dd if=/dev/zero of=copy bs=65536 count=48 2>/dev/null; sh -c 'cat copy; exit' > /dev/null; exit";
    let measured = folder.measure(&[], &["sh", "-c", script]);
    let bytes = 48.0 * 65536.0;
    for (name, times) in [("chars_read", 2.0), ("chars_written", 2.0)] {
        let moved = value(&measured, name);
        assert!(moved >= times * bytes && moved < times * bytes + 300_000.0, "{name} {moved}");
    }
    // What a device gets depends on the file system: some have none. The two of the kernel's counters agree.
    let (written, blocks) = (value(&measured, "bytes_written"), value(&measured, "blocks_out"));
    assert_eq!(written, blocks * 512.0, "{measured}");
}

#[test]
fn figures_of_many_short_runs_are_consistent() {
    let folder = Folder::new();
    let measured = folder.measure(&["--repeat", "100"], &["true"]);
    let [wall, cpu, user, system, share] =
        ["wall_clock", "process_cpu", "user_mode", "system_mode", "process_cpu_util"]
            .map(|name| values(&measured, name));
    let cores = available_parallelism().expect("cores").get() as f64;
    for run in 0..100 {
        assert!(wall[run] > 0.0 && cpu[run] > 0.0, "{run}: {measured}");
        assert!((user[run] + system[run] - cpu[run]).abs() < 1e-9, "{run}: {measured}");
        // A tick of the kernel's, of a hundred a second.
        assert!(cpu[run] <= wall[run] * cores + 0.01, "{run}: {} {}", cpu[run], wall[run]);
        assert!((share[run] - 100.0 * cpu[run] / wall[run]).abs() < 1e-6, "{run}: {measured}");
    }
    for (name, figure) in measured["figures"].as_object().expect("figures") {
        let at = |part: &str| figure[part].as_f64().unwrap_or_else(|| panic!("no {part} of {name}"));
        let order = ["min", "lower_quartile", "median", "upper_quartile", "max"].map(at);
        assert!(order.is_sorted(), "{name} {order:?}");
        let mut all = values(&measured, name);
        all.sort_by(f64::total_cmp);
        assert_eq!((all.len(), all[0], all[99]), (100, order[0], order[4]), "{name}");
        assert!((order[2] - (all[49] + all[50]) / 2.0).abs() <= 1e-12 * order[2].abs(), "{name}");
    }
}

#[test]
fn a_figure_is_there_or_has_a_reason() {
    let folder = Folder::new();
    let measured = folder.measure(&[], &["true"]);
    for name in [
        "wall_clock",
        "process_cpu",
        "user_mode",
        "system_mode",
        "process_cpu_util",
        "peak_rss",
        "minor_faults",
        "major_faults",
        "voluntary_switches",
        "involuntary_switches",
        "blocks_in",
        "blocks_out",
        "bytes_read",
        "bytes_written",
        "chars_read",
        "chars_written",
        "spawn",
    ] {
        let is_there = measured["figures"][name]["median"].is_number();
        let reason = measured["absent"][name].as_str();
        assert!(is_there == reason.is_none() && reason != Some(""), "{name}: {measured}");
    }
}
