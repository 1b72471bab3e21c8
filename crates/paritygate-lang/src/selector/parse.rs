//! Reads the text of a selector and expands its braces.

use std::ops::Range;

use paritygate_model::limits;

use super::{Glob, Segment, SelectorError};

/// The plain patterns that a text stands for.
pub(super) fn patterns(text: &str) -> Result<Vec<Vec<Segment>>, SelectorError> {
    if text.len() > limits::MAX_SELECTOR_BYTES {
        let message = format!("the selector is longer than the limit of {} bytes", limits::MAX_SELECTOR_BYTES);
        return Err(error(0..text.len(), message, "split the rule"));
    }
    let mut reader = Reader { text, at: 0 };
    let mut segments = Vec::new();
    loop {
        segments.push(reader.segment()?);
        if reader.peek().is_none() {
            break;
        }
        reader.bump();
    }
    expand(text, &segments)
}

/// A piece of a segment.
#[derive(Clone)]
enum Piece {
    Text(String),
    Star,
}

/// A piece of a segment, or the alternatives of its braces.
enum Atom {
    Piece(Piece),
    Braces(Vec<Vec<Piece>>),
}

/// One segment as it was written.
struct Written {
    atoms: Vec<Atom>,
    globstar: bool,
    at: Range<usize>,
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.text.get(self.at..)?.chars().next()
    }

    fn bump(&mut self) {
        self.at += self.peek().map_or(0, char::len_utf8);
    }

    /// The range from `start` up to where the reader stands, and at least one character where there is one.
    fn since(&self, start: usize) -> Range<usize> {
        let next = self.peek().map_or(0, char::len_utf8);
        start..if self.at > start { self.at } else { self.at + next }
    }

    /// Reads up to the dot that ends the segment, or to the end of the text.
    fn segment(&mut self) -> Result<Written, SelectorError> {
        let start = self.at;
        let mut atoms = Vec::new();
        while let Some(c) = self.peek() {
            match c {
                '.' => break,
                '{' => atoms.push(Atom::Braces(self.braces()?)),
                _ => atoms.push(Atom::Piece(self.piece(c)?)),
            }
        }
        if atoms.is_empty() {
            let what = if self.text.is_empty() { "the selector is empty" } else { "a key is missing here" };
            return Err(error(self.since(start), what, "write keys joined by dots, such as `variables.*`"));
        }
        let globstar = matches!(atoms.as_slice(), [Atom::Piece(Piece::Star), Atom::Piece(Piece::Star)]);
        let stars = |pair: &[Atom]| matches!(pair, [Atom::Piece(Piece::Star), Atom::Piece(Piece::Star)]);
        if !globstar && atoms.windows(2).any(stars) {
            let help = "write `*` for any characters, or put `**` between dots";
            return Err(error(start..self.at, "`**` stands for whole keys and can't be part of one", help));
        }
        Ok(Written { atoms, globstar, at: start..self.at })
    }

    fn braces(&mut self) -> Result<Vec<Vec<Piece>>, SelectorError> {
        let start = self.at;
        self.bump();
        let mut alternatives = Vec::new();
        let mut pieces: Vec<Piece> = Vec::new();
        loop {
            let Some(c) = self.peek() else {
                return Err(error(start..self.text.len(), "`{` is never closed", "add `}` after the last alternative"));
            };
            match c {
                '{' => {
                    return Err(error(
                        self.since(self.at),
                        "braces can't stand inside braces",
                        "write the alternatives out",
                    ));
                }
                '.' => {
                    let help = "put the key in quotes if the dot belongs to it";
                    return Err(error(self.since(self.at), "a dot can't stand inside braces", help));
                }
                ',' | '}' => {
                    self.bump();
                    alternatives.push(std::mem::take(&mut pieces));
                    if c == '}' {
                        break;
                    }
                }
                '*' if matches!(pieces.last(), Some(Piece::Star)) => {
                    return Err(error(
                        self.since(self.at),
                        "`**` can't stand inside braces",
                        "write `*` for any characters",
                    ));
                }
                _ => pieces.push(self.piece(c)?),
            }
        }
        if alternatives.iter().all(Vec::is_empty) {
            return Err(error(start..self.at, "the braces hold nothing", "write alternatives such as `{api,worker}`"));
        }
        Ok(alternatives)
    }

    fn piece(&mut self, first: char) -> Result<Piece, SelectorError> {
        let start = self.at;
        match first {
            '*' => {
                self.bump();
                Ok(Piece::Star)
            }
            '"' | '\'' => self.quoted(first),
            '}' | ',' | '\\' => {
                let message = format!("`{first}` has no meaning here");
                Err(error(self.since(start), message, "put the key in quotes if the sign belongs to it"))
            }
            c if c.is_whitespace() => Err(error(
                self.since(start),
                "a space can't stand here",
                "put the key in quotes if the space belongs to it",
            )),
            _ => {
                let sign = |c: char| c.is_whitespace() || matches!(c, '.' | '*' | '{' | '}' | ',' | '"' | '\'' | '\\');
                let rest = self.text.get(start..).unwrap_or_default();
                let text = rest.split(sign).next().unwrap_or_default();
                self.at += text.len();
                Ok(Piece::Text(text.to_owned()))
            }
        }
    }

    fn quoted(&mut self, quote: char) -> Result<Piece, SelectorError> {
        let start = self.at;
        self.bump();
        let mut text = String::new();
        while let Some(c) = self.peek() {
            self.bump();
            match c {
                c if c == quote => return Ok(Piece::Text(text)),
                '\\' => {
                    let Some(escaped) = self.peek() else { break };
                    self.bump();
                    text.push(escaped);
                }
                c => text.push(c),
            }
        }
        Err(error(
            start..self.text.len(),
            format!("the quote {quote} is never closed"),
            format!("add {quote} after the key"),
        ))
    }
}

/// All combinations of the alternatives, each once.
fn expand(text: &str, segments: &[Written]) -> Result<Vec<Vec<Segment>>, SelectorError> {
    let mut count = 1_usize;
    for atom in segments.iter().flat_map(|segment| &segment.atoms) {
        if let Atom::Braces(alternatives) = atom {
            count = count.saturating_mul(alternatives.len());
        }
    }
    if count > limits::MAX_SELECTOR_ALTERNATIVES {
        let limit = limits::MAX_SELECTOR_ALTERNATIVES;
        let message = format!("the braces stand for {count} patterns, more than the limit of {limit}");
        return Err(error(0..text.len(), message, "use `*`, or split the rule"));
    }
    let mut patterns: Vec<Vec<Segment>> = Vec::with_capacity(count);
    for number in 0..count {
        let pattern = pattern(segments, number)?;
        if !patterns.contains(&pattern) {
            patterns.push(pattern);
        }
    }
    Ok(patterns)
}

/// One combination: the digits of `number` say which alternative each of the braces takes, the last braces first.
fn pattern(segments: &[Written], mut number: usize) -> Result<Vec<Segment>, SelectorError> {
    let mut pattern = Vec::with_capacity(segments.len());
    for segment in segments.iter().rev() {
        if segment.globstar {
            pattern.push(Segment::Globstar);
            continue;
        }
        let mut pieces: Vec<&Piece> = Vec::new();
        for atom in segment.atoms.iter().rev() {
            match atom {
                Atom::Piece(piece) => pieces.push(piece),
                Atom::Braces(alternatives) => {
                    let chosen = alternatives.get(number % alternatives.len().max(1));
                    number /= alternatives.len().max(1);
                    pieces.extend(chosen.into_iter().flatten().rev());
                }
            }
        }
        if pieces.is_empty() {
            let message = "one of the alternatives leaves no key here";
            return Err(error(segment.at.clone(), message, "remove the alternative that is empty"));
        }
        pieces.reverse();
        pattern.push(plain(&pieces));
    }
    pattern.reverse();
    // Two globstars in a row say no more than one.
    pattern.dedup_by(|a, b| matches!((a, b), (Segment::Globstar, Segment::Globstar)));
    Ok(pattern)
}

fn plain(pieces: &[&Piece]) -> Segment {
    let mut parts = vec![String::new()];
    for piece in pieces {
        let after_star = parts.len() > 1;
        match (piece, parts.last_mut()) {
            (Piece::Text(text), Some(part)) => part.push_str(text),
            // `{a*,b}{*,c}`: two stars in a row say no more than one.
            (Piece::Star, Some(part)) if after_star && part.is_empty() => {}
            _ => parts.push(String::new()),
        }
    }
    match parts.as_mut_slice() {
        [text] => Segment::Literal(std::mem::take(text)),
        [before, after] if before.is_empty() && after.is_empty() => Segment::Any,
        _ => Segment::Glob(Glob::of_parts(parts)),
    }
}

fn error(at: Range<usize>, message: impl Into<String>, help: impl Into<String>) -> SelectorError {
    SelectorError { message: message.into(), at, help: Some(help.into()) }
}

#[cfg(test)]
mod tests {
    use super::super::Selector;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let error = Selector::parse(text).expect_err(text);
        assert_eq!(format!("{}..{} {}", error.at.start, error.at.end, error.message), expected);
    }

    #[test]
    fn mistakes_say_where() {
        check("", "0..0 the selector is empty");
        check("a..b", "2..3 a key is missing here");
        check(".a", "0..1 a key is missing here");
        check("a.", "2..2 a key is missing here");
        check("a. b", "2..3 a space can't stand here");
        check("a.b,c", "3..4 `,` has no meaning here");
        check("a}", "1..2 `}` has no meaning here");
        check(r"a\b", r"1..2 `\` has no meaning here");
        check("a.{b,c", "2..6 `{` is never closed");
        check("a.{b,{c}}", "5..6 braces can't stand inside braces");
        check("a.{b.c}", "4..5 a dot can't stand inside braces");
        check("a.{}", "2..4 the braces hold nothing");
        check("a.{b,}", "2..6 one of the alternatives leaves no key here");
        check("a.\"b", "2..4 the quote \" is never closed");
        check("a.\"b\\", "2..5 the quote \" is never closed");
        check("a.b**", "2..5 `**` stands for whole keys and can't be part of one");
        check("a.{**,b}", "4..5 `**` can't stand inside braces");
        check("é.", "3..3 a key is missing here");
        check(&"{a,b}".repeat(7), "0..35 the braces stand for 128 patterns, more than the limit of 64");
        check(&"a".repeat(5_000), "0..5000 the selector is longer than the limit of 4096 bytes");
    }

    #[test]
    fn braces_expand_in_order() {
        let selector = Selector::parse("{b,a}.{x,x}").expect("a selector");
        assert_eq!(selector.patterns.len(), 2);
        assert!(format!("{:?}", selector.patterns.first()).contains("\"b\""));
    }
}
