//! Tests that have a process of their own: the program starts itself again for them.

use std::io::Read;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

const CHILD: &str = "INSTRUMENTS_TEST_CHILD";

/// Runs `work` in this program started again for this test, with these variables and no others of the toolkit's. In the
/// child this doesn't return.
///
/// Fails where the child does, or where it hasn't ended after five minutes; else returns what it has written.
#[expect(clippy::exit, reason = "the harness would go on and write to the same streams")]
pub fn run(test: &str, variables: &[(&str, &str)], work: impl FnOnce()) -> String {
    if std::env::var_os(CHILD).is_some() {
        work();
        std::process::exit(0);
    }
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command.args(["--exact", test, "--nocapture", "--test-threads=1"]).env(CHILD, "1").stdin(Stdio::null());
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("INSTRUMENT_")) {
        command.env_remove(name);
    }
    command.envs(variables.iter().copied()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    let [stdout, stderr] = [read(child.stdout.take()), read(child.stderr.take())];
    let deadline = Instant::now() + LONGEST;
    let status = loop {
        match child.try_wait().expect("it's ours") {
            Some(status) => break Some(status),
            None if Instant::now() >= deadline => break None,
            None => thread::sleep(Duration::from_millis(5)),
        }
    };
    if status.is_none() {
        child.kill().expect("it's ours");
        let _ = child.wait();
    }
    let [stdout, text] = [stdout, stderr].map(|reads| reads.join().expect("no panic"));
    let status = status.unwrap_or_else(|| panic!("it hangs\n{text}\n{stdout}"));
    assert!(status.success(), "{status}\n{text}\n{stdout}");
    text
}

/// No child has more to do than a few seconds' work, of which a busy or an emulated machine makes minutes.
const LONGEST: Duration = Duration::from_secs(300);

/// Reads to the end beside, so that no child waits for its reader.
fn read(from: Option<impl Read + Send + 'static>) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = from.expect("it's piped").read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    })
}
