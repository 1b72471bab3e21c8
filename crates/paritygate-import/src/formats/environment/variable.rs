//! Variables in environment documents: a plain value, or a map that says more about it.

use paritygate_model::secret::{MaskReason, Secret, ValueClass, ValueType};
use paritygate_model::shape::Shape;
use paritygate_model::shape::environment::VARIABLE;
use paritygate_model::tree::Text;
use paritygate_model::{Diagnostic, Location, NodeId, Value, Variable, suggest};

use super::{Lowering, parts};

/// What a variable's map says.
#[derive(Default)]
struct Fields {
    value: Option<NodeId>,
    fingerprint: Option<NodeId>,
    presence: Option<NodeId>,
    secret: Option<bool>,
    value_type: Option<ValueType>,
    value_class: Option<ValueClass>,
    sources: Option<NodeId>,
    rotated_at: Option<NodeId>,
    expires_at: Option<NodeId>,
    /// The URL with its masks.
    shown: Option<String>,
}

impl Lowering<'_> {
    /// Turns what stands at `id` into a variable. Secret values are sealed here and nowhere else.
    pub(super) fn variable(&mut self, id: NodeId, name: Option<Text>) {
        match self.node(id).value() {
            Value::Map => self.variable_map(id, name),
            Value::Sequence => {
                self.hide(id);
                self.wrong(id, super::expected(&Shape::Variable));
            }
            _ => {
                let value = self.tree.duplicate(id);
                self.tree.set_text(value);
                self.finish_variable(id, name, value, &Fields::default());
            }
        }
    }

    fn variable_map(&mut self, id: NodeId, name: Option<Text>) {
        let mut fields = Fields::default();
        for at in 0..self.node(id).len() {
            let Some((key, span, value)) = self.tree.entry_at(id, at) else { break };
            let Some(field) = VARIABLE.field(self.tree.str(key)) else {
                // Whatever was meant to be a field of a variable may be its value.
                self.hide(value);
                self.unknown_field(key, span, value, &VARIABLE);
                continue;
            };
            if field.name == "value" {
                if !self.is_marked_unresolved(value, name) {
                    self.tree.set_text(value);
                }
                fields.value = Some(value);
                continue;
            }
            if field.name == "url" {
                fields.shown = self.shown(self.node(value));
            }
            if let (Shape::Word(words), Value::String(word)) = (field.shape, self.node(value).value())
                && !words.contains(&word)
                && suggest::nearest(word, words.iter().copied()).is_none()
            {
                // What is no such word may be the value.
                self.hide(value);
                let at = Location::new(self.source, self.node(value).span());
                let message = format!("`{}` is one of {}", field.name, suggest::quoted(words));
                self.diagnostics.push(Diagnostic::error("unknown-word", at, message));
                continue;
            }
            self.value(value, field.shape, None);
            let word = self.node(value).as_str();
            match field.name {
                "fingerprint" => fields.fingerprint = Some(value),
                "presence" => fields.presence = Some(value),
                "sensitivity" => fields.secret = word.map(|word| word == "secret"),
                "valueType" => fields.value_type = ValueType::ALL.into_iter().find(|kind| Some(kind.word()) == word),
                "valueClass" => {
                    fields.value_class = ValueClass::ALL.into_iter().find(|class| Some(class.word()) == word);
                }
                "sources" => fields.sources = Some(value),
                "rotatedAt" => fields.rotated_at = Some(value),
                "expiresAt" => fields.expires_at = Some(value),
                _ => {}
            }
        }
        let value = match (fields.fingerprint, fields.value) {
            (Some(fingerprint), _) => self.given_fingerprint(id, fingerprint, &fields),
            (None, Some(value)) => value,
            (None, None) => self.given_presence(id, &fields),
        };
        self.finish_variable(id, name, value, &fields);
    }

    /// Masks what stands at a node in every excerpt.
    fn hide(&self, id: NodeId) {
        self.source.mask(self.node(id).span());
    }

    /// A value of which only a fingerprint was handed in.
    fn given_fingerprint(&mut self, id: NodeId, fingerprint: NodeId, fields: &Fields) -> NodeId {
        let Some(whole) = parts::fingerprint(self.node(fingerprint)) else {
            self.wrong(fingerprint, super::expected(&Shape::Fingerprint));
            let value = self.tree.null_at(id);
            self.tree.set_unresolved(value, "its fingerprint can't be read");
            return value;
        };
        let secret = Secret {
            value_type: fields.value_type.unwrap_or(ValueType::String),
            value_class: fields.value_class.unwrap_or(ValueClass::Unknown),
            ..parts::secret(self.node(id), whole, fields.shown.clone())
        };
        let value = self.tree.duplicate(fingerprint);
        self.tree.seal(value, secret);
        value
    }

    /// A variable of which neither value nor fingerprint was handed in.
    fn given_presence(&mut self, id: NodeId, fields: &Fields) -> NodeId {
        let presence = fields.presence.and_then(|presence| self.node(presence).as_str());
        let (unset, empty) = (presence == Some("unset"), presence == Some("empty"));
        let value = self.tree.null_at(fields.presence.unwrap_or(id));
        if empty {
            self.tree.set_empty(value);
        } else if !unset {
            self.tree.set_unresolved(value, "its value was not handed in");
        }
        value
    }

    fn finish_variable(&mut self, id: NodeId, name: Option<Text>, value: NodeId, fields: &Fields) {
        let mut secret = fields.secret.unwrap_or(false);
        let is_secret_name = name.is_some_and(|name| self.context.secrets.is_secret_name(self.tree.str(name)));
        match self.node(value).value() {
            Value::String(text) => {
                let tagged = self.node(id).tag().or(self.node(value).tag()).map(|_| "reference");
                let sealed = if let Some(reason) = tagged.or_else(|| self.context.secrets.stands_in_finished(text)) {
                    // What fills it in may be written into it: `{{ password | default(...) }}`.
                    if secret || is_secret_name {
                        self.hide(value);
                    }
                    self.tree.set_unresolved(value, reason);
                    None
                } else if secret && !text.is_empty() {
                    Some(self.context.secrets.seal_as(self.context.key, MaskReason::Origin, text))
                } else {
                    self.seal(name, text)
                };
                if let Some(sealed) = sealed {
                    secret = true;
                    self.tree.seal(value, sealed);
                }
            }
            Value::Secret(_) => secret = true,
            Value::Map | Value::Sequence => self.wrong(value, "a text"),
            _ => {}
        }
        let variable = Variable {
            value,
            secret,
            value_type: fields.value_type,
            value_class: fields.value_class,
            sources: fields.sources,
            rotated_at: fields.rotated_at,
            expires_at: fields.expires_at,
        };
        self.tree.set_variable(id, variable);
    }
}
