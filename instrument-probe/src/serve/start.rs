//! `INSTRUMENT_SERVE=1`: serves without a word in the program.

use instrument_core::shared::{ignores_variables, switch, warn};
use instrument_model::text::printable;

/// Serves if the environment asks for it. Called before `main`.
#[doc(hidden)]
pub extern "C" fn serve_if_asked() {
    let _ = std::panic::catch_unwind(|| {
        let Some(value) = std::env::var_os("INSTRUMENT_SERVE") else { return };
        let value = value.to_string_lossy().trim().to_lowercase();
        if value.is_empty() || ignores_variables() {
            return;
        }
        let done = match switch(&value) {
            Ok(false) => return,
            Ok(true) => super::serve().map(drop).map_err(|error| error.to_string()),
            Err(complaint) => Err(complaint),
        };
        if let Err(complaint) = done {
            let shown: String = printable(&value).chars().take(60).collect();
            warn(&format!("INSTRUMENT_SERVE={shown}: {complaint}; not serving"));
        }
    });
}
