//! What a selector can meet: said when a policy is compiled, before any environment is there.

use paritygate_lang::selector::{Segment, Selector};
use paritygate_model::shape::environment::{ENVIRONMENT, VARIABLE};
use paritygate_model::{Diagnostic, Location, Shape, suggest};

use crate::kind::Accepts;

/// Says where a selector can meet nothing, or nothing that the kind can judge.
pub(crate) fn check_selector(
    selector: &Selector,
    kind: &str,
    accepts: Accepts,
    at: Location,
    diagnostics: &mut Vec<Diagnostic>,
) {
    for pattern in &selector.patterns {
        let mut shapes: Vec<&'static Shape> = vec![const { &Shape::Record(&ENVIRONMENT) }];
        for (depth, segment) in pattern.iter().enumerate() {
            if matches!(segment, Segment::Globstar) {
                return;
            }
            let next: Vec<&'static Shape> = shapes.iter().flat_map(|shape| below(shape, segment)).collect();
            if next.is_empty() {
                let word = pattern.get(..=depth).map(segments_text).unwrap_or_default();
                let help = match segment {
                    Segment::Literal(key) => suggest::did_you_mean(
                        key,
                        shapes.iter().flat_map(|shape| field_names(shape)).collect::<Vec<_>>(),
                    ),
                    _ => None,
                };
                let message = format!("nothing in an environment can stand at `{word}`");
                diagnostics.push(Diagnostic::error("bad-selector", at, message).maybe_help(help));
                return;
            }
            shapes = next;
        }
        let leaf = shapes.iter().all(|shape| shape.is_leaf() && !matches!(shape, Shape::Any));
        let collection = shapes.iter().all(|shape| !shape.is_leaf());
        if accepts == Accepts::Leaf && collection {
            let message = format!("`{}` is no single value, and `{}` compares values", selector.text, kind);
            let leaves: Vec<String> = shapes
                .iter()
                .flat_map(|shape| leaves(shape))
                .map(|leaf| format!("`{}.{leaf}`", selector.text))
                .collect();
            let help = if leaves.is_empty() {
                format!("select `{}.*`", selector.text)
            } else {
                format!("select {}", leaves.join(", "))
            };
            diagnostics.push(Diagnostic::error("not-a-leaf", at, message).help(help));
            return;
        }
        if accepts == Accepts::Collection
            && leaf
            && !shapes.iter().any(|shape| matches!(shape, Shape::Set(_) | Shape::Sequence(_)))
        {
            let message = format!("`{}` is a single value, and `{}` compares maps and lists", selector.text, kind);
            diagnostics
                .push(Diagnostic::error("not-a-collection", at, message).help("select the map or list around it"));
            return;
        }
    }
}

fn segments_text(segments: &[Segment]) -> String {
    let mut out = String::new();
    for segment in segments {
        if !out.is_empty() {
            out.push('.');
        }
        match segment {
            Segment::Literal(key) => {
                let _infallible = paritygate_model::path::write_segment(&mut out, key);
            }
            Segment::Any => out.push('*'),
            Segment::Globstar => out.push_str("**"),
            Segment::Glob(glob) => out.push_str(&glob.to_string()),
        }
    }
    out
}

fn fields(shape: &Shape) -> &'static [paritygate_model::shape::Field] {
    match shape {
        Shape::Record(record) => record.fields,
        Shape::Variable => VARIABLE.fields,
        _ => &[],
    }
}

fn field_names(shape: &Shape) -> Vec<&'static str> {
    fields(shape).iter().map(|field| field.name).collect()
}

fn leaves(shape: &Shape) -> Vec<&'static str> {
    match shape {
        Shape::Record(record) => record.leaves.to_vec(),
        _ => Vec::new(),
    }
}

fn below(shape: &'static Shape, segment: &Segment) -> Vec<&'static Shape> {
    match segment {
        Segment::Literal(key) => shape.child(key).into_iter().collect(),
        Segment::Globstar => vec![shape],
        Segment::Any | Segment::Glob(_) => match shape {
            Shape::Any => vec![shape],
            Shape::Map(inner) => vec![inner],
            _ => fields(shape)
                .iter()
                .filter(|field| !matches!(segment, Segment::Glob(glob) if !glob.matches(field.name)))
                .map(|field| field.shape)
                .collect(),
        },
    }
}
