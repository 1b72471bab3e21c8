//! What bounds the texts of users and the work that they make, by name. Going beyond is told: by a diagnostic that names
//! the limit, by a count of what is left out, or by a verdict that is unknown.

/// The largest text that is read, in bytes.
pub const MAX_DOCUMENT_BYTES: usize = 32 * 1024 * 1024;
/// How deep maps and lists may nest.
pub const MAX_DEPTH: usize = 128;
/// How many nodes the aliases of one YAML text may add when they are expanded.
pub const MAX_ALIAS_NODES: usize = 200_000;
/// How long a key of a YAML map may be, in bytes.
pub const MAX_KEY_BYTES: usize = 4_096;
/// How many variables one `.env` text may set.
pub const MAX_VARIABLES: usize = 100_000;
/// How many bytes references may add to one value; no process could be handed as much.
pub const MAX_INTERPOLATED_BYTES: usize = 1024 * 1024;
/// How many mistakes of one text are told one by one.
pub const MAX_DIAGNOSTICS: usize = 100;
/// How many nodes one document may hold.
pub const MAX_NODES: usize = 4_000_000;
/// How many environments one check compares.
pub const MAX_ENVIRONMENTS: usize = 64;
/// How many stages a promotion pipeline may have, and a flowchart of one may draw.
pub const MAX_STAGES: usize = 256;
/// How many files one environment may be read from.
pub const MAX_SOURCES: usize = 4_096;
/// How many values `extends`, `include` and `env_file` may copy beyond what the files hold.
pub const MAX_COPIES: usize = 500_000;
/// How deep `extends`, `include` and interpolation may chain.
pub const MAX_CHAIN: usize = 32;
/// How many rows one check visits.
pub const MAX_ROWS: usize = 5_000_000;
/// With how many values of its environment one value is compared.
pub const MAX_COUNTERPARTS: usize = 256;
/// How many findings one rule reports; the rest are counted.
pub const MAX_FINDINGS_PER_RULE: usize = 1_000;
/// How many rules the comments in all texts of one check may name to ignore.
pub const MAX_IGNORED_RULES: usize = 100_000;
/// How many bytes a selector may have.
pub const MAX_SELECTOR_BYTES: usize = 4_096;
/// How many findings one check reports; the rest are counted.
pub const MAX_FINDINGS: usize = 10_000;
/// How many of the findings that one explains are listed with it; the rest are counted.
pub const MAX_EXPLAINED: usize = 20;
/// How many rows a comparison without rules lists.
pub const MAX_DIFFERENCES: usize = 10_000;
/// How many patterns the braces of one selector may expand to.
pub const MAX_SELECTOR_ALTERNATIVES: usize = 64;
/// How many bytes a regular expression may have.
pub const MAX_REGEX_BYTES: usize = 4_096;
/// How many values a JSON Schema may hold.
pub const MAX_SCHEMA_NODES: usize = 100_000;
/// How many patterns a JSON Schema may hold.
pub const MAX_SCHEMA_PATTERNS: usize = 1_000;
/// How many references of a JSON Schema may be searched for: those that are not the way from its top. Each that says the same
/// is searched for once.
pub const MAX_SCHEMA_REFERENCES: usize = 1_000;
/// How many bytes one pattern of a JSON Schema may take when it is compiled.
pub const MAX_PATTERN_MEMORY: usize = 1024 * 1024;
/// How many steps a JSON Schema may take over one value and all that is in it.
pub const MAX_SCHEMA_STEPS: usize = 1_000_000;
/// How deep the steps of a JSON Schema may nest.
pub const MAX_SCHEMA_DEPTH: usize = 256;
/// How many mistakes a JSON Schema looks for in one value.
pub const MAX_SCHEMA_MISTAKES: usize = 10_000;
/// How many places of one file are told that a JSON Schema finds wrong.
pub const MAX_SCHEMA_ERRORS: usize = 100;
/// How many characters of a value a message or a matrix shows.
pub const MAX_SHOWN_CHARS: usize = 120;
/// How many characters of a line an excerpt shows.
pub const MAX_EXCERPT_CHARS: usize = 160;
/// How many engines, environments and reports one session holds for its host.
pub const MAX_HANDLES: usize = 10_000;
/// How long a recurring window may last.
pub const MAX_WINDOW: jiff::SignedDuration = jiff::SignedDuration::from_hours(7 * 24);
/// How many links between stages a flowchart may draw: from each stage to each.
pub const MAX_DRAWN_LINKS: usize = MAX_STAGES * MAX_STAGES;
/// How many windows one schedule may have.
pub const MAX_WINDOWS: usize = 1_000;
/// How far ahead the next opening is looked for: ten years.
pub const HORIZON: jiff::SignedDuration = jiff::SignedDuration::from_hours(3_653 * 24);
/// How many times gates may put off the next opening in turn before it is given up.
pub const MAX_STEPS: usize = 20_000;
/// How far ahead a calendar that allows nothing is told as a mistake.
pub const LINT_HORIZON: jiff::SignedDuration = jiff::SignedDuration::from_hours(400 * 24);
/// How many facts and artifacts one promotion may bring.
pub const MAX_FACTS: usize = 200_000;
/// How many pairs of an artifact and a fact there may be in one promotion: gates look at each.
pub const MAX_FACT_PAIRS: usize = 20_000_000;
/// How often deployments of one component that went well are compared with those that were rolled back.
pub const MAX_ROLLBACK_STEPS: usize = 1_000_000;
/// How many approvals that don't count a gate tells one by one for an artifact; the rest are counted.
pub const MAX_MISSES: usize = 20;
/// How many judgements of one gate, such as of artifacts or of rejections, are told one by one; the rest are counted.
pub const MAX_JUDGEMENTS: usize = 200;
/// How many items of what other systems printed are read as facts for one promotion.
pub const MAX_FACT_ITEMS: usize = 500_000;
/// How many bytes the payload of a deployment may have, where it is a text, to be looked into.
pub const MAX_PAYLOAD_BYTES: usize = 64 * 1024;
/// Among how many deployments of one name and of different digests a fact finds its own; further ones are each one more.
pub const MAX_NAMESAKES: usize = 16;
/// How many pairs of migrations are compared for one database; beyond, conflicts are not known.
pub const MAX_MIGRATION_PAIRS: usize = 5_000_000;
/// How many steps the walks from migrations to what they need take together; what is not settled by then is not known.
pub const MAX_MIGRATION_STEPS: usize = 2_000_000;
/// How many openings of gates, or changes of them, one answer lists.
pub const MAX_OPENINGS: usize = 1_000;
/// For how long a policy may let the glass stay broken.
pub const MAX_GLASS_LIFE: jiff::SignedDuration = jiff::SignedDuration::from_hours(7 * 24);
