//! The kinds of gates: what a promotion has to pass.

mod allowed_window;
mod concurrency;
mod freeze;
mod holiday_calendar;
mod rate_limit;
mod soak;
mod upstream_succeeded;

use paritygate_eval::{GateEntry, Scope};
use serde::Deserialize;

/// All kinds of gates, sorted by name.
pub static ALL: &[GateEntry] = &[
    GateEntry::of::<allowed_window::AllowedWindow>(),
    GateEntry::of::<concurrency::Concurrency>(),
    GateEntry::of::<freeze::Freeze>(),
    GateEntry::of::<holiday_calendar::HolidayCalendar>(),
    GateEntry::of::<rate_limit::RateLimit>(),
    GateEntry::of::<soak::Soak>(),
    GateEntry::of::<upstream_succeeded::UpstreamSucceeded>(),
];

/// What has to be known of the deployments to an environment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum History {
    /// At least one: where none is known, it is not known whether any was.
    #[default]
    Required,
    /// Nothing: where none is known, there was none.
    IfKnown,
}

/// The target, and the environments that are judged with it.
fn with_target<'s>(scope: &Scope<'s>, others: Option<&'s Vec<String>>) -> Vec<&'s str> {
    let mut all = vec![scope.to()];
    all.extend(others.into_iter().flatten().map(String::as_str).filter(|name| *name != scope.to()));
    all
}
