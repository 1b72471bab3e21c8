//! Writes text with colours, never with spaces at the end of a line.

use std::fmt::Write;

use anstyle::{AnsiColor, Effects, Style as Ansi};

use crate::Style;

/// What a piece of text means: its colour follows from that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ink {
    Plain,
    Strong,
    Faint,
    Good,
    Error,
    Warning,
    Info,
    Note,
    Help,
    Gutter,
}

impl Ink {
    fn ansi(self) -> Ansi {
        let bold = |color: AnsiColor| color.on_default().effects(Effects::BOLD);
        match self {
            Self::Plain => Ansi::new(),
            Self::Strong => Ansi::new().effects(Effects::BOLD),
            Self::Faint => Ansi::new().effects(Effects::DIMMED),
            Self::Good => AnsiColor::Green.on_default(),
            Self::Error => bold(AnsiColor::BrightRed),
            Self::Warning => bold(AnsiColor::Yellow),
            Self::Info | Self::Gutter => bold(AnsiColor::BrightBlue),
            Self::Note => bold(AnsiColor::BrightGreen),
            Self::Help => bold(AnsiColor::BrightCyan),
        }
    }
}

/// A text in the making.
pub(crate) struct Pen<'a> {
    out: String,
    style: Style<'a>,
    pending: usize,
}

impl<'a> Pen<'a> {
    pub(crate) fn new(style: Style<'a>) -> Self {
        Self { out: String::new(), style, pending: 0 }
    }

    pub(crate) fn style(&self) -> &Style<'a> {
        &self.style
    }

    /// What stands where text was cut.
    pub(crate) fn ellipsis(&self) -> &'static str {
        if self.style.unicode { "…" } else { "..." }
    }

    /// Writes text that is safe to show.
    pub(crate) fn put(&mut self, ink: Ink, text: &str) {
        if text.is_empty() {
            return;
        }
        self.out.extend(std::iter::repeat_n(' ', std::mem::take(&mut self.pending)));
        if self.style.color && ink != Ink::Plain {
            let ansi = ink.ansi();
            let _infallible = write!(self.out, "{ansi}{text}{ansi:#}");
        } else {
            self.out.push_str(text);
        }
    }

    /// Moves on; what is not followed by text on this line is not written.
    pub(crate) fn space(&mut self, columns: usize) {
        self.pending += columns;
    }

    /// Ends the line.
    pub(crate) fn line(&mut self) {
        self.pending = 0;
        self.out.push('\n');
    }

    /// Writes an empty line, unless nothing stands before it.
    pub(crate) fn gap(&mut self) {
        if !self.out.is_empty() {
            self.line();
        }
    }

    pub(crate) fn finish(self) -> String {
        self.out
    }
}
