//! The walk over all environments at once: a merge join that enters only what a selector asks for.

use std::cmp::Ordering;

use paritygate_model::shape::environment::{ENVIRONMENT, META};
use paritygate_model::{Diagnostic, Environment, Node, Shape, Value, Variable, limits};

use crate::cell::{self, Cell, State};
use crate::trie::{ROOT, StateId, Trie};

/// Receives the rows.
pub(crate) trait Sink<'t> {
    /// A row was met that `bindings` end at. Comes once per binding list; equal rows come one after the other.
    fn row(&mut self, number: usize, bindings: &[u32], path: &[&'t str], cells: &[Cell<'t>], shape: &'static Shape);
}

/// Where one environment stands during the walk.
#[derive(Clone, Copy)]
enum Place<'t> {
    /// Not there.
    Absent,
    /// Not there, because the thing that it belongs to is not.
    Orphan,
    /// At a node.
    Node(Node<'t>),
    /// At a facet of a variable.
    Facet(Node<'t>, &'t Variable, &'static str),
}

/// The next entry of one environment's map.
struct Head<'t> {
    entries: paritygate_model::tree::Entries<'t>,
    next: Option<(&'t str, Node<'t>)>,
}

impl<'t> Head<'t> {
    fn of(place: Place<'t>) -> Option<Self> {
        let Place::Node(node) = place else { return None };
        let mut head = Self { entries: node.entries(), next: None };
        head.advance();
        head.next.is_some().then_some(head)
    }

    fn advance(&mut self) {
        self.next = self.entries.next().map(|(key, _, node)| (key, node));
    }
}

/// The parts of a variable that stand in its text.
const PARTS: [&str; 4] = ["expiresAt", "rotatedAt", "sources", "value"];

/// Names of fields that say something about the description, not about the environment: only a selector that names
/// them meets them.
fn is_metadata(key: &str, depth: usize) -> bool {
    if depth == 0 { META.contains(&key) } else { matches!(key, "deployedAt" | "sources" | "rotatedAt") }
}

/// A walk. Its stacks are shared by all levels, so that a level costs no allocation.
pub(crate) struct Walk<'w, 't> {
    trie: &'w Trie,
    environments: &'w [&'t Environment],
    sink: &'w mut dyn Sink<'t>,
    places: Vec<Place<'t>>,
    states: Vec<StateId>,
    heads: Vec<Option<Head<'t>>>,
    path: Vec<&'t str>,
    cells: Vec<Cell<'t>>,
    /// Whether the level that is visited next is an entry of a map.
    is_entry: bool,
    /// How many rows were met.
    rows: usize,
    /// Whether there is a row that was not met, because as many as may be were.
    is_cut: bool,
}

impl<'w, 't> Walk<'w, 't> {
    pub(crate) fn new(trie: &'w Trie, environments: &'w [&'t Environment], sink: &'w mut dyn Sink<'t>) -> Self {
        let mut places = Vec::with_capacity(environments.len() * 16);
        places.extend(environments.iter().map(|environment| Place::Node(environment.root())));
        let mut states = Vec::with_capacity(32);
        trie.enter(ROOT, &mut states, 0);
        let heads = Vec::with_capacity(environments.len() * 16);
        Self {
            trie,
            environments,
            sink,
            places,
            states,
            heads,
            path: Vec::with_capacity(16),
            cells: Vec::with_capacity(environments.len()),
            is_entry: false,
            rows: 0,
            is_cut: false,
        }
    }

    /// Walks everything.
    pub(crate) fn run(&mut self) {
        static ROOT_SHAPE: Shape = Shape::Record(&ENVIRONMENT);
        self.visit(0, 0, &ROOT_SHAPE);
    }

    /// Meets one section for a rule that judges it whether an environment has it or none.
    pub(crate) fn visit_section(&mut self, section: &'static str, binding: u32) {
        if !self.count() {
            return;
        }
        self.cells = cells_at(self.environments, &[section]);
        let shape = ENVIRONMENT.field(section).map_or(&Shape::Any, |field| field.shape);
        self.sink.row(self.rows, &[binding], &[section], &self.cells, shape);
    }

    /// Counts one row more, if there may be one.
    fn count(&mut self) -> bool {
        self.is_cut |= self.rows >= limits::MAX_ROWS;
        self.rows += usize::from(!self.is_cut);
        !self.is_cut
    }

    /// That rows were left out, if any were; `done` is what was not done with them.
    pub(crate) fn too_many_rows(&self, done: &str) -> Option<Diagnostic> {
        self.is_cut.then(|| {
            let most = limits::MAX_ROWS;
            let message =
                format!("the selectors meet more than {most} rows, which is the limit; the rest was not {done}");
            Diagnostic::nowhere("too-many-rows", message).help("narrow the selectors")
        })
    }

    /// Visits one path: the places from `places` on and the states from `states` on are those of this level.
    fn visit(&mut self, places: usize, states: usize, shape: &'static Shape) {
        if self.is_cut || self.path.len() > limits::MAX_DEPTH {
            return;
        }
        self.emit(places, states, shape);
        let trie = self.trie;
        let level = self.states.len();
        let mut leads_on = false;
        let mut only_literals = true;
        for at in states..level {
            if let Some(state) = self.states.get(at).and_then(|&id| trie.state(id)) {
                leads_on |= !state.is_end();
                only_literals &= state.only_literals();
            }
        }
        if !leads_on {
            return;
        }
        if only_literals && level == states + 1 {
            self.look_up(places, states, shape);
        } else {
            self.merge(places, states, level, shape);
        }
    }

    /// One state that only names keys: they are looked up, nothing else is touched.
    fn look_up(&mut self, places: usize, states: usize, shape: &'static Shape) {
        let trie = self.trie;
        let Some(state) = self.states.get(states).and_then(|&id| trie.state(id)) else { return };
        let entry = matches!(shape, Shape::Record(_)) && self.is_entry;
        for (key, next) in &state.literals {
            let base = self.places.len();
            let mut found = None;
            for at in 0..self.environments.len() {
                let place = self.places.get(places + at).copied().unwrap_or(Place::Absent);
                let (place, known) = child(place, key, entry);
                found = found.or(known);
                self.places.push(place);
            }
            if let Some(key) = found {
                let from = self.states.len();
                trie.enter(*next, &mut self.states, from);
                self.descend(key, base, from, shape);
            }
            self.places.truncate(base);
        }
    }

    /// Visits every key that stands in any environment, in order.
    fn merge(&mut self, places: usize, states: usize, level: usize, shape: &'static Shape) {
        let trie = self.trie;
        let count = self.environments.len();
        let heads = self.heads.len();
        for at in 0..count {
            let place = self.places.get(places + at).copied().unwrap_or(Place::Absent);
            self.heads.push(Head::of(place));
        }
        let depth = self.path.len();
        let entry = matches!(shape, Shape::Record(_)) && self.is_entry;
        loop {
            let live = self.heads.get(heads..heads + count).unwrap_or_default();
            let Some((key, present)) = least(live) else { break };
            let from = self.states.len();
            let open = !is_metadata(key, depth);
            for at in states..level {
                if let Some(&id) = self.states.get(at) {
                    trie.advance(id, key, open, &mut self.states, from);
                }
            }
            let wanted = self.states.len() > from;
            let base = self.places.len();
            for at in 0..count {
                let mut place = Place::Absent;
                if present & (1 << at) != 0
                    && let Some(Some(head)) = self.heads.get_mut(heads + at)
                    && let Some((_, node)) = head.next
                {
                    place = Place::Node(node);
                    head.advance();
                } else if wanted && let Some(&parent) = self.places.get(places + at) {
                    place = inherited(parent, entry);
                }
                if wanted {
                    self.places.push(place);
                }
            }
            if wanted {
                self.descend(key, base, from, shape);
            }
            self.places.truncate(base);
        }
        self.heads.truncate(heads);
        self.merge_facets(places, states, level, shape);
    }

    /// What belongs to a variable is met by selectors that name it, beside patterns that do not.
    fn merge_facets(&mut self, places: usize, states: usize, level: usize, shape: &'static Shape) {
        if !matches!(shape, Shape::Variable) {
            return;
        }
        let trie = self.trie;
        for name in cell::FACETS.into_iter().chain(PARTS) {
            let from = self.states.len();
            for at in states..level {
                if let Some(&id) = self.states.get(at) {
                    trie.advance(id, name, false, &mut self.states, from);
                }
            }
            if self.states.len() > from {
                let base = self.places.len();
                for at in 0..self.environments.len() {
                    let place = self.places.get(places + at).copied().unwrap_or(Place::Absent);
                    self.places.push(child(place, name, false).0);
                }
                self.descend(name, base, from, shape);
                self.places.truncate(base);
            }
        }
    }

    fn descend(&mut self, key: &'t str, places: usize, states: usize, shape: &'static Shape) {
        static ANY: Shape = Shape::Any;
        self.path.push(key);
        self.is_entry = matches!(shape, Shape::Map(_));
        self.visit(places, states, shape.child(key).unwrap_or(&ANY));
        self.path.pop();
        self.states.truncate(states);
    }

    fn emit(&mut self, places: usize, states: usize, shape: &'static Shape) {
        let trie = self.trie;
        let mut met = false;
        for at in states..self.states.len() {
            let Some(state) = self.states.get(at).and_then(|&id| trie.state(id)) else { continue };
            if state.bindings.is_empty() {
                continue;
            }
            if !met {
                if !self.count() {
                    return;
                }
                met = true;
                self.fill_cells(places);
            }
            self.sink.row(self.rows, &state.bindings, &self.path, &self.cells, shape);
        }
    }

    fn fill_cells(&mut self, places: usize) {
        let places = self.places.get(places..places + self.environments.len()).unwrap_or_default();
        fill_cells(self.environments, places, &self.path, &mut self.cells);
    }
}

/// The cells of all environments at one path, for what stands beside the row that is judged.
pub(crate) fn cells_at<'t>(environments: &[&'t Environment], path: &[&str]) -> Vec<Cell<'t>> {
    let below = |environment: &&'t Environment| {
        // A service that is not there can't be told from a field that is not, as its shape is not at hand.
        path.iter().fold(Place::Node(environment.root()), |place, key| child(place, key, false).0)
    };
    let places: Vec<Place<'t>> = environments.iter().map(below).collect();
    let mut cells = Vec::with_capacity(environments.len());
    fill_cells(environments, &places, path, &mut cells);
    cells
}

fn fill_cells<'t>(environments: &[&'t Environment], places: &[Place<'t>], path: &[&str], cells: &mut Vec<Cell<'t>>) {
    cells.clear();
    let mut secret = false;
    for (environment, place) in environments.iter().zip(places) {
        let cell = match *place {
            Place::Node(node) => {
                let value = node.value();
                secret |= matches!(value, Value::Variable(variable) if variable.secret);
                Cell::of_value(node, value)
            }
            Place::Facet(node, variable, name) => {
                let key = path.iter().rev().nth(1).copied().unwrap_or_default();
                Cell::facet(node, variable, name, key).unwrap_or_else(|| Cell::of(node))
            }
            Place::Absent | Place::Orphan => {
                Cell { state: absent(environment, path), node: None, orphan: matches!(place, Place::Orphan) }
            }
        };
        secret |= matches!(cell.state, State::Secret(_));
        cells.push(cell);
    }
    // What is secret in one environment is secret in all.
    if secret {
        for (cell, environment) in cells.iter_mut().zip(environments) {
            if cell.sealable() {
                cell.seal(environment);
            }
        }
    }
}

fn absent<'t>(environment: &Environment, path: &[&str]) -> State<'t> {
    match environment.coverage_at(path).why_not_missing() {
        Some(reason) => State::NotCollected(reason),
        None => State::Missing,
    }
}

/// The least key among the next entries, and which environments have it, one bit each.
fn least<'t>(heads: &[Option<Head<'t>>]) -> Option<(&'t str, u64)> {
    let mut least: Option<(&'t str, u64)> = None;
    for (at, head) in heads.iter().enumerate() {
        let Some((key, _)) = head.as_ref().and_then(|head| head.next) else { continue };
        let bit = 1 << at;
        least = Some(match least {
            None => (key, bit),
            Some((known, present)) => match key.cmp(known) {
                Ordering::Less => (key, bit),
                Ordering::Equal => (known, present | bit),
                Ordering::Greater => (known, present),
            },
        });
    }
    least
}

/// What stands for a child of a place that has none: below null is null, below the unknown is the unknown, and below an
/// absent service everything belongs to that. `entry` says whether the parent is an entry of a map of records.
fn inherited(parent: Place<'_>, entry: bool) -> Place<'_> {
    match parent {
        Place::Node(node) if matches!(node.value(), Value::Null | Value::Unresolved(_)) => parent,
        Place::Absent if entry => Place::Orphan,
        Place::Orphan => Place::Orphan,
        _ => Place::Absent,
    }
}

/// The child of a place by its key, and the key as the environment's own text where the child is there.
fn child<'t>(place: Place<'t>, key: &str, entry: bool) -> (Place<'t>, Option<&'t str>) {
    let Place::Node(node) = place else { return (inherited(place, entry), None) };
    match node.value() {
        Value::Map => match node.get_entry(key) {
            Some((key, node)) => (Place::Node(node), Some(key)),
            None => (Place::Absent, None),
        },
        Value::Variable(variable) => {
            let of = |id: Option<_>, name: &'static str| id.map(|id| (Place::Node(node.tree().node(id)), Some(name)));
            let found = match key {
                "value" => of(Some(variable.value), "value"),
                "sources" => of(variable.sources, "sources"),
                "rotatedAt" => of(variable.rotated_at, "rotatedAt"),
                "expiresAt" => of(variable.expires_at, "expiresAt"),
                _ => cell::FACETS
                    .iter()
                    .find(|name| **name == key)
                    .map(|&name| (Place::Facet(node, variable, name), Some(name))),
            };
            found.unwrap_or((Place::Absent, None))
        }
        _ => (inherited(place, entry), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use paritygate_lang::Selector;
    use paritygate_model::{Draft, FingerprintKey, Tier, promotion::FactSource};
    use std::sync::Arc;

    #[derive(Default)]
    struct Count(usize);

    impl<'t> Sink<'t> for Count {
        fn row(&mut self, _: usize, _: &[u32], _: &[&'t str], _: &[Cell<'t>], _: &'static Shape) {
            self.0 += 1;
        }
    }

    #[test]
    fn rows_are_limited_at_their_limit() {
        let mut draft = Draft::map();
        for name in ["a", "b", "c", "d"] {
            draft.set(&["labels", name], Draft::string(None, "x"));
        }
        let (tree, root) = draft.finish();
        let environment = Environment {
            name: "staging".into(),
            view_of: None,
            tier: Tier::Staging,
            order: None,
            aliases: Vec::new(),
            contract: false,
            source: FactSource::Imported,
            tree: Arc::new(tree),
            root,
            coverage: Vec::new(),
            key: FingerprintKey::from_bytes(*b"key"),
        };
        let mut trie = Trie::new();
        trie.insert(&Selector::parse("labels.*").expect("a selector"), 0);
        // Where four rows or three are left, and where a section comes after them.
        for (left, sections, met, told) in [(5, 1, 5, false), (4, 0, 4, false), (3, 0, 3, true), (4, 1, 4, true)] {
            let mut sink = Count::default();
            let environments = [&environment];
            let mut walk = Walk::new(&trie, &environments, &mut sink);
            walk.rows = limits::MAX_ROWS - left;
            walk.run();
            for _ in 0..sections {
                walk.visit_section("runtimes", 0);
            }
            assert_eq!(walk.too_many_rows("judged").is_some(), told, "{left}");
            assert_eq!(sink.0, met, "{left}");
        }
    }
}
