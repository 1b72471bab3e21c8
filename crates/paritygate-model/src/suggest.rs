//! "Did you mean": the known word that is nearest to a mistyped one.

/// The candidate nearest to `word`, if one is near enough to be meant.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
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
    candidates
        .into_iter()
        .filter_map(|candidate| near(candidate).map(|distance| (distance, candidate)))
        .min()
        .map(|(_, candidate)| candidate)
}

/// `` did you mean `x`? `` for the nearest candidate, else the list of what is known.
pub fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str> + Clone) -> Option<String> {
    if let Some(found) = nearest(word, candidates.clone()) {
        return Some(format!("did you mean `{found}`?"));
    }
    let mut known: Vec<&str> = candidates.into_iter().collect();
    known.sort_unstable();
    known.dedup();
    match known.len() {
        0 => None,
        1..=16 => Some(format!("known here: {}", quoted(&known))),
        _ => None,
    }
}

/// `` `a`, `b`, `c` ``.
pub fn quoted<S: AsRef<str>>(words: &[S]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{}`", word.as_ref())).collect();
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
