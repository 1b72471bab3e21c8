//! What the parameters and answers of several verbs are made of.

use std::sync::Arc;

use paritygate_import::{Files, Need, Supplied, document};
use paritygate_model::read::Read;
use paritygate_model::{Diagnostic, FingerprintKey, SecretTable, SortedMap, Source, Timestamp, diagnostic};
use paritygate_report::{WireDiagnostic, WirePlace};
#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::Serialize;

use super::envelope::Refusal;
use super::verbs::Call;
use crate::plan::Plan;
use crate::project::Project;

/// A text: in the call, or beside it; or why there is none.
#[derive(Debug, Default, Read)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Text {
    /// The text itself.
    pub text: Option<String>,
    /// The number of the attachment that holds its bytes, from 0.
    pub attachment: Option<usize>,
    /// There is no such file: nobody needs to ask for it again.
    pub absent: bool,
    /// There is such a file, and it is not handed in; with the reason.
    pub refused: Option<String>,
}

impl Text {
    /// The bytes, where there are any.
    pub(super) fn bytes<'a>(&'a self, call: &Call<'a>, name: &str) -> Result<Option<&'a [u8]>, Refusal> {
        let given = [self.text.is_some(), self.attachment.is_some(), self.absent, self.refused.is_some()];
        if given.iter().filter(|given| **given).count() != 1 {
            let message = format!("`{name}` needs one of `text`, `attachment`, `absent` and `refused`");
            return Err(Refusal::new("bad-text", message, "say in one way what the file holds"));
        }
        match (&self.text, self.attachment) {
            (Some(text), _) => Ok(Some(text.as_bytes())),
            (None, Some(at)) => call.attachments.get(at).copied().map(Some).ok_or_else(|| {
                let count = call.attachments.len();
                let message = format!("`{name}` is attachment {at}, and there are {count}");
                Refusal::new("no-such-attachment", message, "attachments are numbered from 0")
            }),
            _ => Ok(None),
        }
    }

    fn supplied(&self, call: &Call<'_>, name: &str) -> Result<Supplied, Refusal> {
        let Some(bytes) = self.bytes(call, name)? else {
            return Ok(self.refused.clone().map_or(Supplied::Absent, Supplied::Refused));
        };
        let (source, found) = document::decode(name, bytes);
        Ok(match found.into_iter().next() {
            Some(wrong) => Supplied::Broken(wrong),
            None => Supplied::Text(source),
        })
    }
}

/// The files of a call, by path relative to the project's root, with `/` between folders.
pub type Texts = SortedMap<String, Text>;

/// The files as the importers take them.
pub(super) fn files(texts: &Texts, call: &Call<'_>) -> Result<Files, Refusal> {
    texts.iter().map(|(name, text)| Ok((name.clone(), text.supplied(call, name)?))).collect()
}

/// Reads a plan's environments.
pub(super) fn load(plan: &Plan, files: &mut Files, key: &FingerprintKey, allow_outside: bool) -> Project {
    if allow_outside { Project::load(plan, files, key) } else { Project::load_inside(plan, files, key) }
}

/// A key for fingerprints. Under the same key, equal secrets have equal fingerprints.
#[derive(Debug, Read)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Key {
    /// The key as text.
    pub text: Option<String>,
    /// The number of the attachment that holds its bytes, from 0.
    pub attachment: Option<usize>,
}

/// The key of the call, else the session's.
pub(super) fn key(key: Option<&Key>, call: &Call<'_>) -> Result<FingerprintKey, Refusal> {
    let Some(key) = key else { return Ok(call.session.key.clone()) };
    let text = Text { text: key.text.clone(), attachment: key.attachment, ..Text::default() };
    let bytes = text.bytes(call, "key")?.unwrap_or_default();
    crate::key::given(bytes)
        .ok_or_else(|| Refusal::new("key", "the key is empty", "make one with `openssl rand -hex 32`"))
}

/// Names whose values are never, or always, secret.
#[derive(Debug, Default, Read)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Secrets {
    /// Never secret, unless the value is a private key or a known token.
    pub plain: Vec<String>,
    /// Always secret.
    pub secret: Vec<String>,
}

impl Secrets {
    pub(super) fn table(self) -> SecretTable {
        SecretTable::with(self.plain, self.secret)
    }
}

/// A policy: a pack by name, or a text.
#[derive(Debug, Default, Read)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct PolicyText {
    /// The name of a built-in pack.
    pub pack: Option<String>,
    /// The name under which mistakes in the text are shown.
    pub name: Option<String>,
    /// The text itself.
    pub text: Option<String>,
    /// The number of the attachment that holds its bytes, from 0.
    pub attachment: Option<usize>,
}

/// The texts of policies, in their order.
pub(super) fn policies(
    policies: &[PolicyText],
    call: &Call<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Vec<Arc<Source>>, Refusal> {
    let mut sources = Vec::new();
    for (at, policy) in policies.iter().enumerate() {
        if let Some(pack) = &policy.pack {
            sources.extend(crate::project::policy_sources(pack, None, &Files::new(), diagnostics));
            continue;
        }
        let name = policy.name.clone().unwrap_or_else(|| format!("policy-{}", at + 1));
        let text = Text { text: policy.text.clone(), attachment: policy.attachment, ..Text::default() };
        let (source, found) = document::decode(&name, text.bytes(call, &name)?.unwrap_or_default());
        diagnostics.extend(found);
        sources.push(source);
    }
    Ok(sources)
}

/// The beginning of the year 1.
const EARLIEST: Timestamp = Timestamp::constant(-62_135_596_800, 0);

/// The instant of a call. The engine has no clock.
pub(super) fn now(now: Option<&str>) -> Result<Timestamp, Refusal> {
    const HELP: &str = "hand in the instant as `now`, such as 2026-03-01T09:00:00Z";
    let text = now.ok_or_else(|| Refusal::new("no-clock", "`now` is missing, and the engine has no clock", HELP))?;
    let bad = |message: &'static str| Refusal::new("bad-instant", message, HELP);
    let now: Timestamp = text.parse().map_err(|_| bad("`now` is no instant with a date, a time and a zone"))?;
    // No calendar of a host has the years before.
    if now < EARLIEST { Err(bad("`now` is before the year 1")) } else { Ok(now) }
}

/// A file that is still needed. Hand it in, or say that it is absent, and call again.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema), schemars(rename = "Need"))]
#[serde(rename_all = "camelCase")]
pub struct WireNeed {
    /// Its path, relative to the project's root. May begin with `../`: then it lies outside.
    pub path: String,
    /// Whether the import is wrong without it.
    pub required: bool,
    /// Whether it is a file of the project as it was before.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub before: bool,
    /// The text that asks for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<WirePlace>,
}

impl From<&Need> for WireNeed {
    fn from(need: &Need) -> Self {
        Self {
            path: need.path.clone(),
            required: need.required,
            before: false,
            at: need.at.as_ref().map(WirePlace::of),
        }
    }
}

/// Diagnostics as data.
pub(super) fn wire(diagnostics: &[Diagnostic]) -> Vec<WireDiagnostic> {
    diagnostics.iter().map(WireDiagnostic::from).collect()
}

/// Whether none of them is an error.
pub(super) fn ok(diagnostics: &[Diagnostic]) -> bool {
    !diagnostic::has_errors(diagnostics)
}
