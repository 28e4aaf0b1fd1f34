//! What kinds of instruments of a program's own are told: any JSON.

use instrument_model::json::{Fault, Reader, Saved, Writer};
use std::collections::BTreeMap;
use std::ops::Index;

/// A value as JSON has it, in a spec's `custom`.
///
/// ```
/// use instrument::probe::Spec;
///
/// let spec: Spec = r#"{"target": "f", "instrument": {"type": "mine", "name": "n", "custom": {"levels": [1, 2]}}}"#.parse()?;
/// assert_eq!(spec.instrument.custom["levels"][1].as_u64(), Some(2));
/// assert_eq!(spec.instrument.custom["levels"].get("least"), None);
/// # Ok::<(), instrument::probe::ParseError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Json {
    /// Nothing.
    #[default]
    Null,
    /// Yes or no.
    Bool(bool),
    /// A number without a point or an exponent.
    Whole(i128),
    /// Any other number.
    Fraction(f64),
    /// Text.
    Text(String),
    /// Several.
    List(Vec<Json>),
    /// Several, by name.
    Map(BTreeMap<String, Json>),
}

static NULL: Json = Json::Null;

impl Json {
    /// Whether it's nothing.
    pub fn is_null(&self) -> bool {
        *self == Json::Null
    }

    /// If it's yes or no.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Json::Bool(truth) => Some(*truth),
            _ => None,
        }
    }

    /// If it's a whole number of that range.
    pub fn as_u64(&self) -> Option<u64> {
        match self {
            Json::Whole(number) => u64::try_from(*number).ok(),
            _ => None,
        }
    }

    /// If it's a whole number of that range.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Json::Whole(number) => i64::try_from(*number).ok(),
            _ => None,
        }
    }

    /// If it's a number; the nearest that there is.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Json::Whole(number) => Some(*number as f64),
            Json::Fraction(number) => Some(*number),
            _ => None,
        }
    }

    /// If it's text.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Json::Text(text) => Some(text),
            _ => None,
        }
    }

    /// If it's a list.
    pub fn as_array(&self) -> Option<&Vec<Json>> {
        match self {
            Json::List(list) => Some(list),
            _ => None,
        }
    }

    /// If it's a map.
    pub fn as_object(&self) -> Option<&BTreeMap<String, Json>> {
        match self {
            Json::Map(map) => Some(map),
            _ => None,
        }
    }

    /// What has that name, if it's a map that has it.
    pub fn get(&self, name: &str) -> Option<&Json> {
        self.as_object()?.get(name)
    }
}

/// Null, where there's nothing of that name.
impl Index<&str> for Json {
    type Output = Json;

    fn index(&self, name: &str) -> &Json {
        self.get(name).unwrap_or(&NULL)
    }
}

/// Null, where there's nothing at that place.
impl Index<usize> for Json {
    type Output = Json;

    fn index(&self, place: usize) -> &Json {
        self.as_array().and_then(|list| list.get(place)).unwrap_or(&NULL)
    }
}

macro_rules! from {
    ($($variant:ident of $($type:ty)+;)+) => {
        $($(impl From<$type> for Json {
            fn from(value: $type) -> Json {
                Json::$variant(value.into())
            }
        })+)+
    };
}
from! {
    Bool of bool;
    Whole of u8 u16 u32 u64 i8 i16 i32 i64;
    Fraction of f32 f64;
    Text of &str String;
}

impl From<usize> for Json {
    fn from(number: usize) -> Json {
        Json::from(number as u64)
    }
}

impl<V: Into<Json>> From<Vec<V>> for Json {
    fn from(list: Vec<V>) -> Json {
        Json::List(list.into_iter().map(Into::into).collect())
    }
}

impl<V: Into<Json>> From<BTreeMap<String, V>> for Json {
    fn from(map: BTreeMap<String, V>) -> Json {
        Json::Map(map.into_iter().map(|(name, value)| (name, value.into())).collect())
    }
}

impl Saved for Json {
    fn write(&self, out: &mut Writer<'_>) {
        match self {
            Json::Bool(truth) => out.bool(*truth),
            Json::Whole(number) => out.plain(format_args!("{number}")),
            // With its point, so that it's read as what it is.
            Json::Fraction(number) if number.is_finite() => out.plain(format_args!("{number:?}")),
            Json::Null | Json::Fraction(_) => out.null(),
            Json::Text(text) => out.string(text),
            Json::List(list) => list.write(out),
            Json::Map(map) => map.write(out),
        }
    }

    fn read(from: &mut Reader<'_>) -> Result<Json, Fault> {
        match from.peek() {
            Some(b'"') => Saved::read(from).map(Json::Text),
            Some(b'[') => from.within(Saved::read).map(Json::List),
            Some(b'{') => from.within(Saved::read).map(Json::Map),
            Some(b't' | b'f') => from.bool().map(Json::Bool),
            Some(b'n') if from.null() => Ok(Json::Null),
            _ => number(from),
        }
    }
}

fn number(from: &mut Reader<'_>) -> Result<Json, Fault> {
    let mut place = from.fork();
    let (digits, is_whole) = from.digits("a value")?;
    // A whole number without a sign has no −0, and what's larger than any integer of Rust's is as good as a fraction.
    if is_whole
        && digits != "-0"
        && let Ok(number) = digits.parse()
    {
        return Ok(Json::Whole(number));
    }
    place.finite().map(Json::Fraction)
}

#[cfg(test)]
mod tests {
    use super::*;
    use instrument_model::json;

    #[test]
    fn any_json_survives_the_way_there_and_back() {
        for json in [
            "null",
            "true",
            "-1",
            "0",
            "18446744073709551615",
            "-9223372036854775808",
            "0.5",
            "5.0",
            "-0.0",
            "1e300",
            r#""a \" line\n""#,
            "[]",
            "{}",
            r#"[1,[null],{"a":{"b":[false]}}]"#,
        ] {
            let value: Json = json::read(json.as_bytes()).expect(json);
            let written = String::from_utf8(json::written(&value)).expect("UTF-8");
            assert_eq!(json::read::<Json>(written.as_bytes()).expect(json), value);
            // What's written is what any other reader of JSON finds.
            let plain = |text: &str| serde_json::from_str::<serde_json::Value>(text).expect(json);
            assert_eq!(plain(&written), plain(json));
        }
    }

    #[test]
    fn what_is_not_there_is_null_and_nothing_is_taken_for_something_else() {
        let value: Json = json::read(br#"{"a": [1, -2, 0.5, "x", true]}"#).expect("JSON");
        let list = &value["a"];
        assert_eq!((list[0].as_u64(), list[1].as_u64(), list[1].as_i64()), (Some(1), None, Some(-2)));
        assert_eq!((list[2].as_u64(), list[2].as_f64(), list[0].as_f64()), (None, Some(0.5), Some(1.0)));
        assert_eq!((list[3].as_str(), list[4].as_bool(), list[0].as_str()), (Some("x"), Some(true), None));
        assert!(value["b"].is_null() && list[9]["c"].is_null() && value["a"]["b"].is_null());
        assert_eq!(Json::from(vec![1, 2]), Json::List(vec![1.into(), 2.into()]));
    }
}
