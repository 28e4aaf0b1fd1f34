//! From words to an expression: CEL's grammar, by precedence.

use super::lexer::{Token, Wrong, words};
use super::syntax::{Binary, Loop, Node, Part};
use crate::value::Value;

/// Brackets, signs and choices within one another. Deeper ones would have too many parts within parts, too, but for empty
/// brackets around brackets.
const DEEPEST: usize = 100;

/// Operators by how tightly they bind, from `==` up; those of one row from left to right.
const BINARY: [&[(&str, Binary)]; 3] = [
    &[
        ("==", Binary::Equal),
        ("!=", Binary::Unequal),
        ("<=", Binary::LessOrEqual),
        (">=", Binary::GreaterOrEqual),
        ("<", Binary::Less),
        (">", Binary::Greater),
    ],
    &[("+", Binary::Add), ("-", Binary::Subtract)],
    &[("*", Binary::Multiply), ("/", Binary::Divide), ("%", Binary::Remainder)],
];

const LOOPS: [(&str, Loop); 5] = [
    ("all", Loop::All),
    ("exists", Loop::Exists),
    ("exists_one", Loop::ExistsOne),
    ("filter", Loop::Filter),
    ("map", Loop::Map),
];

/// Reads a whole expression; else says what's wrong, after line and column.
pub(super) fn parse(source: &str) -> Result<Node, String> {
    let told = |wrong: Wrong| {
        let before = &source[..wrong.at.min(source.len())];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        format!("{line}:{column}: {}", wrong.message)
    };
    let words = words(source).map_err(told)?;
    let mut parser = Parser { words, next: 0, looping: Vec::new(), depth: 0 };
    let parsed = parser.expression().and_then(|node| match parser.peek() {
        Token::End => Ok(node),
        _ => parser.expected("an operator or the end"),
    });
    parsed.map_err(told)
}

struct Parser {
    words: Vec<(Token, usize)>,
    next: usize,
    /// The names that loops around have made.
    looping: Vec<String>,
    depth: usize,
}

impl Parser {
    fn peek(&self) -> &Token {
        self.words.get(self.next).map_or(&Token::End, |(token, _)| token)
    }

    fn after_next(&self) -> &Token {
        self.words.get(self.next + 1).map_or(&Token::End, |(token, _)| token)
    }

    fn take(&mut self, mark: &str) -> bool {
        let is_here = matches!(self.peek(), Token::Mark(here) if *here == mark);
        self.next += usize::from(is_here);
        is_here
    }

    fn wrong<T>(&self, message: impl Into<String>) -> Result<T, Wrong> {
        let at = self.words.get(self.next).or(self.words.last()).map_or(0, |&(_, at)| at);
        Err(Wrong { at, message: message.into() })
    }

    fn expected<T>(&self, what: &str) -> Result<T, Wrong> {
        let found = match self.peek() {
            Token::Name(name) => format!("`{}`", name.chars().take(40).collect::<String>()),
            Token::Whole(..) | Token::Unsigned(_) | Token::Float(_) => "a number".to_owned(),
            Token::Text(_) | Token::Bytes(_) => "a text".to_owned(),
            Token::Mark(mark) => format!("`{mark}`"),
            Token::End => "the end".to_owned(),
        };
        self.wrong(format!("{what} is expected here, not {found}"))
    }

    fn need(&mut self, mark: &'static str) -> Result<(), Wrong> {
        if self.take(mark) { Ok(()) } else { self.expected(&format!("`{mark}`")) }
    }

    /// One level deeper, if there's still one.
    fn deeper(&mut self, parse: impl FnOnce(&mut Self) -> Result<Node, Wrong>) -> Result<Node, Wrong> {
        if self.depth == DEEPEST {
            return self.wrong(format!("this is nested more than {DEEPEST} deep"));
        }
        self.depth += 1;
        let parsed = parse(self);
        self.depth -= 1;
        parsed
    }

    fn expression(&mut self) -> Result<Node, Wrong> {
        self.deeper(|parser| {
            let condition = parser.any()?;
            if !parser.take("?") {
                return Ok(condition);
            }
            let yes = parser.any()?;
            parser.need(":")?;
            let no = parser.expression()?;
            Ok(Node::new(Part::Choice(Box::new([condition, yes, no]))))
        })
    }

    fn any(&mut self) -> Result<Node, Wrong> {
        self.several("||", Self::every, Part::Any)
    }

    fn every(&mut self) -> Result<Node, Wrong> {
        self.several("&&", |parser| parser.binary(0), Part::Every)
    }

    fn several(
        &mut self,
        mark: &str,
        parse: impl Fn(&mut Self) -> Result<Node, Wrong>,
        part: fn(Vec<Node>) -> Part,
    ) -> Result<Node, Wrong> {
        let first = parse(self)?;
        if !self.take(mark) {
            return Ok(first);
        }
        let mut parts = vec![first, parse(self)?];
        while self.take(mark) {
            parts.push(parse(self)?);
        }
        Ok(Node::new(part(parts)))
    }

    fn binary(&mut self, row: usize) -> Result<Node, Wrong> {
        let Some(operators) = BINARY.get(row) else { return self.unary() };
        let mut left = self.binary(row + 1)?;
        loop {
            let known = operators.iter().find(|(mark, _)| self.take(mark)).map(|&(_, operator)| operator);
            let is_in = row == 0 && *self.peek() == Token::Name("in".to_owned());
            let Some(operator) = known.or(is_in.then_some(Binary::In)) else { return Ok(left) };
            self.next += usize::from(known.is_none());
            let right = self.binary(row + 1)?;
            left = Node::new(Part::Binary(operator, Box::new([left, right])));
        }
    }

    fn unary(&mut self) -> Result<Node, Wrong> {
        if self.take("!") {
            return self.deeper(|parser| Ok(Node::new(Part::Not(Box::new(parser.unary()?)))));
        }
        if self.take("-") {
            // The lowest integer has no positive counterpart.
            if let Token::Whole(digits, base) = self.peek() {
                let number = i64::from_str_radix(&format!("-{digits}"), *base);
                return self.number(number).and_then(|number| self.members(number));
            }
            return self.deeper(|parser| Ok(Node::new(Part::Negative(Box::new(parser.unary()?)))));
        }
        let operand = self.primary()?;
        self.members(operand)
    }

    fn number(&mut self, number: Result<i64, std::num::ParseIntError>) -> Result<Node, Wrong> {
        match number {
            Ok(number) => Ok(self.literal(Value::Int(number))),
            Err(_) => self.wrong("this is no 64-bit integer"),
        }
    }

    fn literal(&mut self, value: Value) -> Node {
        self.next += 1;
        Node::new(Part::Literal(value))
    }

    fn primary(&mut self) -> Result<Node, Wrong> {
        match self.peek().clone() {
            Token::Whole(digits, base) => self.number(i64::from_str_radix(&digits, base)),
            Token::Unsigned(number) => Ok(self.literal(Value::UInt(number))),
            Token::Float(number) => Ok(self.literal(Value::Float(number))),
            Token::Text(text) => Ok(self.literal(Value::String(text))),
            // As captured values have them.
            Token::Bytes(bytes) => Ok(self.literal(super::standard::bytes(&bytes))),
            Token::Name(name) => self.name(name),
            Token::Mark(_) if self.take("(") => {
                let inner = self.expression()?;
                self.need(")")?;
                Ok(inner)
            }
            Token::Mark(_) if self.take("[") => {
                let elements = self.list("]", Self::expression)?;
                Ok(Node::new(Part::List(elements)))
            }
            Token::Mark(_) if self.take("{") => {
                let entries = self.list("}", |parser| {
                    let key = parser.expression()?;
                    parser.need(":")?;
                    Ok((key, parser.expression()?))
                })?;
                Ok(Node::new(Part::Map(entries)))
            }
            // A name from the root, where all names are.
            Token::Mark(".") if matches!(self.after_next(), Token::Name(_)) => {
                self.next += 1;
                self.primary()
            }
            _ => self.expected("a value"),
        }
    }

    fn name(&mut self, name: String) -> Result<Node, Wrong> {
        match &*name {
            "true" | "false" => return Ok(self.literal(Value::Bool(name == "true"))),
            "null" => return Ok(self.literal(Value::Null)),
            "in" => return self.expected("a value"),
            _ => {}
        }
        self.next += 1;
        if self.take("(") {
            let arguments = self.list(")", Self::expression)?;
            return if name == "has" { self.has(arguments) } else { Ok(Node::new(Part::Call { name, arguments })) };
        }
        if matches!(self.peek(), Token::Mark("{")) {
            return self.wrong("CEL's messages aren't known here: write a map, as `{'a': 1}`");
        }
        let local = self.looping.iter().rposition(|known| *known == name);
        Ok(Node::new(local.map_or(Part::Name(name), Part::Local)))
    }

    fn has(&self, arguments: Vec<Node>) -> Result<Node, Wrong> {
        match <[Node; 1]>::try_from(arguments) {
            Ok([Node { part: Part::Field { of, name, asks: false }, .. }]) => {
                Ok(Node::new(Part::Field { of, name, asks: true }))
            }
            _ => self.wrong("`has` takes a field, as in `has(args.name)`"),
        }
    }

    /// Items and their commas, the last of which may be left out, up to the end.
    fn list<T>(&mut self, end: &'static str, item: impl Fn(&mut Self) -> Result<T, Wrong>) -> Result<Vec<T>, Wrong> {
        let mut items = Vec::new();
        while !self.take(end) {
            items.push(item(self)?);
            if !self.take(",") {
                self.need(end)?;
                break;
            }
        }
        Ok(items)
    }

    /// Fields, indexes and methods, one after another.
    fn members(&mut self, mut operand: Node) -> Result<Node, Wrong> {
        loop {
            let part = if self.take("[") {
                let index = self.expression()?;
                self.need("]")?;
                Part::Index(Box::new([operand, index]))
            } else if self.take(".") {
                let Token::Name(name) = self.peek().clone() else { return self.expected("the name of a field") };
                self.next += 1;
                if !self.take("(") {
                    Part::Field { of: Box::new(operand), name, asks: false }
                } else if let Some(&(_, what)) = LOOPS.iter().find(|(known, _)| *known == name) {
                    self.body(what, operand)?
                } else {
                    let mut arguments = vec![operand];
                    arguments.append(&mut self.list(")", Self::expression)?);
                    Part::Call { name, arguments }
                }
            } else {
                return Ok(operand);
            };
            operand = Node::new(part);
        }
    }

    fn body(&mut self, what: Loop, over: Node) -> Result<Part, Wrong> {
        let Token::Name(name) = self.peek().clone() else { return self.expected("a name for each element") };
        self.next += 1;
        self.need(",")?;
        self.looping.push(name);
        let body = self.list(")", Self::expression);
        self.looping.pop();
        let body = body?;
        let most = if what == Loop::Map { 2 } else { 1 };
        if body.is_empty() || body.len() > most {
            return self.wrong("a loop takes a name and an expression, as `sizes.all(size, size > 0)`");
        }
        Ok(Part::Loop { what, over: Box::new(over), body })
    }
}
