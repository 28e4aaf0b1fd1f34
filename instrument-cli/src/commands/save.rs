//! `save`: a recording of a program that runs.

use crate::arguments::Save;
use crate::failure::Failure;
use crate::process;
use instrument_model::Snapshot;
use instrument_wire::remote::{Answer, Request};
use std::io::{self, Write};

pub(crate) fn save(arguments: Save) -> Result<(), Failure> {
    let mut found = process::one(&arguments.which.into())?;
    let mut text = String::new();
    let mut answer = found.client.ask(&Request::Save {})?;
    loop {
        match answer {
            Answer::Part { text: part, left } => {
                text.push_str(&part);
                if left == 0 {
                    break;
                }
                answer = found.client.next_answer()?;
            }
            other => return Err(process::unexpected(found.hello.pid, &other).into()),
        }
    }
    // What it says may be anything: nobody else is to find that out.
    let snapshot = Snapshot::read_from(text.as_bytes())
        .map_err(|error| Failure::new(format!("process {}: {error}", found.hello.pid)))?;
    if arguments.output.as_os_str() == "-" {
        let mut out = io::stdout().lock();
        snapshot.write_to(&mut out)?;
        return Ok(out.flush()?);
    }
    snapshot.save(&arguments.output)?;
    Ok(())
}
