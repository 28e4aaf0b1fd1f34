//! A span's guard belongs to its thread, so a future that moves between threads can't hold one while it's suspended.

async fn suspend() {}

async fn by_hand() {
    let _span = instrument::scope!("load");
    suspend().await;
}

#[instrument::timer]
async fn by_attribute() {
    suspend().await;
}

fn spawn(_: impl Future<Output = ()> + Send) {}

fn main() {
    spawn(by_attribute());
    spawn(by_hand());
}
