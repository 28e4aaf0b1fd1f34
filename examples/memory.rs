//! `print_mem` and the counting allocator: where memory comes and goes. `cargo run --release --example memory`

use instrument::{CountingAllocator, print_mem};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator::new();

/// Prints a line whenever it's left.
#[print_mem("made the table")]
fn table(rows: usize) -> Vec<String> {
    (0..rows).map(|row| format!("row {row}")).collect()
}

#[print_mem]
fn index(table: &[String]) -> std::collections::HashMap<&str, usize> {
    table.iter().enumerate().map(|(row, text)| (text.as_str(), row)).collect()
}

fn main() {
    print_mem("start");
    let rows = table(500_000);
    let index = index(&rows);
    println!("row 4711 is number {}", index["row 4711"]);
    drop(index);
    print_mem("dropped the index");
    drop(rows);
    print_mem("dropped the table");
}
