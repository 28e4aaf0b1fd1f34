//! What's answered to each request.

use super::session::Session;
use super::top;
use crate::remote::{Answer, Hello, Request};

/// One answer, or several.
pub(super) enum Reply {
    One(Answer),
    Follow(Follow),
}

pub(super) struct Follow;

impl Follow {
    pub(super) fn next_answer(&mut self) -> Option<Answer> {
        None
    }
}

pub(super) fn answer(session: &mut Session<'_>, request: Request) -> Reply {
    Reply::One(match request {
        Request::Hello {} => Answer::Hello(Hello {
            pid: std::process::id(),
            program: crate::spec::program(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            uptime_seconds: session.shared.begun.elapsed().as_secs_f64(),
        }),
        Request::Top { order, rows, interval } => {
            let snapshot = instrument_core::snapshot();
            let shown = session.earlier.as_ref().filter(|_| interval).map(|earlier| snapshot.since(earlier));
            let top = top::top(shown.as_ref().unwrap_or(&snapshot), order, rows);
            session.earlier = Some(snapshot);
            Answer::Top(top)
        }
        Request::Dump {} => Answer::Text { text: instrument_core::active().to_string() },
        Request::Report {} => Answer::Text { text: instrument_core::report().to_string() },
        _ => Answer::Error { error: "not yet".into() },
    })
}
