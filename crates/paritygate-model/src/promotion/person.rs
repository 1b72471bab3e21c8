//! How people are told apart.

/// What stands for a person: systems disagree about the case of names, and characters that nobody sees tell nobody apart.
pub fn key(person: &str) -> String {
    let is_seen = |character: &char| !matches!(character, '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{ad}');
    person.chars().filter(is_seen).collect::<String>().trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::key;

    #[test]
    fn case_and_what_nobody_sees_tell_nobody_apart() {
        assert_eq!(key(" Dana\u{200b} "), key("dana"));
        assert_ne!(key("dana"), key("dan"));
    }
}
