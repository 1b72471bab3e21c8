//! A difference between two texts that a reader can follow.

/// The lines in which two texts differ, with a little around them; `None` where they are equal.
pub fn diff(expected: &str, actual: &str) -> Option<String> {
    const AROUND: usize = 4;
    if expected == actual {
        return None;
    }
    let (old, new): (Vec<&str>, Vec<&str>) = (expected.lines().collect(), actual.lines().collect());
    let head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let rest = old.len().min(new.len()) - head;
    let tail = old.iter().rev().zip(new.iter().rev()).take(rest).take_while(|(a, b)| a == b).count();
    let mut out = Vec::new();
    out.extend(old.iter().take(head).skip(head.saturating_sub(AROUND)).map(|line| format!("      {line}")));
    out.extend(old.iter().take(old.len() - tail).skip(head).map(|line| format!("    - {line}")));
    out.extend(new.iter().take(new.len() - tail).skip(head).map(|line| format!("    + {line}")));
    out.extend(old.iter().skip(old.len() - tail).take(AROUND).map(|line| format!("      {line}")));
    if out.is_empty() {
        out.push("    (they differ in line endings only)".to_owned());
    }
    Some(out.join("\n"))
}
