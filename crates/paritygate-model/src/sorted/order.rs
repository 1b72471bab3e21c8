//! In which order the entries of a map are: the part that all maps share.

use std::cmp::Ordering::{self, Equal, Greater, Less};
use std::ops::Range;
use std::{iter, slice};

/// How many places are kept in one run before it becomes two: to insert one moves no more than these.
const RUN: usize = 512;

/// The places of entries, in the order of their keys. No place is listed as long as the entries came in that order.
// INVARIANT: no run is empty; together, they list each place below the number of entries once, or there are none.
#[derive(Clone, Debug)]
pub(super) struct Order {
    runs: Vec<Vec<u32>>,
}

/// Where a place is missing in the order.
pub(super) struct Gap {
    run: usize,
    at: usize,
}

impl Order {
    pub(super) const fn new() -> Self {
        Self { runs: Vec::new() }
    }

    /// The place among `len` at which `compare` finds what is looked for, or where it has to be inserted. `compare` says how
    /// an entry is to what is looked for.
    pub(super) fn find(&self, len: usize, compare: &mut dyn FnMut(usize) -> Ordering) -> Result<usize, Gap> {
        if self.runs.is_empty() {
            return search(len, compare).map_err(|at| Gap { run: at / RUN, at: at % RUN });
        }
        let mut at = |run: &[u32], at: usize| run.get(at).map_or(Greater, |&place| compare(place as usize));
        let run = search(self.runs.len(), &mut |run| self.runs.get(run).map_or(Greater, |run| at(run, 0)));
        let run = run.unwrap_or_else(|after| after.saturating_sub(1));
        let places = self.runs.get(run).map_or(&[][..], Vec::as_slice);
        match search(places.len(), &mut |place| at(places, place)) {
            Ok(found) => Ok(places.get(found).map_or(len, |&place| place as usize)),
            Err(at) => Err(Gap { run, at }),
        }
    }

    /// Inserts the place of a new entry, which is put behind the `len` that there are.
    pub(super) fn insert(&mut self, gap: Gap, len: usize) {
        let place = len as u32;
        if self.runs.is_empty() {
            if gap.run * RUN + gap.at == len {
                return;
            }
            let places: Vec<u32> = (0..place).collect();
            self.runs = places.chunks(RUN).map(<[u32]>::to_vec).collect();
        }
        let Some(run) = self.runs.get_mut(gap.run) else { return self.runs.push(vec![place]) };
        run.insert(gap.at.min(run.len()), place);
        if run.len() > RUN {
            let behind = run.split_off(RUN / 2);
            self.runs.insert(gap.run + 1, behind);
        }
    }

    /// The places of `len` entries, in order.
    pub(super) fn places(&self, len: usize) -> Places<'_> {
        let given = if self.runs.is_empty() { 0..len } else { 0..0 };
        Places { given, listed: self.runs.iter().flatten(), left: len }
    }

    /// Lets `swap` bring `len` entries into their order, and forgets it.
    pub(super) fn settle(&mut self, len: usize, swap: &mut dyn FnMut(usize, usize)) {
        if self.runs.is_empty() {
            return;
        }
        let mut ranks = vec![0; len];
        for (rank, place) in self.places(len).enumerate() {
            if let Some(of_place) = ranks.get_mut(place) {
                *of_place = rank;
            }
        }
        for place in 0..len {
            // Each swap brings one entry to where it stays.
            while let Some(&rank) = ranks.get(place).filter(|rank| **rank != place) {
                swap(place, rank);
                ranks.swap(place, rank);
            }
        }
        self.runs.clear();
    }
}

/// The rank at which `compare` finds what is looked for, or the one that it would have.
fn search(len: usize, compare: &mut dyn FnMut(usize) -> Ordering) -> Result<usize, usize> {
    let mut ranks = 0..len;
    while !ranks.is_empty() {
        let middle = ranks.start.midpoint(ranks.end);
        match compare(middle) {
            Less => ranks.start = middle + 1,
            Greater => ranks.end = middle,
            Equal => return Ok(middle),
        }
    }
    Err(ranks.start)
}

/// The places of entries, in the order of their keys.
#[derive(Clone, Debug)]
pub(super) struct Places<'o> {
    given: Range<usize>,
    listed: iter::Flatten<slice::Iter<'o, Vec<u32>>>,
    left: usize,
}

impl Iterator for Places<'_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        self.left = self.left.saturating_sub(1);
        self.given.next().or_else(|| self.listed.next().map(|&place| place as usize))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl DoubleEndedIterator for Places<'_> {
    fn next_back(&mut self) -> Option<usize> {
        self.left = self.left.saturating_sub(1);
        self.given.next_back().or_else(|| self.listed.next_back().map(|&place| place as usize))
    }
}

impl ExactSizeIterator for Places<'_> {}
