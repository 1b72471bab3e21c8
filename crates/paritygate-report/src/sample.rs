//! One report that has everything: every format shows it.

mod decision;

use std::sync::Arc;

use paritygate_model::report::{
    Cell, Cells, Column, Digested, Engine, Finding, LazyDigest, Place, RanRule, Report, Severity, State, Status,
    Summary, Verdict, WaiverRef,
};
use paritygate_model::{Diagnostic, Location, SortedMap, Source, Span};

pub(crate) use decision::decision;

const DEV: &str = "\
NODE=20.12.0
SMTP_HOST=localhost
API_KEY=dev-key-0000
REGION=eu
GREETING=grüß dich
LOG_LEVEL=debug
";

const STAGING: &str = "\
# staging
NODE=20.11.1
SMTP_HOST=smtp.staging.example
API_KEY=live-key-1111 # the same as in production
REGION=${REGION}
GREETING=名前は何ですか GREETING_ENDS
LOG_LEVEL=info
MOTD=\u{1b}[31mred\u{202e} alert
";

/// The sample: development, staging and production, and one finding of each sort.
pub(crate) fn report() -> Report {
    let production = format!(
        "{}NODE=20.12.0\nAPI_KEY=live-key-1111\nREGION=eu\nFLAGS={} GREETING=grüß dich {}\nLOG_LEVEL=info\nMOTD=\n",
        "\n".repeat(96),
        "on,off,".repeat(40),
        "and more ".repeat(30),
    );
    let sample = Sample {
        sources: [(".env", DEV), (".env.staging", STAGING), ("deploy/.env.production", &production)]
            .map(|(name, text)| Source::new(name, text)),
    };
    sample.report()
}

/// A diagnostic about one of its texts.
pub(crate) fn diagnostics() -> Vec<Diagnostic> {
    let source = Source::new(".env.staging", STAGING);
    let at = |meant| Location::new(&source, span(STAGING, meant));
    vec![
        Diagnostic::warning("duplicate-key", at("LOG_LEVEL"), "`LOG_LEVEL` is there twice")
            .note("the last one wins")
            .help("remove one")
            .related(at("NODE"), "the first one"),
    ]
}

struct Sample {
    sources: [Arc<Source>; 3],
}

const NAMES: [&str; 3] = ["dev", "staging", "production"];

fn span(text: &str, meant: &str) -> Span {
    let start = text.find(meant).expect("in the text");
    Span::of(start..start + meant.len())
}

impl Sample {
    fn cell(&self, environment: usize, meant: &str, shown: &str) -> Cell {
        let source = &self.sources[environment];
        let at = Location::new(source, span(source.text(), meant));
        let masked = shown.starts_with("secret").then_some("secret by name");
        if masked.is_some() {
            source.mask(at.span);
        }
        Cell {
            state: State::Value,
            value: Some(shown.into()),
            reason: None,
            masked,
            source: Some(if masked.is_some() { Place::of_secret(&at) } else { Place::of(&at) }),
        }
    }

    fn report(&self) -> Report {
        let findings = self.findings();
        let mut summary = Summary {
            rules: 9,
            findings: findings.len(),
            rows: 212,
            vacuous: vec!["same-postgres-major".into()],
            unknown: SortedMap::from([("only part of this section is described".to_owned(), 12)]),
            truncated: SortedMap::from([("plain-differs".to_owned(), 1)]),
            ..Summary::default()
        };
        for finding in &findings {
            *summary.by_status.entry(finding.status.word()).or_default() += 1;
            *summary.by_severity.entry(finding.severity.word()).or_default() += 1;
        }
        let column = |(name, tier): (&str, &'static str)| Column {
            name: name.into(),
            tier,
            contract: false,
            reference: name == "production",
            view: false,
        };
        let environments = [("dev", "development"), ("staging", "staging"), ("production", "production")].map(column);
        let contract =
            Column { name: ".env.example".into(), tier: "other", contract: true, reference: false, view: false };
        let digested =
            |source: &Arc<Source>| Digested { name: source.name().clone(), digest: LazyDigest(source.clone()) };
        Report {
            engine: Engine { name: "paritygate", version: "0.1.0" },
            evaluated_at: "2026-01-02T03:04:05Z".parse().expect("an instant"),
            policies: vec![digested(&Source::new("recommended/variables", "policy: recommended/variables\n"))],
            inputs: self.sources.iter().map(digested).collect(),
            environments: environments.into_iter().chain([contract]).collect(),
            only: Vec::new(),
            verdict: Verdict::Fail,
            summary,
            rules: self.rules(),
            findings,
        }
    }

    /// The rules of the findings, one that found nothing, and one that had nothing to judge.
    fn rules(&self) -> Vec<RanRule> {
        let mut rules: Vec<RanRule> = Vec::new();
        for finding in self.findings().into_iter().filter(|finding| finding.kind != "waiver-valid") {
            if rules.iter().all(|rule| rule.id != finding.rule) {
                rules.push(RanRule { id: finding.rule, kind: finding.kind, met: true, judged: true, explained: false });
            }
        }
        let others = [("key-present", "present", true), ("same-postgres-major", "version-tolerance", false)];
        rules.extend(others.map(|(id, kind, met)| RanRule { id: id.into(), kind, met, judged: met, explained: false }));
        rules
    }

    fn findings(&self) -> Vec<Finding> {
        let none = |state, reason: Option<&str>| Cell {
            state,
            value: None,
            reason: reason.map(Into::into),
            masked: None,
            source: None,
        };
        let unresolved = Cell {
            state: State::Unresolved,
            value: None,
            reason: Some("`REGION` is not set".into()),
            ..self.cell(1, "${REGION}", "")
        };
        let levels = || [self.cell(0, "debug", "debug"), self.cell(1, "info", "info"), self.cell(2, "info", "info")];
        let plain = |rule: &str, path: &str, cells: [Cell; 3], deviating: &[usize], reference: Option<usize>| Finding {
            rule: rule.into(),
            kind: "same",
            severity: Severity::Error,
            status: Status::Fail,
            observed: false,
            path: path.into(),
            environments: deviating.iter().map(|&at| NAMES[at].into()).collect(),
            reference: reference.map(|at| NAMES[at].into()),
            cells: Cells(NAMES.into_iter().map(Arc::from).zip(cells).collect()),
            source: None,
            message: format!("`{path}` differs from production"),
            notes: Vec::new(),
            help: None,
            fix: None,
            waiver: None,
            explains: None,
            repeats: Vec::new(),
            coverable: true,
            mutual: false,
        };
        vec![
            Finding {
                message: "`LOG_LEVEL` in dev differs from production".into(),
                severity: Severity::Info,
                status: Status::Pass,
                ..plain("plain-differs", "variables.LOG_LEVEL", levels(), &[0], Some(2))
            },
            Finding {
                message: "node differs: 20.11.1 in staging, 20.12.0 in production".into(),
                notes: vec!["minor versions change defaults".into()],
                help: Some("set `NODE` to 20.12.0 in staging".into()),
                ..plain(
                    "same-node",
                    "runtimes.node",
                    [
                        self.cell(0, "20.12.0", "20.12.0"),
                        self.cell(1, "20.11.1", "20.11.1"),
                        self.cell(2, "20.12.0", "20.12.0"),
                    ],
                    &[1],
                    Some(2),
                )
            },
            Finding {
                message: "`SMTP_HOST` is missing in production".into(),
                help: Some("set it in `deploy/.env.production`,\n  or take it out of the other environments\n".into()),
                ..plain(
                    "present-in-production",
                    "variables.SMTP_HOST",
                    [
                        self.cell(0, "localhost", "localhost"),
                        self.cell(1, "smtp.staging.example", "smtp.staging.example"),
                        none(State::Missing, None),
                    ],
                    &[2],
                    None,
                )
            },
            Finding {
                kind: "no-shared-secret",
                mutual: true,
                message: "`API_KEY` of staging is production's".into(),
                notes: vec!["whoever can read staging can act in production".into()],
                ..plain(
                    "no-shared-secret",
                    "variables.API_KEY",
                    [
                        self.cell(0, "dev-key-0000", "secret B"),
                        self.cell(1, "live-key-1111", "secret A"),
                        self.cell(2, "live-key-1111", "secret A"),
                    ],
                    &[1],
                    Some(2),
                )
            },
            Finding {
                status: Status::Unknown,
                message: "`REGION` can't be judged in staging: `REGION` is not set".into(),
                ..plain(
                    "same-region",
                    "variables.REGION",
                    [self.cell(0, "eu", "eu"), unresolved, self.cell(2, "eu", "eu")],
                    &[1],
                    Some(2),
                )
            },
            Finding {
                severity: Severity::Warning,
                status: Status::Warn,
                message: "`GREETING` differs".into(),
                ..plain(
                    "same-greeting",
                    "config.locales.\"welcome page\".sections.header.GREETING",
                    [
                        self.cell(0, "grüß dich", "grüß dich"),
                        self.cell(1, "名前は何ですか", "名前は何ですか"),
                        self.cell(2, "grüß dich", "grüß dich"),
                    ],
                    &[1],
                    Some(2),
                )
            },
            Finding {
                severity: Severity::Warning,
                status: Status::Warn,
                message: "`MOTD` breaks `^[ -~]*$`: \u{1b}[31mred\u{202e} alert".into(),
                ..plain(
                    "printable",
                    "variables.\"MO\u{1b}[2JTD\"",
                    [
                        none(State::NotCollected, Some("this section was not collected")),
                        self.cell(1, "\u{1b}[31mred\u{202e} alert", "\u{1b}[31mred\u{202e} alert\nsecond line"),
                        none(State::Empty, None),
                    ],
                    &[1],
                    None,
                )
            },
            Finding {
                severity: Severity::Info,
                status: Status::Pass,
                message: "has no owner".into(),
                ..plain(
                    "owned",
                    "labels",
                    [none(State::Null, None), none(State::Missing, None), none(State::Missing, None)],
                    &[0, 1, 2],
                    None,
                )
            },
            Finding { observed: true, ..plain("try-same-level", "variables.LOG_LEVEL", levels(), &[0], Some(2)) },
            Finding {
                status: Status::Waived,
                waiver: Some(WaiverRef {
                    exception: "waiver",
                    owner: Some("platform team".into()),
                    reason: "the upgrade is planned".into(),
                    expires_at: "2026-02-01T00:00:00Z".parse().ok(),
                }),
                ..plain("same-level", "variables.LOG_LEVEL", levels(), &[0], Some(2))
            },
            Finding {
                kind: "waiver-valid",
                severity: Severity::Warning,
                status: Status::Warn,
                cells: Cells::default(),
                message: "waiver covers nothing any more".into(),
                help: Some("remove it".into()),
                ..plain("waiver-valid", "variables.OLD", levels(), &[], None)
            },
        ]
    }
}
