//! Which spans are recorded: patterns over what they're called and where they are.

use wildmatch::WildMatch;

/// Which spans are recorded, by patterns; see [`set_filter`](crate::set_filter). `INSTRUMENT_ONLY` and `INSTRUMENT_SKIP` ask for
/// the same.
///
/// In a pattern `*` stands for anything and `?` for one character. It fits a place whose name it fits (`Cart::add`, `"parse"`), or the full
/// path of its function (`shop::cart::Cart::add`), or its module (`shop::cart`). What's left out costs what it costs while
/// timers are off, and its time is its caller's own.
///
/// ```
/// use instrument_core::Filter;
///
/// let filter = Filter::new().only("shop::cart::*").skip("*::fmt");
/// assert!(filter.fits(&["Cart::add", "shop::cart::Cart::add"]));
/// assert!(!filter.fits(&["Cart::fmt", "shop::cart::Cart::fmt"]));
/// assert!(!filter.fits(&["main", "shop::main"]));
/// assert!(Filter::new().fits(&["main"]), "without patterns everything fits");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    only: Vec<String>,
    skip: Vec<String>,
}

impl Filter {
    /// Leaves nothing out.
    #[must_use]
    pub const fn new() -> Filter {
        Filter { only: Vec::new(), skip: Vec::new() }
    }

    /// Leaves out what fits neither this pattern nor another one given here.
    #[must_use]
    pub fn only(mut self, pattern: impl Into<String>) -> Filter {
        self.only.push(pattern.into());
        self
    }

    /// Leaves out what fits this pattern, whatever else it fits.
    #[must_use]
    pub fn skip(mut self, pattern: impl Into<String>) -> Filter {
        self.skip.push(pattern.into());
        self
    }

    /// Whether nothing is left out.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.only.is_empty() && self.skip.is_empty()
    }

    /// Whether a place is recorded that's known by any of these texts.
    #[must_use]
    pub fn fits(&self, texts: &[&str]) -> bool {
        let any = |patterns: &[String]| patterns.iter().any(|pattern| fits(pattern, texts));
        (self.only.is_empty() || any(&self.only)) && !any(&self.skip)
    }

    /// The patterns of [`only`](Self::only), and those of [`skip`](Self::skip).
    pub(crate) fn patterns(&self) -> [&[String]; 2] {
        [&self.only, &self.skip]
    }
}

/// Whether a pattern fits any of these texts.
pub(crate) fn fits(pattern: &str, texts: &[&str]) -> bool {
    let pattern = WildMatch::new(pattern);
    texts.iter().any(|text| pattern.matches(text))
}
