//! Values as Ansible writes them: plain, or wrapped with what it knows of them.

use paritygate_model::secret::MaskReason;
use paritygate_model::{Draft, DraftValue, Node};

use super::Place;
use crate::{Context, variable};

/// The key under which Ansible writes the type of a value that is more than JSON.
const TYPE: &str = "__ansible_type";

/// A value without its wrapping, and whether it came from Ansible Vault.
fn unwrapped(mut node: Node<'_>) -> (Node<'_>, bool) {
    let mut vaulted = false;
    // Wrappings hold each other only as deep as the text is.
    while node.is_map() {
        let tags = node.get("tags").filter(|_| node.get(TYPE).is_some());
        vaulted |= tags.into_iter().flat_map(Node::items).any(|tag| type_of(tag) == Some("VaultedValue"));
        let inner = node.get("__ansible_unsafe").or_else(|| node.get("value").filter(|_| node.get(TYPE).is_some()));
        match inner {
            Some(inner) => node = inner,
            None => break,
        }
    }
    (node, vaulted)
}

fn type_of(node: Node<'_>) -> Option<&str> {
    node.get(TYPE).and_then(Node::as_str)
}

/// Why a value that is still encrypted is not known.
fn is_encrypted(node: Node<'_>) -> Option<&'static str> {
    let encrypted = node.get("__ansible_vault").is_some() || type_of(node) == Some("EncryptedString");
    encrypted.then_some("encrypted with Ansible Vault")
}

/// A map or a list without its wrapping.
pub(super) fn collection(node: Node<'_>) -> Node<'_> {
    unwrapped(node).0
}

/// Reads values of one text.
#[derive(Clone, Copy)]
pub(super) struct Values<'a> {
    pub(super) place: &'a Place<'a>,
    pub(super) context: &'a Context<'a>,
}

impl Values<'_> {
    /// A fact by its name, without the prefix that it has where it was not renamed.
    pub(super) fn fact<'t>(facts: Node<'t>, name: &str) -> Option<Node<'t>> {
        let prefixed = format!("ansible_{name}");
        facts.get(&prefixed).or_else(|| facts.get(name)).filter(|node| !node.is_null())
    }

    /// The text of a scalar that is known and not secret.
    pub(super) fn plain(self, node: Node<'_>) -> Option<&str> {
        let (node, vaulted) = unwrapped(node);
        let text = node.scalar_text().filter(|text| !text.is_empty())?;
        let secrets = self.context.secrets;
        let is_plain = !vaulted && secrets.classify(None, text).is_none() && secrets.stands_in(text).is_none();
        is_plain.then_some(text)
    }

    /// A text: `read` says what it is where it can be read. `None` for what is empty or no text.
    pub(super) fn text(self, node: Node<'_>, read: impl FnOnce(&str) -> Option<DraftValue>) -> Option<Draft> {
        let (inner, vaulted) = unwrapped(node);
        let (at, secrets) = (Some(self.place.of(inner.span())), self.context.secrets);
        if let Some(reason) = is_encrypted(inner) {
            return Some(Draft::new(at, DraftValue::Unresolved(reason.to_owned())));
        }
        let text = inner.scalar_text().filter(|text| !text.is_empty())?;
        let reason = if vaulted { Some(MaskReason::Origin) } else { secrets.classify(None, text) };
        let value = if let Some(reason) = secrets.stands_in(text).filter(|_| !vaulted) {
            DraftValue::Unresolved(reason.to_owned())
        } else if let Some(reason) = reason {
            self.place.mask(inner.span());
            variable::sealed(self.context, reason, text)
        } else {
            read(text)?
        };
        Some(Draft::new(at, value))
    }

    /// The value of a variable before its name is known: sealed where it came from Vault.
    pub(super) fn variable(self, node: Node<'_>) -> Option<Draft> {
        let (inner, vaulted) = unwrapped(node);
        let at = Some(self.place.of(inner.span()));
        let text = inner.scalar_text().unwrap_or_default();
        let value = if let Some(reason) = is_encrypted(inner) {
            DraftValue::Unresolved(reason.to_owned())
        } else if inner.is_null() {
            DraftValue::Null
        } else if inner.is_map() || inner.is_sequence() {
            return None;
        } else if vaulted && !text.is_empty() {
            self.place.mask(inner.span());
            variable::sealed(self.context, MaskReason::Origin, text)
        } else {
            DraftValue::String(text.to_owned())
        };
        Some(Draft::new(at, value))
    }

    /// A text as it is.
    pub(super) fn as_it_is(self, node: Node<'_>) -> Option<Draft> {
        self.text(node, |text| Some(DraftValue::String(text.to_owned())))
    }
}
