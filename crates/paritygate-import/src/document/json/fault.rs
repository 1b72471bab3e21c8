//! What is wrong with a text that is no JSON, and where: asked only once it is known that something is.

use jiter::{Jiter, JiterError, Peek};
use paritygate_model::limits;

/// The first fault of a text; `None` where none is found.
pub(super) fn first(data: &[u8]) -> Option<JiterError> {
    let mut jiter = Jiter::new(data);
    let read = jiter.peek().and_then(|peek| value(&mut jiter, peek, 0)).and_then(|()| jiter.finish());
    read.err()
}

fn value(jiter: &mut Jiter<'_>, peek: Peek, depth: usize) -> Result<(), JiterError> {
    // What nests deeper has a diagnostic of its own.
    if depth > limits::MAX_DEPTH {
        return Ok(());
    }
    // Only what knows what comes next: whatever might find another type brings the reading of all numbers along, 13 KB of
    // WebAssembly for an error that can't be.
    match peek {
        Peek::Object => {
            let mut key = jiter.known_object()?.is_some();
            while key {
                let peek = jiter.peek()?;
                value(jiter, peek, depth + 1)?;
                key = jiter.next_key()?.is_some();
            }
        }
        Peek::Array => {
            let mut item = jiter.known_array()?;
            while let Some(peek) = item {
                value(jiter, peek, depth + 1)?;
                item = jiter.array_step()?;
            }
        }
        scalar => jiter.known_skip(scalar)?,
    }
    Ok(())
}
