//! JSON: the fast path. `jiter` reads; this file fills the tree.

use std::sync::Arc;

use jiter::{Jiter, JiterError, Peek};
use paritygate_model::tree::Text;
use paritygate_model::{Diagnostic, Document, Location, NodeId, Source, Span, TreeBuilder, limits};

/// Reads a JSON text.
pub(super) fn read(source: &Arc<Source>) -> (Document, Vec<Diagnostic>) {
    let text = source.text();
    let bom = if text.starts_with('\u{feff}') { 3 } else { 0 };
    let data = text.as_bytes().get(bom..).unwrap_or_default();
    let mut reader =
        Reader { jiter: Jiter::new(data), data, base: bom as u32, builder: TreeBuilder::new(source), depth: 0 };
    let mut diagnostics = Vec::new();
    let root = match reader.document() {
        Ok(root) => Some(root),
        Err(fault) => {
            diagnostics.push(reader.diagnostic(source, fault));
            None
        }
    };
    super::warn_of_duplicates(source, &reader.builder, &mut diagnostics);
    let document =
        Document { source: Arc::clone(source), tree: reader.builder.finish(), roots: root.into_iter().collect() };
    (document, diagnostics)
}

enum Fault {
    Syntax(JiterError),
    TooDeep,
    TooManyNodes,
}

impl From<JiterError> for Fault {
    fn from(error: JiterError) -> Self {
        Self::Syntax(error)
    }
}

struct Reader<'t> {
    jiter: Jiter<'t>,
    data: &'t [u8],
    base: u32,
    builder: TreeBuilder,
    depth: usize,
}

impl Reader<'_> {
    fn here(&self) -> u32 {
        self.jiter.current_index() as u32 + self.base
    }

    fn document(&mut self) -> Result<NodeId, Fault> {
        let peek = self.jiter.peek()?;
        let root = self.value(peek)?;
        self.jiter.finish()?;
        Ok(root)
    }

    fn value(&mut self, peek: Peek) -> Result<NodeId, Fault> {
        let start = self.here();
        match peek {
            Peek::String => {
                let inner = raw_span(self.data, self.jiter.known_bytes()?, self.base);
                let text = self.text(inner)?;
                Ok(self.builder.string(Span::new(inner.start - 1, inner.end + 1), text, true))
            }
            Peek::Object => self.nested(|reader| reader.object(start)),
            Peek::Array => self.nested(|reader| reader.array(start)),
            Peek::True | Peek::False => {
                let value = self.jiter.known_bool(peek)?;
                Ok(self.builder.bool(Span::new(start, self.here()), value))
            }
            Peek::Null => {
                self.jiter.known_null()?;
                Ok(self.builder.null(Span::new(start, self.here())))
            }
            number => {
                let span = raw_span(self.data, self.jiter.known_number_bytes(number)?, self.base);
                Ok(self.builder.number(span, self.builder.verbatim(span)))
            }
        }
    }

    fn nested(&mut self, read: impl FnOnce(&mut Self) -> Result<NodeId, Fault>) -> Result<NodeId, Fault> {
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

    fn object(&mut self, start: u32) -> Result<NodeId, Fault> {
        let mark = self.builder.begin_map();
        let mut key = self.jiter.next_object_bytes()?.map(|raw| raw_span(self.data, raw, self.base));
        while let Some(inner) = key {
            let text = self.text(inner)?;
            let peek = self.jiter.peek()?;
            let value = self.value(peek)?;
            self.builder.entry(text, Span::new(inner.start - 1, inner.end + 1), value);
            key = self.jiter.next_key_bytes()?.map(|raw| raw_span(self.data, raw, self.base));
        }
        Ok(self.builder.end_map(mark, Span::new(start, self.here())))
    }

    fn array(&mut self, start: u32) -> Result<NodeId, Fault> {
        let mark = self.builder.begin_sequence();
        let mut item = self.jiter.known_array()?;
        while let Some(peek) = item {
            let value = self.value(peek)?;
            self.builder.item(value);
            item = self.jiter.array_step()?;
        }
        Ok(self.builder.end_sequence(mark, Span::new(start, self.here())))
    }

    /// The text of a string between its quotes: verbatim where nothing is escaped.
    fn text(&mut self, inner: Span) -> Result<Text, Fault> {
        let (start, end) = ((inner.start - self.base) as usize, (inner.end - self.base) as usize);
        let raw = self.data.get(start..end).unwrap_or_default();
        if memchr::memchr(b'\\', raw).is_none() {
            return Ok(self.builder.verbatim(inner));
        }
        let quoted = self.data.get(start - 1..=end).unwrap_or_default();
        let mut inside = Jiter::new(quoted);
        Ok(match inside.next_str() {
            Ok(decoded) => self.builder.text(decoded),
            Err(mut error) => {
                error.index += start - 1;
                return Err(error.into());
            }
        })
    }

    fn diagnostic(&self, source: &Arc<Source>, fault: Fault) -> Diagnostic {
        match fault {
            Fault::Syntax(error) => {
                let at = (error.index as u32 + self.base).min(source.text().len() as u32);
                let span = super::char_at(source, at);
                super::mask_line(source, at);
                let what = error.error_type.to_string();
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

/// Where a slice of the data stands. `jiter` hands out slices of the very text that it was given.
fn raw_span(data: &[u8], raw: &[u8], base: u32) -> Span {
    let start = (raw.as_ptr() as usize).wrapping_sub(data.as_ptr() as usize) as u32 + base;
    Span::new(start, start + raw.len() as u32)
}
