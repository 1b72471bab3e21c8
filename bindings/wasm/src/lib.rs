//! The engine as a WebAssembly module: calls and answers of `paritygate::wire`, as they are.

use js_sys::Uint8Array;
use paritygate::wire;
use wasm_bindgen::JsError;
use wasm_bindgen::prelude::wasm_bindgen;

/// One host's side of the engine. Each worker has its own.
#[wasm_bindgen]
pub struct Session(wire::Session);

#[wasm_bindgen]
impl Session {
    /// A session. `random` are 36 bytes that nobody can guess.
    ///
    /// # Errors
    ///
    /// If they are not 36.
    #[wasm_bindgen(constructor)]
    pub fn new(random: &[u8]) -> Result<Session, JsError> {
        let seed = random.try_into().map_err(|_| JsError::new("36 random bytes are needed"))?;
        Ok(Self(wire::Session::new(seed)))
    }

    /// Answers one call. `attachments` are the texts that the call speaks of by number.
    #[expect(clippy::needless_pass_by_value, reason = "what crosses the border is owned here")]
    pub fn call(&self, call: String, attachments: Vec<Uint8Array>) -> String {
        let attachments: Vec<Vec<u8>> = attachments.iter().map(Uint8Array::to_vec).collect();
        let attachments: Vec<&[u8]> = attachments.iter().map(Vec::as_slice).collect();
        self.0.call(call.as_bytes(), &attachments)
    }
}
