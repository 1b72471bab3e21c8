//! Texts, and places in them.

use std::fmt;
use std::ops::Range;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use crate::secret::{SecretTable, sha256};
use crate::{SortedMap, SortedSet, limits};

/// What stands in an excerpt where a secret stood. Its length says nothing about the secret's.
pub const MASK: &str = "********";

/// A range of bytes in one text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
}

impl Span {
    /// The span from `start` up to, and without, `end`.
    pub const fn new(start: u32, end: u32) -> Self {
        Self { start, end }
    }

    /// The span of `range`.
    pub fn of(range: Range<usize>) -> Self {
        Self { start: range.start as u32, end: range.end as u32 }
    }

    /// Whether the two spans share a byte.
    pub const fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A place as people count: lines and columns from 1, columns in Unicode scalar values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line, from 1.
    pub line: u32,
    /// The column in Unicode scalar values, from 1.
    pub column: u32,
}

/// How a comment begins that is meant for us.
pub const REMARK: &str = "paritygate:";

/// A text that was handed in, under the name that the host gave it.
pub struct Source {
    name: Arc<str>,
    text: String,
    lines: OnceLock<Vec<u32>>,
    /// Whether every byte is a character, so that columns need no counting.
    ascii: OnceLock<bool>,
    masks: RwLock<SortedSet<Span>>,
    /// What was found secret in each window that an excerpt was made of, by where the window begins.
    scrubbed: RwLock<SortedMap<u32, Arc<[Span]>>>,
    /// A text is read as often as it is asked for, and each comment kept once.
    remarks: RwLock<SortedSet<Span>>,
}

/// Never prints the text: it may hold secrets.
impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source").field("name", &self.name).field("bytes", &self.text.len()).finish_non_exhaustive()
    }
}

impl Source {
    /// A text with its name, which is a path relative to the project's root for files.
    pub fn new(name: impl Into<Arc<str>>, text: impl Into<String>) -> Arc<Self> {
        Arc::new(Self {
            name: name.into(),
            text: text.into(),
            lines: OnceLock::new(),
            ascii: OnceLock::new(),
            masks: RwLock::default(),
            scrubbed: RwLock::default(),
            remarks: RwLock::default(),
        })
    }

    /// The name under which the host handed the text in.
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// The text as it is, **with** its secrets: for parsers only, never for output.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The bytes of `span`, **with** secrets; empty where the span is not inside the text.
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or_default()
    }

    /// Keeps a comment where it is meant for us: what stands behind its sign begins with [`REMARK`].
    pub fn remark(&self, span: Span) {
        if self.slice(span).trim_start_matches(['#', ' ', '\t']).starts_with(REMARK) {
            self.remarks.write().unwrap_or_else(PoisonError::into_inner).insert(span);
        }
    }

    /// The comments that are meant for us, in the order of the text.
    pub fn remarks(&self) -> Vec<Span> {
        self.remarks.read().unwrap_or_else(PoisonError::into_inner).iter().copied().collect()
    }

    /// Marks `span` as secret: from now on every excerpt shows a mask in its place.
    pub fn mask(&self, span: Span) {
        if span.start < span.end {
            // A text is masked anew by each check: what is there stays there once.
            self.masks.write().unwrap_or_else(PoisonError::into_inner).insert(span);
        }
    }

    /// `sha256:` and the digest of the text with its secrets masked: whoever knows it can't try out guesses at one.
    pub fn digest(&self) -> String {
        let masks: Vec<Span> = self.masks.read().unwrap_or_else(PoisonError::into_inner).iter().copied().collect();
        if masks.is_empty() {
            return sha256(self.text.as_bytes());
        }
        let whole = Span::new(0, self.text.len() as u32);
        let mut redacted = String::with_capacity(self.text.len());
        let mut at = 0;
        for mask in merged(masks, whole) {
            redacted.push_str(self.slice(Span::new(at, mask.start)));
            redacted.push_str(MASK);
            at = mask.end;
        }
        redacted.push_str(self.slice(Span::new(at, whole.end)));
        sha256(redacted.as_bytes())
    }

    /// The bytes of a byte order mark, which belongs to no line.
    fn bom(&self) -> u32 {
        if self.text.starts_with('\u{feff}') { 3 } else { 0 }
    }

    fn lines(&self) -> &[u32] {
        self.lines.get_or_init(|| {
            let breaks = memchr::memchr_iter(b'\n', self.text.as_bytes()).map(|at| at as u32 + 1);
            std::iter::once(0).chain(breaks).collect()
        })
    }

    /// The line and column of a byte offset. An offset beyond the end is the end.
    pub fn position(&self, offset: u32) -> Position {
        let offset = (offset as usize).min(self.text.len());
        let lines = self.lines();
        let line = lines.partition_point(|&start| start as usize <= offset).max(1);
        let start = lines.get(line - 1).copied().unwrap_or_default().max(self.bom()) as usize;
        let column = if *self.ascii.get_or_init(|| self.text.is_ascii()) {
            offset.saturating_sub(start)
        } else {
            // A byte that continues a UTF-8 sequence starts no character.
            let before = self.text.as_bytes().get(start..offset).unwrap_or_default();
            before.iter().filter(|&&byte| byte & 0xC0 != 0x80).count()
        };
        Position { line: line as u32, column: column as u32 + 1 }
    }

    /// The byte range of a line, without its line break. Lines count from 1.
    fn line_span(&self, line: u32) -> Span {
        let lines = self.lines();
        let start = lines.get((line as usize).saturating_sub(1)).copied().unwrap_or(self.text.len() as u32);
        let end = lines.get(line as usize).map_or(self.text.len() as u32, |&next| next - 1);
        let start = start.max(self.bom()).min(end);
        let text = self.slice(Span::new(start, end));
        Span::new(start, start + text.trim_end_matches('\r').len() as u32)
    }

    /// The first line of `span`, with every secret masked and cut to a width that a terminal can show.
    ///
    /// The answer's highlight is the part of that line which `span` covers.
    pub fn excerpt(&self, span: Span) -> Excerpt {
        let position = self.position(span.start);
        let line = self.line_span(position.line);
        let window = self.window(line, span);
        let mut masks: Vec<Span> = {
            let masks = self.masks.read().unwrap_or_else(PoisonError::into_inner);
            masks.iter().copied().filter(|mask| mask.overlaps(window)).collect()
        };
        masks.extend(self.scrubbed(window).iter());
        let highlight = Span::new(span.start, span.end.min(window.end).max(span.start));
        let mut excerpt = Excerpt { line: position.line, ..Excerpt::default() };
        if window.start > line.start {
            excerpt.text.push('…');
        }
        let mut at = window.start;
        for mask in merged(masks, window) {
            excerpt.push(self, Span::new(at, mask.start), highlight);
            excerpt.push_mask(mask, highlight);
            at = mask.end;
        }
        excerpt.push(self, Span::new(at, window.end), highlight);
        if window.end < line.end {
            excerpt.text.push('…');
        }
        excerpt.cut();
        excerpt
    }

    /// What is secret by name or shape in a window. Findings stand together, and share it.
    fn scrubbed(&self, window: Span) -> Arc<[Span]> {
        let known = self.scrubbed.read().unwrap_or_else(PoisonError::into_inner).get(&window.start).cloned();
        known.unwrap_or_else(|| {
            let mut found = Vec::new();
            SecretTable::builtin().scrub_into(self.slice(window), window.start, &mut found);
            let found: Arc<[Span]> = found.into();
            self.scrubbed.write().unwrap_or_else(PoisonError::into_inner).insert(window.start, Arc::clone(&found));
            found
        })
    }

    /// The part of a long line that an excerpt looks at: the block of the place and what is around it. It begins well
    /// before the place, so that the name of a value is seen and the value masked.
    fn window(&self, line: Span, span: Span) -> Span {
        if line.end - line.start <= BEFORE + BLOCK + AFTER {
            return line;
        }
        let block = line.start + (span.start.clamp(line.start, line.end) - line.start) / BLOCK * BLOCK;
        let start = block.saturating_sub(BEFORE).max(line.start);
        let end = block.saturating_add(BLOCK + AFTER).min(line.end);
        Span::of(floor(&self.text, start as usize)..floor(&self.text, end as usize))
    }
}

/// Long lines are looked at in blocks of so many bytes, each with so much before and after it.
const BLOCK: u32 = 8_192;
const BEFORE: u32 = limits::MAX_EXCERPT_CHARS as u32 * 4;
const AFTER: u32 = limits::MAX_EXCERPT_CHARS as u32 * 8;

/// Masks in order, each cut to `window` and joined with those that it overlaps.
fn merged(mut masks: Vec<Span>, window: Span) -> Vec<Span> {
    masks.sort_unstable();
    let mut out: Vec<Span> = Vec::new();
    for mask in masks {
        let mask = Span::new(mask.start.max(window.start), mask.end.min(window.end));
        match out.last_mut() {
            Some(last) if mask.start <= last.end => last.end = last.end.max(mask.end),
            _ => out.push(mask),
        }
    }
    out
}

/// One line of a text, redacted, with the part that is meant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Excerpt {
    /// The line's number, from 1.
    pub line: u32,
    /// The line's text, redacted and cut.
    pub text: String,
    /// The meant part, in bytes of `text`.
    pub highlight: Range<usize>,
}

impl Excerpt {
    fn start_highlight(&mut self, at: usize, end: usize) {
        if self.highlight == (0..0) {
            self.highlight = at..end;
        } else {
            self.highlight.end = end;
        }
    }

    fn push(&mut self, source: &Source, span: Span, highlight: Span) {
        if span.start >= span.end {
            return;
        }
        let base = self.text.len();
        self.text.push_str(source.slice(span));
        let from = highlight.start.clamp(span.start, span.end);
        let to = highlight.end.clamp(span.start, span.end);
        let empty = highlight.start == highlight.end && (span.start..=span.end).contains(&highlight.start);
        if from < to || empty {
            self.start_highlight(base + (from - span.start) as usize, base + (to - span.start) as usize);
        }
    }

    fn push_mask(&mut self, span: Span, highlight: Span) {
        let base = self.text.len();
        self.text.push_str(MASK);
        if span.overlaps(highlight) {
            self.start_highlight(base, self.text.len());
        }
    }

    /// Cuts a long line to a window around what is meant.
    fn cut(&mut self) {
        if self.text.len() <= limits::MAX_EXCERPT_CHARS {
            return;
        }
        let from = floor(&self.text, self.highlight.start.saturating_sub(limits::MAX_EXCERPT_CHARS / 4));
        let to = floor(&self.text, (from + limits::MAX_EXCERPT_CHARS).min(self.text.len()));
        let mut cut = String::with_capacity(to - from + 6);
        if from > 0 {
            cut.push('…');
        }
        let shift = cut.len();
        cut.push_str(self.text.get(from..to).unwrap_or_default());
        let start = (self.highlight.start.saturating_sub(from) + shift).min(cut.len());
        let end = (self.highlight.end.saturating_sub(from) + shift).clamp(start, cut.len());
        if to < self.text.len() {
            cut.push('…');
        }
        self.text = cut;
        self.highlight = start..end;
    }
}

fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// A place in a text: what every diagnostic and every cell points at.
#[derive(Clone, Debug)]
pub struct Location {
    /// The text.
    pub source: Arc<Source>,
    /// The bytes that are meant.
    pub span: Span,
}

impl Location {
    /// A place in `source`.
    pub fn new(source: &Arc<Source>, span: Span) -> Self {
        Self { source: Arc::clone(source), span }
    }

    /// Line and column of its first byte.
    pub fn position(&self) -> Position {
        self.source.position(self.span.start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_and_lines() {
        let source = Source::new("a.env", "é=1\r\nB=2\n");
        assert_eq!(source.position(0), Position { line: 1, column: 1 });
        assert_eq!(source.position(2), Position { line: 1, column: 2 });
        assert_eq!(source.position(6), Position { line: 2, column: 1 });
        assert_eq!(source.position(99), Position { line: 3, column: 1 });
    }

    #[test]
    fn excerpts_mask_and_mark() {
        let source = Source::new("a.env", "X=1\nNAME=abcdef # note\n");
        source.mask(Span::new(9, 15));
        let excerpt = source.excerpt(Span::new(9, 15));
        assert_eq!(excerpt.text, "NAME=******** # note");
        assert_eq!(excerpt.text.get(excerpt.highlight), Some(MASK));
    }

    #[test]
    fn long_lines_are_cut_around_the_place() {
        let text = format!("{}needle{}", "x".repeat(5_000), "y".repeat(5_000));
        let excerpt = Source::new("a", text).excerpt(Span::new(5_000, 5_006));
        assert!(excerpt.text.chars().count() <= limits::MAX_EXCERPT_CHARS + 2);
        assert_eq!(excerpt.text.get(excerpt.highlight), Some("needle"));
    }

    #[test]
    fn places_on_a_long_line_are_masked_by_names_before_their_block() {
        let part = "\"password\": \"hunter2\", \"word\": \"plain\", \"é\": \"needle\", ";
        let text = part.repeat(40_000 / part.len());
        let source = Source::new("a.json", text.clone());
        for (at, word) in ["hunter2", "plain", "needle"].iter().flat_map(|word| text.match_indices(word)) {
            let excerpt = source.excerpt(Span::new(at as u32, (at + word.len()) as u32));
            assert!(!excerpt.text.contains("hunter"), "{at}: {}", excerpt.text);
            let shown = if word == "hunter2" { MASK } else { word };
            assert_eq!(excerpt.text.get(excerpt.highlight), Some(shown), "{at}");
        }
    }

    #[test]
    fn the_digest_says_nothing_about_a_secret() {
        let digest = |text: &str, masked: bool| {
            let source = Source::new("a.env", text);
            if masked {
                source.mask(Span::new(2, text.len() as u32));
            }
            source.digest()
        };
        assert_eq!(digest("A=hunter2", true), digest("A=another", true));
        assert_eq!(digest("A=hunter2", true), sha256(b"A=********"));
        assert_eq!(digest("A=1", false), sha256(b"A=1"));
    }

    #[test]
    fn comments_are_kept_once_and_in_order() {
        let source = Source::new("a.env", "# paritygate: a\n# another\n#paritygate:b\n");
        let [first, other, second] = [Span::new(0, 15), Span::new(16, 25), Span::new(26, 39)];
        for span in [second, first, other, first, second] {
            source.remark(span);
        }
        assert_eq!(source.remarks(), [first, second]);
    }

    #[test]
    fn debug_shows_no_text() {
        assert!(!format!("{:?}", Source::new("a", "canary")).contains("canary"));
    }
}
