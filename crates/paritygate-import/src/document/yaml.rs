//! YAML 1.2: `granit-parser` reads; this file walks the documents of a text and says what is wrong with them.

mod build;
mod scalar;

use std::sync::Arc;

use granit_parser::{ErrorKind, Event, Parser, ScanError, options};
use paritygate_model::source::REMARK;
use paritygate_model::{Diagnostic, Document, Location, Source, Span, limits};

use build::{Build, Fault};

pub(super) use scalar::is_number;

/// Reads a YAML text: one root for each document that is not empty.
///
/// A document that can't be read gets a diagnostic and no root; the others of the text are read all the same.
pub(super) fn read(source: &Arc<Source>) -> (Document, Vec<Diagnostic>) {
    let options = options! {
        // Comments cost time, and few texts have one that is meant for us.
        emit_comments: memchr::memmem::find(source.text().as_bytes(), REMARK.as_bytes()).is_some(),
        emit_unresolved_aliases: true,
        flow_nesting_limit: limits::MAX_DEPTH,
        block_nesting_limit: limits::MAX_DEPTH,
        // What libyaml and go-yaml do, and so what a process gets to see.
        block_scalar_eof_without_line_feed: true,
    };
    let mut parser = Parser::new_from_str_with_options(source.text(), options);
    let mut build = Build::new(source);
    while let Some(event) = parser.next_event() {
        let fault = match event {
            Ok((Event::Comment(..), span)) => {
                source.remark(span.byte_range().map_or(Span::default(), Span::of));
                continue;
            }
            Ok((event, span)) => match build.event(event, span) {
                Ok(()) => continue,
                Err(fault) => fault,
            },
            Err(error) => Fault::Syntax(error),
        };
        build.abandon();
        let is_last = matches!(fault, Fault::TooManyNodes(_));
        let mut diagnostic = diagnostic(source, fault);
        if build.diagnostics.len() + 1 == limits::MAX_DIAGNOSTICS {
            diagnostic = diagnostic.note("there are too many mistakes to go on: the rest of the text was not read");
        }
        build.report(diagnostic);
        if is_last
            || build.diagnostics.len() >= limits::MAX_DIAGNOSTICS
            || !matches!(parser.proceed_next_document(), Ok(true))
        {
            break;
        }
    }
    let Build { builder, roots, mut diagnostics, .. } = build;
    super::warn_of_duplicates(source, &builder, &mut diagnostics);
    (Document { source: Arc::clone(source), tree: builder.finish(), roots }, diagnostics)
}

fn diagnostic(source: &Arc<Source>, fault: Fault) -> Diagnostic {
    match fault {
        Fault::Syntax(error) if *error.kind() == ErrorKind::RecursionLimitExceeded => {
            super::too_deep(source, place(source, &error))
        }
        Fault::Syntax(error) => syntax(source, &error),
        Fault::TooDeep(span) => super::too_deep(source, span),
        Fault::TooManyNodes(span) => super::too_many_nodes(source, span),
        Fault::TooManyAliases(span) => {
            let message = format!(
                "the aliases up to here stand for more than {} values, which is the limit",
                limits::MAX_ALIAS_NODES
            );
            Diagnostic::error("alias-limit", Location::new(source, span), message)
                .note("an alias counts as much as all that it stands for")
                .help("write the values out where they are needed, or split the text")
        }
    }
}

fn place(source: &Source, error: &ScanError) -> Span {
    let text = source.text();
    let mut at = error.marker().byte_offset().unwrap_or_default();
    if words(error.kind()).0 == Some(TAB) {
        // The parser points at the value before it.
        at += text.get(at..).and_then(|rest| rest.find('\t')).unwrap_or_default();
    }
    // Where a text ends too early, its last character says more than the emptiness behind it.
    let written = text.trim_end();
    if at >= written.len() {
        at = written.char_indices().last().map_or(0, |(last, _)| last);
    }
    super::char_at(source, at as u32)
}

const TAB: &str = "a tab stands where only spaces can";

fn syntax(source: &Arc<Source>, error: &ScanError) -> Diagnostic {
    let span = place(source, error);
    super::mask_line(source, span.start);
    if super::holds_template(source.text()) {
        return super::template(source, span);
    }
    let (what, help) = words(error.kind());
    let message = format!("this is not valid YAML: {}", what.map_or_else(|| error.kind().to_string(), str::to_owned));
    Diagnostic::error("yaml-syntax", Location::new(source, span), message).maybe_help(help.map(str::to_owned))
}

/// Better words than the parser's own for the mistakes that people make most, and what to do about them.
fn words(kind: &ErrorKind) -> (Option<&'static str>, Option<&'static str>) {
    let (what, help) = match kind {
        ErrorKind::MappingValueNotAllowed => (
            "there is a second `: ` where a value stands, or the indentation is off",
            "put the value in quotes if it holds `: `, or indent the line as deep as its neighbours",
        ),
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => {
            ("expected `key: value`", "write `: ` behind the key, and indent the line as deep as its neighbours")
        }
        ErrorKind::ExpectedBlockMappingKey | ErrorKind::ExpectedBlockSequenceEntry | ErrorKind::InvalidIndentation => {
            ("the indentation fits no map or list around it", "indent the line as deep as its neighbours")
        }
        ErrorKind::TabNotAllowed
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation
        | ErrorKind::TabInPlainScalar => (TAB, "indent with spaces"),
        ErrorKind::UnclosedQuotedScalar => ("a quote is not closed", "close it with the quote that it began with"),
        ErrorKind::UnknownQuotedScalarEscape => (
            "this escape is not known in double quotes",
            "write `\\\\` for a backslash, or use single quotes, in which nothing is escaped",
        ),
        ErrorKind::UnclosedFlowCollection { .. } => {
            ("a bracket is not closed", "close it, or put the value in quotes if it is a text")
        }
        ErrorKind::UnexpectedCharacter { .. } => ("a value can't begin with this character", "put the value in quotes"),
        ErrorKind::UndeclaredTagHandle => {
            ("the handle of this tag is not declared", "put the value in quotes if it is a text")
        }
        _ => return (None, None),
    };
    (Some(what), Some(help))
}

#[cfg(test)]
mod tests;
