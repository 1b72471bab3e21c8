//! "Did you mean": the known word that is nearest to a mistyped one.

// Whatever the candidates are listed by, there is this code once.

/// The candidate nearest to `word`, if one is near enough to be meant.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    nearest_of(word, &candidates.into_iter().collect::<Vec<_>>())
}

/// `` did you mean `x`? `` for the nearest candidate, else the list of what is known.
pub fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    did_you_mean_of(word, candidates.into_iter().collect())
}

/// `` `a`, `b`, `c` ``.
pub fn quoted<S: AsRef<str>>(words: &[S]) -> String {
    quoted_of(&words.iter().map(AsRef::as_ref).collect::<Vec<_>>())
}

#[inline(never)]
fn nearest_of<'a>(word: &str, candidates: &[&'a str]) -> Option<&'a str> {
    let folded = word.to_lowercase().replace(['_', '-'], "");
    let folded_len = folded.chars().count();
    let near = |candidate: &str| {
        let other = candidate.to_lowercase().replace(['_', '-'], "");
        let len = other.chars().count();
        let most = (len.min(folded_len) / 3).max(1);
        // Words can't be nearer than their lengths are: a huge word costs nothing more.
        let distance = (len.abs_diff(folded_len) <= most).then(|| strsim::damerau_levenshtein(&folded, &other))?;
        (distance <= most).then_some(distance)
    };
    let near = candidates.iter().filter_map(|candidate| near(candidate).map(|distance| (distance, *candidate)));
    near.min().map(|(_, candidate)| candidate)
}

#[inline(never)]
fn did_you_mean_of(word: &str, mut known: Vec<&str>) -> Option<String> {
    if let Some(found) = nearest_of(word, &known) {
        return Some(format!("did you mean `{found}`?"));
    }
    known.sort_unstable();
    known.dedup();
    match known.len() {
        0 => None,
        1..=16 => Some(format!("known here: {}", quoted_of(&known))),
        _ => None,
    }
}

#[inline(never)]
fn quoted_of(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    quoted.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_near_words_only() {
        assert_eq!(nearest("severty", ["severity", "select"]), Some("severity"));
        assert_eq!(nearest("on_unknown", ["onUnknown"]), Some("onUnknown"));
        assert_eq!(nearest("zebra", ["severity", "select"]), None);
        assert_eq!(did_you_mean("zebra", ["b", "a"]).as_deref(), Some("known here: `a`, `b`"));
    }
}
