//! All selectors of all rules as one tree of segments.

use paritygate_lang::selector::{Segment, Selector};

use crate::globs::Globs;

/// A place in the trie.
pub(crate) type StateId = u32;

/// The root of every trie.
pub(crate) const ROOT: StateId = 0;

/// One step of the selectors that share the steps before it.
#[derive(Default)]
pub(crate) struct State {
    /// The next step for each key that a selector names, sorted.
    pub(crate) literals: Vec<(Box<str>, StateId)>,
    /// The next step for keys of a pattern.
    pub(crate) globs: Globs,
    /// The next step for every key.
    pub(crate) any: Option<StateId>,
    /// The step for any number of keys.
    globstar: Option<StateId>,
    /// Whether this state is such a step, and so stays for every key.
    pub(crate) stays: bool,
    /// What ends here, in the order of insertion.
    pub(crate) bindings: Vec<u32>,
}

impl State {
    /// Whether a key leads on only if a selector names it.
    pub(crate) fn only_literals(&self) -> bool {
        self.globs.is_empty() && self.any.is_none() && !self.stays
    }

    /// Whether no key leads on.
    pub(crate) fn is_end(&self) -> bool {
        self.literals.is_empty() && self.only_literals()
    }
}

/// All selectors as one tree.
pub(crate) struct Trie {
    states: Vec<State>,
}

impl Trie {
    pub(crate) fn new() -> Self {
        Self { states: vec![State::default()] }
    }

    pub(crate) fn state(&self, id: StateId) -> Option<&State> {
        self.states.get(id as usize)
    }

    /// Adds a selector; every path that it matches leads to `binding`.
    pub(crate) fn insert(&mut self, selector: &Selector, binding: u32) {
        for pattern in &selector.patterns {
            let mut at = ROOT;
            for segment in pattern {
                at = self.step(at, segment);
            }
            if let Some(state) = self.states.get_mut(at as usize)
                && !state.bindings.contains(&binding)
            {
                state.bindings.push(binding);
            }
        }
    }

    fn step(&mut self, from: StateId, segment: &Segment) -> StateId {
        let next = self.states.len() as StateId;
        let Some(state) = self.states.get_mut(from as usize) else { return from };
        let known = match segment {
            Segment::Literal(key) => match state.literals.binary_search_by(|(known, _)| (**known).cmp(key)) {
                Ok(at) => state.literals.get(at).map(|(_, id)| *id),
                Err(at) => {
                    state.literals.insert(at, (key.as_str().into(), next));
                    None
                }
            },
            Segment::Any => {
                let known = state.any;
                state.any.get_or_insert(next);
                known
            }
            Segment::Globstar if state.stays => Some(from),
            Segment::Globstar => {
                let known = state.globstar;
                state.globstar.get_or_insert(next);
                known
            }
            Segment::Glob(glob) => {
                let known = state.globs.get(glob);
                if known.is_none() {
                    state.globs.add(glob.clone(), next);
                }
                known
            }
        };
        known.unwrap_or_else(|| {
            self.states.push(State { stays: matches!(segment, Segment::Globstar), ..State::default() });
            next
        })
    }

    /// Adds a state, and the states that it is as well without a further key, to a set.
    pub(crate) fn enter(&self, id: StateId, set: &mut Vec<StateId>, from: usize) {
        let mut next = Some(id);
        while let Some(id) = next {
            if set.get(from..).is_some_and(|set| set.contains(&id)) {
                return;
            }
            set.push(id);
            next = self.state(id).and_then(|state| state.globstar);
        }
    }

    /// Adds the states that `key` leads to from a state. `open` says whether patterns may match the key.
    pub(crate) fn advance(&self, id: StateId, key: &str, open: bool, set: &mut Vec<StateId>, from: usize) {
        let Some(state) = self.state(id) else { return };
        if !state.literals.is_empty()
            && let Ok(at) = state.literals.binary_search_by(|(known, _)| (**known).cmp(key))
            && let Some((_, next)) = state.literals.get(at)
        {
            self.enter(*next, set, from);
        }
        if !open {
            return;
        }
        if let Some(next) = state.any {
            self.enter(next, set, from);
        }
        for next in state.globs.matching(key) {
            self.enter(next, set, from);
        }
        if state.stays {
            self.enter(id, set, from);
        }
    }
}
