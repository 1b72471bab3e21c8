//! `.env` texts to lines, in one pass. A line that can't be read costs itself only.

mod escape;

use std::sync::Arc;

use paritygate_model::{Diagnostic, Location, SortedMap, Source, Span, limits};

use super::{Dialect, Line, Quote};
use crate::document::mask_line;

/// What a private key begins and ends with: its lines are taken for nothing else, even where its quotes are missing.
const PEM_BEGIN: &str = "-----BEGIN ";
const PEM_END: &str = "-----END ";
/// Longer names are taken for something else, such as a line out of a key.
const MAX_NAME: usize = 256;

const NO_CLOSING_QUOTE: &str = "its quotes are not closed";
/// Why a value with a `#` in its middle is not known.
const DISPUTED: &str = "readers disagree on where it ends";

/// Reads a `.env` text: its lines in the order of the text, duplicates included, and what is wrong with it.
///
/// Of equal keys the last one wins; the values of the others are masked in excerpts.
pub fn lex(source: &Arc<Source>, dialect: Dialect) -> (Vec<Line>, Vec<Diagnostic>) {
    if let Some(diagnostic) = crate::document::too_large(source) {
        return (Vec::new(), vec![diagnostic]);
    }
    let mut lexer =
        Lexer { source, text: source.text(), at: 0, dialect, lines: Vec::new(), diagnostics: Vec::new(), told: 0 };
    if lexer.text.starts_with('\u{feff}') {
        lexer.at = '\u{feff}'.len_utf8();
    }
    while lexer.at < lexer.text.len() {
        if lexer.lines.len() == limits::MAX_VARIABLES {
            let message = format!("the text sets more than {} variables, which is the limit", limits::MAX_VARIABLES);
            let span = Span::of(lexer.at..lexer.at + lexer.rest().chars().next().map_or(0, char::len_utf8));
            let diagnostic = Diagnostic::error("too-many-variables", Location::new(source, span), message);
            lexer.diagnostics.push(diagnostic.help("split the text"));
            break;
        }
        lexer.line();
    }
    lexer.duplicates();
    (lexer.lines, lexer.diagnostics)
}

struct Lexer<'s> {
    source: &'s Arc<Source>,
    text: &'s str,
    at: usize,
    dialect: Dialect,
    lines: Vec<Line>,
    diagnostics: Vec<Diagnostic>,
    /// How many diagnostics were told, or left out.
    told: usize,
}

/// A value as it was read.
struct Value {
    text: String,
    is_template: bool,
    quote: Quote,
    span: Span,
    unreadable: Option<&'static str>,
}

/// Where a line's own characters end, without its line break.
fn line_end(text: &str, from: usize) -> usize {
    let rest = text.get(from..).unwrap_or_default();
    rest.find('\n').map_or(text.len(), |found| from + found)
}

const BLANKS: [char; 3] = [' ', '\t', '\r'];

impl<'s> Lexer<'s> {
    fn rest(&self) -> &'s str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn between(&self, start: usize, end: usize) -> &'s str {
        self.text.get(start..end).unwrap_or_default()
    }

    fn skip_blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches(BLANKS).len();
    }

    fn skip_line(&mut self) {
        self.at = (line_end(self.text, self.at) + 1).min(self.text.len());
    }

    /// Keeps the comment that begins here, where it is meant for us.
    fn remark(&self, sign: usize) {
        let end = sign + self.between(sign, line_end(self.text, sign)).trim_end_matches(BLANKS).len();
        self.source.remark(Span::of(sign..end));
    }

    fn tell(&mut self, diagnostic: Diagnostic) {
        self.told += 1;
        if self.told <= limits::MAX_DIAGNOSTICS {
            self.diagnostics.push(diagnostic);
        }
    }

    fn syntax(&mut self, at: usize, message: &str, help: &str) {
        mask_line(self.source, at as u32);
        let span = crate::document::char_at(self.source, at as u32);
        let diagnostic = Diagnostic::error("dotenv-syntax", Location::new(self.source, span), message);
        self.tell(diagnostic.help(help));
    }

    /// Reads one line, or several if the value goes on.
    fn line(&mut self) {
        let start = self.at;
        self.skip_blanks();
        if self.rest().is_empty() || self.rest().starts_with(['\n', '#', ';']) {
            self.remark(self.at);
            self.skip_line();
            return;
        }
        let first = self.at;
        let exported = self.export();
        let Some(key_span) = self.name() else {
            self.no_assignment(first);
            return;
        };
        let key = self.source.slice(key_span).to_owned();
        self.skip_blanks();
        let Some(is_yaml) = self.sign() else {
            let end = self.rest().is_empty() || self.rest().starts_with(['\n', '#']);
            if end && is_bare_name(&key) {
                let at = Span::new(key_span.end, key_span.end);
                let value =
                    Value { text: String::new(), is_template: false, quote: Quote::None, span: at, unreadable: None };
                self.push(key, key_span, value, exported, false);
                self.skip_line();
            } else {
                self.no_assignment(first);
            }
            return;
        };
        if is_padding(&key, self.between(self.at, line_end(self.text, self.at))) {
            self.no_assignment(first);
            return;
        }
        let sign_end = self.at;
        self.skip_blanks();
        let value = self.value(sign_end, is_yaml);
        self.push(key, key_span, value, exported, true);
        if self.at <= start {
            self.skip_line();
        }
    }

    fn push(&mut self, key: String, key_span: Span, value: Value, exported: bool, has_value: bool) {
        let Value { text, is_template, quote, span, unreadable } = value;
        self.lines.push(Line {
            key,
            key_span,
            text,
            is_template,
            quote,
            value_span: span,
            exported,
            has_value,
            unreadable,
        });
    }

    fn no_assignment(&mut self, first: usize) {
        let (message, help) = if crate::document::holds_template(self.between(first, line_end(self.text, first))) {
            (
                "this looks like a line of a template, which sets no variable",
                "render the template first and hand in the result",
            )
        } else {
            ("this line sets no variable", "write `NAME=value`, or begin it with `#` to make it a comment")
        };
        self.syntax(first, message, help);
        self.at = first;
        self.skip_line();
    }

    fn export(&mut self) -> bool {
        let Some(rest) = self.rest().strip_prefix("export").filter(|rest| rest.starts_with([' ', '\t'])) else {
            return false;
        };
        if rest.trim_start_matches(BLANKS).starts_with(['=', ':', '\n']) {
            return false; // A variable of that name.
        }
        self.at += "export".len();
        self.skip_blanks();
        true
    }

    fn name(&mut self) -> Option<Span> {
        let rest = self.rest();
        let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '[' | ']');
        let len = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        let start = self.at;
        self.at += len;
        (1..=MAX_NAME).contains(&len).then(|| Span::of(start..start + len))
    }

    /// Whether the sign is `:`; `None` where there is no sign.
    fn sign(&mut self) -> Option<bool> {
        let rest = self.rest();
        let is_yaml = rest.starts_with(':');
        if !is_yaml && !rest.starts_with('=') {
            return None;
        }
        let behind = rest.get(1..).unwrap_or_default();
        if is_yaml && self.dialect == Dialect::Dotenv && !(behind.is_empty() || behind.starts_with(char::is_whitespace))
        {
            return None;
        }
        self.at += 1;
        Some(is_yaml)
    }

    /// Reads the value at the place where it begins, and moves behind its last line.
    fn value(&mut self, sign_end: usize, is_yaml: bool) -> Value {
        let quote = match self.rest().as_bytes().first() {
            Some(b'\'') => Quote::Single,
            Some(b'"') => Quote::Double,
            Some(b'`') if self.dialect == Dialect::Dotenv => Quote::Backtick,
            _ => return self.bare(sign_end),
        };
        let start = self.at;
        let Some(close) = self.closing_quote(start) else {
            return self.unclosed(start, quote);
        };
        let end = line_end(self.text, close);
        let behind = self.between(close + 1, end).trim_matches(BLANKS);
        if !behind.is_empty() && !behind.starts_with('#') {
            if self.dialect == Dialect::Dotenv {
                return self.bare(sign_end);
            }
            if self.between(start, close).contains('\n') {
                return self.unclosed(start, quote);
            }
            self.syntax(close + 1, "text stands behind the closing quote", "remove it, or put ` #` before a comment");
        }
        if let Some(sign) = self.between(close + 1, end).find('#') {
            self.remark(close + 1 + sign);
        }
        let inner = self.between(start + 1, close);
        let is_template = quote == Quote::Double;
        let text = match quote {
            Quote::Double => escape::double_quoted(inner, self.dialect, is_yaml),
            Quote::Single if self.dialect == Dialect::Compose => escape::lines(inner).replace("\\'", "'"),
            _ => escape::lines(inner).into_owned(),
        };
        self.at = (end + 1).min(self.text.len());
        Value {
            is_template: is_template && text.contains('$'),
            text,
            quote,
            span: Span::of(start..close + 1),
            unreadable: None,
        }
    }

    /// The offset of the quote that closes the one at `start`. A backslash protects a quote.
    fn closing_quote(&self, start: usize) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let quote = *bytes.get(start)?;
        let mut at = start + 1;
        loop {
            let rest = bytes.get(at..)?;
            at += rest.iter().position(|&byte| byte == quote || byte == b'\\')?;
            if bytes.get(at) == Some(&quote) {
                return Some(at);
            }
            at += 2;
        }
    }

    /// A quote that is never closed: the value is given up, and the next line is read.
    fn unclosed(&mut self, start: usize, quote: Quote) -> Value {
        let end = line_end(self.text, start);
        // `'C:\dir\'`: the backslash was meant as one.
        let line = self.between(start, end).trim_end_matches(BLANKS);
        let sign = line.get(..1).unwrap_or_default();
        if line.len() > 2 && line.ends_with(sign) {
            let inner = line.get(1..line.len() - 1).unwrap_or_default();
            let text = escape::literal(inner);
            self.at = (end + 1).min(self.text.len());
            let span = Span::of(start..start + line.len());
            return Value { is_template: text.contains('$'), text, quote, span, unreadable: None };
        }
        self.syntax(start, "a quote is opened here and not closed", "close it at the end of the value");
        self.at = (end + 1).min(self.text.len());
        let span = self.skip_key_block(start, end);
        Value { text: String::new(), is_template: false, quote, span, unreadable: Some(NO_CLOSING_QUOTE) }
    }

    /// Where a private key begins on the line from `start` to `end` and does not end there: skips and masks its lines.
    fn skip_key_block(&mut self, start: usize, end: usize) -> Span {
        let line = self.between(start, end);
        if !line.contains(PEM_BEGIN) || line.contains(PEM_END) {
            return Span::of(start..start + line.trim_end_matches(BLANKS).len());
        }
        let found = self.between(end, self.text.len()).find(PEM_END);
        let last = found.map_or(self.text.len(), |found| line_end(self.text, end + found));
        self.source.mask(Span::of(start..last));
        self.at = (last + 1).min(self.text.len());
        Span::of(start..start + self.between(start, last).trim_end_matches(BLANKS).len())
    }

    /// A value without quotes: up to the end of the line or to a comment.
    fn bare(&mut self, sign_end: usize) -> Value {
        let start = self.at;
        let mut end = line_end(self.text, start);
        let line = self.between(start, end);
        if line.contains(PEM_BEGIN) && !line.contains(PEM_END) && !line.starts_with(['"', '\'', '`']) {
            self.syntax(start, "a key over several lines needs quotes", "put the whole key in double quotes");
            self.at = (end + 1).min(self.text.len());
            let span = self.skip_key_block(start, end);
            let unreadable = Some("it goes over several lines without quotes");
            return Value { text: String::new(), is_template: false, quote: Quote::None, span, unreadable };
        }
        let mut joined = None;
        while self.goes_on(start, end) {
            let piece = self.between(start, end).trim_end_matches(BLANKS);
            let next = line_end(self.text, end + 1);
            let text: &mut String = joined.get_or_insert_with(|| piece.strip_suffix('\\').unwrap_or(piece).to_owned());
            let more = self.between(end + 1, next).trim_matches(BLANKS);
            text.push_str(more.strip_suffix('\\').unwrap_or(more));
            end = next;
        }
        let raw = self.between(start, end);
        let raw = joined.as_deref().unwrap_or(raw);
        let after_blank = sign_end < start;
        let (text, comment) = match self.dialect {
            Dialect::Compose => uncommented(raw, after_blank),
            Dialect::Dotenv => raw.split_once('#').map_or((raw, None), |(before, _)| (before, Some(before.len()))),
        };
        // A comment in the middle of what looks like one value: behind no blank.
        let is_apart = |at: usize| match raw.get(..at) {
            Some("") | None => after_blank,
            Some(before) => before.ends_with([' ', '\t']),
        };
        if let Some(sign) = comment.filter(|_| joined.is_none()) {
            self.remark(start + sign);
        }
        let glued = comment.filter(|&at| joined.is_none() && !is_apart(at));
        let text = text.trim_end_matches(BLANKS);
        let len = if joined.is_some() { self.between(start, end).trim_end_matches(BLANKS).len() } else { text.len() };
        let span = if len == 0 { Span::of(sign_end..sign_end) } else { Span::of(start..start + len) };
        let text = match self.dialect {
            Dialect::Compose => text.to_owned(),
            Dialect::Dotenv => escape::dollars(text),
        };
        if let Some(at) = glued {
            // The rest of the value may be part of a secret.
            self.source.mask(Span::of(start + at..end));
            let at = Location::new(self.source, Span::of(start + at..start + at + 1));
            self.tell(
                Diagnostic::warning("dotenv-comment", at, "a comment begins here, in the middle of the value")
                    .note("dotenv of Node.js cuts a value without quotes at every `#`; other readers do not")
                    .help("put the value in quotes, or put a blank before the comment"),
            );
        }
        self.at = (end + 1).min(self.text.len());
        let unreadable = glued.map(|_| DISPUTED);
        Value { is_template: text.contains('$'), text, quote: Quote::None, span, unreadable }
    }

    /// Whether a value ends in a backslash and the next line belongs to it: it is neither empty, a comment nor an assignment.
    fn goes_on(&self, start: usize, end: usize) -> bool {
        let line_start = self.between(start, end).rfind('\n').map_or(start, |found| start + found + 1);
        if !self.between(line_start, end).trim_end_matches(BLANKS).ends_with('\\') {
            return false;
        }
        let next = self.between(end + 1, line_end(self.text, end + 1)).trim_matches(BLANKS);
        let next = next.strip_prefix("export ").unwrap_or(next).trim_start_matches(BLANKS);
        let name = next.trim_start_matches(|c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-'));
        let is_assignment = name.len() < next.len() && name.trim_start_matches(BLANKS).starts_with(['=', ':']);
        !(next.is_empty() || next.starts_with('#') || is_assignment)
    }

    fn duplicates(&mut self) {
        let mut last: SortedMap<&str, Span> = SortedMap::new();
        let mut found = Vec::new();
        let mut values: SortedMap<&str, Span> = SortedMap::new();
        for line in &self.lines {
            if let Some(first) = last.insert(&line.key, line.key_span) {
                found.push((first, line.key_span, line.key.clone()));
            }
            if let Some(value) = values.insert(&line.key, line.value_span) {
                self.source.mask(value);
            }
        }
        for (first, second, key) in found {
            self.tell(
                Diagnostic::warning(
                    "duplicate-key",
                    Location::new(self.source, second),
                    format!("duplicate key `{key}`: the last one wins"),
                )
                .related(Location::new(self.source, first), "first given here")
                .help("remove the one that is not meant"),
            );
        }
    }
}

/// A value of Compose without its comment, and where the comment begins.
fn uncommented(raw: &str, after_blank: bool) -> (&str, Option<usize>) {
    if after_blank && raw.starts_with('#') {
        return ("", Some(0));
    }
    let found = raw
        .match_indices('#')
        .map(|(at, _)| at)
        .find(|&at| raw.get(..at).is_some_and(|raw| raw.ends_with([' ', '\t'])));
    (found.and_then(|at| raw.get(..at)).unwrap_or(raw), found)
}

/// Whether a word that stands alone on its line is a variable's name, rather than a line out of a key.
fn is_bare_name(word: &str) -> bool {
    let has = |is: fn(&char) -> bool| word.chars().any(|c| is(&c));
    let is_mixed = has(char::is_ascii_lowercase) && has(char::is_ascii_uppercase);
    !is_mixed && word.len() <= 64 && word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
}

/// Whether a line is the last one of a key in base64, which ends in `=`, rather than an empty variable.
fn is_padding(name: &str, behind: &str) -> bool {
    let has = |is: fn(&u8) -> bool| name.bytes().any(|byte| is(&byte));
    let is_padded = matches!(behind.trim_end_matches(BLANKS), "" | "=");
    let is_base64 = has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase) && has(u8::is_ascii_digit);
    is_padded && name.len() >= 20 && is_base64 && !has(|byte| matches!(byte, b'_' | b'.' | b'-'))
}

#[cfg(test)]
mod tests;
