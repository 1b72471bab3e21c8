//! What a service starts: `entrypoint` and `command`, as lists of words.

use paritygate_model::secret::{MaskReason, passwords_of_programs};
use paritygate_model::{Draft, DraftValue, Node};

use super::read::Reader;
use super::scope::Expanded;
use crate::Context;

impl Reader<'_, '_> {
    /// A command in its list or its string form.
    pub(super) fn command(&mut self, node: Node<'_>) -> Option<Draft> {
        if node.is_sequence() {
            let items = node.items().filter_map(|item| self.scalar(item)).collect();
            return Some(Draft::new(node.location(), DraftValue::Sequence(items)));
        }
        let Some(text) = node.as_str() else {
            return self.scalar(node);
        };
        let line = match self.expand(text) {
            Expanded { value: Ok(line), secret: false, .. } => {
                words(&line).into_iter().map(DraftValue::String).collect()
            }
            // So that only the words which are secret, or not known, are hidden.
            _ => words(text).iter().map(|word| self.text(None, word).value).collect::<Vec<_>>(),
        };
        let words = line.into_iter().map(|word| Draft::new(node.location(), word)).collect();
        Some(Draft::new(node.location(), DraftValue::Sequence(words)))
    }
}

/// Entrypoint and command as one list; secrets in it are sealed.
pub(super) fn of(entrypoint: Option<&Draft>, command: Option<&Draft>, context: &Context<'_>) -> Option<Draft> {
    let first = entrypoint.or(command)?;
    let mut all = Vec::new();
    for part in [entrypoint, command].into_iter().flatten() {
        match &part.value {
            DraftValue::Sequence(items) => all.extend(items.iter().cloned()),
            // A line that nobody knows may be any number of words.
            _ => return Some(part.clone()),
        }
    }
    let written = all.iter().map(|word| match &word.value {
        DraftValue::String(text) => text.as_str(),
        _ => "",
    });
    let given = passwords_of_programs(&written.collect::<Vec<_>>());
    let mut option: Option<String> = None;
    for (at, word) in all.iter_mut().enumerate() {
        let text = match &word.value {
            DraftValue::String(text) => text.clone(),
            DraftValue::Bool(value) => {
                *word = Draft::string(word.at.clone(), value.to_string());
                continue;
            }
            _ => continue,
        };
        let name = option.take();
        let given = given.contains(&at).then_some(MaskReason::Shape);
        if let Some(reason) = secret(name.as_deref(), &text, context).or(given) {
            word.value = DraftValue::Secret(Box::new(context.secrets.seal_as(context.key, reason, &text)));
        } else if text.starts_with('-') && !text.contains('=') {
            option = Some(text);
        }
    }
    Some(Draft::new(first.at.clone(), DraftValue::Sequence(all)))
}

/// Why a word of a command is secret: by its shape, by the option before it, or by the option that it sets.
fn secret(option: Option<&str>, word: &str, context: &Context<'_>) -> Option<MaskReason> {
    let by_name = |name: &str, value: &str| {
        let name = name.trim_start_matches('-').replace('-', "_");
        if value.is_empty() { None } else { context.secrets.classify(Some(&name), value) }
    };
    if let Some(reason) = context.secrets.classify(None, word) {
        return Some(reason);
    }
    // What stands in a script is found there.
    let assigned = word.split_once('=').filter(|(name, _)| !name.contains(char::is_whitespace));
    let assigned = assigned.and_then(|(name, value)| by_name(name, value));
    let assigned = assigned.or_else(|| option.and_then(|name| by_name(name, word)));
    // A script inside one word: `sh -c "… --password=…"`.
    assigned.or_else(|| (context.secrets.scrub(word) != word).then_some(MaskReason::Shape))
}

/// The words of a line, as a shell splits it: quotes hold words together, a backslash takes the next character as it is.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote: Option<char> = None;
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some('\''), c) => word.get_or_insert_default().push(c),
            (_, '\\') => {
                if let Some(next) = chars.next() {
                    word.get_or_insert_default().push(next);
                }
            }
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_split_as_shells_do() {
        for (line, expected) in [
            ("npm  start", vec!["npm", "start"]),
            ("sh -c 'a b' \"c 'd'\"", vec!["sh", "-c", "a b", "c 'd'"]),
            ("a\\ b ''", vec!["a b", ""]),
            ("--x=\"a b\"", vec!["--x=a b"]),
            ("open 'quote", vec!["open", "quote"]),
            ("", vec![]),
        ] {
            assert_eq!(words(line), expected, "{line}");
        }
    }
}
