//! Typed values from spanned trees: parameters of kinds and verbs, requests and their facts.
//!
//! One pass tells every mistake, each at its own line and column. So reading never fails: where something is wrong, that
//! is kept for later, a value of no meaning stands in, and in the end all of it is thrown away. That also keeps the code
//! small, of which there is some for every type: a type asks for its parts and puts them together, whatever came of it.

mod mistakes;
mod number;
mod state;
mod types;

use std::num::NonZeroU32;

use crate::{Diagnostic, Location, Node, Span, Value, limits, suggest};

pub use mistakes::{Mistakes, shown};
pub use paritygate_derive::Read;
pub use types::Anything;

use state::State;

/// So many mistakes are told, beside unknown fields.
pub const MAX_MISTAKES: usize = state::MAX_MISTAKES;

/// A type that is read from a node of a tree.
///
/// A type that can't be without another value of itself can't be read: nothing could be written that it is read from.
pub trait Read: Sized {
    /// Whether a field of this type may be absent.
    const MAY_BE_ABSENT: bool = false;

    /// Reads it. What is wrong is told to the reader, and the value then is of no meaning.
    fn read(reader: &Reader<'_>) -> Self;
}

/// Reads a value. One that is absent or null is an empty map; `whole` is where a mistake then points.
///
/// # Errors
///
/// Everything that is wrong with it, each with its place.
pub fn from_node<T: Read>(node: Option<Node<'_>>, whole: &Location) -> Result<T, Vec<Diagnostic>> {
    let state = State::new(whole);
    let at = node.filter(|node| !node.is_null()).map_or(At::Absent, At::Node);
    let value = T::read(&Reader { at, depth: 0, state: &state });
    state.finish().map(|()| value)
}

/// Reads one value.
#[derive(Clone, Copy)]
pub struct Reader<'r> {
    at: At<'r>,
    depth: usize,
    state: &'r State<'r>,
}

/// What is read.
#[derive(Clone, Copy)]
enum At<'r> {
    Node(Node<'r>),
    /// A key of a map, with its place.
    Key(&'r str, Node<'r>, Span),
    /// The whole is absent: an empty map.
    Absent,
    /// A mistake that was told. Nothing is said of what is read from it.
    Gap,
}

impl<'r> Reader<'r> {
    fn child(&self, node: Node<'r>) -> Self {
        Self { at: At::Node(node), depth: self.depth + 1, ..*self }
    }

    fn gap(&self) -> Self {
        Self { at: At::Gap, ..*self }
    }

    /// What is written there; null for a mistake.
    pub fn value(&self) -> Value<'r> {
        match self.at {
            At::Node(node) => node.value(),
            At::Key(text, ..) => Value::String(text),
            At::Absent => Value::Map,
            At::Gap => Value::Null,
        }
    }

    fn is_null(&self) -> bool {
        match self.at {
            At::Node(node) => node.is_null(),
            At::Key(..) => false,
            At::Absent | At::Gap => true,
        }
    }

    /// Says that something is wrong with it.
    #[cold]
    #[inline(never)]
    pub fn wrong(&self, code: &'static str, message: String, help: Option<String>) {
        let at = match self.at {
            At::Gap => return,
            At::Absent => None,
            At::Node(node) => node.location(),
            At::Key(_, map, span) => map.location().map(|at| Location { span, ..at }),
        };
        self.state.wrong(code, at, message, help);
    }

    /// Says that something else was expected.
    #[cold]
    #[inline(never)]
    pub fn unexpected(&self, what: &str) {
        let (message, help) = match self.at {
            At::Gap => return,
            At::Absent => (format!("expected {what}, found nothing"), None),
            At::Key(..) => (format!("expected {what}, found a text"), None),
            At::Node(node) => type_mistake(node, what),
        };
        self.wrong("wrong-type", message, help);
    }

    /// Reads a value, if nothing is wrong with it: for types that judge several values together.
    pub fn sound<T: Read>(&self) -> Option<T> {
        let before = self.state.made();
        let value = T::read(self);
        (self.state.made() == before).then_some(value)
    }

    /// The text of a text or number.
    #[inline(never)]
    pub fn text(&self) -> Option<&'r str> {
        match self.value() {
            Value::String(text) | Value::Number(text) => Some(text),
            _ => {
                self.unexpected("a text");
                None
            }
        }
    }

    /// What a text stands for; `what` says it in messages.
    pub fn parsed<T>(&self, what: &str, parse: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let value = parse(self.text()?);
        if value.is_none() {
            self.wrong("bad-value", format!("expected {what}"), None);
        }
        value
    }

    #[inline(never)]
    fn bool(&self) -> bool {
        if let Value::Bool(value) = self.value() {
            return value;
        }
        self.unexpected("a boolean");
        false
    }

    #[inline(never)]
    fn whole(&self, min: i128, max: i128) -> Option<i128> {
        let ((Value::Number(text), _) | (_, At::Key(text, ..))) = (self.value(), self.at) else {
            self.unexpected("a whole number");
            return None;
        };
        let number = number::whole(text).filter(|number| (min..=max).contains(number));
        if number.is_none() {
            self.wrong("bad-value", number::not_whole(text, min, max), None);
        }
        number
    }

    #[inline(never)]
    fn float(&self) -> f64 {
        let Value::Number(text) = self.value() else {
            self.unexpected("a number");
            return 0.0;
        };
        number::float(text).unwrap_or_else(|| {
            self.wrong("bad-value", "expected a finite number".to_owned(), None);
            0.0
        })
    }

    /// The items of a list.
    #[inline(never)]
    fn items(&self) -> Parts<'r> {
        let list = match self.at {
            At::Node(node) if node.is_sequence() => self.is_shallow().then_some(node),
            _ => {
                self.unexpected("a list");
                None
            }
        };
        Parts { around: *self, node: list, next: 0 }
    }

    /// The items of a list of a fixed length.
    #[inline(never)]
    pub fn tuple(&self, len: usize) -> Tuple<'r> {
        let mut list = self.items();
        if let Some(node) = list.node.filter(|node| node.len() != len) {
            let message = format!("expected a list of {len}, found one of {}", node.len());
            self.wrong("wrong-length", message, None);
            list.node = None;
        }
        Tuple { list }
    }

    /// The map that is read: a node, [`At::Absent`] or [`At::Gap`].
    fn map(&self) -> At<'r> {
        match self.at {
            At::Node(node) if node.is_map() && self.is_shallow() => self.at,
            At::Node(node) if node.is_map() => At::Gap,
            At::Absent | At::Gap => self.at,
            _ => {
                self.unexpected("a map");
                At::Gap
            }
        }
    }

    /// The entries of a map with any keys.
    #[inline(never)]
    fn entries(&self) -> Parts<'r> {
        let node = if let At::Node(node) = self.map() { Some(node) } else { None };
        Parts { around: *self, node, next: 0 }
    }

    /// The fields of a map that has none but these.
    #[inline(never)]
    pub fn fields(&self, names: &'static [&'static str]) -> Fields<'r> {
        let map = Self { at: self.map(), ..*self };
        let mut entries = [None; MAX_FIELDS];
        if let At::Node(node) = map.at {
            for (number, (key, span, _)) in (1..).zip(node.entries()) {
                match names.iter().zip(&mut entries).find(|(name, _)| **name == key) {
                    Some((_, entry)) => *entry = NonZeroU32::new(number),
                    None => self.state.unknown_field(node, key, span, names),
                }
            }
        }
        Fields { map, names, entries }
    }

    /// What has no fields: null, or an empty map.
    pub fn nothing(&self) {
        if !self.is_null() {
            self.fields(&[]);
        }
    }

    /// The number of a word, and what stands at it. Beyond the words for a mistake.
    #[inline(never)]
    pub fn variant(&self, words: &'static [&'static str]) -> (usize, Payload<'r>) {
        let gap = Payload { around: self.gap(), word: "", node: None };
        let what = || {
            if words.len() <= 8 { format!("one of {}", suggest::quoted(words)) } else { "a known word".to_owned() }
        };
        let (text, node) = match self.at {
            At::Gap => return (usize::MAX, gap),
            At::Key(text, ..) => (Some(text), None),
            At::Absent => (None, None),
            At::Node(_) if !self.is_shallow() => return (usize::MAX, gap),
            At::Node(node) if node.is_map() => match node.entries().next() {
                Some((key, _, value)) if node.len() == 1 => (Some(key), Some(value)),
                _ => {
                    let message = format!("expected {} as the only key, found {} keys", what(), node.len());
                    self.wrong("wrong-type", message, None);
                    return (usize::MAX, gap);
                }
            },
            At::Node(node) => (node.scalar_text(), None),
        };
        let Some(text) = text else {
            self.unexpected(&what());
            return (usize::MAX, gap);
        };
        let Some((at, word)) = words.iter().enumerate().find(|(_, word)| **word == text) else {
            let help = suggest::did_you_mean(text, words.iter().copied());
            self.wrong("unknown-word", format!("unknown word `{}`", shown(text)), help);
            return (usize::MAX, gap);
        };
        (at, Payload { around: *self, word, node })
    }

    /// The number of a word at which nothing stands. Beyond the words for a mistake.
    pub fn word(&self, words: &'static [&'static str]) -> usize {
        let (at, payload) = self.variant(words);
        payload.nothing();
        at
    }

    fn is_shallow(&self) -> bool {
        let shallow = self.depth <= limits::MAX_DEPTH;
        if !shallow {
            let message = format!("maps and lists nest more than {} deep here, which is the limit", limits::MAX_DEPTH);
            self.wrong("too-deep", message, None);
        }
        shallow
    }
}

/// How many fields what is read may have; the derive refuses more.
const MAX_FIELDS: usize = 32;

/// The fields of a map, by their numbers among its names.
pub struct Fields<'r> {
    /// At a node that is a map, at [`At::Absent`] or [`At::Gap`].
    map: Reader<'r>,
    names: &'static [&'static str],
    /// Which entry of the map each name is, counted from one: found once, and not searched for with every field.
    entries: [Option<NonZeroU32>; MAX_FIELDS],
}

impl<'r> Fields<'r> {
    /// A field that has to be there, unless its type may be absent.
    pub fn required<T: Read>(&self, at: usize) -> T {
        T::read(&self.reader(at, T::MAY_BE_ABSENT))
    }

    /// A field that has its type's default where it is absent.
    pub fn or_default<T: Read + Default>(&self, at: usize) -> T {
        self.find(at).map_or_else(T::default, |reader| T::read(&reader))
    }

    /// Puts a field into its place, if it is there.
    pub fn set<T: Read>(&self, at: usize, place: &mut T) {
        if let Some(reader) = self.find(at) {
            *place = T::read(&reader);
        }
    }

    #[inline(never)]
    fn find(&self, at: usize) -> Option<Reader<'r>> {
        let (At::Node(map), Some(Some(entry))) = (self.map.at, self.entries.get(at)) else { return None };
        let (_, _, value) = map.tree().entry_at(map.id(), entry.get() as usize - 1)?;
        Some(self.map.child(map.tree().node(value)))
    }

    #[inline(never)]
    fn reader(&self, at: usize, may_be_absent: bool) -> Reader<'r> {
        self.find(at).unwrap_or_else(|| {
            let name = self.names.get(at).copied().unwrap_or_default();
            let map = if let At::Node(map) = self.map.at { Some(map.id()) } else { None };
            if !may_be_absent && !self.map.state.is_excused(map, name) {
                self.map.wrong("missing-field", format!("missing parameter `{name}`"), None);
            }
            self.map.gap()
        })
    }
}

/// What stands at a word.
pub struct Payload<'r> {
    around: Reader<'r>,
    word: &'static str,
    node: Option<Node<'r>>,
}

impl<'r> Payload<'r> {
    /// Says so if something does.
    pub fn nothing(&self) {
        if let Some(node) = self.node.filter(|node| !node.is_null()) {
            let message = format!("`{}` takes no value", self.word);
            self.around.child(node).wrong("wrong-type", message, None);
        }
    }

    /// The value; says so if there is none.
    pub fn value(&self) -> Reader<'r> {
        self.node.map_or_else(
            || {
                self.around.wrong("wrong-type", format!("`{}` needs a value", self.word), None);
                self.around.gap()
            },
            |node| self.around.child(node),
        )
    }
}

/// The items of a list, or the entries of a map, one after the other.
struct Parts<'r> {
    around: Reader<'r>,
    node: Option<Node<'r>>,
    next: usize,
}

impl<'r> Parts<'r> {
    fn len(&self) -> usize {
        self.node.map_or(0, Node::len)
    }

    fn item(&mut self) -> Option<Reader<'r>> {
        let node = self.node?;
        let item = node.tree().item_at(node.id(), self.next)?;
        self.next += 1;
        Some(self.around.child(node.tree().node(item)))
    }

    fn entry(&mut self) -> Option<(Reader<'r>, Reader<'r>)> {
        let node = self.node?;
        let (key, span, value) = node.tree().entry_at(node.id(), self.next)?;
        self.next += 1;
        let key = Reader { at: At::Key(node.tree().str(key), node, span), ..self.around };
        Some((key, self.around.child(node.tree().node(value))))
    }
}

/// The items of a list of a fixed length.
pub struct Tuple<'r> {
    list: Parts<'r>,
}

impl Tuple<'_> {
    /// One of them, by its number.
    pub fn at<T: Read>(&self, at: usize) -> T {
        let item = Parts { next: at, ..self.list }.item();
        T::read(&item.unwrap_or_else(|| self.list.around.gap()))
    }
}

/// "expected a text, found a list", and what to do where that is plain.
pub fn type_mistake(node: Node<'_>, expected: &str) -> (String, Option<String>) {
    let help = match node.value() {
        Value::Bool(_) if expected.starts_with("a text") => Some("put it in quotes"),
        Value::String(text) if expected.contains("number") && text.parse::<f64>().is_ok() => Some("remove the quotes"),
        Value::String("true" | "false") if expected == "a boolean" => Some("remove the quotes"),
        Value::Null => Some("give it a value, or remove the field"),
        Value::String(_) | Value::Number(_) if expected == "a list" => Some("put it in `[` and `]`"),
        _ => None,
    };
    (format!("expected {expected}, found {}", node.kind_word()), help.map(str::to_owned))
}
