//! Serving, off: there's nothing to look into, and no way in.

/// A process's way in for the program `instrument`. In this build there's none.
#[derive(Debug, Clone)]
pub struct Serving(());

impl Serving {
    /// `None`: nothing listens.
    #[inline(always)]
    pub fn socket(&self) -> Option<&std::path::Path> {
        None
    }

    /// Does nothing in this build.
    #[inline(always)]
    pub fn stop(self) {}
}

/// Does nothing in this build.
///
/// # Errors
///
/// None.
#[inline(always)]
pub fn serve() -> std::io::Result<Serving> {
    Ok(Serving(()))
}
