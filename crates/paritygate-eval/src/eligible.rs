//! When time stops to be in the way: over all gates together, with the facts as they are.

use paritygate_lang::policy::Mode;
use paritygate_model::decision::{ClearedBy, GateStatus};
use paritygate_model::{Timestamp, limits};

use crate::engine::CompiledGate;
use crate::gate::Scope;
use crate::ruling::Judged;

/// The earliest instant from the scope's on at which every gate passes that depends on time; or why there is none.
///
/// A gate depends on time if it passes at some instant, or if nothing but time could clear it. Those that only people or
/// new facts can clear are passed over: they stand among the blockers.
pub(crate) fn next(judged: &[Judged<'_>], scope: &Scope<'_>) -> Result<Timestamp, String> {
    if !judged.iter().any(Judged::blocks) {
        return Ok(scope.at);
    }
    let mut gates: Vec<&CompiledGate> = Vec::new();
    let (mut at, mut last) = (scope.at, None);
    // The glass is broken over these, until it ends.
    let (mut released, enforced): (Vec<&Judged<'_>>, Vec<&Judged<'_>>) = judged
        .iter()
        .filter(|judged| judged.compiled.gate.mode == Mode::Enforce)
        .partition(|judged| judged.judgement.status == GateStatus::Waived);
    for Judged { compiled, judgement, .. } in enforced {
        // What time does not change says the same then as now, and need not be judged again.
        let (scope, blocks) = (compiled.scope(scope), judgement.status.blocks());
        let changes = compiled.check.may_change(&scope);
        if !blocks {
            if changes {
                gates.push(compiled);
            }
            continue;
        }
        match changes.then(|| compiled.check.passes_from(&scope)).flatten() {
            Some(opens) => {
                if opens > at {
                    (at, last) = (opens, Some(*compiled));
                }
                gates.push(compiled);
            }
            None if judgement.cleared_by == Some(ClearedBy::Time) => {
                return Err(format!("`{}` does not open within ten years", compiled.gate.id));
            }
            None => {}
        }
    }
    // Nothing put it off: all of them were judged for that very instant.
    if last.is_none() {
        return Ok(at);
    }
    loop {
        at = put_off(&gates, scope, at, last)?;
        let (over, held): (Vec<_>, Vec<_>) =
            released.into_iter().partition(|it| it.waived_until.is_some_and(|end| at >= end));
        if over.is_empty() {
            return Ok(at);
        }
        for Judged { compiled, judgement, .. } in over {
            let there = compiled.scope(&Scope { at, ..*scope });
            if judgement.cleared_by == Some(ClearedBy::Time) || compiled.check.passes_from(&there).is_some() {
                gates.push(compiled);
            }
        }
        released = held;
    }
}

/// The earliest instant from `at` on at which all of these gates pass.
pub(crate) fn together(gates: &[&CompiledGate], scope: &Scope<'_>, at: Timestamp) -> Result<Timestamp, String> {
    put_off(gates, scope, at, None)
}

/// Puts the instant off until all gates pass. `last` is the gate that put it off last.
fn put_off<'e>(
    gates: &[&'e CompiledGate],
    scope: &Scope<'_>,
    mut at: Timestamp,
    mut last: Option<&'e CompiledGate>,
) -> Result<Timestamp, String> {
    let limit = scope.limit();
    for _ in 0..limits::MAX_STEPS {
        let before = at;
        for gate in gates {
            let there = Scope { at, ..*scope };
            match gate.check.passes_from(&gate.scope(&there)) {
                Some(opens) if opens > at => {
                    at = opens;
                    last = Some(gate);
                }
                Some(_) => {}
                None => return Err(closed(gate, last, scope, at)),
            }
        }
        if at == before {
            return Ok(at);
        }
        if at >= limit {
            break;
        }
    }
    Err("the gates are not open together within ten years".to_owned())
}

/// Two gates that are never open together: one of them for good, or both within the time that is looked through.
fn closed(gate: &CompiledGate, last: Option<&CompiledGate>, scope: &Scope<'_>, at: Timestamp) -> String {
    match last {
        // Near the limit there is no telling whether it would open after it.
        Some(last) if at.checked_add(limits::LINT_HORIZON).map_or(true, |far| far >= scope.limit()) => {
            format!("`{}` and `{}` are not open together within ten years", gate.gate.id, last.gate.id)
        }
        Some(last) => format!(
            "`{}` no longer passes when `{}` opens, {}, and time does not open it again",
            gate.gate.id,
            last.gate.id,
            scope.say(at)
        ),
        None => format!("`{}` does not open within ten years", gate.gate.id),
    }
}
