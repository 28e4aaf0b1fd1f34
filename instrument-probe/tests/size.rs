//! What a probe adds to a future.
#![allow(clippy::unwrap_used, reason = "a test that finds an error has failed")]

use instrument::probe;

async fn plain(number: u64, text: &str) -> usize {
    std::future::ready(()).await;
    text.len() + usize::try_from(number).unwrap()
}

#[probe]
async fn probed(number: u64, text: &str) -> usize {
    std::future::ready(()).await;
    text.len() + usize::try_from(number).unwrap()
}

async fn plain_large(data: [u8; 4096]) -> usize {
    std::future::ready(()).await;
    data.len()
}

#[probe]
async fn probed_large(data: [u8; 4096]) -> usize {
    std::future::ready(()).await;
    data.len()
}

#[test]
fn a_probed_future_has_its_parameters_once_more_and_little_else() {
    let small = size_of_val(&probed(1, "")) - size_of_val(&plain(1, ""));
    assert!(small <= 200, "{small}");
    let large = size_of_val(&probed_large([0; 4096])) - size_of_val(&plain_large([0; 4096]));
    assert!(large <= 4096 + 200, "{large}");
}
