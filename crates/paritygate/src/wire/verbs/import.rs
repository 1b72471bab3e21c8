//! `import`: files to environments.

use std::sync::Arc;

use paritygate_import::formats;
use paritygate_model::Tier;
use paritygate_model::read::Read;
use paritygate_report::WireDiagnostic;
#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::Serialize;

use super::{Call, Verb};
use crate::naming::{self, Layers};
use crate::wire::Refusal;
use crate::wire::held::Held;
use crate::wire::shared::{self, Key, Secrets, Texts, WireNeed, wire};

pub(super) struct Import;

/// What to import: files that are layers of one environment, or documents that hold several.
#[derive(Debug, Read)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename = "ImportParams", rename_all = "camelCase", deny_unknown_fields)]
pub struct Params {
    /// The files at hand, by path: the layers, and what they ask for.
    pub files: Texts,
    /// The layers among the files, lowest first; all files by name where it is absent.
    pub paths: Option<Vec<String>>,
    /// The environment's name; else the document's own, or told from the name of the last file.
    #[serde(default)]
    pub name: String,
    /// The environment's tier; else the document's own, or told from its name.
    pub tier: Option<String>,
    /// Other names under which values speak of the environment, as whole words.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// The format of the layers, where their names do not tell it.
    pub from: Option<String>,
    /// The component whose variables the layers hold. Services of Compose are named below it: `orders/db`.
    pub component: Option<String>,
    /// Compose: the active profiles.
    #[serde(default)]
    pub profiles: Vec<String>,
    /// Names whose values are never, or always, secret.
    #[serde(default)]
    pub secrets: Secrets,
    /// The key for fingerprints of secrets; the session's own where it is absent.
    pub key: Option<Key>,
    /// Whether files outside the project's root are asked for; by default they are not read.
    #[serde(default)]
    pub allow_outside: bool,
}

/// The environments, and what is wrong with the files.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename = "ImportAnswer")]
pub struct Answer {
    /// The environments. Empty as long as files are needed.
    pub environments: Vec<ImportedEnvironment>,
    /// Whether nothing is wrong with the files, and none is needed.
    pub ok: bool,
    /// The files that are still needed.
    pub needs: Vec<WireNeed>,
    /// What is wrong with the files.
    pub diagnostics: Vec<WireDiagnostic>,
}

/// An environment that is held.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct ImportedEnvironment {
    /// The number of the environment.
    pub environment: u32,
    /// Its name.
    pub name: String,
    /// Its tier.
    pub tier: &'static str,
}

impl Verb for Import {
    const NAME: &'static str = "import";
    const SUMMARY: &'static str = "imports files as environments that are held";
    type Params = Params;
    type Answer = Answer;

    fn run(call: &Call<'_>, params: Params) -> Result<Answer, Refusal> {
        let from = params.from.as_deref().map(format).transpose()?;
        let tier = params.tier.as_deref().map(tier).transpose()?;
        let key = shared::key(params.key.as_ref(), call)?;
        let mut files = shared::files(&params.files, call)?;
        let paths = params.paths.unwrap_or_else(|| files.keys().cloned().collect());
        if paths.is_empty() {
            return Err(Refusal::new("nothing-to-import", "there is no file to import", "hand in at least one"));
        }
        let how = Layers { name: params.name, from, component: params.component, profiles: params.profiles };
        let mut plan = naming::layers(&paths, &files, &how, &[]);
        for environment in &mut plan.environments {
            environment.tier = tier;
            environment.aliases.clone_from(&params.aliases);
        }
        plan.secrets = params.secrets.table();
        let project = shared::load(&plan, &mut files, &key, params.allow_outside);
        let mut diagnostics = plan.diagnostics;
        diagnostics.extend(project.diagnostics);
        let needs: Vec<WireNeed> = project.needs.iter().map(WireNeed::from).collect();
        let mut environments = Vec::new();
        for environment in project.environments.into_iter().filter(|_| needs.is_empty()) {
            let (name, tier) = (environment.name.to_string(), environment.tier.word());
            let environment = call.session.held().hold(Held::Environment(Arc::new(environment)))?;
            environments.push(ImportedEnvironment { environment, name, tier });
        }
        let ok = needs.is_empty() && shared::ok(&diagnostics);
        Ok(Answer { environments, ok, needs, diagnostics: wire(&diagnostics) })
    }
}

fn format(name: &str) -> Result<&'static paritygate_import::Format, Refusal> {
    formats::find(name).ok_or_else(|| {
        let known = formats::ALL.iter().map(|format| format.name);
        Refusal::unknown("unknown-format", "input format", name, known)
    })
}

fn tier(word: &str) -> Result<Tier, Refusal> {
    Tier::from_word(word)
        .ok_or_else(|| Refusal::unknown("unknown-tier", "tier", word, Tier::ALL.into_iter().map(Tier::word)))
}
