//! Code without an annotation, whose types are inferred since there's one implementation that fits.
//!
//! A crate that implements a trait of the standard library for one of its types, with a type of its own as parameter,
//! `PartialEq<Value> for u8` or `From<Timestamp> for SystemTime`, makes such code ambiguous for whoever has the crate
//! somewhere in the dependency graph, although nobody names it. `ci/42-inferred.sh` compiles this file bare, with the
//! toolkit, and with an offender, which has to fail. `tests/foreign.rs` looks for such implementations themselves.

// A crate counts from when it's named.
#[cfg(feature = "toolkit")]
use instrument as _;
#[cfg(feature = "offender")]
use serde_json as _;

use std::borrow::{Borrow, Cow};
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// Whatever is asked for.
fn any<T: Default>() -> T {
    T::default()
}

pub fn comparisons() {
    assert_eq!(vec![0u8; 0], Vec::new());
    assert_eq!(Vec::<u8>::new(), vec![]);
    assert_eq!([1u8, 2].to_vec(), [1, 2].into_iter().collect::<Vec<_>>());
    assert_eq!(vec![Some(1u64); 0], vec![]);
    assert_eq!([0.5f64; 0][..], Vec::new()[..]);
    assert_eq!((1u8, true, 'c'), (any::<u8>() + 1, !any::<bool>(), 'c'));
    assert_eq!((0u8, 0i64, 0.0f64), (any(), any(), any()));
    assert_eq!(Some(0u8), Some(any()));
    assert_eq!(None::<u16>, any());
    assert_eq!(Ok::<u8, i8>(0), Ok(any()));
    assert_eq!(Box::new(0u8), any());
    assert_eq!(Rc::new(0i32), any());
    assert_eq!(Arc::new(false), any());
    assert_eq!(Duration::ZERO, any());
    assert_eq!(BTreeMap::from([(1u8, 2i8)]), [(1, 2)].into_iter().collect());
    assert_eq!(HashMap::from([(1u8, "a")]), [(1, "a")].into_iter().collect());
    assert_eq!(BTreeSet::from([1u8]), [1].into_iter().collect());
    assert_eq!(VecDeque::from([1u8]), [1]);
    assert!(PathBuf::from("a").as_path() == Path::new("a"));
    assert!(*"a" == *Cow::from("a"));
}

pub fn primitives(bytes: &[u8], numbers: &[f64]) -> bool {
    let is_zero = 0u8 == any()
        && 0u16 == any()
        && 0u32 == any()
        && 0u64 == any()
        && 0u128 == any()
        && 0usize == any()
        && 0i8 == any()
        && 0i16 == any()
        && 0i32 == any()
        && 0i64 == any()
        && 0i128 == any()
        && 0isize == any()
        && 0.0f32 == any()
        && 0.0f64 == any()
        && !(true == any())
        && 'a' != any()
        && () == any();
    let is_less = 1u8 >= any() && 0i64 <= any() && 0.0f64 <= any() && (0u8, 1i32) >= any() && [0u8] >= any();
    is_zero
        && is_less
        && bytes.iter().all(|&byte| byte == any())
        && bytes == bytes.iter().copied().collect::<Vec<_>>()
        && numbers.iter().any(|&number| number > "1".parse().unwrap_or_default())
        && bytes.len() == "1".parse().unwrap_or_default()
        && bytes.contains(&any())
        && bytes.starts_with(&[any()])
}

pub fn sums() {
    // What's inferred from the one implementation for this type.
    let _ = Duration::from([Duration::ZERO].iter().sum());
    let _ = bool::from("true".parse().unwrap_or_default());
    let _ = char::from(0u8) == any();
    let _ = SystemTime::from([SystemTime::UNIX_EPOCH][0]) + any::<Duration>();
    let _ = Duration::ZERO + any();
    let _ = Duration::ZERO - any();
    let _ = Duration::ZERO * "2".parse().unwrap_or_default();
    let _ = Duration::ZERO / "2".parse().unwrap_or(1);
    let _ = SystemTime::UNIX_EPOCH + any();
    let _ = String::new() + any::<String>().as_ref();
    let _ = String::new() + &any::<Cow<'_, str>>();
    let total: u64 = [1u64, 2].iter().sum::<u64>() + [1u64].into_iter().product::<u64>();
    let mean = [0.5f64].iter().sum::<f64>() / total as f64;
    let _ = mean.max("0.5".parse().unwrap_or_default());
    let mut text = String::new();
    text += any::<String>().as_ref();
    let mut time = Duration::ZERO;
    time += any();
    time *= "2".parse().unwrap_or_default();
}

pub fn conversions(text: &str) -> Result<(), Box<dyn std::error::Error>> {
    let _: String = text.into();
    let _: Vec<u8> = text.into();
    let _: Box<str> = text.into();
    let _: Arc<str> = text.into();
    let _: Cow<'_, str> = text.into();
    let _: PathBuf = text.into();
    let _: f64 = 1u8.into();
    let _: u64 = u64::from(true) + u64::from(1u8);
    let _: &Path = text.as_ref();
    let _: &[u8] = text.as_ref();
    let _: &str = String::new().as_ref();
    let _: &[u8] = vec![1].as_ref();
    let _: &[u8] = [1, 2].as_ref();
    let _: &str = <String as Borrow<_>>::borrow(&String::new());
    let _: u8 = u8::try_from(300i64).unwrap_or_default();
    let _: u16 = "1".parse()?;
    let _: f64 = "1".parse()?;
    let _: bool = "true".parse()?;
    let _: char = "c".parse()?;
    let _ = [0u8].as_ref().iter().map(|byte| byte + 1).collect::<Vec<_>>();
    takes_bytes(text);
    takes_bytes(vec![1, 2]);
    takes_text(String::new());
    takes_text("a");
    Ok(())
}

fn takes_bytes(_: impl AsRef<[u8]>) {}

fn takes_text(_: impl Into<String>) {}

pub fn collections() {
    let mut bytes = vec![0u8];
    bytes.extend([1, 2]);
    bytes.extend(&[1, 2]);
    bytes.extend([1u32].iter().map(|&number| number as u8));
    bytes.extend("text".bytes().filter(|&byte| byte != any()));
    let mut text = String::new();
    text.extend(["a", "b"]);
    text.extend(['a', 'b']);
    text.extend(vec![String::new()]);
    let _: String = ["a"].into_iter().collect();
    let _: String = ['a'].iter().collect();
    let _: Vec<_> = "1 2".split(' ').map(str::parse::<u8>).collect();
    let _: Result<Vec<u8>, _> = "1 2".split(' ').map(str::parse).collect();
    let _: Option<Vec<_>> = [Some(1u8)].into_iter().collect();
    let _: HashMap<_, Vec<_>> = [(1u8, vec![2u8])].into_iter().collect();
    let _: Box<[u8]> = [1, 2].into_iter().collect();
    let _: PathBuf = ["a", "b"].iter().collect();
    let known = HashMap::from([(String::from("a"), 1u8)]);
    assert!(known.get("a") == Some(&1) && known["a"] == 1);
    assert_eq!(known.get("b").copied().unwrap_or_default(), 0);
    assert_eq!(known.values().copied().max(), "1".parse().ok());
    assert_eq!([3u8, 1].iter().position(|&number| number == 1), Some(1));
    assert_eq!(["b", "a"].concat(), String::from("ba"));
    assert_eq!([[1u8], [2]].concat(), [1, 2]);
    assert_eq!([vec![1u8]].join(&0), [1]);
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_is_inferred_is_what_it_was_without_the_toolkit() {
        super::comparisons();
        assert!(!super::primitives(&[], &[]));
        super::sums();
        super::conversions("1").expect("numbers and words");
        super::collections();
    }
}
