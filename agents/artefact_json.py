"""The JSON artefacts of a case, in the shapes that interfaces.md names."""

import json
from collections.abc import Mapping, Sequence

from agents.reading.model_reader.second_reading import LeafReadings
from cases.case import Case
from cases.criteria import CriteriaResult, Judgement, PolicyRef
from cases.decision import GateResult
from cases.evidence import Evidence
from cases.packet import Gap

Json = dict[str, object]


def criteria_json(result: CriteriaResult | None, case: Case, readings: Sequence[LeafReadings] = ()) -> bytes:
    """criteria.json. Where no policy is in force the tree is one INSUFFICIENT leaf that says so.

    Where a model read the chart as well, each leaf shows both readings.
    """
    if result is None:
        leaf: Json = {
            "id": "no_policy", "op": "leaf", "state": "INSUFFICIENT", "confidence": 0.0, "evidence": [],
            "statement": "No policy in force for this payer, code and date is held",
        }  # fmt: skip
        return _bytes({"policy": None, "tree": leaf})
    return _bytes(
        {
            "policy": _policy(result.policy),
            "status": result.status.value,
            "draft_reasons": list(result.draft_reasons),
            "notes": [note.text for note in result.notes],
            "tree": _node(result.root, {reading.id: reading for reading in readings}),
        }
    )


def _policy(policy: PolicyRef) -> Json:
    return {
        "payer": policy.payer_id,
        "doc_id": policy.doc_id,
        "version": policy.version,
        "number": policy.number,
        "title": policy.title,
        "effective": policy.effective.isoformat() if policy.effective else None,
        "expires": policy.expires.isoformat() if policy.expires else None,
    }


def _node(node: Judgement, readings: Mapping[str, LeafReadings]) -> Json:
    span = node.policy_span
    shown: Json = {
        "id": node.id,
        "op": node.op.value,
        "statement": node.statement,
        "state": node.state.value,
        "confidence": node.confidence,
        "reason": node.reason,
        "policy_span": {"start": span.start, "end": span.end, "quote": span.quote} if span else None,
        "evidence": [_evidence(item) for item in node.evidence],
    }
    if node.n is not None:
        shown["n"] = node.n
    if node.children:
        shown["children"] = [_node(child, readings) for child in node.children]
    if node.looked_for:
        shown["looked_for"] = node.looked_for
    if node.id in readings:
        shown["readings"] = _readings(readings[node.id])
    return shown


def _readings(reading: LeafReadings) -> Json:
    """What each reader says of a leaf; the model's quotes and proposed facts are verified, its opinion is not ours."""
    judged = reading.judged
    proposed = [
        {"document": fact.span.document_id, "start": fact.span.start, "end": fact.span.end, "quote": fact.span.quote,
         "fact": fact.statement}
        for fact in reading.proposed
    ]  # fmt: skip
    return {
        "rules": reading.rules.value,
        "model": judged.state.value if judged else None,
        "model_quotes": [span.model_dump(mode="json") for span in judged.quotes] if judged else [],
        "with_facts_the_model_proposes": reading.with_proposed.value,
        "proposed_facts": proposed,
        "differ": reading.differ,
    }


def _evidence(item: Evidence) -> Json:
    fact = item.fact
    return {
        "document": fact.span.document_id,
        "page": fact.span.page,
        "start": fact.span.start,
        "end": fact.span.end,
        "quote": fact.span.quote,
        "context": fact.context.quote,
        "fact": fact.statement,
        "date": fact.when.on.isoformat() if fact.when else None,
        "date_basis": fact.when.basis.value if fact.when else None,
        "settings": sorted(fact.settings),
        "role": item.role.value,
        "findings": [{"defect": finding.defect.value, "detail": finding.detail} for finding in item.findings],
    }


def gaps_json(gaps: tuple[Gap, ...]) -> bytes:
    return _bytes({"gaps": [gap.model_dump(mode="json") for gap in gaps]})


def gate_json(result: GateResult, not_drafted: str) -> bytes:
    """gate.json; `not_drafted` says in words why there are no bytes to send, where there are none."""
    shown = result.model_dump(mode="json")
    return _bytes({**shown, "not_drafted": not_drafted} if not_drafted else shown)


def case_json(
    case: Case, need: Json | None, artefacts: dict[str, str], refusals: list[Json], model: Json | None = None
) -> bytes:
    """case.json: the case as it stands now, with the digests of its artefacts and what of the chart was refused.

    `model` is what a model was asked and what came of it, where one is set.
    """
    return _bytes(
        {
            **case.model_dump(mode="json"),
            "authorization_need": need,
            "artefacts": artefacts,
            "not_used": refusals,
            **({"model": model} if model else {}),
        }
    )


def _bytes(content: Json) -> bytes:
    return (json.dumps(content, indent=2, ensure_ascii=False, sort_keys=False) + "\n").encode()
