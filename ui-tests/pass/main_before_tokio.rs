//! `#[main]` and `#[timer]` before `#[tokio::main]` see an async function.
#![deny(warnings)]

#[instrument::main(interval_seconds = 3600, report = false, signals)]
#[instrument::timer]
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), std::num::ParseIntError> {
    let number: u8 = std::future::ready("1").await.parse()?;
    assert_eq!(number, 1);
    Ok(())
}
