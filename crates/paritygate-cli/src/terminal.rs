//! Standard output, standard error, and what they can show.

use std::io::{self, ErrorKind, IsTerminal, Write};

use anstream::{AutoStream, ColorChoice};
use paritygate::output::{self, Style};
use paritygate::{Diagnostic, Level, SortedMap};

/// What can't be done, as a diagnostic: all errors are told by one function.
pub(crate) type Error = Diagnostic;

/// An error that no text is to blame for.
pub(crate) fn error(code: &'static str, message: impl Into<String>) -> Error {
    Diagnostic::nowhere(code, message)
}

/// The two streams.
pub(crate) struct Terminal {
    out: Style<'static>,
    err: Style<'static>,
}

impl Terminal {
    /// The streams as they are, unless the user says otherwise.
    pub(crate) fn new(no_color: bool, width: Option<usize>) -> Self {
        // INVARIANT: what goes to a file or a pipe depends on nothing but `CLICOLOR_FORCE` and the arguments.
        let style = |is_terminal: bool, choice: ColorChoice, found: Option<usize>| Style {
            color: !no_color && choice != ColorChoice::Never,
            width: width.or(found.filter(|_| is_terminal)).unwrap_or(Style::default().width),
            unicode: !is_terminal || speaks_unicode(),
            verbose: false,
            ..Style::default()
        };
        let (out, err) = (io::stdout(), io::stderr());
        let columns =
            std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok()).filter(|&columns| columns >= 20);
        let size = |found: Option<(terminal_size::Width, terminal_size::Height)>| {
            columns.or(found.map(|(terminal_size::Width(width), _)| usize::from(width).max(20)))
        };
        Self {
            out: style(out.is_terminal(), AutoStream::choice(&out), size(terminal_size::terminal_size_of(&out))),
            err: style(err.is_terminal(), AutoStream::choice(&err), size(terminal_size::terminal_size_of(&err))),
        }
    }

    /// How standard output may be written.
    pub(crate) fn style(&self) -> &Style<'static> {
        &self.out
    }

    /// Tells what is wrong with the texts, whose paths are told from where the user stands.
    pub(crate) fn diagnostics(&self, diagnostics: &[Diagnostic], paths: &SortedMap<String, String>) {
        if !diagnostics.is_empty() {
            let text = output::diagnostics(diagnostics, &Style { paths: Some(paths), ..self.err });
            let _nowhere_else_to_say_it = io::stderr().lock().write_all(text.as_bytes());
        }
    }

    /// Tells why the job could not be done.
    pub(crate) fn error(&self, error: &Error) {
        debug_assert_eq!(error.level, Level::Error, "an error is one");
        self.diagnostics(std::slice::from_ref(error), &SortedMap::new());
    }
}

/// Writes to standard output. A reader that went away has seen enough.
///
/// # Errors
///
/// If the text can't be written: then the answer is not complete.
pub(crate) fn print(text: &str) -> Result<(), Error> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(wrong) if wrong.kind() != ErrorKind::BrokenPipe => {
            Err(error("output", format!("the answer can't be written: {}", reason(&wrong))))
        }
        _ => Ok(()),
    }
}

/// Writes a remark to standard error.
pub(crate) fn note(text: &str) {
    let _nowhere_else_to_say_it = io::stderr().lock().write_all(one_line(text).as_bytes());
}

/// What went wrong with a file, in the user's words.
pub(crate) fn reason(wrong: &io::Error) -> String {
    match wrong.kind() {
        ErrorKind::NotFound => "it does not exist".to_owned(),
        ErrorKind::PermissionDenied => "you may not read it".to_owned(),
        ErrorKind::StorageFull => "the disk is full".to_owned(),
        _ => {
            let text = wrong.to_string();
            let text = text.split(" (os error").next().unwrap_or_default();
            text.to_lowercase()
        }
    }
}

/// A text whose control characters can't steer the terminal: names of files may hold any.
pub(crate) fn visible(text: &str) -> String {
    let is_hidden = |c: char| {
        (c.is_control() && c != '\n')
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().flat_map(|c| if is_hidden(c) { c.escape_default().collect::<Vec<char>>() } else { vec![c] }).collect()
}

/// A text as one line, whatever names of files it holds.
fn one_line(text: &str) -> String {
    format!("{}\n", visible(text).replace('\n', "\\n"))
}

/// Whether the locale says that characters beyond ASCII can be shown.
fn speaks_unicode() -> bool {
    if cfg!(any(windows, target_os = "macos")) {
        return true;
    }
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set).unwrap_or_default();
    locale.to_ascii_lowercase().replace('-', "").contains("utf8")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_steer_nothing() {
        assert_eq!(visible("a\u{1b}[2J\u{202e}é\n"), "a\\u{1b}[2J\\u{202e}é\n");
        assert_eq!(one_line("found: a\n::error::b.env"), "found: a\\n::error::b.env\n");
    }

    #[test]
    fn reasons_are_words() {
        assert_eq!(reason(&io::Error::from(ErrorKind::PermissionDenied)), "you may not read it");
        assert_eq!(reason(&io::Error::from_raw_os_error(40)), "too many levels of symbolic links");
    }
}
