//! Times that come once.

use paritygate_model::Timestamp;

use super::Interval;

/// Times that come once, in order and apart from each other.
#[derive(Clone, Debug, Default)]
pub struct Intervals(Vec<Interval>);

impl Intervals {
    /// Puts times in order, and joins those that touch.
    pub fn of(mut intervals: Vec<Interval>) -> Self {
        intervals.retain(|interval| interval.start < interval.end);
        intervals.sort();
        let mut joined: Vec<Interval> = Vec::with_capacity(intervals.len());
        for interval in intervals {
            match joined.last_mut() {
                Some(last) if interval.start <= last.end => last.end = last.end.max(interval.end),
                _ => joined.push(interval),
            }
        }
        Self(joined)
    }

    /// The time that holds an instant.
    pub fn run(&self, at: Timestamp) -> Option<Interval> {
        // INVARIANT: sorted, and apart.
        let next = self.0.partition_point(|interval| interval.end <= at);
        self.0.get(next).copied().filter(|interval| interval.holds(at))
    }

    /// The times that end after an instant, in order.
    pub fn runs(&self, from: Timestamp) -> impl Iterator<Item = Interval> {
        self.0.iter().skip(self.0.partition_point(|interval| interval.end <= from)).copied()
    }

    /// The first start after an instant.
    pub fn next_start(&self, after: Timestamp) -> Option<Timestamp> {
        self.0.get(self.0.partition_point(|interval| interval.start <= after)).map(|interval| interval.start)
    }

    /// The next instant after `at` at which a time begins or ends.
    pub fn next_change(&self, at: Timestamp) -> Option<Timestamp> {
        self.run(at).map(|run| run.end).or_else(|| self.next_start(at))
    }
}
