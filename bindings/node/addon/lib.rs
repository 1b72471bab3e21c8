//! The engine as a Node addon: calls and answers of `paritygate::wire`, as they are.

use std::sync::Once;

use napi::Env;
use napi::bindgen_prelude::{Error, Result, Status, Uint8ArraySlice};
use napi_derive::napi;
use paritygate::wire;

/// A fault must neither end the process nor write to its output: it becomes an exception of the call.
static QUIET: Once = Once::new();

/// What V8 is told that something takes which the session holds, in bytes: it can't see it, and would be in no hurry to
/// collect what stands for it.
const EACH: i64 = 16 * 1024;

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
    ///
    /// # Errors
    ///
    /// If the process is about to end.
    #[napi(catch_unwind)]
    pub fn call(&self, env: Env, call: String, attachments: Vec<Uint8ArraySlice<'_>>) -> Result<String> {
        let attachments: Vec<&[u8]> = attachments.iter().map(AsRef::as_ref).collect();
        let held = self.0.holds();
        let answer = self.0.call(call.as_bytes(), &attachments);
        let more = i64::try_from(self.0.holds()).unwrap_or(0) - i64::try_from(held).unwrap_or(0);
        if more != 0 {
            env.adjust_external_memory(more * EACH)?;
        }
        Ok(answer)
    }
}
