//! The serializer behind [`take::serialized`](super::take::serialized).

use super::Value;
use super::known::{self, Meaning};
use super::take::{Builder, DEEPEST, Stop};
use serde_core::ser::{self, Serialize};
use std::fmt::{self, Display};

impl Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Stop::Full => f.write_str("there's enough of it"),
            Stop::Failed(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for Stop {}

impl ser::Error for Stop {
    fn custom<T: Display>(message: T) -> Self {
        Stop::Failed(message.to_string())
    }
}

/// A collection that's being serialized.
pub(crate) struct Compound<'b> {
    builder: &'b mut Builder,
    /// It's too deep to be looked at.
    skipped: bool,
    /// What it's shown as, if not as its fields.
    meaning: Option<Meaning>,
}

impl Builder {
    fn compound(&mut self, open: impl FnOnce(&mut Self)) -> Result<Compound<'_>, Stop> {
        let skipped = self.depth() >= DEEPEST;
        if skipped {
            self.put(Value::from("…"))?;
        } else {
            open(self);
        }
        Ok(Compound { builder: self, skipped, meaning: None })
    }

    /// A struct that's shown as a number, however deep it is.
    fn number(&mut self, meaning: Meaning) -> Compound<'_> {
        self.open_map();
        Compound { builder: self, skipped: false, meaning: Some(meaning) }
    }
}

impl Compound<'_> {
    fn element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Stop> {
        if self.skipped {
            self.builder.pass_over()
        } else if self.builder.has_room()? {
            self.builder.take(value)
        } else {
            Ok(())
        }
    }

    fn field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Stop> {
        if self.skipped {
            self.builder.pass_over()
        } else if self.builder.has_room()? {
            self.builder.put(Value::from(name))?;
            self.builder.take(value)
        } else {
            Ok(())
        }
    }

    fn close(self) {
        match self.meaning {
            Some(meaning) => self.builder.close_as(meaning),
            None if self.skipped => {}
            None => self.builder.close(),
        }
    }
}

macro_rules! numbers {
    ($($method:ident: $number:ty as $wide:ty;)*) => { $(
        fn $method(self, number: $number) -> Result<(), Stop> {
            self.put(Value::from(<$wide>::from(number)))
        }
    )* };
}

impl<'b> ser::Serializer for &'b mut Builder {
    type Ok = ();
    type Error = Stop;
    type SerializeSeq = Compound<'b>;
    type SerializeTuple = Compound<'b>;
    type SerializeTupleStruct = Compound<'b>;
    type SerializeTupleVariant = Compound<'b>;
    type SerializeMap = Compound<'b>;
    type SerializeStruct = Compound<'b>;
    type SerializeStructVariant = Compound<'b>;

    numbers! {
        serialize_i8: i8 as i64;
        serialize_i16: i16 as i64;
        serialize_i32: i32 as i64;
        serialize_i64: i64 as i64;
        serialize_u8: u8 as u64;
        serialize_u16: u16 as u64;
        serialize_u32: u32 as u64;
        serialize_u64: u64 as u64;
        serialize_f64: f64 as f64;
        serialize_bool: bool as bool;
    }

    fn serialize_f32(self, number: f32) -> Result<(), Stop> {
        // The shortest decimal number that reads back as it: 0.1 and not 0.10000000149011612.
        self.put(Value::Float(number.to_string().parse().unwrap_or_else(|_| number.into())))
    }

    fn serialize_i128(self, number: i128) -> Result<(), Stop> {
        match i64::try_from(number) {
            Ok(number) => self.put(Value::Int(number)),
            Err(_) => self.put(Value::from(number.to_string())),
        }
    }

    fn serialize_u128(self, number: u128) -> Result<(), Stop> {
        match u64::try_from(number) {
            Ok(number) => self.put(Value::from(number)),
            Err(_) => self.put(Value::from(number.to_string())),
        }
    }

    fn serialize_char(self, character: char) -> Result<(), Stop> {
        self.put_text(character.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, text: &str) -> Result<(), Stop> {
        self.put_text(text)
    }

    fn serialize_bytes(self, bytes: &[u8]) -> Result<(), Stop> {
        if known::is_text(self.of) {
            return self.put_text(&String::from_utf8_lossy(bytes));
        }
        let mut compound = self.compound(Builder::open_list)?;
        for byte in bytes {
            compound.element(byte)?;
        }
        compound.close();
        Ok(())
    }

    fn serialize_none(self) -> Result<(), Stop> {
        self.put(Value::Null)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Stop> {
        self.unwrap(|inner| inner.take(value))
    }

    fn serialize_unit(self) -> Result<(), Stop> {
        self.put(Value::Null)
    }

    fn serialize_unit_struct(self, name: &'static str) -> Result<(), Stop> {
        self.put_text(name)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), Stop> {
        self.put_text(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<(), Stop> {
        self.unwrap(|inner| inner.take(value))
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Stop> {
        if variant == "Unix" && known::is_system_text(self.of) {
            self.open_text();
            return value.serialize(self);
        }
        let mut compound = self.compound(Builder::open_map)?;
        compound.field(variant, value)?;
        compound.close();
        Ok(())
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Compound<'b>, Stop> {
        if self.is_in_text() {
            return Ok(Compound { builder: self, skipped: false, meaning: None });
        }
        self.compound(Builder::open_list)
    }

    fn serialize_tuple(self, _: usize) -> Result<Compound<'b>, Stop> {
        self.compound(Builder::open_list)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Compound<'b>, Stop> {
        self.compound(Builder::open_list)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Compound<'b>, Stop> {
        self.compound(|builder| {
            builder.open_variant(variant);
            builder.open_list();
        })
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Compound<'b>, Stop> {
        self.compound(Builder::open_map)
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Compound<'b>, Stop> {
        match Meaning::of_struct(name, self.of) {
            Some(meaning) => Ok(self.number(meaning)),
            None => self.compound(Builder::open_map),
        }
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Compound<'b>, Stop> {
        self.compound(|builder| {
            builder.open_variant(variant);
            builder.open_map();
        })
    }

    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Result<(), Stop> {
        self.put(super::take::displayed(value))
    }
}

macro_rules! compounds {
    ($($Trait:ident: $method:ident;)*) => { $(
        impl ser::$Trait for Compound<'_> {
            type Ok = ();
            type Error = Stop;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Stop> {
                self.element(value)
            }

            fn end(self) -> Result<(), Stop> {
                self.close();
                Ok(())
            }
        }
    )* };
}
compounds! {
    SerializeSeq: serialize_element;
    SerializeTuple: serialize_element;
    SerializeTupleStruct: serialize_field;
    SerializeTupleVariant: serialize_field;
}

macro_rules! structs {
    ($($Trait:ident;)*) => { $(
        impl ser::$Trait for Compound<'_> {
            type Ok = ();
            type Error = Stop;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Stop> {
                self.field(name, value)
            }

            fn end(self) -> Result<(), Stop> {
                self.close();
                Ok(())
            }
        }
    )* };
}
structs! {
    SerializeStruct;
    SerializeStructVariant;
}

impl ser::SerializeMap for Compound<'_> {
    type Ok = ();
    type Error = Stop;

    /// Keys are alone only where a type serializes by hand; then they're as good as entries.
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Stop> {
        self.element(key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Stop> {
        self.element(value)
    }

    fn serialize_entry<K: Serialize + ?Sized, V: Serialize + ?Sized>(
        &mut self,
        key: &K,
        value: &V,
    ) -> Result<(), Stop> {
        if self.skipped {
            self.builder.pass_over()
        } else if self.builder.has_room()? {
            self.builder.take(key)?;
            self.builder.take(value)
        } else {
            Ok(())
        }
    }

    fn end(self) -> Result<(), Stop> {
        self.close();
        Ok(())
    }
}
