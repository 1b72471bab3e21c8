//! The engine as calls and answers in JSON: what every binding speaks.
//!
//! A call is `{ "wire": 1, "check": { … } }`: the version of this language, and one verb with its parameters. Its answer is
//! `{ "wire": 1, "check": { … } }` as well, or `{ "wire": 1, "error": { … } }` where the call itself was wrong. What is
//! wrong with a policy, a manifest or an input is part of the answer, not an error.
//!
//! Texts may stand in the call, or beside it as attachments: bytes that cross the border of a language as they are. Compiled
//! policies, imported environments and reports stay here, behind a number, until they are released.
//!
//! ```
//! use paritygate::wire::Session;
//!
//! let session = Session::new(&[7; 36]);
//! let call = br#"{ "wire": 1, "check": { "now": "2026-03-01T09:00:00Z", "project": { "files": {
//!     ".env.staging": { "text": "PAY_URL=https://pay.example.com\n" }, ".env.production": { "attachment": 0 } } } } }"#;
//! let answer = session.call(call, &[b"LOG_LEVEL=info\n"]);
//! assert!(answer.starts_with(r#"{"wire":1,"check":{"report":1,"verdict":"fail""#), "{answer}");
//! let text = session.call(br#"{ "wire": 1, "format": { "report": 1, "format": "text" } }"#, &[]);
//! assert!(text.contains("`variables.PAY_URL` is missing in production"), "{text}");
//! ```

mod envelope;
mod held;
pub mod promoted;
pub mod shared;
pub mod subject;
pub mod verbs;

use std::sync::{Mutex, MutexGuard, PoisonError};

use paritygate_model::FingerprintKey;

use crate::key::{self, EPHEMERAL_BYTES};
use crate::zones::{self, Zones};
use held::Table;

pub use envelope::{ErrorAnswer, Refusal};

/// The version of the language of calls and answers.
pub const VERSION: u32 = 1;

/// One host's side of the engine: what it compiled and imported, by number. Shared freely between threads.
pub struct Session {
    held: Mutex<Table>,
    key: FingerprintKey,
    zones: Mutex<Zones>,
}

impl Session {
    /// A session. `random` are bytes that nobody can guess: they make the key for fingerprints where a call names none.
    pub fn new(random: &[u8; EPHEMERAL_BYTES]) -> Self {
        Self { held: Mutex::default(), key: key::ephemeral(random), zones: Mutex::new(zones::carried()) }
    }

    /// How many engines, environments, reports and decisions it holds: a host whose memory is collected can't see them.
    pub fn holds(&self) -> usize {
        self.held().len()
    }

    /// Answers one call. `attachments` are the texts that the call speaks of by number.
    pub fn call(&self, call: &[u8], attachments: &[&[u8]]) -> String {
        envelope::answer(self, call, attachments)
    }

    /// The time zones that are known.
    fn zones(&self) -> Zones {
        self.zones.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set_zones(&self, zones: Zones) {
        *self.zones.lock().unwrap_or_else(PoisonError::into_inner) = zones;
    }

    fn held(&self) -> MutexGuard<'_, Table> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Never prints what it holds.
impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("held", &self.held().len()).finish_non_exhaustive()
    }
}
