//! The engine as a Node addon: calls and answers of `paritygate::wire`, as they are.

use std::sync::Once;

use napi::bindgen_prelude::{Error, Result, Status, Uint8ArraySlice};
use napi_derive::napi;
use paritygate::wire;

/// A fault must neither end the process nor write to its output: it becomes an exception of the call.
static QUIET: Once = Once::new();

/// One host's side of the engine. Each worker has its own.
#[napi]
pub struct Session(wire::Session);

#[napi]
impl Session {
    /// A session. `random` are 36 bytes that nobody can guess.
    ///
    /// # Errors
    ///
    /// If they are not 36.
    #[napi(constructor, catch_unwind)]
    pub fn new(random: &[u8]) -> Result<Self> {
        QUIET.call_once(|| std::panic::set_hook(Box::new(|_| {})));
        let seed = random.try_into().map_err(|_| Error::new(Status::InvalidArg, "36 random bytes are needed"))?;
        Ok(Self(wire::Session::new(seed)))
    }

    /// Answers one call. `attachments` are the texts that the call speaks of by number.
    #[napi(catch_unwind)]
    pub fn call(&self, call: String, attachments: Vec<Uint8ArraySlice<'_>>) -> String {
        let attachments: Vec<&[u8]> = attachments.iter().map(AsRef::as_ref).collect();
        self.0.call(call.as_bytes(), &attachments)
    }
}
