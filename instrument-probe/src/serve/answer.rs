//! What's answered to each request.

use super::probes::{self, Follow};
use super::session::Session;
use super::top;
use crate::targets::targets;
use instrument_wire::remote::{Answer, Hello, Request, TargetRow};

/// One answer, or one and then several.
pub(super) enum Reply {
    One(Answer),
    Several(Answer, Rest),
}

/// Answers that follow the first.
pub(super) enum Rest {
    Follow(Box<Follow>),
    Parts(Parts),
}

impl Rest {
    pub(super) fn next_answer(&mut self) -> Option<Answer> {
        match self {
            Rest::Follow(follow) => follow.next_answer(),
            Rest::Parts(parts) => parts.next(),
        }
    }
}

/// A long text in pieces.
pub(super) struct Parts {
    text: String,
    sent: usize,
}

impl Parts {
    /// Bytes of a piece: escaped, they are six times as long at most, which an answer may be.
    const LENGTH: usize = 1 << 20;
}

impl Iterator for Parts {
    type Item = Answer;

    fn next(&mut self) -> Option<Answer> {
        let rest = self.text.get(self.sent..).filter(|rest| !rest.is_empty())?;
        let mut end = rest.len().min(Parts::LENGTH);
        while !rest.is_char_boundary(end) {
            end -= 1;
        }
        let part = &rest[..end];
        self.sent += part.len();
        Some(Answer::Part { text: part.to_owned(), left: (self.text.len() - self.sent) as u64 })
    }
}

/// What the process has recorded so far.
fn recording() -> Reply {
    let mut text = Vec::new();
    let written = instrument_core::snapshot().write_to(&mut text).map_err(|error| error.to_string());
    let text = written.and_then(|()| String::from_utf8(text).map_err(|error| error.to_string()));
    match text.map(|text| Parts { text, sent: 0 }).map(|mut parts| (parts.next(), parts)) {
        Ok((Some(first), parts)) => Reply::Several(first, Rest::Parts(parts)),
        Ok((None, _)) => Reply::One(Answer::Error { error: "the recording is empty".to_owned() }),
        Err(error) => Reply::One(Answer::Error { error: format!("the recording can't be written: {error}") }),
    }
}

pub(super) fn answer(session: &mut Session<'_>, request: Request) -> Reply {
    Reply::One(match request {
        Request::Hello {} => Answer::Hello(Hello {
            pid: std::process::id(),
            program: instrument_wire::process::program(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            host: Some(instrument_wire::process::host()),
            uptime_seconds: session.shared.begun.elapsed().as_secs_f64(),
        }),
        Request::Targets {} => Answer::Targets {
            targets: targets()
                .iter()
                .map(|target| TargetRow {
                    path: target.path().to_owned(),
                    arguments: target.arguments().map(str::to_owned).collect(),
                    file: target.file().to_owned(),
                    line: target.line(),
                })
                .collect(),
        },
        Request::ProbeAdd { spec, follow } => match probes::add(*spec, follow) {
            Ok((id, Some(follow))) => return Reply::Several(Answer::Done { id }, Rest::Follow(Box::new(follow))),
            Ok((id, None)) => Answer::Done { id },
            Err(error) => Answer::Error { error },
        },
        Request::ProbeList {} => match probes::list() {
            Ok(probes) => Answer::Probes { probes },
            Err(error) => Answer::Error { error },
        },
        Request::ProbeRemove { id } => match probes::remove(&id) {
            Ok(()) => Answer::Done { id },
            Err(error) => Answer::Error { error },
        },
        Request::Lines { id } => match probes::list() {
            Ok(rows) if rows.iter().any(|row| row.id == id) => {
                let follow = Box::new(Follow::new(id.clone()));
                return Reply::Several(Answer::Done { id }, Rest::Follow(follow));
            }
            Ok(_) => Answer::Error { error: format!("there's no probe {id}") },
            Err(error) => Answer::Error { error },
        },
        Request::Top { order, rows, interval } => {
            let snapshot = instrument_core::snapshot();
            let shown = session.earlier.as_ref().filter(|_| interval).map(|earlier| snapshot.since(earlier));
            let top = top::top(shown.as_ref().unwrap_or(&snapshot), order, rows);
            session.earlier = Some(snapshot);
            Answer::Top(top)
        }
        Request::Dump { width } => {
            let width = usize::try_from(width).unwrap_or(usize::MAX);
            Answer::Text { text: instrument_core::active().width(width).to_string() }
        }
        Request::Save {} => return recording(),
        Request::Report { width } => Answer::Text { text: instrument_core::report().width(width).to_string() },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_comes_whole_in_pieces_that_fit() {
        // No piece ends amid a letter.
        let text = "é".repeat(Parts::LENGTH + 7);
        let parts: Vec<(String, u64)> = Parts { text: text.clone(), sent: 0 }
            .map(|part| match part {
                Answer::Part { text, left } => (text, left),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(parts.len(), 3);
        assert!(parts.iter().all(|(part, _)| part.len() <= Parts::LENGTH));
        assert_eq!(parts.last().map(|(_, left)| *left), Some(0));
        assert_eq!(parts.into_iter().map(|(part, _)| part).collect::<String>(), text);
    }
}
