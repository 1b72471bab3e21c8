//! The main job over a map of texts: what every host does, without a disk.

use paritygate::report::Report;
use paritygate::{
    Diagnostic, Environment, Files, FingerprintKey, OUTSIDE, Plan, Project, Source, Supplied, Timestamp, discover,
    is_outside, output,
};

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

/// Checks the project of these files: by its manifest if it has one, by the names of its files otherwise.
pub fn check(files: Files, key: &FingerprintKey, now: Timestamp, only: &[String]) -> Answer {
    let plan = match files.get(MANIFEST) {
        Some(Supplied::Text(source)) => Plan::of_text(source),
        _ => discover::discover(files.keys().map(String::as_str)),
    };
    check_plan(plan, files, &absent, key, now, only)
}

/// The answer to the question for a file that is not among those at hand: what the command line says without a disk.
pub fn absent(path: &str) -> Supplied {
    if is_outside(path) { Supplied::Refused(OUTSIDE.to_owned()) } else { Supplied::Absent }
}

/// Checks what a plan names. `supply` answers for files that are asked for and not at hand.
pub fn check_plan(
    plan: Plan,
    mut files: Files,
    supply: &dyn Fn(&str) -> Supplied,
    key: &FingerprintKey,
    now: Timestamp,
    only: &[String],
) -> Answer {
    let project = loop {
        let project = Project::load(&plan, &files, key);
        if project.needs.is_empty() {
            break project;
        }
        for need in project.needs {
            let answer = supply(&need.path);
            files.insert(need.path, answer);
        }
    };
    let (engine, compiled) = project.compile(&plan, &files, &paritygate::zones::carried());
    let (mut report, asked) = project.check(&engine, &plan, now, only);
    let mut diagnostics = plan.diagnostics.clone();
    diagnostics.extend(project.diagnostics);
    diagnostics.extend(compiled);
    diagnostics.extend(asked);
    report.verdict = report.verdict.with(&diagnostics);
    Answer { plan, environments: project.environments, report, diagnostics }
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
