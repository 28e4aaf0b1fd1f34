//! What kinds of instruments of a program's own are told: any JSON.

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;
use std::fmt;
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

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Json::Null => serializer.serialize_unit(),
            Json::Bool(truth) => serializer.serialize_bool(*truth),
            Json::Whole(number) => match (u64::try_from(*number), i64::try_from(*number)) {
                (Ok(number), _) => serializer.serialize_u64(number),
                (_, Ok(number)) => serializer.serialize_i64(number),
                _ => serializer.serialize_f64(*number as f64),
            },
            Json::Fraction(number) => serializer.serialize_f64(*number),
            Json::Text(text) => serializer.serialize_str(text),
            Json::List(list) => serializer.collect_seq(list),
            Json::Map(map) => serializer.collect_map(map),
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Json, D::Error> {
        struct Any;

        impl<'de> Visitor<'de> for Any {
            type Value = Json;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("any JSON")
            }

            fn visit_unit<E: de::Error>(self) -> Result<Json, E> {
                Ok(Json::Null)
            }

            fn visit_bool<E: de::Error>(self, truth: bool) -> Result<Json, E> {
                Ok(Json::Bool(truth))
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Json, E> {
                Ok(Json::Whole(number.into()))
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Json, E> {
                Ok(Json::Whole(number.into()))
            }

            fn visit_f64<E: de::Error>(self, number: f64) -> Result<Json, E> {
                Ok(Json::Fraction(number))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Json, E> {
                Ok(Json::Text(text.to_owned()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Json, A::Error> {
                let mut read = Vec::new();
                while let Some(value) = list.next_element()? {
                    read.push(value);
                }
                Ok(Json::List(read))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
                let mut read = BTreeMap::new();
                while let Some((name, value)) = map.next_entry()? {
                    read.insert(name, value);
                }
                Ok(Json::Map(read))
            }
        }

        deserializer.deserialize_any(Any)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            "1e300",
            r#""a \" line\n""#,
            "[]",
            "{}",
            r#"[1,[null],{"a":{"b":[false]}}]"#,
        ] {
            let value: Json = serde_json::from_str(json).expect(json);
            let written = serde_json::to_string(&value).expect(json);
            assert_eq!(serde_json::from_str::<Json>(&written).expect(json), value);
            // What's written is what any other reader of JSON finds.
            let plain = |text: &str| serde_json::from_str::<serde_json::Value>(text).expect(json);
            assert_eq!(plain(&written), plain(json));
        }
    }

    #[test]
    fn what_is_not_there_is_null_and_nothing_is_taken_for_something_else() {
        let value: Json = serde_json::from_str(r#"{"a": [1, -2, 0.5, "x", true]}"#).expect("JSON");
        let list = &value["a"];
        assert_eq!((list[0].as_u64(), list[1].as_u64(), list[1].as_i64()), (Some(1), None, Some(-2)));
        assert_eq!((list[2].as_u64(), list[2].as_f64(), list[0].as_f64()), (None, Some(0.5), Some(1.0)));
        assert_eq!((list[3].as_str(), list[4].as_bool(), list[0].as_str()), (Some("x"), Some(true), None));
        assert!(value["b"].is_null() && list[9]["c"].is_null() && value["a"]["b"].is_null());
        assert_eq!(Json::from(vec![1, 2]), Json::List(vec![1.into(), 2.into()]));
    }
}
