//! What an expression is made of.

use crate::value::Value;

/// A part of an expression.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) part: Part,
    /// How many parts are within one another here.
    pub(super) depth: usize,
}

#[derive(Debug)]
pub(super) enum Part {
    Literal(Value),
    /// What the call, or the registry, has by that name.
    Name(String),
    /// What a loop around it looks at, by the number of loops around that one.
    Local(usize),
    /// `value.field`, or `has(value.field)`.
    Field {
        of: Box<Node>,
        name: String,
        asks: bool,
    },
    Index(Box<[Node; 2]>),
    Not(Box<Node>),
    Negative(Box<Node>),
    Binary(Binary, Box<[Node; 2]>),
    /// `a && b && c`
    Every(Vec<Node>),
    /// `a || b || c`
    Any(Vec<Node>),
    /// `condition ? yes : no`
    Choice(Box<[Node; 3]>),
    List(Vec<Node>),
    Map(Vec<(Node, Node)>),
    /// `name(a, b)` or `a.name(b)`.
    Call {
        name: String,
        arguments: Vec<Node>,
    },
    /// `over.all(x, body)`
    Loop {
        what: Loop,
        over: Box<Node>,
        body: Vec<Node>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Binary {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Loop {
    All,
    Exists,
    ExistsOne,
    Filter,
    Map,
}

impl Node {
    pub(super) fn new(part: Part) -> Node {
        let mut node = Node { part, depth: 1 };
        let mut deepest = 0;
        node.parts(&mut |part| deepest = deepest.max(part.depth));
        node.depth += deepest;
        node
    }

    /// All parts right below.
    pub(super) fn parts<'n>(&'n self, visit: &mut dyn FnMut(&'n Node)) {
        match &self.part {
            Part::Literal(_) | Part::Name(_) | Part::Local(_) => {}
            Part::Field { of: part, .. } | Part::Not(part) | Part::Negative(part) => visit(part),
            Part::Index(parts) | Part::Binary(_, parts) => parts.iter().for_each(visit),
            Part::Choice(parts) => parts.iter().for_each(visit),
            Part::Every(parts) | Part::Any(parts) | Part::List(parts) | Part::Call { arguments: parts, .. } => {
                parts.iter().for_each(visit);
            }
            Part::Map(entries) => entries.iter().for_each(|(key, value)| {
                visit(key);
                visit(value);
            }),
            Part::Loop { over, body, .. } => {
                visit(over);
                body.iter().for_each(visit);
            }
        }
    }
}
