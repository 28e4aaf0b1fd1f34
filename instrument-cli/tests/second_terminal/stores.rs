//! Through stores: a file, and Redis.

use super::*;
use crate::common::RedisServer;

/// Adds a probe to what `place` names, sees its lines in the program's terminal, and that it expires.
fn a_probe_comes_and_goes(program: &Program, place: &[&str]) {
    let with = |words: &[&str]| -> Vec<String> { words.iter().chain(place).map(|word| (*word).to_owned()).collect() };
    let prints = |words: &[&str]| program.prints(&with(words).iter().map(String::as_str).collect::<Vec<_>>());
    let fails = |words: &[&str]| program.fails(&with(words).iter().map(String::as_str).collect::<Vec<_>>());
    let added = prints(&[
        "probe",
        "add",
        BUY,
        "--value",
        "[user_id, result]",
        "--condition",
        "result > 10 && user_id == 42",
        "--name",
        "big",
        "--lifespan",
        "0.1",
        "--share",
        "50%",
    ]);
    assert_eq!(added, format!("added {BUY}/big; processes that read this apply it next time they look\n"));
    let here = format!(":{}", program.pid());
    let mine = |list: &str, target: &str| {
        list.lines().find(|line| line.starts_with(target) && line.contains(&here)).map(str::to_owned)
    };
    let applied = wait_for("the status", || mine(&prints(&["probe", "list"]), BUY));
    assert!(applied.contains("applied 20"), "{applied}");
    wait_for("lines", || program.said().lines().any(is_wanted).then_some(()));
    let expired =
        wait_for("the end", || mine(&prints(&["probe", "list"]), BUY).filter(|line| line.contains("expired")));
    // A call that had begun may end later than the spec.
    let lines = stops(program);
    assert!(lines.iter().all(|line| is_wanted(line)), "{lines:#?}");
    std::thread::sleep(Duration::from_millis(200));
    assert_eq!(big(program), lines, "{expired}");

    // What can't be applied is in the status, with what was meant, and is said once.
    let wrong = BUY.replace("buy", "bye");
    prints(&["probe", "add", &wrong, "--value", "result"]);
    let failed =
        wait_for("an error", || mine(&prints(&["probe", "list"]), &wrong).filter(|line| line.contains("failed")));
    assert!(failed.contains("did you mean `second_terminal::probe_me::Shop::buy`?"), "{failed}");
    says_once(program, "Shop::bye");
    prints(&["probe", "remove", &wrong]);

    // And so is what fails when it fires.
    prints(&["probe", "add", BUY, "--value", "1 / (user_id - user_id)", "--name", "divides"]);
    wait_for("a failure", || prints(&["probe", "list"]).contains("Division by zero").then_some(()));
    says_once(program, "Division");
    prints(&["probe", "remove", BUY, "divides"]);
    assert!(fails(&["probe", "remove", "Shop::bye"]).contains("there's no such probe; there are:"));
    prints(&["probe", "remove", BUY]);
    assert_eq!(prints(&["probe", "list"]), "");
}

/// What the probe `big` has printed so far. Whatever else the program says, of a slow server for one, is no line of it.
fn big(program: &Program) -> Vec<String> {
    program.said().lines().filter(|line| line.starts_with("big: ")).map(str::to_owned).collect()
}

/// The program tells the store before it tells its own terminal, and tells each of them once.
fn says_once(program: &Program, what: &str) {
    let count = || program.said().lines().filter(|line| line.contains(what)).count();
    wait_for(what, || (count() > 0).then_some(()));
    std::thread::sleep(Duration::from_millis(200));
    assert_eq!(count(), 1, "{}", program.said());
}

/// Waits until no further line comes, and gives all of them; what the program said of it, if that's in vain.
fn stops(program: &Program) -> Vec<String> {
    for _ in 0..100 {
        let before = big(program);
        std::thread::sleep(Duration::from_millis(150));
        if big(program) == before {
            return before;
        }
    }
    let said = program.said();
    let others: Vec<&str> = said.lines().filter(|line| !line.starts_with("big: ")).collect();
    panic!("it goes on, with: {others:#?}");
}

/// As careful editors do: never half of it.
fn write(path: &str, text: &str) {
    let new = format!("{path}.edited");
    fs::write(&new, text).unwrap();
    fs::rename(new, path).unwrap();
}

#[test]
fn through_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("probes.json");
    let path = path.to_str().unwrap();
    let program = Program::start("file", path);
    a_probe_comes_and_goes(&program, &["--store", path]);

    // Nonsense is an error here and there, and what was applied goes on.
    program.prints(&["probe", "add", BUY, "--value", "[user_id, result]", "--name", "big", "--store", path]);
    let count = || big(&program).len();
    let before = count();
    wait_for("lines", || (count() > before).then_some(()));
    write(path, "{\n  oops");
    assert_eq!(
        program.fails(&["probe", "list", "--store", path]),
        format!("instrument: {path}: line 2, column 3: the name of a field, in quotes, is expected here, not `oops`\n")
    );
    wait_for("a complaint", || program.said().contains("going on with the probes as they were").then_some(()));
    let before = count();
    wait_for("further lines", || (count() > before + 5).then_some(()));
    write(path, "{\"specs\": []}");
    stops(&program);
    assert_eq!(program.said().lines().filter(|line| line.contains("going on")).count(), 1, "{}", program.said());
    let both = program.instrument(&["probe", "list", "--store", path, "--pid", "1"]);
    assert_eq!(both.status.code(), Some(2));
    let follow = program.fails(&["probe", "add", BUY, "--value", "1", "--store", path, "--follow"]);
    assert!(follow.contains("`--follow`"), "{follow}");
}

#[test]
fn a_spec_of_another_library_is_applied_and_what_means_nothing_is_said_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("probes.json");
    let path = path.to_str().unwrap();
    let old = |applied: &str| {
        format!(
            r#"{{"specs": [{{"target": "{BUY}", "lifespan": null, "lastmodified": "2020-01-02T03:04:05.678901", "applied": {applied},
            "instrument": {{"type": "hist", "name": "old", "value": "result", "event": "return", "custom": {{}}}}}}]}}"#
        )
    };
    write(path, &old("{}"));
    let program = Program::start("file", path);
    let list = wait_for("calls", || {
        let list = program.prints(&["probe", "list", "--store", path]);
        (list.contains("hist result on return") && list.contains("applied 20")).then_some(list)
    });
    assert!(!list.contains("failed"), "{list}");
    wait_for("a figure", || program.prints(&["report"]).contains("old ").then_some(()));
    let line = format!("instrument: the spec {BUY}/old: `applied` means nothing here, and is passed over");
    let complaints = || program.said().lines().filter(|said| *said == line).count();
    wait_for("a complaint", || (complaints() == 1).then_some(()));
    // Who lists them is told, too.
    let listed = program.instrument(&["probe", "list", "--store", path]);
    assert_eq!(text(&listed.stderr), format!("{line}\n"));
    // Another program notes what it has done in there, again and again.
    write(path, &old(r#"{"host:7": {"err": null}}"#));
    std::thread::sleep(Duration::from_millis(200));
    assert_eq!(complaints(), 1, "{}", program.said());
}

#[test]
fn through_redis_which_is_stopped_and_started_again() {
    let Some(mut server) = RedisServer::start() else { return };
    let url = server.url();
    let program = Program::start("redis", &url);
    a_probe_comes_and_goes(&program, &["--redis", &url]);

    program.prints(&["probe", "add", BUY, "--value", "[user_id, result]", "--name", "big", "--redis", &url]);
    let count = || big(&program).len();
    let before = count();
    wait_for("lines", || (count() > before).then_some(()));
    server.stop();
    assert!(program.fails(&["probe", "list", "--redis", &url]).contains("redis at 127.0.0.1:"));
    wait_for("a complaint", || program.said().contains("going on with the probes as they were").then_some(()));
    let before = count();
    wait_for("further lines without the server", || (count() > before + 5).then_some(()));
    // It comes back without what it knew, and so the probe goes; a new one comes.
    server.restart();
    stops(&program);
    program.prints(&["probe", "add", BUY, "--value", "result", "--name", "again", "--redis", &url]);
    wait_for("lines", || program.said().lines().any(|line| line.starts_with("again: ")).then_some(()));
}
