//! The kinds of gates: what a promotion has to pass.

mod allowed_window;
mod freeze;
mod holiday_calendar;
mod upstream_succeeded;

use paritygate_eval::GateEntry;

/// All kinds of gates, sorted by name.
pub static ALL: &[GateEntry] = &[
    GateEntry::of::<allowed_window::AllowedWindow>(),
    GateEntry::of::<freeze::Freeze>(),
    GateEntry::of::<holiday_calendar::HolidayCalendar>(),
    GateEntry::of::<upstream_succeeded::UpstreamSucceeded>(),
];
