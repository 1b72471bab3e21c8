//! The main job over a map of texts: what every host does, without a disk.

use paritygate::decision::Decision;
use paritygate::promotion::Promotion;
use paritygate::report::Report;
use paritygate::{
    Diagnostic, Environment, Files, FingerprintKey, OUTSIDE, Plan, Project, Source, Supplied, Timestamp, discover,
    is_outside, output,
};

use crate::case::{Case, Pairing};

/// The manifest's name.
pub const MANIFEST: &str = "paritygate.yaml";

/// What a check answers.
pub struct Answer {
    /// What was read, and how.
    pub plan: Plan,
    /// The environments.
    pub environments: Vec<Environment>,
    /// The report.
    pub report: Report,
    /// What is wrong with the texts: manifest, inputs, policies, and then the request.
    pub diagnostics: Vec<Diagnostic>,
}

/// Checks the project of a case.
pub fn check_case(case: &Case) -> Answer {
    let (files, key) = (files(&case.files), case.fingerprint_key());
    let mut plan = plan(&files);
    let Some(pairing) = case.pairing else { return check_plan(plan, files, &absent, &key, case.now, &case.only) };
    plan.for_views();
    let (mut project, files) = load(&plan, files, &absent, &key);
    let (environments, found) = match pairing {
        Pairing::Drift => (project.drift(), Vec::new()),
        Pairing::Change => {
            let before = self::files(&case.before);
            let mut then = self::plan(&before);
            then.without_rules();
            then.secrets = plan.secrets.clone();
            let (_, before) = load(&then, before, &absent, &key);
            let before = Project::load_beside(&then, &before, &key, &project.environments);
            project = Project::load_beside(&plan, &files, &key, &before.environments);
            project.change(&before.environments)
        }
    };
    judged(plan, project, &files, Some(environments), found, (case.now, &case.only))
}

/// Checks the project of these files: by its manifest if it has one, by the names of its files otherwise.
pub fn check(files: Files, key: &FingerprintKey, now: Timestamp, only: &[String]) -> Answer {
    check_plan(plan(&files), files, &absent, key, now, only)
}

fn plan(files: &Files) -> Plan {
    match files.get(MANIFEST) {
        Some(Supplied::Text(source)) => Plan::of_text(source),
        _ => discover::discover(files.keys().map(String::as_str)),
    }
}

/// The answer to the question for a file that is not among those at hand: what the command line says without a disk.
pub fn absent(path: &str) -> Supplied {
    if is_outside(path) { Supplied::Refused(OUTSIDE.to_owned()) } else { Supplied::Absent }
}

/// Checks what a plan names. `supply` answers for files that are asked for and not at hand.
pub fn check_plan(
    plan: Plan,
    files: Files,
    supply: &dyn Fn(&str) -> Supplied,
    key: &FingerprintKey,
    now: Timestamp,
    only: &[String],
) -> Answer {
    let (project, files) = load(&plan, files, supply, key);
    judged(plan, project, &files, None, Vec::new(), (now, only))
}

/// Reads a project, and what it asks for.
fn load(plan: &Plan, mut files: Files, supply: &dyn Fn(&str) -> Supplied, key: &FingerprintKey) -> (Project, Files) {
    loop {
        let project = Project::load(plan, &files, key);
        if project.needs.is_empty() {
            return (project, files);
        }
        for need in project.needs {
            let answer = supply(&need.path);
            files.insert(need.path, answer);
        }
    }
}

/// Checks the environments of a project, or `views` of them. `found` is what is to be said about these.
fn judged(
    plan: Plan,
    project: Project,
    files: &Files,
    views: Option<Vec<Environment>>,
    found: Vec<Diagnostic>,
    (now, only): (Timestamp, &[String]),
) -> Answer {
    let (engine, compiled) = project.compile(&plan, files, &paritygate::zones::carried());
    let environments = views.unwrap_or_else(|| project.environments.clone());
    let (mut report, asked) = project.check_these(&environments, &engine, &plan, now, only);
    let mut diagnostics = plan.diagnostics.clone();
    diagnostics.extend(project.diagnostics);
    diagnostics.extend(compiled);
    diagnostics.extend(found);
    diagnostics.extend(asked);
    report.verdict = report.verdict.with(&diagnostics);
    Answer { plan, environments, report, diagnostics }
}

/// What a promotion answers.
pub struct Decided {
    /// The decision; `None` where a text is broken.
    pub decision: Option<Decision>,
    /// What is wrong with the texts.
    pub diagnostics: Vec<Diagnostic>,
}

impl Decided {
    /// As an output format writes it; where nothing was decided, what is wrong.
    pub fn render(&self, format: &str) -> String {
        let style = output::Style { verbose: true, ..output::Style::default() };
        match (&self.decision, output::find(format).and_then(|known| known.decision)) {
            (Some(decision), Some(render)) => render(decision, &self.diagnostics, &style),
            (Some(_), None) => format!("there is no output format `{format}` for decisions"),
            (None, _) => output::diagnostics(&self.diagnostics, &style),
        }
    }

    /// Everything that can be printed of it: no secret stands there.
    pub fn shown(&self) -> String {
        let mut out: Vec<String> = output::for_decisions().map(|format| self.render(format.name)).collect();
        out.push(output::diagnostics(&self.diagnostics, &output::Style::default()));
        out.push(format!("{:?}\n{:?}", self.decision, self.diagnostics));
        out.join("\n")
    }
}

/// Decides the promotion of a case.
pub fn decide(case: &Case) -> Decided {
    decide_with(case, None)
}

/// Decides the promotion of a case by other policies than those of its manifest.
pub fn decide_with(case: &Case, policies: Option<&str>) -> Decided {
    let mut texts = files(&case.files);
    let key = case.fingerprint_key();
    let text = |path: &String| match texts.get(path) {
        Some(Supplied::Text(source)) => Some(std::sync::Arc::clone(source)),
        _ => None,
    };
    let facts: Option<Vec<_>> = case.facts.iter().map(text).collect();
    let Some((request, facts)) = case.request.as_ref().and_then(text).zip(facts) else {
        let wrong = Diagnostic::nowhere("file-not-found", "the request or its facts are not among the files");
        return Decided { decision: None, diagnostics: vec![wrong] };
    };
    let mut plan = match texts.get(MANIFEST) {
        Some(Supplied::Text(source)) => Plan::of_text(source),
        _ => Plan::default(),
    };
    if let Some(policies) = policies {
        plan.policies = policies.split(' ').map(|policy| (policy.to_owned(), None)).collect();
    }
    let mut diagnostics = plan.diagnostics.clone();
    let project = Project::load_inside(&plan, &mut texts, &key);
    diagnostics.extend(project.diagnostics.iter().cloned());
    let zones = paritygate::zones::carried();
    let (engine, wrong) = project.compile(&plan, &texts, &zones);
    diagnostics.extend(wrong);
    let (pipeline, wrong) = plan.pipeline(&project.environments, &zones);
    diagnostics.extend(wrong);
    let mut promotion = Promotion::read(&request, &facts, &plan, &key, &zones);
    diagnostics.append(&mut promotion.diagnostics);
    if paritygate::diagnostic::has_errors(&diagnostics) {
        return Decided { decision: None, diagnostics };
    }
    match promotion.decide(&engine, &plan, &pipeline, &project.environments, Some(case.now)) {
        Ok((decision, wrong)) => {
            diagnostics.extend(wrong);
            let sound = !paritygate::diagnostic::has_errors(&diagnostics);
            Decided { decision: Some(decision).filter(|_| sound), diagnostics }
        }
        Err(wrong) => {
            diagnostics.push(wrong);
            Decided { decision: None, diagnostics }
        }
    }
}

/// Texts as files that a host hands in.
pub fn files<'a>(texts: impl IntoIterator<Item = (&'a String, &'a String)>) -> Files {
    texts
        .into_iter()
        .map(|(path, text)| (path.clone(), Supplied::Text(Source::new(path.as_str(), text.as_str()))))
        .collect()
}

impl Answer {
    /// As an output format writes it.
    pub fn render(&self, format: &str) -> String {
        let style = output::Style { verbose: true, ..output::Style::default() };
        let known = output::find(format).and_then(|known| known.report);
        known.map_or_else(
            || format!("there is no output format `{format}` for reports"),
            |render| render(&self.report, &self.diagnostics, &style),
        )
    }

    /// Everything that a check can print of it: no secret stands there, and no fingerprint.
    pub fn shown(&self) -> String {
        let mut out: Vec<String> = output::for_reports().map(|format| self.render(format.name)).collect();
        out.push(output::diagnostics(&self.diagnostics, &output::Style::default()));
        out.push(format!("{:?}\n{:?}\n{:?}", self.report, self.diagnostics, self.environments));
        out.join("\n")
    }

    /// The environments as documents: what `import` prints. No secret stands there, but fingerprints do.
    pub fn exported(&self) -> String {
        let documents =
            self.environments.iter().map(|environment| paritygate::export::document(environment).to_string());
        documents.collect::<Vec<_>>().join("\n")
    }

    /// Both.
    pub fn everything(&self) -> String {
        format!("{}\n{}", self.shown(), self.exported())
    }
}
