//! How migrations are told to people.

use paritygate_eval::Judgement;
use paritygate_model::suggest::quoted;

/// How many names a message holds, and how many judgements are told one by one.
const MOST: usize = 5;

/// `` `0042`, `0043` ``, and how many more.
pub(crate) fn names<S: AsRef<str>>(ids: &[S]) -> String {
    match ids.get(..MOST).filter(|_| ids.len() > MOST) {
        Some(first) => format!("{} and {} more", quoted(first), ids.len() - MOST),
        None => quoted(ids),
    }
}

/// The verb that goes with so many.
pub(crate) fn verb<'w, T>(list: &[T], one: &'w str, several: &'w str) -> &'w str {
    if list.len() == 1 { one } else { several }
}

/// `staging`, `staging and production`, `dev, staging and production`.
pub(crate) fn list<S: AsRef<str>>(words: &[S]) -> String {
    let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
    match words.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => words.join(""),
    }
}

/// The worst of several judgements: the first of them in full, and how many more there are.
pub(crate) fn worst(judged: Vec<Judgement>) -> Judgement {
    let Some(status) = judged.iter().map(|judgement| judgement.status).max() else { return Judgement::default() };
    let mut of_status: Vec<Judgement> = judged.into_iter().filter(|judgement| judgement.status == status).collect();
    let rest = of_status.split_off(of_status.len().min(MOST));
    let more = rest.len();
    // What is not told one by one still says what clears it, and when.
    let judgement =
        of_status.into_iter().chain(rest.into_iter().map(Judgement::quiet)).fold(Judgement::default(), Judgement::and);
    if more == 0 { judgement } else { judgement.note(format!("and {more} more")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_are_told_one_by_one() {
        assert_eq!(names(&["1", "2", "3", "4", "5"]), "`1`, `2`, `3`, `4`, `5`");
        assert_eq!(names(&["1", "2", "3", "4", "5", "6"]), "`1`, `2`, `3`, `4`, `5` and 1 more");
        let of = |count: usize| worst(vec![Judgement::fail("wrong"); count]).words().notes.len();
        assert_eq!((of(5), of(6)), (0, 1));
    }
}
