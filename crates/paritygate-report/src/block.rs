//! One message with the lines of text that it is about: the shape of diagnostics and of findings.

use std::borrow::Cow;
use std::ops::Range;

use crate::pen::{Ink, Pen};
use crate::words::{self, char_width, cut_end, escape, prose, width};

/// A place with its line of text.
pub(crate) struct Spot<'a> {
    pub(crate) document: &'a str,
    /// The true position, whatever part of the line is shown.
    pub(crate) line: u32,
    pub(crate) column: u32,
    /// The line, redacted.
    pub(crate) excerpt: Cow<'a, str>,
    /// The meant part of it, in bytes.
    pub(crate) marked: Range<usize>,
    pub(crate) label: String,
    /// Whether this is what the message is about, or only explains it.
    pub(crate) primary: bool,
}

/// `= note: …`
pub(crate) struct Line<'a> {
    pub(crate) ink: Ink,
    pub(crate) word: Cow<'a, str>,
    pub(crate) text: String,
}

impl Line<'_> {
    pub(crate) fn note(text: &str) -> Self {
        Self { ink: Ink::Note, word: "note".into(), text: prose(text) }
    }

    pub(crate) fn help(text: &str) -> Self {
        Self { ink: Ink::Help, word: "help".into(), text: prose(text) }
    }
}

/// A message, the places that it is about, and what there is to say about it.
pub(crate) struct Block<'a> {
    pub(crate) ink: Ink,
    pub(crate) word: &'a str,
    pub(crate) code: &'a str,
    pub(crate) message: &'a str,
    pub(crate) spots: Vec<Spot<'a>>,
    pub(crate) lines: Vec<Line<'a>>,
}

impl Block<'_> {
    pub(crate) fn write(&self, pen: &mut Pen<'_>) {
        self.title(pen);
        let digits = self.spots.iter().map(|spot| spot.line).max().unwrap_or(1).to_string().len();
        let mut gutter = Gutter { pen, digits };
        for (at, spot) in self.spots.iter().enumerate() {
            if at > 0 {
                gutter.empty();
            }
            gutter.spot(spot, if at == 0 { "--> " } else { "::: " }, self.ink);
        }
        if !self.lines.is_empty() {
            gutter.empty();
        }
        for line in &self.lines {
            gutter.pen.space(digits + 1);
            gutter.pen.put(Ink::Gutter, "= ");
            gutter.pen.put(line.ink, &line.word);
            gutter.pen.put(Ink::Plain, ": ");
            gutter.pen.put(Ink::Plain, &line.text);
            gutter.pen.line();
        }
    }

    /// `error[code]: message`
    pub(crate) fn title(&self, pen: &mut Pen<'_>) {
        pen.put(self.ink, &format!("{}[{}]", self.word, escape(self.code)));
        pen.put(Ink::Strong, &format!(": {}", escape(self.message.trim())));
        pen.line();
    }
}

/// The lines right of the line numbers.
struct Gutter<'p, 's> {
    pen: &'p mut Pen<'s>,
    digits: usize,
}

impl Gutter<'_, '_> {
    fn empty(&mut self) {
        self.pen.space(self.digits + 1);
        self.pen.put(Ink::Gutter, "|");
        self.pen.line();
    }

    fn spot(&mut self, spot: &Spot<'_>, arrow: &str, ink: Ink) {
        let room = self.pen.style().width.saturating_sub(self.digits + 3).max(20);
        self.pen.space(self.digits);
        self.pen.put(Ink::Gutter, arrow);
        self.pen.put(
            Ink::Plain,
            &format!("{}:{}:{}", escape(self.pen.style().path(spot.document)), spot.line, spot.column),
        );
        self.pen.line();
        self.empty();

        let shown = Shown::of(spot, room, self.pen.ellipsis());
        self.pen.put(Ink::Gutter, &format!("{:>1$} |", spot.line, self.digits));
        self.pen.space(1);
        self.pen.put(Ink::Plain, shown.text.trim_end());
        self.pen.line();

        let (ink, sign) = if spot.primary { (ink, "^") } else { (Ink::Gutter, "-") };
        let label = cut_end(&spot.label, room, self.pen.ellipsis());
        let beside = shown.to + 1 + width(&label) <= room;
        self.underline(shown.from);
        self.pen.put(ink, &sign.repeat(shown.to - shown.from));
        if !beside {
            self.pen.line();
            self.underline(shown.from.min(room - width(&label)));
        } else if !label.is_empty() {
            self.pen.space(1);
        }
        self.pen.put(ink, &label);
        self.pen.line();
    }

    fn underline(&mut self, column: usize) {
        self.pen.space(self.digits + 1);
        self.pen.put(Ink::Gutter, "|");
        self.pen.space(1 + column);
    }
}

/// An excerpt as it fits the terminal.
struct Shown {
    text: String,
    /// The columns of the meant part, at least one.
    from: usize,
    to: usize,
}

impl Shown {
    fn of(spot: &Spot<'_>, room: usize, ellipsis: &str) -> Self {
        let mut text = String::new();
        let (mut columns, mut from, mut to) = (0, None, 0);
        let marked = match spot.marked {
            // Nothing is marked where the place is empty, or behind the line's end: then its column says where.
            Range { start: 0, end: 0 } => {
                let at = spot.excerpt.char_indices().nth(spot.column.saturating_sub(1) as usize);
                let at = at.map_or(spot.excerpt.len(), |(at, _)| at);
                at..at
            }
            ref marked => marked.clone(),
        };
        for (at, c) in spot.excerpt.char_indices() {
            if at >= marked.start && from.is_none() {
                from = Some(columns);
            }
            let before = text.len();
            if c == '\t' {
                text.push_str("    ");
            } else {
                words::push(&mut text, c);
            }
            columns += text.get(before..).map_or(0, width);
            if at < marked.end {
                to = columns;
            }
        }
        let from = from.unwrap_or(columns);
        Self { text, from, to: to.max(from + 1) }.fit(columns, room, ellipsis)
    }

    /// Keeps a window around the meant part where the line is longer than the terminal is wide.
    fn fit(self, columns: usize, room: usize, ellipsis: &str) -> Self {
        if columns <= room {
            return Self { to: self.to.min(room.max(self.from + 1)), ..self };
        }
        let mark = width(ellipsis);
        let start = if self.to + mark <= room { 0 } else { self.from.saturating_sub(room / 4) };
        let lead = if start > 0 { mark } else { 0 };
        let last = columns <= start + room - lead;
        let room = room - lead - if last { 0 } else { mark };
        let mut text = if start > 0 { ellipsis.to_owned() } else { String::new() };
        // A wide character that the window's edge cuts in two is left out.
        let (mut at, mut first) = (0, None);
        for c in self.text.chars() {
            if at >= start {
                let first = *first.get_or_insert(at);
                if at + char_width(c) > first + room {
                    break;
                }
                text.push(c);
            }
            at += char_width(c);
        }
        let first = first.unwrap_or(start);
        let from = self.from.saturating_sub(first) + lead;
        let to = (self.to.saturating_sub(first) + lead).min(lead + room).max(from + 1);
        if !last {
            text.push_str(ellipsis);
        }
        Self { text, from, to }
    }
}
