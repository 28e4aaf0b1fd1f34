//! `#[main]` and `#[timer]` after `#[tokio::main]` see a function that blocks.
#![deny(warnings)]

#[tokio::main(flavor = "current_thread")]
#[instrument::timer]
#[instrument::main(report = false)]
async fn main() -> Result<(), std::num::ParseIntError> {
    let number: u8 = std::future::ready("1").await.parse()?;
    assert_eq!(number, 1);
    Ok(())
}
