//! JSON: the fast path. A strict reader fills the tree; what is wrong with a text that it does not take, `jiter` says.

mod fault;
mod text;

use std::sync::Arc;

use jiter::Jiter;
use paritygate_model::tree::Text;
use paritygate_model::{Diagnostic, Document, Location, NodeId, Source, Span, TreeBuilder, limits};

/// Reads a JSON text.
pub(super) fn read(source: &Arc<Source>) -> (Document, Vec<Diagnostic>) {
    values(source, false)
}

/// Reads JSON texts that stand one behind the other.
pub(super) fn read_stream(source: &Arc<Source>) -> (Document, Vec<Diagnostic>) {
    values(source, true)
}

fn values(source: &Arc<Source>, several: bool) -> (Document, Vec<Diagnostic>) {
    let text = source.text();
    let bom = if text.starts_with('\u{feff}') { 3 } else { 0 };
    let data = text.as_bytes().get(bom..).unwrap_or_default();
    let builder = TreeBuilder::new(source);
    let mut reader = Reader { data, at: 0, start: 0, base: bom as u32, builder, depth: 0, decoded: Vec::new() };
    let mut diagnostics = Vec::new();
    let mut roots = Vec::new();
    let read = if several { reader.stream(&mut roots) } else { reader.document().map(|root| roots.push(root)) };
    if let Err(fault) = read {
        diagnostics.push(reader.diagnostic(source, fault));
    }
    super::warn_of_duplicates(source, &reader.builder, &mut diagnostics);
    (Document { source: Arc::clone(source), tree: reader.builder.finish(), roots }, diagnostics)
}

enum Fault {
    Syntax,
    TooDeep,
    TooManyNodes,
}

struct Reader<'t> {
    data: &'t [u8],
    /// The next byte.
    at: usize,
    /// Where the value at the top begins that is read.
    start: usize,
    /// Where the data begins in the text.
    base: u32,
    builder: TreeBuilder,
    depth: usize,
    /// Room for strings with escapes.
    decoded: Vec<u8>,
}

impl Reader<'_> {
    /// Where the next byte stands in the text.
    fn here(&self) -> u32 {
        self.at as u32 + self.base
    }

    /// The next byte that is no blank.
    fn peek(&mut self) -> Result<u8, Fault> {
        while let Some(&byte) = self.data.get(self.at) {
            if !matches!(byte, b' ' | b'\n' | b'\t' | b'\r') {
                return Ok(byte);
            }
            self.at += 1;
        }
        Err(Fault::Syntax)
    }

    /// Passes over a byte that has to come next, behind blanks.
    fn expect(&mut self, expected: u8) -> Result<(), Fault> {
        if self.peek()? != expected {
            return Err(Fault::Syntax);
        }
        self.at += 1;
        Ok(())
    }

    fn document(&mut self) -> Result<NodeId, Fault> {
        let root = self.value()?;
        // Behind the value is nothing but blanks.
        if self.peek().is_ok() { Err(Fault::Syntax) } else { Ok(root) }
    }

    fn stream(&mut self, roots: &mut Vec<NodeId>) -> Result<(), Fault> {
        loop {
            roots.push(self.value()?);
            if self.peek().is_err() {
                return Ok(());
            }
            self.start = self.at;
            if self.builder.len() > limits::MAX_NODES {
                return Err(Fault::TooManyNodes);
            }
        }
    }

    fn value(&mut self) -> Result<NodeId, Fault> {
        match self.peek()? {
            b'"' => {
                let (span, text) = self.string()?;
                Ok(self.builder.string(span, text, true))
            }
            b'{' => self.nested(Self::object),
            b'[' => self.nested(Self::array),
            b't' => self.word("true", |builder, span| builder.bool(span, true)),
            b'f' => self.word("false", |builder, span| builder.bool(span, false)),
            b'n' => self.word("null", TreeBuilder::null),
            _ => self.number(),
        }
    }

    fn word(&mut self, word: &str, build: impl FnOnce(&mut TreeBuilder, Span) -> NodeId) -> Result<NodeId, Fault> {
        let start = self.here();
        if !self.data.get(self.at..).is_some_and(|rest| rest.starts_with(word.as_bytes())) {
            return Err(Fault::Syntax);
        }
        self.at += word.len();
        let span = Span::new(start, self.here());
        Ok(build(&mut self.builder, span))
    }

    fn number(&mut self) -> Result<NodeId, Fault> {
        let start = self.here();
        let len = self.data.get(self.at..).and_then(text::number).ok_or(Fault::Syntax)?;
        self.at += len;
        let span = Span::new(start, self.here());
        Ok(self.builder.number(span, self.builder.verbatim(span)))
    }

    fn nested(&mut self, read: fn(&mut Self) -> Result<NodeId, Fault>) -> Result<NodeId, Fault> {
        if self.depth == limits::MAX_DEPTH {
            return Err(Fault::TooDeep);
        }
        if self.builder.len() > limits::MAX_NODES {
            return Err(Fault::TooManyNodes);
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }

    fn object(&mut self) -> Result<NodeId, Fault> {
        let start = self.here();
        let mark = self.builder.begin_map();
        self.at += 1;
        let mut more = self.peek()? != b'}';
        while more {
            if self.peek()? != b'"' {
                return Err(Fault::Syntax);
            }
            let (span, key) = self.string()?;
            self.expect(b':')?;
            let value = self.value()?;
            self.builder.entry(key, span, value);
            more = self.comma()?;
        }
        self.expect(b'}')?;
        Ok(self.builder.end_map(mark, Span::new(start, self.here())))
    }

    fn array(&mut self) -> Result<NodeId, Fault> {
        let start = self.here();
        let mark = self.builder.begin_sequence();
        self.at += 1;
        let mut more = self.peek()? != b']';
        while more {
            let value = self.value()?;
            self.builder.item(value);
            more = self.comma()?;
        }
        self.expect(b']')?;
        Ok(self.builder.end_sequence(mark, Span::new(start, self.here())))
    }

    /// Passes over a comma, if one comes next.
    fn comma(&mut self) -> Result<bool, Fault> {
        let comma = self.peek()? == b',';
        self.at += usize::from(comma);
        Ok(comma)
    }

    /// A string with its quotes, of which the first comes next: its place, and its text, which is verbatim where nothing
    /// is escaped.
    fn string(&mut self) -> Result<(Span, Text), Fault> {
        let (start, quoted) = (self.here(), self.data.get(self.at..).unwrap_or_default());
        let string = text::string(quoted).ok_or(Fault::Syntax)?;
        self.at += string.len;
        let span = Span::new(start, self.here());
        if !string.escaped {
            return Ok((span, self.builder.verbatim(Span::new(span.start + 1, span.end - 1))));
        }
        let quoted = quoted.get(..string.len).unwrap_or_default();
        let mut jiter = Jiter::with_tape(quoted, std::mem::take(&mut self.decoded));
        let text = jiter.peek().and_then(|_| jiter.known_str()).map_err(|_| Fault::Syntax)?;
        let text = self.builder.text(text);
        self.decoded = jiter.into_tape();
        Ok((span, text))
    }

    fn diagnostic(&self, source: &Arc<Source>, fault: Fault) -> Diagnostic {
        match fault {
            Fault::Syntax => {
                let fault = fault::first(self.data.get(self.start..).unwrap_or_default());
                let at = fault.as_ref().map_or(self.at, |fault| fault.index + self.start);
                let at = (at as u32 + self.base).min(source.text().len() as u32);
                let span = super::char_at(source, at);
                super::mask_line(source, at);
                let what =
                    fault.map_or_else(|| "unexpected character".to_owned(), |fault| fault.error_type.to_string());
                let what =
                    what.strip_prefix("EOF while").map_or(what.clone(), |rest| format!("the text ends while{rest}"));
                Diagnostic::error("json-syntax", Location::new(source, span), format!("this is not valid JSON: {what}"))
                    .help("JSON has no comments and no comma after the last item; YAML would be read as well, under a name that ends in `.yaml`")
            }
            Fault::TooDeep => super::too_deep(source, Span::new(self.here(), self.here() + 1)),
            Fault::TooManyNodes => super::too_many_nodes(source, Span::new(self.here(), self.here() + 1)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the strict reader takes and what `jiter` takes.
    fn judge(text: &str) -> (bool, bool) {
        let source = Source::new("t.json", text);
        (read(&source).0.roots.len() == 1, fault::first(text.as_bytes()).is_none())
    }

    #[test]
    fn takes_what_jiter_takes() {
        let texts = [
            "",
            " ",
            "1",
            "-0",
            "-",
            "01",
            "1.",
            "1.5",
            ".5",
            "1e",
            "1e+",
            "1e+9",
            "1E-0",
            "0e1",
            "0.0e00",
            "-1.2e3x",
            "+1",
            "1 2",
            "true",
            "tru",
            "truex",
            "nul",
            "null ",
            "NaN",
            "-Infinity",
            "[",
            "[]",
            "[1,]",
            "[,1]",
            "[1 2]",
            "[1,2",
            "{}",
            "{",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1,}",
            "{a:1}",
            "{\"a\":1 \"b\":2}",
            "{\"a\" : 1 , \"b\":[]}",
            "\"",
            "\"a",
            "\"\\",
            "\"\\\"",
            "\"\\n\"",
            "\"\\x\"",
            "\"\\u00\"",
            "\"\\u0041\"",
            "\"\\ud83d\\ude00\"",
            "\"\\ud83d\"",
            "\"\\ude00\"",
            "\"a\tb\"",
            "\"a\nb\"",
            "\"\u{1}\"",
            "\"\u{7f}\"",
            "\"ä€😀 and more of it\"",
            "\"0123456\\\\\"",
            "\"01234567\"",
            "\"0123456789abcdef\u{1f}\"",
            "]",
            "}",
            "[}",
            "{]",
            "\u{feff}1",
            "\u{a0}1",
            "\u{c}1",
        ];
        for text in texts {
            let (ours, theirs) = judge(text);
            assert_eq!(ours, theirs || text == "\u{feff}1", "{text}");
        }
        for digits in [4299, 4300, 4301, 4302] {
            for text in [format!("-{}", "1".repeat(digits)), "1".repeat(digits), format!("1.{}", "1".repeat(digits))] {
                assert_eq!(judge(&text).0, judge(&text).1, "{digits}");
            }
        }
    }

    #[test]
    fn takes_what_jiter_takes_of_broken_texts() {
        let whole =
            r#"{"a": [1, -2.5e+3, true, null], "long key \n \u0041": {"b": "0123456789", "c": []}, "d": "\\" }"#;
        for at in 0..=whole.len() {
            let (before, after) = whole.split_at(at);
            for piece in ["", "\"", "\\", ",", ":", "[", "]", "{", "}", "0", "-", ".", "e", "u", " ", "\n", "\t", "\0"]
            {
                let replaced = format!("{before}{piece}{}", after.get(1..).unwrap_or_default());
                for text in [format!("{before}{piece}{after}"), replaced, format!("{before}{piece}")] {
                    let (ours, theirs) = judge(&text);
                    assert_eq!(ours, theirs, "{text}");
                }
            }
        }
    }
}
