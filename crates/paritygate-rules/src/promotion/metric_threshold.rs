//! `metric-threshold`: what was measured is within limits.

use paritygate_eval::gate::recency;
use paritygate_eval::kind::Params;
use paritygate_eval::{GateCheck, GateContext, GateKind, Judgement, Scope, after};
use paritygate_model::promotion::{Elapsed, Metric};
use paritygate_model::read::Read;
use paritygate_model::{Diagnostic, Timestamp};

/// The parameters of `metric-threshold`.
#[derive(Debug, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MetricThreshold {
    /// What must hold.
    pub criteria: Vec<Criterion>,
    /// Where it was measured; where the promotion comes from by default.
    #[serde(default)]
    pub environment: Option<String>,
    /// How old a measurement may be: `PT1H`. Any age where it is absent.
    #[serde(default)]
    pub max_age: Option<Elapsed>,
    /// The share of all weights, in percent, from which on it passes; 100 by default.
    #[serde(default)]
    pub pass: Option<f64>,
    /// The share from which on it passes with a warning, in percent.
    #[serde(default)]
    pub warn: Option<f64>,
}

/// What must hold for one measurement.
#[derive(Debug, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Criterion {
    /// What was measured: `error_rate`.
    pub name: String,
    /// The least that it may be.
    #[serde(default)]
    pub min: Option<f64>,
    /// The most that it may be.
    #[serde(default)]
    pub max: Option<f64>,
    /// By how much it may be above its baseline, in percent of that.
    #[serde(default)]
    pub max_increase: Option<f64>,
    /// By how much it may be below its baseline, in percent of that.
    #[serde(default)]
    pub max_decrease: Option<f64>,
    /// How much it counts; 1 by default.
    #[serde(default)]
    pub weight: Option<f64>,
}

impl GateKind for MetricThreshold {
    const NAME: &'static str = "metric-threshold";
    const SUMMARY: &'static str = "what was measured is within limits";
    const MANUAL: &'static str = r#"
The newest measurement of each of the `criteria` lies within its limits: `min` and `max` of the number itself, `maxIncrease`
and `maxDecrease` of how far it is from its baseline, in percent of that. By default all must hold. With `pass` it is enough
that the weights of those that hold are such a share of all; with `warn` a smaller share passes with a warning.

```example
params: { criteria: [{ name: error_rate, max: 0.5 }, { name: p95, maxIncrease: 10 }] }
request: |
  metrics:
    - { name: error_rate, environment: staging, value: 0.2, unit: percent }
    - { name: p95, environment: staging, value: 210, baseline: 200, unit: ms }
expect: pass
message: "2 of 2 measurements in staging are within their limits"
```

```example
params: { criteria: [{ name: p95, maxIncrease: 10 }] }
request: |
  metrics: [{ name: p95, environment: staging, value: 228, baseline: 200, unit: ms }]
expect: fail
message: "`p95` in staging is 228 ms, 14 % above its baseline of 200 ms, and at most 10 % is allowed"
```

```example
params: { criteria: [{ name: error_rate, max: 0.5, weight: 3 }, { name: p95, max: 200 }], pass: 90, warn: 70 }
request: |
  metrics:
    - { name: error_rate, environment: staging, value: 0.2 }
    - { name: p95, environment: staging, value: 228 }
expect: warn
message: "what holds of the measurements in staging weighs 75 % of all, and 90 % are needed"
```

```example
params: { criteria: [{ name: p95, maxIncrease: 10 }] }
request: |
  metrics: [{ name: p95, environment: staging, value: 228, unit: ms }]
expect: unknown
message: "`p95` in staging has no baseline to be compared with"
```

```example
params: { criteria: [{ name: error_rate, max: 0.5 }], maxAge: PT1H }
now: 2026-01-02T12:00:00Z
request: |
  metrics: [{ name: error_rate, environment: staging, value: 0.2, at: 2026-01-02T10:00:00Z }]
expect: unknown
message: "`error_rate` in staging was measured 2 h ago, and at most 1 h is allowed"
```

```example
params: { criteria: [{ name: error_rate }] }
expect: rejected
message: "`error_rate` has no limit"
```
"#;

    fn compile(self, params: &Params<'_>, _: &GateContext<'_>) -> Result<Box<dyn GateCheck>, Vec<Diagnostic>> {
        let mut wrong = Vec::new();
        if self.criteria.is_empty() {
            let empty = params.wrong("criteria", "`criteria` is empty: nothing would be asked");
            wrong.push(empty.help("add one such as `{ name: error_rate, max: 1 }`"));
        }
        for criterion in &self.criteria {
            let Criterion { name, min, max, max_increase, max_decrease, weight } = criterion;
            if [min, max, max_increase, max_decrease].iter().all(|limit| limit.is_none()) {
                let free = params.wrong("criteria", format!("`{name}` has no limit"));
                wrong.push(free.help("give it `min`, `max`, `maxIncrease` or `maxDecrease`"));
            }
            if min.zip(*max).is_some_and(|(min, max)| min > max) {
                let never = params.wrong("criteria", format!("no number is within the limits of `{name}`"));
                wrong.push(never.help("exchange `min` and `max`"));
            }
            let negative = |number: &Option<f64>| number.is_some_and(|number| number < 0.0);
            if negative(max_increase) || negative(max_decrease) || weight.is_some_and(|weight| weight <= 0.0) {
                let sign =
                    params.wrong("criteria", format!("the limits and the weight of `{name}` are positive numbers"));
                wrong.push(sign.help("`maxDecrease` limits how far it may fall"));
            }
        }
        let share = |share: f64| share > 0.0 && share <= 100.0;
        if !self.pass.is_none_or(share) || !self.warn.is_none_or(share) {
            wrong.push(params.wrong("pass", "`pass` and `warn` are shares in percent, above 0 and up to 100"));
        } else if self.warn.is_some_and(|warn| warn >= self.pass.unwrap_or(100.0)) {
            let order = params.wrong("warn", "`warn` is not below `pass`");
            wrong.push(order.help("a warning begins where it no longer passes"));
        }
        if self.max_age.is_some_and(|age| age.0.is_zero()) {
            wrong.push(params.wrong("maxAge", "`maxAge` is no time: nothing could pass").help("such as `PT1H`"));
        }
        if wrong.is_empty() { Ok(Box::new(self)) } else { Err(wrong) }
    }
}

impl Criterion {
    /// What is wrong with a measurement: nothing where it is within the limits, `Err` where that can't be said.
    fn amiss(&self, metric: &Metric, environment: &str) -> Result<Option<String>, String> {
        let Self { name, min, max, max_increase, max_decrease, .. } = self;
        let Some(value) = metric.value.filter(|value| value.is_finite()) else {
            return Err(format!("`{name}` in {environment} has no value"));
        };
        let unit = metric.unit.as_deref().map(|unit| format!(" {unit}")).unwrap_or_default();
        let is = format!("`{name}` in {environment} is {value}{unit}");
        if let Some(max) = max.filter(|max| value > *max) {
            return Ok(Some(format!("{is}, and at most {max}{unit} is allowed")));
        }
        if let Some(min) = min.filter(|min| value < *min) {
            return Ok(Some(format!("{is}, and at least {min}{unit} is needed")));
        }
        if max_increase.or(*max_decrease).is_none() {
            return Ok(None);
        }
        let Some(baseline) = metric.baseline.filter(|baseline| baseline.is_finite()) else {
            return Err(format!("`{name}` in {environment} has no baseline to be compared with"));
        };
        if baseline == 0.0 && value != 0.0 {
            return Err(format!("{is}, and no share of its baseline, which is 0, can be told"));
        }
        let change = if baseline == 0.0 { 0.0 } else { (value - baseline) / baseline.abs() * 100.0 };
        let beyond = |limit: Option<f64>, by: f64, side: &str| {
            let limit = limit.filter(|limit| by > *limit)?;
            // One digit says enough, and the limit itself is never told as kept.
            let by = (by * 10.0).round() / 10.0;
            Some(format!("{is}, {by} % {side} its baseline of {baseline}{unit}, and at most {limit} % is allowed"))
        };
        Ok(beyond(*max_increase, change, "above").or_else(|| beyond(*max_decrease, -change, "below")))
    }
}

impl MetricThreshold {
    fn environment<'s>(&'s self, scope: &Scope<'s>) -> &'s str {
        self.environment.as_deref().unwrap_or(scope.from())
    }

    /// The newest measurement that counts: what is within the limits has to be believed, and what is not counts wherever it
    /// is from.
    fn newest<'a>(&self, scope: &Scope<'a>, criterion: &Criterion) -> Option<&'a Metric> {
        let environment = self.environment(scope);
        let here = |metric: &&Metric| {
            metric.name == criterion.name && metric.environment.as_deref().is_none_or(|of| of == environment)
        };
        // What does not say where it was measured can be bad news only.
        let counts = |metric: &&Metric| {
            matches!(criterion.amiss(metric, environment), Ok(Some(_)))
                || (metric.environment.is_some()
                    && scope.accepts(&metric.origin)
                    && metric.at.is_none_or(|at| scope.has_happened(at)))
        };
        let metrics = scope.facts().metrics.iter().filter(here).filter(counts);
        metrics.max_by_key(|metric| recency(metric.at, !matches!(criterion.amiss(metric, environment), Ok(None))))
    }

    /// Until when a measurement is fresh.
    fn stale_from(&self, metric: &Metric) -> Option<Timestamp> {
        metric.at?.0.checked_add(self.max_age?.0).ok()
    }

    fn one(&self, scope: &Scope<'_>, criterion: &Criterion) -> Judgement {
        let (name, environment) = (&criterion.name, self.environment(scope));
        let Some(metric) = self.newest(scope, criterion) else {
            let nowhere = |metric: &&Metric| metric.name == *name && metric.environment.is_none();
            let judgement = Judgement::unknown(format!("no measurement of `{name}` in {environment} is known"));
            return match scope.facts().metrics.iter().find(nowhere) {
                Some(metric) => judgement
                    .help("say where it was measured: give it an `environment`")
                    .fact(format!("`{name}`, of no environment"), &metric.origin),
                None => judgement.help("hand in what was measured as `metrics`, with `--facts`"),
            };
        };
        let judged = match (criterion.amiss(metric, environment), self.max_age, metric.at) {
            (Ok(Some(amiss)), ..) => Judgement::fail(amiss).help("find out why, and mend it"),
            (Err(unknown), ..) => Judgement::unknown(unknown).help("measure it again"),
            (Ok(None), Some(_), None) => {
                Judgement::unknown(format!("it is not known when `{name}` in {environment} was measured"))
                    .help("give the measurement an `at`")
            }
            (Ok(None), Some(most), Some(at)) if self.stale_from(metric).is_none_or(|end| end < scope.at) => {
                let age = Scope::length(at.0, scope.at).beyond(most);
                let message =
                    format!("`{name}` in {environment} was measured {age} ago, and at most {most} is allowed");
                Judgement::unknown(message).help("measure it again")
            }
            (Ok(None), ..) => Judgement::pass(format!("`{name}` in {environment} is within its limits")),
        };
        judged.fact(format!("`{name}`"), &metric.origin)
    }
}

impl GateCheck for MetricThreshold {
    fn environments(&self) -> Vec<&str> {
        self.environment.as_deref().into_iter().collect()
    }

    fn judge(&self, scope: &Scope<'_>) -> Judgement {
        let environment = self.environment(scope);
        let judged: Vec<(f64, Judgement)> =
            self.criteria.iter().map(|it| (it.weight.unwrap_or(1.0), self.one(scope, it))).collect();
        let all: f64 = judged.iter().map(|(weight, _)| weight).sum();
        let good = |(_, judgement): &&(f64, Judgement)| !judgement.status.blocks();
        let (held, holding): (usize, f64) =
            judged.iter().filter(good).fold((0, 0.0), |(held, sum), (weight, _)| (held + 1, sum + weight));
        let (share, needed) = (holding / all * 100.0, self.pass.unwrap_or(100.0));
        let (count, is_enough) = (judged.len(), share >= needed);
        let passes = is_enough || self.warn.is_some_and(|warn| share >= warn);
        let blocking = judged.into_iter().map(|(_, judgement)| judgement).filter(|judgement| judgement.status.blocks());
        if !passes {
            return blocking.fold(Judgement::default(), Judgement::and);
        }
        let told = |judgement: Judgement| {
            blocking.fold(judgement, |judgement, one| {
                let words = one.words();
                let judgement = judgement.note(words.message.to_string());
                words.facts.iter().fold(judgement, |judgement, (label, origin)| judgement.fact(label.clone(), origin))
            })
        };
        if is_enough {
            let are = if count == 1 { "is within its limits" } else { "are within their limits" };
            let noun = if count == 1 { "measurement" } else { "measurements" };
            return told(Judgement::pass(format!("{held} of {count} {noun} in {environment} {are}")));
        }
        let share = (share * 10.0).floor() / 10.0;
        told(Judgement::warn(format!(
            "what holds of the measurements in {environment} weighs {share} % of all, and {needed} % are needed"
        )))
    }

    fn next_change(&self, scope: &Scope<'_>) -> Option<Timestamp> {
        let ends = self.criteria.iter().filter_map(|it| self.stale_from(self.newest(scope, it)?));
        // At its end it is still fresh.
        scope.next_of(ends.filter_map(after))
    }
}
