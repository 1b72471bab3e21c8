//! The list of input formats.

pub mod ansible_facts;
pub mod compose;
pub mod dotenv;
pub mod environment;

use paritygate_model::Diagnostic;

use crate::{Context, Format, Imported, Request};

/// How a format of the module `formats` is imported: there, and in the small module not at all.
const fn of_formats(import: fn(&Request, &Context<'_>) -> Imported) -> fn(&Request, &Context<'_>) -> Imported {
    if cfg!(any(feature = "formats", test)) { import } else { elsewhere }
}

fn elsewhere(request: &Request, _: &Context<'_>) -> Imported {
    let wrong = |(path, at): (&str, _)| {
        let message = format!("`{path}` is read by the module `formats`, which is not loaded");
        let wrong = Diagnostic::nowhere("other-module", message).help("load it, and import the file again");
        crate::asked_at(wrong, at)
    };
    Imported { diagnostics: request.named().map(wrong).collect(), ..Imported::default() }
}

/// All formats, sorted by name.
pub static ALL: &[&Format] = &[&ansible_facts::FORMAT, &compose::FORMAT, &dotenv::FORMAT, &environment::FORMAT];

/// The format of that name.
pub fn find(name: &str) -> Option<&'static Format> {
    ALL.iter().copied().find(|format| format.name == name)
}

/// The format that a file's name tells.
pub fn detect(path: &str) -> Option<&'static Format> {
    ALL.iter().copied().find(|format| (format.detect)(path))
}
