//! The short forms: `127.0.0.1:3000-3005:3000-3005/tcp`, `./data:/data:ro`.

use std::ops::Range;

use paritygate_model::{Diagnostic, Draft, DraftValue, Node, SortedMap};

use super::load::Loader;
use super::model::Port;
use super::read::Reader;

/// A range with more ports than this stays one entry: `10000-20000/udp`.
const MAX_RANGE: u32 = 64;

impl Reader<'_, '_> {
    /// A port in its short or long form.
    pub(super) fn port(&mut self, node: Node<'_>, exposed: bool) -> Option<Port> {
        if node.is_map() {
            let mut field = |key: &str| node.get(key).and_then(|value| self.scalar(value));
            let (target, published, protocol) = (field("target"), field("published"), field("protocol"));
            let Some(target) = target else {
                self.lacks(node, "target");
                return None;
            };
            let published =
                published.filter(|draft| !matches!(&draft.value, DraftValue::String(text) if text.is_empty()));
            let address = field("host_ip");
            return Some(Port { at: node.location(), target, published, address, protocol, exposed });
        }
        let Some(text) = node.scalar_text() else {
            self.wrong(node, "a port: `80`, `8080:80`, or a map");
            return None;
        };
        let [target, published, protocol, address] = self.split(node, text, |text| Some(port(text)))?;
        Some(Port { at: node.location(), target: target?, published, address, protocol, exposed })
    }
}

/// Target, published port, protocol and address of a short form. What stands in `${…}` is left whole.
fn port(text: &str) -> [Option<Range<usize>>; 4] {
    let mut cuts = Vec::new();
    let mut slash = None;
    for (at, byte) in outside_braces(text) {
        match byte {
            b':' => cuts.push(at),
            b'/' => slash = Some(at),
            _ => {}
        }
    }
    let end = slash.unwrap_or(text.len());
    let protocol = slash.map(|slash| slash + 1..text.len());
    let last = cuts.pop();
    let target = last.map_or(0, |cut| cut + 1)..end;
    let first = cuts.pop();
    let published = last.map(|last| first.map_or(0, |cut| cut + 1)..last).filter(|range| !range.is_empty());
    let address = first.map(|first| 0..first).filter(|range| !range.is_empty());
    [Some(target), published, protocol, address]
}

/// Source, target and mode of a short form. Knows `C:\data:/data` and leaves what stands in `${…}` whole.
pub(super) fn volume(text: &str) -> [Option<Range<usize>>; 3] {
    let mut parts: Vec<Range<usize>> = Vec::new();
    let mut start = 0;
    let ends = outside_braces(text).filter(|(_, byte)| *byte == b':').map(|(at, _)| at).chain([text.len()]);
    for end in ends {
        let rest = text.get(end + 1..).unwrap_or_default();
        let part = text.get(start..end).unwrap_or_default();
        let drive =
            part.len() == 1 && part.starts_with(|c: char| c.is_ascii_alphabetic()) && rest.starts_with(['\\', '/']);
        // `C:\` begins a path; the `a` in `a:/b` is a volume's name only where nothing follows that path.
        if drive && (rest.starts_with('\\') || rest.contains(':')) && start == 0 {
            continue;
        }
        parts.push(start..end);
        start = end + 1;
    }
    let mut parts = parts.into_iter();
    match (parts.next(), parts.next(), parts.next()) {
        (Some(target), None, _) => [None, Some(target), None],
        (source, target, mode) => [source.filter(|source| !source.is_empty()), target, mode],
    }
}

fn outside_braces(text: &str) -> impl Iterator<Item = (usize, u8)> + '_ {
    let mut depth = 0_usize;
    text.bytes().enumerate().filter(move |(_, byte)| {
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => return depth == 0,
        }
        false
    })
}

/// Ports by `8080/tcp`. Answers whether all of them could be read.
pub(super) fn map(ports: &[Port], loader: &mut Loader<'_>) -> (SortedMap<String, Draft>, bool) {
    let mut map: SortedMap<String, Draft> = SortedMap::new();
    let mut complete = true;
    for port in ports {
        let protocol = match &port.protocol {
            None => "tcp",
            Some(Draft { value: DraftValue::String(text), .. }) => text,
            Some(_) => {
                complete = false;
                continue;
            }
        };
        let DraftValue::String(text) = &port.target.value else {
            complete = false;
            continue;
        };
        let Some((first, last)) = range(text) else {
            if let Some(at) = &port.at {
                let message = format!("`{text}` is no port");
                loader.say(
                    Diagnostic::error("compose-shape", at.clone(), message)
                        .help("write `80`, `8080:80` or `3000-3005`"),
                );
            }
            complete = false;
            continue;
        };
        let count = last - first + 1;
        let whole = count > MAX_RANGE;
        for step in 0..if whole { 1 } else { count } {
            let key = if whole { format!("{first}-{last}/{protocol}") } else { format!("{}/{protocol}", first + step) };
            let entry = map.entry(key).or_insert_with(|| Draft::new(port.at.clone(), Draft::map().value));
            if let Some(published) = &port.published {
                publish_on(entry, port.address.as_ref().and_then(address));
                publish(entry, host_port(published, step, count));
            }
        }
    }
    (map, complete)
}

/// An address of the host as it is compared; `None` where it means all of them.
fn address(draft: &Draft) -> Option<Draft> {
    let DraftValue::String(text) = &draft.value else { return Some(draft.clone()) };
    let text = text.trim_matches(['[', ']']);
    let is_all = text.is_empty() || text.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_unspecified());
    (!is_all).then(|| Draft::string(draft.at.clone(), text.to_owned()))
}

/// Adds an address, before the port itself; a port that is published on all addresses once is on all.
fn publish_on(entry: &mut Draft, address: Option<Draft>) {
    let ports = entry.as_map();
    let is_first = !ports.contains_key("published");
    match (address, ports.get_mut("hostIp").map(|known| &mut known.value)) {
        (None, _) => {
            ports.remove("hostIp");
        }
        // Of several of which one is not known, all are not.
        (Some(address @ Draft { value: DraftValue::Unresolved(_), .. }), known) if is_first || known.is_some() => {
            ports.insert("hostIp".to_owned(), address);
        }
        (Some(address), Some(DraftValue::Sequence(known))) => known.push(address),
        (Some(address), _) if is_first => {
            let at = address.at.clone();
            ports.insert("hostIp".to_owned(), Draft::new(at, DraftValue::Sequence(vec![address])));
        }
        _ => {}
    }
}

/// Adds a port of the host: where there are several, they stand in a list.
fn publish(entry: &mut Draft, port: Draft) {
    let ports = entry.as_map();
    let Some(known) = ports.remove("published") else {
        ports.insert("published".to_owned(), port);
        return;
    };
    let mut several = match known.value {
        DraftValue::Sequence(several) => several,
        value => vec![Draft::new(known.at, value)],
    };
    // `127.0.0.1:80:80` beside `[::1]:80:80` is one port on two addresses.
    let number = |draft: &Draft| match &draft.value {
        DraftValue::Number(text) => Some(text.clone()),
        _ => None,
    };
    let own = number(&port);
    if own.is_none() || !several.iter().any(|known| number(known) == own) {
        several.push(port);
    }
    let first = several.first().and_then(|port| port.at.clone());
    let published = match several.pop() {
        Some(only) if several.is_empty() => only,
        last => Draft::new(first, DraftValue::Sequence(several.into_iter().chain(last).collect())),
    };
    ports.insert("published".to_owned(), published);
}

/// The host's port for the step-th port of a range.
fn host_port(published: &Draft, step: u32, count: u32) -> Draft {
    let value = match &published.value {
        DraftValue::String(text) => match range(text) {
            Some((first, last)) if last - first + 1 == count => DraftValue::Number((first + step).to_string()),
            Some((first, last)) if first != last => {
                DraftValue::Unresolved(format!("any free port from {first} to {last}"))
            }
            _ => DraftValue::Unresolved("it is no port".to_owned()),
        },
        other => other.clone(),
    };
    Draft::new(published.at.clone(), value)
}

fn range(text: &str) -> Option<(u32, u32)> {
    let port = |text: &str| text.trim().parse::<u16>().ok().map(u32::from);
    match text.split_once('-') {
        Some((first, last)) => Some((port(first)?, port(last)?)).filter(|(first, last)| first <= last),
        None => port(text).map(|port| (port, port)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown<const N: usize>(text: &str, parts: [Option<Range<usize>>; N]) -> String {
        let parts = parts.map(|part| part.and_then(|part| text.get(part)).unwrap_or("-").to_owned());
        parts.join(" ")
    }

    #[test]
    fn ports_have_parts() {
        for (text, expected) in [
            ("80", "80 - - -"),
            ("8080:80", "80 8080 - -"),
            ("127.0.0.1:8080:80/udp", "80 8080 udp 127.0.0.1"),
            ("127.0.0.1::80", "80 - - 127.0.0.1"),
            ("[::1]:8080:80", "80 8080 - [::1]"),
            ("3000-3005:3000-3005", "3000-3005 3000-3005 - -"),
            ("${PORT:-80}:80", "80 ${PORT:-80} - -"),
            ("", " - - -"),
        ] {
            assert_eq!(shown(text, port(text)), expected, "{text}");
        }
    }

    #[test]
    fn volumes_have_parts() {
        for (text, expected) in [
            ("/data", "- /data -"),
            ("db:/data", "db /data -"),
            ("a:/b", "a /b -"),
            ("./x:/data:ro,z", "./x /data ro,z"),
            ("C:\\x:/data", "C:\\x /data -"),
            ("C:/x:/data:ro", "C:/x /data ro"),
            ("${D:-./x}:/data", "${D:-./x} /data -"),
        ] {
            assert_eq!(shown(text, volume(text)), expected, "{text}");
        }
    }
}
