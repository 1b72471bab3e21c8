//! How environments differ, without any rule: plain data, free of secrets.

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::Serialize;

use crate::report::{Cells, Column, Digested, Engine};

/// The answer of a comparison without rules.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Differences {
    /// What answered.
    pub engine: Engine,
    /// The texts that were read.
    pub inputs: Vec<Digested>,
    /// The environments that were compared, lowest tier first.
    pub environments: Vec<Column>,
    /// How many rows of each sort there are, also of those that are not listed.
    pub summary: DifferenceSummary,
    /// The rows, by path.
    pub rows: Vec<DifferenceRow>,
}

/// How many rows of each sort there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct DifferenceSummary {
    /// All that were compared.
    pub rows: usize,
    /// Whose values differ.
    pub different: usize,
    /// That only some environments have.
    pub missing: usize,
    /// That can't be compared.
    pub unknown: usize,
    /// Alike everywhere.
    pub equal: usize,
    /// Rows that a limit left out.
    #[serde(skip_serializing_if = "is_zero")]
    pub left_out: usize,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature is serde's")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// One path with what every environment has there.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct DifferenceRow {
    /// The path.
    pub path: String,
    /// How the environments stand to each other there.
    pub state: DifferenceState,
    /// What each environment has.
    pub cells: Cells,
}

/// How environments stand to each other at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum DifferenceState {
    /// Two of them have different values.
    Different,
    /// Some have it, others don't.
    Missing,
    /// It is not known of some, and the others are alike.
    Unknown,
    /// All are alike.
    Equal,
}
