//! The promotion pipeline, ready to be asked: stages, the ways between them, and what each stage asks.

use paritygate_lang::project::{Admission, Approvals, Needs, PipelineSpec};
use paritygate_lang::selector::Glob;
use paritygate_model::promotion::Trigger;
use paritygate_model::{Diagnostic, Location, SortedMap, Tier, limits, suggest};

use crate::schedule::{Schedule, Sense};
use crate::zones::Zones;

/// The promotion pipeline.
#[derive(Clone, Debug, Default)]
pub struct Pipeline {
    /// The stages, lowest first.
    pub stages: Vec<Stage>,
    /// The ways between them.
    pub edges: Vec<Edge>,
    /// The members of groups, where they are known.
    pub groups: SortedMap<String, Vec<String>>,
}

/// An environment as a stage of the pipeline.
#[derive(Clone, Debug, Default)]
pub struct Stage {
    /// Its name.
    pub name: String,
    /// Its tier.
    pub tier: Tier,
    /// Patterns of branches that may be deployed; `None` where nothing is said of them.
    pub branches: Option<Vec<Glob>>,
    /// Patterns of tags that may be deployed; `None` where nothing is said of them.
    pub tags: Option<Vec<Glob>>,
    /// How deployments begin; `None` where nothing is said of that.
    pub trigger: Option<Trigger>,
    /// Who has to approve; `None` where nothing is said of that.
    pub approvals: Option<Approvals>,
    /// When deployments may begin; `None` where nothing is said of that.
    pub windows: Option<Schedule>,
    /// Where the manifest says so.
    pub at: Option<Location>,
}

/// A way from stages to a stage.
#[derive(Clone, Debug)]
pub struct Edge {
    /// The stages that it comes from, by their places.
    pub from: Vec<usize>,
    /// The stage that it goes to.
    pub to: usize,
    /// How many of them must have gone well.
    pub needs: Needs,
}

/// An environment from which a stage is made.
#[derive(Clone, Debug)]
pub struct StageInput<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its tier.
    pub tier: Tier,
    /// Its place in the order.
    pub order: Option<i64>,
    /// What it asks.
    pub admission: &'a Admission,
    /// Where it is declared.
    pub at: Option<&'a Location>,
}

impl Pipeline {
    /// The stage of that name, with its place.
    pub fn stage(&self, name: &str) -> Option<(usize, &Stage)> {
        self.stages.iter().enumerate().find(|(_, stage)| stage.name == name)
    }

    /// Whether a name is that of a stage, or of the tier of one.
    pub fn knows(&self, name: &str) -> bool {
        self.stages.iter().any(|stage| stage.name == name || stage.tier.word() == name)
    }

    /// What is meant by a name that no stage has; else what there is.
    pub(crate) fn meant(&self, name: &str) -> String {
        let known: Vec<&str> = self.stages.iter().map(|stage| stage.name.as_str()).collect();
        suggest::did_you_mean(name, known.iter().copied())
            .unwrap_or_else(|| format!("it is one of {}", suggest::quoted(&known)))
    }

    /// The name of the stage at a place.
    pub fn name(&self, at: usize) -> &str {
        self.stages.get(at).map_or("", |stage| &stage.name)
    }

    /// The ways that lead to a stage.
    pub fn ways_to(&self, to: usize) -> impl Iterator<Item = &Edge> {
        self.edges.iter().filter(move |edge| edge.to == to)
    }

    /// The stages from which a stage can be reached in one step.
    pub fn upstream(&self, to: usize) -> Vec<usize> {
        let mut all: Vec<usize> = self.ways_to(to).flat_map(|edge| edge.from.iter().copied()).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The stage that a promotion comes from where none is named: the first upstream.
    pub fn usual_source(&self, to: &str) -> Option<&str> {
        let (at, _) = self.stage(to)?;
        Some(self.name(*self.upstream(at).first()?))
    }

    /// The pipeline of a manifest, with what makes no sense in it. Where the manifest names no stages they are in the
    /// order of their places and tiers, and those of one tier stand side by side.
    pub fn compile(
        environments: &[StageInput<'_>],
        spec: &PipelineSpec,
        groups: &SortedMap<String, Vec<String>>,
        zones: &Zones,
    ) -> (Self, Vec<Diagnostic>) {
        let mut diagnostics = Vec::new();
        let mut pipeline = Self { groups: groups.clone(), ..Self::default() };
        let input = |name: &str| environments.iter().find(|environment| environment.name == name);
        let ordered: Vec<(StageInput<'_>, Option<&Location>)> = if spec.stages.is_empty() {
            let mut all: Vec<StageInput<'_>> = environments.to_vec();
            // Places count where all have one.
            if all.iter().any(|environment| environment.order.is_none()) {
                for environment in &mut all {
                    environment.order = None;
                }
            }
            all.sort_by_key(|environment| (environment.order, environment.tier));
            all.into_iter().map(|environment| (environment, None)).collect()
        } else {
            let stages = spec.stages.iter();
            stages.filter_map(|stage| Some((input(&stage.value)?.clone(), stage.at.as_ref()))).collect()
        };
        if let Some((environment, at)) = ordered.get(limits::MAX_STAGES) {
            let message =
                format!("the pipeline has {} stages, more than the limit of {}", ordered.len(), limits::MAX_STAGES);
            let wrong = match at.or(environment.at) {
                Some(at) => Diagnostic::error("too-many-stages", at.clone(), message),
                None => Diagnostic::nowhere("too-many-stages", message),
            };
            diagnostics.push(wrong.help("name those that promotions go through as `stages` of the `pipeline`"));
            return (pipeline, diagnostics);
        }
        for (environment, at) in &ordered {
            if pipeline.stage(environment.name).is_some() {
                diagnostics.extend(at.map(|at| twice(environment.name, at)));
                continue;
            }
            let stage = pipeline.admit(environment, zones, &mut diagnostics);
            pipeline.stages.push(stage);
        }
        match &spec.edges {
            Some(_) => pipeline.declared(spec, &mut diagnostics),
            None if spec.stages.is_empty() => pipeline.by_tier(&ordered),
            None => {
                pipeline.edges =
                    (1..pipeline.stages.len()).map(|to| Edge { from: vec![to - 1], to, needs: Needs::All }).collect();
            }
        }
        if spec.edges.is_some() && diagnostics.is_empty() {
            pipeline.lint_ways(spec, &mut diagnostics);
        }
        (pipeline, diagnostics)
    }

    fn admit(&self, environment: &StageInput<'_>, zones: &Zones, diagnostics: &mut Vec<Diagnostic>) -> Stage {
        let admission = environment.admission;
        let globs = |patterns: &Option<Vec<paritygate_lang::Spanned<String>>>| {
            patterns.as_ref().map(|patterns| patterns.iter().map(|pattern| Glob::new(&pattern.value)).collect())
        };
        let windows = admission.windows.as_ref().and_then(|windows| {
            let place = |_: &str, _: Option<usize>| windows.at.clone().or_else(|| environment.at.cloned());
            let nowhere = || Location::new(&paritygate_model::Source::new("", ""), paritygate_model::Span::default());
            let place = |field: &str, item: Option<usize>| place(field, item).unwrap_or_else(nowhere);
            Schedule::compile(&windows.value, Sense::Allow, zones, &place)
                .map_err(|mut wrong| diagnostics.append(&mut wrong))
                .ok()
        });
        if let Some(approvals) = &admission.approvals {
            self.lint_approvals(environment.name, &approvals.value, approvals.at.as_ref(), diagnostics);
        }
        Stage {
            name: environment.name.to_owned(),
            tier: environment.tier,
            branches: globs(&admission.branches),
            tags: globs(&admission.tags),
            trigger: admission.trigger,
            approvals: admission.approvals.as_ref().map(|approvals| approvals.value.clone()),
            windows,
            at: environment.at.cloned(),
        }
    }

    /// Says so where nobody can give the approvals that are asked for.
    fn lint_approvals(
        &self,
        name: &str,
        approvals: &Approvals,
        at: Option<&Location>,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        let Some(at) = at else { return };
        let mut wrong = |message: String, help: String| {
            diagnostics.push(Diagnostic::error("approvals", at.clone(), message).help(help));
        };
        let Some(groups) = &approvals.groups else { return };
        if groups.is_empty() && approvals.required > 0 {
            let message = format!("nobody can approve deployments to `{name}`: `groups` is empty");
            return wrong(message, "name a group, or remove the field: then anybody may".to_owned());
        }
        if self.groups.is_empty() {
            return;
        }
        let mut people: Vec<&str> = Vec::new();
        for group in groups {
            if let Some(members) = self.groups.get(group) {
                people.extend(members.iter().map(String::as_str));
            } else {
                let known = self.groups.keys().map(String::as_str);
                let help = suggest::did_you_mean(group, known.collect::<Vec<_>>());
                let help = help.unwrap_or_else(|| "add it below `groups`".to_owned());
                return wrong(format!("there is no group `{group}`"), help);
            }
        }
        people.sort_unstable();
        people.dedup();
        if people.len() < approvals.required as usize {
            let message = format!(
                "nobody can give {} approvals for `{name}`: {} {} {}",
                approvals.required,
                suggest::quoted(&groups.iter().map(String::as_str).collect::<Vec<_>>()),
                if groups.len() == 1 { "has" } else { "have" },
                if people.len() == 1 { "1 member".to_owned() } else { format!("{} members", people.len()) },
            );
            wrong(message, "ask for fewer, or name more groups".to_owned());
        }
    }

    fn declared(&mut self, spec: &PipelineSpec, diagnostics: &mut Vec<Diagnostic>) {
        for edge in spec.edges.iter().flatten() {
            let place = |name: &paritygate_lang::Spanned<String>, diagnostics: &mut Vec<Diagnostic>| {
                let found = self.stage(&name.value).map(|(at, _)| at);
                if found.is_none()
                    && let Some(at) = &name.at
                {
                    let message = format!("`{}` is no stage of this pipeline", name.value);
                    let help = suggest::did_you_mean(
                        &name.value,
                        self.stages.iter().map(|stage| stage.name.as_str()).collect::<Vec<_>>(),
                    );
                    let help = help.unwrap_or_else(|| "add it to `stages`".to_owned());
                    // That there is no such environment at all was told when the manifest was read.
                    if spec.stages.is_empty() || !self.stages.is_empty() {
                        diagnostics.push(Diagnostic::error("pipeline-stage", at.clone(), message).help(help));
                    }
                }
                found
            };
            let mut from: Vec<usize> = Vec::new();
            for name in &edge.from {
                match place(name, diagnostics) {
                    // One that went well would count for two of those that are needed.
                    Some(at) if from.contains(&at) => {
                        diagnostics.extend(name.at.as_ref().map(|at| twice(&name.value, at)));
                    }
                    at => from.extend(at),
                }
            }
            let to = place(&edge.to, diagnostics);
            if let Some(to) = to.filter(|_| !from.is_empty()) {
                self.edges.push(Edge { from, to, needs: edge.needs });
            }
        }
    }

    /// Stages of one tier stand side by side: each is reached from all of the tier below.
    fn by_tier(&mut self, ordered: &[(StageInput<'_>, Option<&Location>)]) {
        let rank = |at: usize| ordered.get(at).map(|(input, _)| (input.order, input.tier));
        let mut below: Vec<usize> = Vec::new();
        let mut here: Vec<usize> = Vec::new();
        for at in 0..self.stages.len() {
            if here.last().is_some_and(|last| rank(*last) != rank(at)) {
                below = std::mem::take(&mut here);
            }
            if !below.is_empty() {
                self.edges.push(Edge { from: below.clone(), to: at, needs: Needs::All });
            }
            here.push(at);
        }
    }

    /// Cycles, and stages that no way leads to.
    fn lint_ways(&self, spec: &PipelineSpec, diagnostics: &mut Vec<Diagnostic>) {
        let edges = spec.edges.as_deref().unwrap_or_default();
        // Stages that can be reached: those that nothing leads to but that lead somewhere are where changes come in.
        let mut reached: Vec<bool> = (0..self.stages.len())
            .map(|at| {
                self.ways_to(at).next().is_none()
                    && (self.stages.len() == 1 || self.edges.iter().any(|edge| edge.from.contains(&at)))
            })
            .collect();
        for _ in 0..self.stages.len() {
            for edge in &self.edges {
                let all = edge.from.iter().filter(|from| reached.get(**from) == Some(&true)).count();
                if all >= edge.needs.of(edge.from.len())
                    && let Some(mark) = reached.get_mut(edge.to)
                {
                    *mark = true;
                }
            }
        }
        if let Some(cycle) = self.cycle() {
            let names: Vec<&str> = cycle.iter().map(|at| self.name(*at)).collect();
            let last = names.first().copied().unwrap_or_default();
            let at =
                edges.iter().find(|edge| edge.to.value == last).map(|edge| edge.at.clone()).or_else(|| spec.at.clone());
            if let Some(at) = at {
                let message = format!("the pipeline runs in a circle: {} → {last}", names.join(" → "));
                diagnostics.push(Diagnostic::error("pipeline-cycle", at, message).help("remove one of these edges"));
            }
            return;
        }
        for (at, _) in reached.iter().enumerate().filter(|(_, reached)| !**reached) {
            let name = self.name(at);
            let place = spec.stages.iter().find(|stage| stage.value == name).and_then(|stage| stage.at.clone());
            let place =
                place.or_else(|| self.stages.get(at).and_then(|stage| stage.at.clone())).or_else(|| spec.at.clone());
            if let Some(place) = place {
                let message = format!("no edge leads to the stage `{name}`: nothing could ever be promoted to it");
                let help = format!("add an edge such as `{{ from: …, to: {name} }}`, or remove the stage");
                diagnostics.push(Diagnostic::error("unreachable-stage", place, message).help(help));
            }
        }
    }

    /// The stages of a circle, if there is one.
    fn cycle(&self) -> Option<Vec<usize>> {
        fn visit(pipeline: &Pipeline, at: usize, path: &mut Vec<usize>, done: &mut [bool]) -> Option<Vec<usize>> {
            if let Some(start) = path.iter().position(|seen| *seen == at) {
                return Some(path.get(start..).unwrap_or_default().to_vec());
            }
            if done.get(at) == Some(&true) || path.len() > pipeline.stages.len() {
                return None;
            }
            path.push(at);
            for edge in pipeline.edges.iter().filter(|edge| edge.from.contains(&at)) {
                if let Some(found) = visit(pipeline, edge.to, path, done) {
                    return Some(found);
                }
            }
            path.pop();
            if let Some(mark) = done.get_mut(at) {
                *mark = true;
            }
            None
        }
        let mut done = vec![false; self.stages.len()];
        (0..self.stages.len()).find_map(|at| visit(self, at, &mut Vec::new(), &mut done))
    }
}

fn twice(name: &str, at: &Location) -> Diagnostic {
    let message = format!("the stage `{name}` is named twice");
    Diagnostic::error("pipeline-stage", at.clone(), message).help("name each stage once")
}
