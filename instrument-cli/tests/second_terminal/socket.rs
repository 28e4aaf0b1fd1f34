//! Through the socket.

use super::*;

#[test]
fn a_second_terminal_adds_a_probe_sees_its_lines_and_it_expires() {
    let program = Program::start("socket", "");
    let targets = program.prints(&["targets"]);
    let line = targets.lines().find(|line| line.starts_with(BUY)).expect("the target");
    assert!(line.contains("user_id, apples") && line.contains("examples/probe_me.rs:"), "{line}");

    let followed = program.instrument(&[
        "probe",
        "add",
        "Shop::buy",
        "--value",
        "[user_id, result]",
        "--condition",
        "result > 10 && user_id == 42",
        "--name",
        "big",
        "--lifespan",
        "0.05",
        "--follow",
    ]);
    let (lines, said) = (text(&followed.stdout), text(&followed.stderr));
    assert!(followed.status.success(), "{said}");
    // One in five customers is 42, and four of seven pay more than 10, for three seconds.
    assert!(lines.lines().count() > 10, "{lines}\n{said}");
    assert!(lines.lines().all(is_wanted), "{lines}");
    assert!(said.starts_with(&format!("added {BUY}/big to process {} for 0.05 min", program.pid())), "{said}");
    assert!(said.contains(&format!("{BUY}/big has expired; it has seen ")), "{said}");

    // The program printed the same lines, and has no further ones.
    let own = wait_for("the same lines", || {
        let own = program.said();
        (own.lines().filter(|line| is_wanted(line)).count() == lines.lines().count()).then_some(own)
    });
    let list = program.prints(&["probe", "list"]);
    assert!(list.lines().any(|line| line.starts_with(BUY) && line.ends_with("expired")), "{list}");
    std::thread::sleep(Duration::from_millis(200));
    assert_eq!(program.said(), own);
}

#[test]
fn following_a_probe_that_fails_is_a_failure() {
    let program = Program::start("socket", "");
    let said = program.fails(&["probe", "add", BUY, "--value", "1 / 0", "--name", "bad", "--follow"]);
    assert!(said.contains(&format!("{BUY}/bad has failed: ")), "{said}");
}

#[test]
fn probes_are_added_listed_and_removed() {
    let program = Program::start("socket", "");
    assert_eq!(program.prints(&["probe", "list"]), "");
    let add = |arguments: &[&str]| program.prints(&[&["probe", "add"], arguments].concat());
    let added = add(&[BUY, "--type", "histogram", "--value", "result", "--lifespan", "none"]);
    assert_eq!(added, format!("added {BUY}/histogram to process {} until it's removed\n", program.pid()));
    add(&[BUY, "--type", "histogram", "--value", "apples", "--tags", "{'user': user_id}"]);
    add(&["price", "--type", "increment", "--event", "call"]);
    let list = wait_for("calls", || {
        let list = program.prints(&["probe", "list"]);
        (!list.contains(" 0  ")).then_some(list)
    });
    let lines: Vec<&str> = list.lines().collect();
    assert_eq!(lines.len(), 4, "{list}");
    assert!(lines[1].contains("histogram result") && lines[1].contains("  -  running"), "{list}");
    assert!(lines[2].contains("histogram-2") && lines[2].contains("tagged {'user': user_id}"), "{list}");
    assert!(lines[3].contains("increment on call") && lines[3].contains("10 min"), "{list}");
    // What they count is in the program's report.
    let report = wait_for("measurements", || {
        let report = program.prints(&["report"]);
        (report.contains("histogram-2 {user=44}") && report.contains("increment")).then_some(report)
    });
    assert!(report.contains("Shop::buy"), "{report}");

    assert!(program.fails(&["probe", "remove", BUY]).contains("several probes are meant"));
    assert_eq!(program.prints(&["probe", "remove", "price"]), "removed second_terminal::probe_me::price/increment\n");
    assert_eq!(
        program.prints(&["probe", "remove", "Shop::buy", "histogram-2"]),
        format!("removed {BUY}/histogram-2\n")
    );
    assert_eq!(program.prints(&["probe", "remove", &format!("{BUY}/histogram")]), format!("removed {BUY}/histogram\n"));
    assert_eq!(program.fails(&["probe", "remove", BUY]), "instrument: there are no probes\n");
    assert_eq!(program.prints(&["probe", "list"]), "");
}

#[test]
fn a_probe_that_is_there_can_be_followed_by_several_until_it_is_removed() {
    let program = Program::start("socket", "");
    program.prints(&[
        "probe",
        "add",
        BUY,
        "--value",
        "[user_id, result]",
        "--condition",
        "user_id == 42 && result > 10",
        "--name",
        "big",
    ]);
    program.prints(&["probe", "add", "price", "--value", "apples"]);
    let follow = || {
        let mut follow = program.second_terminal(&["probe", "follow", "Shop::buy"]);
        follow.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let followers = [follow(), follow()];
    // Each of them has lines, which nobody takes from another.
    std::thread::sleep(Duration::from_millis(1500));
    program.prints(&["probe", "remove", BUY]);
    for follower in followers {
        let output = follower.wait_with_output().unwrap();
        let (lines, said) = (text(&output.stdout), text(&output.stderr));
        assert!(output.status.success() && said.contains(&format!("{BUY}/big was removed; it has seen ")), "{said}");
        assert!(lines.lines().count() > 10 && lines.lines().all(is_wanted), "{lines}");
    }
    assert!(program.fails(&["probe", "follow", "Shop::buy"]).contains("there's no such probe; there are:"));
}

#[test]
fn what_is_wrong_is_said_and_nothing_is_added() {
    let program = Program::start("socket", "");
    for (arguments, expected) in [
        (
            &["Shop::buyy", "--value", "result"][..],
            "no target `Shop::buyy`: did you mean `second_terminal::probe_me::Shop::buy`?",
        ),
        (&["Shop.buy", "--value", "result"], "write `::` between its parts, as `second_terminal::probe_me::Shop::buy`"),
        (&[BUY], "a log needs a `value`, such as `result`, `elapsed` or `args`"),
        (&[BUY, "--value", "result +"], "the value `result +`"),
        (&[BUY, "--value", "colour"], "`colour`"),
        (
            &[BUY, "--value", "result", "--type", "histo"],
            "there's no type `histo`; this process knows `histogram`, `increment`, `log`",
        ),
        (&[BUY, "--value", "result", "--event", "call"], "result"),
        (&[BUY, "--value", "result", "--name", ""], "`instrument.name` is empty"),
        (&[BUY, "--value", "result", "--lifespan", "1e300"], "`lifespan` is 1"),
    ] {
        let error = program.fails(&[&["probe", "add"], arguments].concat());
        assert!(error.contains(expected), "{arguments:?}: {error}");
        assert!(!error.contains("RUST_BACKTRACE"));
    }
    for arguments in [&["targets", "Shop.buy"][..], &["probe", "remove", "Shop.buy"]] {
        program.prints(&["probe", "add", BUY, "--value", "1", "--name", arguments[0]]);
        let error = program.fails(arguments);
        assert!(error.contains("; paths are written with `::`, as `Shop::buy`"), "{error}");
        program.prints(&["probe", "remove", BUY, arguments[0]]);
    }
    // One that fails when it fires is disabled, and says so once.
    program.prints(&["probe", "add", BUY, "--value", "1 / (user_id - user_id)", "--name", "fails"]);
    let list = wait_for("a failure", || {
        let list = program.prints(&["probe", "list"]);
        list.contains("failed: ").then_some(list)
    });
    assert_eq!(list.lines().count(), 2, "{list}");
    assert_eq!(program.said().lines().filter(|line| line.contains("`fails`")).count(), 1, "{}", program.said());
    // Its name is free again.
    program.prints(&["probe", "add", BUY, "--value", "1", "--name", "fails"]);
    let taken = program.fails(&["probe", "add", BUY, "--value", "2", "--name", "fails"]);
    assert!(taken.contains("there's a spec") && taken.contains("already"), "{taken}");
}

#[test]
fn values_may_begin_with_a_minus_and_an_option_is_no_value() {
    let program = Program::start("socket", "");
    program.prints(&["probe", "add", BUY, "--value", "-apples", "--condition", "-1 < apples", "--name", "-negative"]);
    program.prints(&[
        "probe",
        "add",
        BUY,
        "--value=-(-apples)",
        "--tags",
        "-apples > 0 ? {'a': 1} : {}",
        "--name",
        "b",
    ]);
    let list = program.prints(&["probe", "list"]);
    assert!(list.contains("-negative  log -apples if -1 < apples"), "{list}");
    program.prints(&["probe", "remove", &format!("{BUY}/-negative")]);
    for (arguments, expected) in [
        (&["probe", "add", BUY, "--value", "--follow"][..], "a value is missing before that option"),
        (&["probe", "add", BUY, "--value", "1", "--name", "--follow"], "a value is missing before that option"),
        (&["probe", "add", BUY, "--value", "1", "--lifespan", "-5"], "write minutes above 0"),
        (&["probe", "add", BUY, "--value", "1", "--share", "0"], "write percent above 0 and up to 100"),
        (&["probe", "add", BUY, "--value", "1", "--share", "-5%"], "write percent above 0 and up to 100"),
        (&["top", "--every", "-1"], "write seconds from 0.1 to 30"),
        (&["top", "--rows", "-1"], "-1 is not in 1..=1000"),
        (&["targets", "--pid", "-1"], "invalid value '-1' for '--pid <PID>'"),
    ] {
        let output = program.instrument(arguments);
        let said = text(&output.stderr);
        assert!(output.status.code() == Some(2) && said.contains(expected), "{arguments:?}: {said}");
    }
}

#[test]
fn who_watches_a_process_that_is_killed_is_told_in_a_line() {
    let mut program = Program::start("socket", "");
    program.prints(&["probe", "add", BUY, "--value", "result", "--name", "seen"]);
    let watch = |arguments: &[&str]| {
        program.second_terminal(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let watching = [watch(&["top", "--every", "0.1"]), watch(&["probe", "follow", BUY])];
    std::thread::sleep(Duration::from_millis(500));
    // No word of farewell: SIGKILL.
    program.child.kill().unwrap();
    program.child.wait().unwrap();
    for child in watching {
        let output = child.wait_with_output().unwrap();
        assert_eq!(text(&output.stderr), format!("instrument: process {} has ended\n", program.pid()));
        assert_eq!(output.status.code(), Some(1));
        assert!(!output.stdout.is_empty());
    }
}

#[test]
fn no_row_is_wider_than_the_terminal() {
    let program = Program::start("socket", "");
    program.prints(&["probe", "add", BUY, "--value", "[user_id, result]", "--name", "one"]);
    program.prints(&["probe", "add", BUY, "--value", "1 / (apples - apples)", "--name", "fails"]);
    wait_for("a failure", || program.prints(&["probe", "list"]).contains("failed: ").then_some(()));
    wait_for("calls", || program.prints(&["top", "--once"]).contains("Shop::buy").then_some(()));
    for columns in [20, 40, 60, 80, 120] {
        for arguments in
            [&["top", "--once"][..], &["targets"], &["processes"], &["probe", "list"], &["report"], &["dump"]]
        {
            let output = program.second_terminal(arguments).env("COLUMNS", columns.to_string()).output().unwrap();
            let shown = text(&output.stdout);
            // An error is no row, and whole.
            let rows: Vec<&str> = shown.lines().filter(|line| !line.contains(" has failed: ")).collect();
            // Times are whole: with the shortest names, a report takes 60, and a dump 30.
            let least = [("report", 60), ("dump", 30)].into_iter().find(|(command, _)| *command == arguments[0]);
            let fits = least.is_none_or(|(_, least)| columns >= least);
            let width = |row: &&str| row.chars().count() <= columns;
            assert!(!fits || rows.iter().all(width), "{arguments:?} in {columns}:\n{shown}");
            assert!(rows.len() > 1, "{shown}");
            assert!(
                arguments[0] != "probe" || shown.contains("/fails has failed: the value: Division by zero"),
                "{shown}"
            );
        }
    }
}

#[test]
fn top_and_dump_show_where_it_is() {
    let program = Program::start("socket", "");
    let top = wait_for("calls", || {
        let top = program.prints(&["top", "--once"]);
        top.contains("Shop::buy").then_some(top)
    });
    assert!(top.starts_with(&format!("{} ", program.pid())) && top.contains("% own"), "{top}");
    let dump = wait_for("an open call", || {
        let dump = program.prints(&["dump"]);
        dump.contains("Shop::buy").then_some(dump)
    });
    assert!(dump.starts_with("thread "), "{dump}");
    // Piped, it's lines without escapes, table after table, and whoever stops reading is no error.
    let mut top = program.second_terminal(&["top", "--every", "0.1", "--by", "own", "--rows", "1"]);
    let mut child = top.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = Vec::new();
    let mut stdout = std::io::BufReader::new(child.stdout.take().unwrap());
    while lines.len() < 12 {
        let mut line = String::new();
        std::io::BufRead::read_line(&mut stdout, &mut line).unwrap();
        lines.push(line);
    }
    drop(stdout);
    let end = child.wait_with_output().unwrap();
    assert!(end.status.success() && end.stderr.is_empty(), "{}", text(&end.stderr));
    assert!(lines[0].contains(": all of ") && lines.iter().any(|line| line.contains(": the last ")), "{lines:?}");
    assert!(lines.iter().all(|line| !line.contains('\x1b')), "{lines:?}");
}

#[test]
fn processes_of_one_number_are_told_apart() {
    let [first, second] = [(); 2].map(|()| Program::start("socket", ""));
    // As if they were in containers that share the folder.
    let pid = first.pid();
    let sockets = first.folder.path().join("instrument");
    let other = second.folder.path().join(format!("instrument/{}.sock", second.pid()));
    std::os::unix::fs::symlink(other, sockets.join(format!("{pid}-2.sock"))).unwrap();
    let list = first.prints(&["processes"]);
    assert!(
        list.contains(&format!("{pid}  second_terminal")) && list.contains(&format!("{pid}-2  second_terminal")),
        "{list}"
    );
    let error = first.fails(&["targets", "--pid", &pid]);
    assert!(
        error.contains(&format!(
            "several processes have the number {pid}; write which one, as `--pid {pid}-2`, or `--pid {pid}-1`"
        )),
        "{error}"
    );
    let titles = |arguments: &[&str]| first.prints(arguments).lines().next().map(str::to_owned).unwrap();
    first.prints(&["probe", "add", BUY, "--value", "1", "--name", "of-one", "--pid", &format!("{pid}-1")]);
    assert!(first.prints(&["probe", "list", "--pid", &format!("{pid}-1")]).contains("of-one"));
    assert_eq!(first.prints(&["probe", "list", "--pid", &format!("{pid}-2")]), "");
    assert!(titles(&["top", "--once", "--pid", &format!("{pid}-2")]).starts_with(&second.pid()));
    assert!(
        first.fails(&["targets", "--pid", &format!("{pid}-3")]).contains(&format!("process {pid}-3 doesn't serve"))
    );
    // The one that's left is meant by its number alone.
    drop(second);
    assert!(first.prints(&["targets", "--pid", &pid]).contains(BUY));
}

#[test]
fn which_process_is_meant_is_asked_for_by_a_list() {
    let program = Program::start("socket", "");
    let second = {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["another_process", "--exact", "--test-threads=1"]);
        command.env("INSTRUMENT_TEST_ROLE", "socket").env("INSTRUMENT_TEST_PATH", "").env("INSTRUMENT_SERVE", "1");
        command.env("XDG_RUNTIME_DIR", program.folder.path()).stdin(Stdio::null()).stdout(Stdio::null());
        Program { child: command.spawn().unwrap(), folder: tempfile::tempdir().unwrap() }
    };
    let processes = wait_for("both", || {
        let processes = program.prints(&["processes"]);
        (processes.lines().count() == 3).then_some(processes)
    });
    let name = processes.lines().nth(1).unwrap().split_whitespace().nth(1).unwrap().to_owned();
    assert!(name.starts_with("second_terminal"), "{processes}");
    let error = program.fails(&["targets"]);
    assert!(
        error.contains("several processes serve") && error.contains(&program.pid()) && error.contains(&second.pid())
    );
    assert!(program.fails(&["targets", "--name", &name]).contains("several"));
    assert!(program.prints(&["targets", "--pid", &second.pid()]).contains(BUY));
    assert!(program.fails(&["targets", "--pid", "1"]).contains("process 1 doesn't serve; these do:"));
    assert!(
        program
            .fails(&["dump", "--program", "nothing"])
            .contains("no process of a program `nothing` serves; these do:")
    );
    drop(second);
    assert!(program.prints(&["targets", "--name", &name]).contains(BUY));
    assert_eq!(program.instrument(&["targets", "--pid", "x"]).status.code(), Some(2));
    assert_eq!(program.instrument(&["targetz"]).status.code(), Some(2));
    assert_eq!(program.instrument(&["--help"]).status.code(), Some(0));
    let nowhere =
        program.second_terminal(&["targets"]).env("XDG_RUNTIME_DIR", PathBuf::from("/nowhere")).output().unwrap();
    // Others of this user's may serve in the folder for those that have no runtime folder.
    assert_eq!(nowhere.status.code(), Some(1));
}

#[test]
fn what_a_running_program_has_recorded_is_saved() {
    let program = Program::start("socket", "");
    let recording = |file: &str| {
        let path = program.folder.path().join(file);
        assert_eq!(program.prints(&["save", "--pid", &program.pid(), "-o", path.to_str().unwrap()]), "");
        instrument::Snapshot::load(&path).unwrap()
    };
    let first = wait_for("a sale", || {
        let recording = recording("first.json");
        let is_there = recording.nodes().any(|node| node.count() > 0 && node.name().ends_with("buy"));
        is_there.then_some(recording)
    });
    assert_eq!(first.data().process.pid, program.child.id());
    let later = wait_for("another sale", || {
        let recording = recording("later.json");
        (recording.calls() > first.calls()).then_some(recording)
    });
    assert!(later.elapsed() > first.elapsed(), "it goes on");
    let text = program.prints(&["save", "-o", "-"]);
    assert!(text.starts_with("{\n\"format\":\"instrument recording\""), "{text}");
    assert!(program.fails(&["save", "-o", "/dev/null/run.json"]).contains("/dev/null/run.json can't be saved: "));
}
