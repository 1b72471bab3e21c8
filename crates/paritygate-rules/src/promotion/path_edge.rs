//! `path-edge`: the pipeline leads from there to here.

use std::collections::VecDeque;

use paritygate_eval::kind::Params;
use paritygate_eval::pipeline::Pipeline;
use paritygate_eval::{GateCheck, GateContext, GateKind, Judgement, Scope};
use paritygate_model::read::Read;
use paritygate_model::{Diagnostic, suggest};

/// The parameters of `path-edge`.
#[derive(Debug, Default, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct PathEdge {}

impl GateKind for PathEdge {
    const NAME: &'static str = "path-edge";
    const SUMMARY: &'static str = "the pipeline leads from there to here";
    const MANUAL: &'static str = r#"
The pipeline has an edge from the environment that the promotion comes from to the one that it goes to. A way over several
edges skips what lies between. Without a pipeline it can't be judged.

```example
manifest: |
  environments: { development: , staging: , production: }
expect: pass
message: "`staging` leads to `production`"
```

```example
manifest: |
  environments: { development: , staging: , production: }
request: |
  from: development
expect: fail
message: "`development` → `production` skips `staging`"
```

```example
manifest: |
  environments: { development: , staging: , production: }
request: |
  from: production
  to: staging
expect: fail
message: "nothing leads from `production` to `staging`"
```

```example
expect: unknown
message: "there is no pipeline"
```
"#;

    fn compile(self, _: &Params<'_>, _: &GateContext<'_>) -> Result<Box<dyn GateCheck>, Vec<Diagnostic>> {
        Ok(Box::new(self))
    }
}

/// The stages between two, on the shortest way; `None` where there is no way.
fn between(pipeline: &Pipeline, from: usize, to: usize) -> Option<Vec<usize>> {
    let mut came: Vec<Option<usize>> = vec![None; pipeline.stages.len()];
    let mut queue = VecDeque::from([from]);
    while let Some(at) = queue.pop_front() {
        for edge in pipeline.edges.iter().filter(|edge| edge.from.contains(&at)) {
            if came.get(edge.to).is_some_and(Option::is_none) {
                if let Some(slot) = came.get_mut(edge.to) {
                    *slot = Some(at);
                }
                queue.push_back(edge.to);
            }
        }
    }
    let mut way = Vec::new();
    let mut at = to;
    while let Some(before) = came.get(at).copied().flatten() {
        if before == from {
            way.reverse();
            return Some(way);
        }
        way.push(before);
        at = before;
    }
    None
}

impl GateCheck for PathEdge {
    fn judge(&self, scope: &Scope<'_>) -> Judgement {
        let (pipeline, from, to) = (scope.pipeline, scope.from(), scope.to());
        if pipeline.stages.is_empty() {
            let judged = Judgement::unknown("there is no pipeline");
            return judged.help("declare the environments and their `pipeline` in `paritygate.yaml`");
        }
        let (Some((start, _)), Some((end, _))) = (pipeline.stage(from), pipeline.stage(to)) else {
            return Judgement::unknown(format!("`{from}` and `{to}` are not both stages of the pipeline"));
        };
        if pipeline.ways_to(end).any(|edge| edge.from.contains(&start)) {
            return scope.pass(|| Judgement::pass(format!("`{from}` leads to `{to}`")));
        }
        match between(pipeline, start, end) {
            Some(skipped) if !skipped.is_empty() => {
                let names: Vec<&str> = skipped.iter().map(|at| pipeline.name(*at)).collect();
                let first = names.first().copied().unwrap_or_default();
                Judgement::fail(format!("`{from}` → `{to}` skips {}", suggest::quoted(&names)))
                    .help(format!("promote to {first} first"))
            }
            _ => Judgement::fail(format!("nothing leads from `{from}` to `{to}`"))
                .help("promote along the pipeline, or add an edge to it"),
        }
    }
}
