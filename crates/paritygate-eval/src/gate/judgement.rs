//! How a gate judged, and why.

use std::borrow::Cow;

use paritygate_model::decision::{ClearedBy, GateStatus, Moment};
use paritygate_model::promotion::Origin;
use paritygate_model::{Note, Timestamp, limits};

/// How a gate judged, and why. The worst of several sayings counts, and all of that status are told.
#[derive(Clone, Debug, Default)]
pub struct Judgement {
    /// How it judged.
    pub status: GateStatus,
    /// What clears it, where it blocks.
    pub cleared_by: Option<ClearedBy>,
    /// When it clears by itself.
    pub until: Option<Timestamp>,
    /// Whether anything was judged: what others are joined to begins as nothing.
    judged: bool,
    /// Apart, since most gates pass, and nobody reads why.
    words: Option<Box<Words>>,
}

/// What a gate says.
#[derive(Clone, Debug)]
pub struct Words {
    /// What is the case.
    pub message: Cow<'static, str>,
    /// What else is known.
    pub notes: Vec<Note>,
    /// What to do.
    pub help: Option<String>,
    /// The facts that it judged by, each with what it says here.
    pub facts: Vec<(String, Origin)>,
    /// Who can clear it: groups and people.
    pub who: Vec<String>,
    /// When it next opens.
    pub next_open: Option<Moment>,
    /// When it next closes.
    pub next_close: Option<Moment>,
    /// How many messages were joined to the first one, told or not.
    joined: usize,
}

impl Words {
    const NONE: Self = Self {
        message: Cow::Borrowed(""),
        notes: Vec::new(),
        help: None,
        facts: Vec::new(),
        who: Vec::new(),
        next_open: None,
        next_close: None,
        joined: 0,
    };
}

impl Judgement {
    fn new(status: GateStatus, cleared_by: Option<ClearedBy>, message: impl Into<Cow<'static, str>>) -> Self {
        let words = Words { message: message.into(), ..Words::NONE };
        Self { status, cleared_by, until: None, judged: true, words: Some(Box::new(words)) }
    }

    /// It lets the promotion pass.
    pub fn pass(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(GateStatus::Pass, None, message)
    }

    /// It lets the promotion pass, and why is not asked.
    pub(crate) fn pass_untold() -> Self {
        Self { judged: true, ..Self::default() }
    }

    /// It lets the promotion pass, with a warning.
    pub fn warn(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(GateStatus::Warn, None, message)
    }

    /// It blocks until a fact is another.
    pub fn fail(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(GateStatus::Fail, Some(ClearedBy::Fact), message)
    }

    /// It blocks until somebody says something.
    pub fn needs_people(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(GateStatus::Fail, Some(ClearedBy::Person), message)
    }

    /// It blocks until time has passed; `until` is `None` where that is never.
    pub fn wait(until: Option<Timestamp>, message: impl Into<Cow<'static, str>>) -> Self {
        Self { until, ..Self::new(GateStatus::Fail, Some(ClearedBy::Time), message) }
    }

    /// It can't be judged, and so blocks until the fact is known.
    pub fn unknown(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(GateStatus::Unknown, Some(ClearedBy::Fact), message)
    }

    /// It has nothing to say about this promotion.
    pub fn not_applicable(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(GateStatus::NotApplicable, None, message)
    }

    /// Whether anything was judged. What several judgements are joined to begins as nothing.
    pub fn is_judged(&self) -> bool {
        self.judged
    }

    /// Whether it passes and does not say why.
    pub(crate) fn is_untold(&self) -> bool {
        self.judged && self.words.is_none()
    }

    /// What it says.
    pub fn words(&self) -> &Words {
        static NONE: Words = Words::NONE;
        self.words.as_deref().unwrap_or(&NONE)
    }

    /// What it says, to change that.
    pub fn words_mut(&mut self) -> &mut Words {
        self.words.get_or_insert_with(|| Box::new(Words::NONE))
    }

    /// Adds why, or what else is known.
    #[must_use]
    pub fn note(mut self, note: impl Into<Note>) -> Self {
        self.words_mut().notes.push(note.into());
        self
    }

    /// Adds what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.words_mut().help = Some(help.into());
        self
    }

    /// Adds a fact that it judged by.
    #[must_use]
    pub fn fact(mut self, label: impl Into<String>, origin: &Origin) -> Self {
        self.words_mut().facts.push((label.into(), origin.clone()));
        self
    }

    /// Adds who can clear it.
    #[must_use]
    pub fn who(mut self, who: impl IntoIterator<Item = String>) -> Self {
        self.words_mut().who.extend(who);
        self
    }

    /// Adds when it next opens.
    #[must_use]
    pub fn opens(mut self, at: Option<Moment>) -> Self {
        self.words_mut().next_open = at;
        self
    }

    /// Adds when it next closes.
    #[must_use]
    pub fn closes(mut self, at: Option<Moment>) -> Self {
        self.words_mut().next_close = at;
        self
    }

    /// Keeps how it judged, what clears it, who and when, and says nothing of it.
    #[must_use]
    pub fn quiet(mut self) -> Self {
        let words = self.words_mut();
        *words = Words { who: std::mem::take(&mut words.who), ..Words::NONE };
        self
    }

    /// Joins what is said of several things (components, databases): the worst counts, and what is less bad goes unsaid.
    #[must_use]
    pub fn and(mut self, mut other: Self) -> Self {
        if !other.judged || (self.judged && other.status < self.status) {
            return self;
        }
        if !self.judged || other.status > self.status {
            return other;
        }
        if let Some(more) = other.words.take() {
            self.words_mut().join(*more);
        }
        // What time clears is clear when the last of it is; what a person or a fact has to clear, time does not.
        self.cleared_by = self.cleared_by.min(other.cleared_by);
        self.until = self.until.zip(other.until).map(|(a, b)| a.max(b));
        self
    }
}

impl Words {
    /// How many judgements there are that are not told.
    pub(crate) fn untold(&self) -> usize {
        (self.joined + 1).saturating_sub(limits::MAX_JUDGEMENTS)
    }

    fn join(&mut self, mut more: Self) {
        self.joined += more.joined + usize::from(!more.message.is_empty());
        if self.untold() == 0 {
            if self.message.is_empty() {
                self.message = more.message;
            } else if !more.message.is_empty() && more.message != self.message {
                self.message = format!("{}; {}", self.message, more.message).into();
            }
            more.notes.retain(|note| !self.notes.contains(note));
            more.who.retain(|who| !self.who.contains(who));
            self.notes.append(&mut more.notes);
            self.who.append(&mut more.who);
            self.facts.append(&mut more.facts);
            self.help = self.help.take().or(more.help);
        }
        // All of them are open from the last opening on, and until the first closing.
        let later = |a: &Moment, b: &Moment| a.at >= b.at;
        let first = self.next_open.take_if(|own| more.next_open.as_ref().is_none_or(|other| later(own, other)));
        self.next_open = first.or(more.next_open);
        let first = self.next_close.take_if(|own| more.next_close.as_ref().is_none_or(|other| later(other, own)));
        self.next_close = first.or(more.next_close);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_are_told_one_by_one() {
        let of = |count: usize| {
            let one = |at| Judgement::fail(format!("{at}")).note(format!("note {at}")).who([format!("who {at}")]);
            let judged = (0..count).map(one).fold(Judgement::default(), Judgement::and);
            let words = judged.words();
            let parts = words.message.split("; ").count();
            assert!(words.notes.len() == parts && words.who.len() == parts, "{words:?}");
            (parts, words.untold())
        };
        let most = limits::MAX_JUDGEMENTS;
        assert_eq!(
            (of(1), of(most), of(most + 1), of(100_000)),
            ((1, 0), (most, 0), (most, 1), (most, 100_000 - most))
        );
        // What says nothing is not counted.
        let quiet = (0..most).map(|_| Judgement::fail("a").quiet()).fold(Judgement::fail("a"), Judgement::and);
        assert_eq!(quiet.words().untold(), 0);
    }
}
