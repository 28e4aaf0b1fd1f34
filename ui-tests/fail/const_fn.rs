//! Spans and measurements are for code that runs.

const fn span() {
    let _span = instrument::scope!("x");
}

const fn measurement() {
    instrument::measure!("x", 1);
}

fn main() {
    span();
    measurement();
}
