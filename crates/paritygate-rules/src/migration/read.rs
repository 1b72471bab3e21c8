//! The sections `migrations` of environments, read.

use paritygate_eval::Scope;
use paritygate_model::promotion::{FactSource, Origin};
use paritygate_model::{Environment, Location, Node, SortedMap, Span, Timestamp};

use super::operation::Name;
use super::{Applied, Available, Database, Described, Operation, Phase, Tracking};

/// The databases of all environments that count, by name.
pub(crate) fn databases<'a>(scope: &Scope<'a>, counts: &dyn Fn(&str) -> bool) -> SortedMap<&'a str, Database<'a>> {
    let mut databases: SortedMap<&str, Database<'_>> = SortedMap::new();
    for environment in scope.environments().filter(|environment| !environment.contract && counts(&environment.name)) {
        let section = environment.root().get("migrations");
        for (name, span, node) in section.into_iter().flat_map(Node::entries) {
            let database = databases.entry(name).or_insert_with(|| Database { name, described: Vec::new() });
            database.described.push(described(environment, name, span, node));
        }
    }
    databases
}

/// Where an entry of a map is written: its key, where that stands in the same text as its value.
fn place(source: FactSource, key: &str, span: Span, node: Node<'_>) -> Origin {
    let at = node.location().map(|at| {
        let is_key = at.source.slice(span).contains(key);
        if is_key { Location { span, ..at } } else { at }
    });
    Origin { source, at }
}

fn described<'a>(environment: &'a Environment, name: &'a str, span: Span, node: Node<'a>) -> Described<'a> {
    let mut reader = Reader { unread: Vec::new() };
    let origin = place(environment.source, name, span, node);
    let tracking = reader.text(node, "tracking", &origin);
    let read_tracking = tracking.and_then(Tracking::from_word);
    if let Some(word) = tracking.filter(|_| read_tracking.is_none()) {
        reader.wrong(format!("`{word}` is no `tracking`"), &origin);
    }
    let mut listed = Described {
        environment: &environment.name,
        framework: reader.text(node, "framework", &origin),
        tracking: read_tracking,
        available: reader.entries(node, "available", &origin, Reader::available),
        applied: reader.entries(node, "applied", &origin, Reader::applied),
        origin,
        unread: Vec::new(),
    };
    for (list, is_there) in [("available", listed.available.is_some()), ("applied", listed.applied.is_some())] {
        let why = environment.coverage_at(&["migrations", name, list]).why_not_missing();
        if let Some(why) = why.filter(|_| is_there) {
            reader.wrong(format!("`migrations.{name}.{list}`: {why}"), &listed.origin);
        }
    }
    listed.unread = reader.unread;
    listed
}

/// Reads fields, and notes those that it can't read.
struct Reader {
    unread: Vec<(String, Origin)>,
}

impl Reader {
    fn wrong(&mut self, what: String, origin: &Origin) {
        self.unread.push((what, origin.clone()));
    }

    /// The value of a field; `None` where it is not there, or described as absent.
    fn field<'a>(node: Node<'a>, field: &str) -> Option<Node<'a>> {
        node.get(field).filter(|value| !value.is_null())
    }

    fn text<'a>(&mut self, node: Node<'a>, field: &str, origin: &Origin) -> Option<&'a str> {
        let value = Self::field(node, field)?;
        let text = value.scalar_text();
        if text.is_none() {
            self.wrong(format!("`{field}` is {}", value.kind_word()), origin);
        }
        text
    }

    fn instant(&mut self, node: Node<'_>, field: &str, origin: &Origin) -> Option<Timestamp> {
        let text = self.text(node, field, origin)?;
        let instant = text.parse().ok();
        if instant.is_none() {
            self.wrong(format!("`{field}` is no instant"), origin);
        }
        instant
    }

    /// The names in a list; one name is a list of one. `None` where it is not there or not readable.
    fn names<'a>(&mut self, node: Node<'a>, field: &str, origin: &Origin) -> Option<Vec<&'a str>> {
        let value = Self::field(node, field)?;
        let names: Option<Vec<&str>> = match value.scalar_text() {
            Some(one) => Some(vec![one]),
            None if value.is_sequence() => value.items().map(Node::scalar_text).collect(),
            None => None,
        };
        let Some(mut names) = names else {
            self.wrong(format!("`{field}` is no list of names"), origin);
            return None;
        };
        names.sort_unstable();
        names.dedup();
        Some(names)
    }

    /// A list of migrations by id. Described as absent, it is empty; not there, it is not known.
    fn entries<'a, T>(
        &mut self,
        node: Node<'a>,
        field: &str,
        origin: &Origin,
        read: fn(&mut Self, &'a str, Node<'a>, Origin) -> T,
    ) -> Option<SortedMap<&'a str, T>> {
        let list = node.get(field)?;
        if !list.is_map() && !list.is_null() {
            self.wrong(format!("`{field}` is {}", list.kind_word()), origin);
            return None;
        }
        Some(
            list.entries()
                .map(|(id, span, node)| {
                    let origin = place(origin.source, id, span, node);
                    if !node.is_map() && !node.is_null() {
                        self.wrong(format!("`{id}` is {}", node.kind_word()), &origin);
                    }
                    (id, read(self, id, node, origin))
                })
                .collect(),
        )
    }

    fn applied<'a>(&mut self, _: &'a str, node: Node<'a>, origin: Origin) -> Applied<'a> {
        Applied {
            order: self.text(node, "order", &origin).and_then(|order| order.parse().ok()),
            checksum: self.text(node, "checksum", &origin),
            at: self.instant(node, "at", &origin),
            origin,
        }
    }

    fn available<'a>(&mut self, id: &'a str, node: Node<'a>, origin: Origin) -> Available<'a> {
        let phase = self.text(node, "phase", &origin).and_then(|word| {
            let phase = match word {
                "expand" => Some(Phase::Expand),
                "migrate" => Some(Phase::Migrate),
                "contract" => Some(Phase::Contract),
                _ => None,
            };
            if phase.is_none() {
                self.wrong(format!("`{word}` is no `phase` of `{id}`"), &origin);
            }
            phase
        });
        Available {
            checksum: self.text(node, "checksum", &origin),
            depends_on: self.names(node, "dependsOn", &origin),
            replaces: self.names(node, "replaces", &origin).unwrap_or_default(),
            phase,
            operations: Self::field(node, "operations").and_then(|list| self.operations(id, list, &origin)),
            origin,
        }
    }

    /// `None` where one of them is not known: what it does is not known then.
    fn operations<'a>(&mut self, id: &str, list: Node<'a>, origin: &Origin) -> Option<Vec<Operation<'a>>> {
        let read: Option<Vec<Operation<'_>>> =
            if list.is_sequence() { list.items().map(|node| self.operation(node, origin)).collect() } else { None };
        if read.is_none() {
            self.wrong(format!("the operations of `{id}` can't be read"), origin);
        }
        read
    }

    fn operation<'a>(&mut self, node: Node<'a>, origin: &Origin) -> Option<Operation<'a>> {
        let reversible = match Self::field(node, "reversible").map(Node::value) {
            None => None,
            Some(paritygate_model::Value::Bool(value)) => Some(value),
            Some(_) => return None,
        };
        Some(Operation {
            kind: self.text(node, "kind", origin)?,
            table: self.text(node, "table", origin).map(Name),
            column: self.text(node, "column", origin).map(Name),
            to: self.text(node, "to", origin).map(Name),
            reversible,
            has_default: Self::field(node, "default").is_some(),
        })
    }
}
