//! The kinds of gates: what a promotion has to pass.

mod allowed_window;
mod approval_fresh;
mod approvals;
mod change_ticket;
mod checks_passed;
mod concurrency;
mod config_only_safe;
mod environment_healthy;
mod freeze;
mod holiday_calendar;
mod no_rejection;
mod parity_gate;
mod rate_limit;
mod required_keys;
mod review_current;
mod separation_of_duties;
mod soak;
mod upstream_succeeded;

use paritygate_eval::GateEntry;

/// All kinds of gates, sorted by name.
pub static ALL: &[GateEntry] = &[
    GateEntry::of::<allowed_window::AllowedWindow>(),
    GateEntry::of::<approval_fresh::ApprovalFresh>(),
    GateEntry::of::<approvals::Approvals>(),
    GateEntry::of::<change_ticket::ChangeTicket>(),
    GateEntry::of::<checks_passed::ChecksPassed>(),
    GateEntry::of::<concurrency::Concurrency>(),
    GateEntry::of::<config_only_safe::ConfigOnlySafe>(),
    GateEntry::of::<environment_healthy::EnvironmentHealthy>(),
    GateEntry::of::<freeze::Freeze>(),
    GateEntry::of::<holiday_calendar::HolidayCalendar>(),
    GateEntry::of::<no_rejection::NoRejection>(),
    GateEntry::of::<parity_gate::ParityGate>(),
    GateEntry::of::<rate_limit::RateLimit>(),
    GateEntry::of::<required_keys::RequiredKeys>(),
    GateEntry::of::<review_current::ReviewCurrent>(),
    GateEntry::of::<separation_of_duties::SeparationOfDuties>(),
    GateEntry::of::<soak::Soak>(),
    GateEntry::of::<upstream_succeeded::UpstreamSucceeded>(),
];
