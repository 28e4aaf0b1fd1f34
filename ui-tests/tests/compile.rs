//! What compiles and what doesn't, and what is said then.

#[test]
fn misuse_is_an_error_that_says_what_to_write() {
    trybuild::TestCases::new().compile_fail("fail/*.rs");
}

#[test]
fn unusual_use_compiles() {
    trybuild::TestCases::new().pass("pass/*.rs");
}
