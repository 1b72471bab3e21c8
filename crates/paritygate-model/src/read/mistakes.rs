//! The mistakes of one text, and how they show the user's words.

use crate::{Diagnostic, SecretTable, diagnostic, limits};

/// A word of the user as a message shows it: on one line, cut, and without secrets.
pub fn shown(word: &str) -> String {
    let line = word.lines().next().unwrap_or_default();
    let (cut, more) = match line.char_indices().nth(limits::MAX_SHOWN_CHARS) {
        Some((at, _)) => (line.get(..at).unwrap_or_default(), true),
        None => (line, line.len() < word.len()),
    };
    let mut shown = SecretTable::builtin().scrub(cut);
    if more {
        shown.push('…');
    }
    shown
}

/// The mistakes of one text. Beyond the limit they are counted only.
#[derive(Default)]
pub struct Mistakes {
    list: Vec<Diagnostic>,
    more: usize,
}

impl Mistakes {
    /// Adds a mistake. It is only worded if it will be told.
    pub fn push(&mut self, diagnostic: impl FnOnce() -> Diagnostic) {
        if self.is_full() {
            self.more += 1;
        } else {
            self.list.push(diagnostic());
        }
    }

    /// Whether no further mistake will be told.
    pub fn is_full(&self) -> bool {
        self.list.len() >= limits::MAX_DIAGNOSTICS
    }

    /// All of them, in the order of the text.
    pub fn finish(mut self) -> Vec<Diagnostic> {
        diagnostic::sort(&mut self.list);
        if self.more > 0 {
            let message =
                format!("{} more mistakes are not shown: the limit is {}", self.more, limits::MAX_DIAGNOSTICS);
            self.list.push(Diagnostic::nowhere("too-many-mistakes", message).help("mend these first"));
        }
        self.list
    }
}
