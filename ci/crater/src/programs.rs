//! Runs programs with tests, and reads which tests passed.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::cargo::{Tests, compiler_libraries};

/// How each test of a program ended, by its name. The program itself has the name "".
pub(crate) type Outcomes = BTreeMap<String, String>;

/// How the end of a program begins that was ended.
pub(crate) const NOT_DONE: &str = "not done";

/// Runs all tests but those that are skipped, and no longer than that.
pub(crate) fn run(
    tests: &Tests,
    folder: &Path,
    skip: &[String],
    limit: Duration,
) -> Result<(Outcomes, String), String> {
    let mut command = Command::new(&tests.program);
    // A harness of the crate's own may not know these.
    command.args(skip.iter().flat_map(|name| ["--skip", name]));
    let mut child = command
        .current_dir(folder)
        .env("CARGO_MANIFEST_DIR", folder)
        .env("RUST_TEST_THREADS", "2")
        .env("LD_LIBRARY_PATH", compiler_libraries()?)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{}: {error}", tests.program.display()))?;
    let out = child.stdout.take().map(|out| thread::spawn(move || collect(out, usize::MAX)));
    // `#[print_mem]` on every function prints gigabytes.
    let err = child.stderr.take().map(|err| thread::spawn(move || collect(err, 4096)));
    let ended = wait(&mut child, limit)?;
    let text = |collected: Option<thread::JoinHandle<Vec<u8>>>| {
        let bytes = collected.and_then(|thread| thread.join().ok()).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    };
    let (out, err) = (text(out), text(err));
    let err: String = err.lines().filter(|line| !line.starts_with("[mem ")).flat_map(|line| [line, "\n"]).collect();
    let mut outcomes: Outcomes = out.lines().filter_map(outcome).collect();
    outcomes.insert(String::new(), ended);
    Ok((outcomes, format!("{}{err}", failures(&out))))
}

/// `test a::b ... ok`.
fn outcome(line: &str) -> Option<(String, String)> {
    let (name, end) = line.strip_prefix("test ")?.split_once(" ... ")?;
    let end = ["ok", "FAILED", "ignored"].into_iter().find(|known| end.starts_with(known))?;
    Some((name.to_owned(), end.to_owned()))
}

/// What failed tests printed.
fn failures(out: &str) -> &str {
    out.find("\nfailures:\n").map_or("", |at| &out[at..])
}

fn wait(child: &mut Child, limit: Duration) -> Result<String, String> {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait().map_err(|error| error.to_string())? {
            return Ok(status.to_string());
        }
        if start.elapsed() > limit {
            child.kill().and_then(|()| child.wait()).map_err(|error| error.to_string())?;
            return Ok(format!("{NOT_DONE} after {} s", limit.as_secs()));
        }
        thread::sleep(Duration::from_millis(10));
    }
}

/// All of it, or the last bytes.
fn collect(mut from: impl Read, keep: usize) -> Vec<u8> {
    let (mut all, mut buffer) = (Vec::new(), vec![0; 1 << 16]);
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        all.extend_from_slice(buffer.get(..read).unwrap_or_default());
        if keep < all.len() / 2 {
            all.drain(..all.len() - keep);
        }
    }
    all.drain(..all.len().saturating_sub(keep));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_harness_is_read_and_others_are_not() {
        let read = |line| outcome(line).map(|(name, end)| format!("{name}={end}"));
        assert_eq!(read("test a::b ... ok").as_deref(), Some("a::b=ok"));
        assert_eq!(read("test a - should panic ... FAILED").as_deref(), Some("a - should panic=FAILED"));
        assert_eq!(read("test c ... ignored, takes long").as_deref(), Some("c=ignored"));
        assert_eq!(read("test result: ok. 1 passed"), None);
        assert_eq!(read("running 1 test"), None);
    }
}
