"""The JSON artefacts of a case, in the shapes that interfaces.md names."""

import json

from cases.case import Case
from cases.criteria import CriteriaResult, Judgement, PolicyRef
from cases.decision import GateResult
from cases.evidence import Evidence
from cases.packet import Gap

Json = dict[str, object]


def criteria_json(result: CriteriaResult | None, case: Case) -> bytes:
    """criteria.json. Where no policy is in force the tree is one INSUFFICIENT leaf that says so."""
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
            "tree": _node(result.root),
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


def _node(node: Judgement) -> Json:
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
        shown["children"] = [_node(child) for child in node.children]
    if node.looked_for:
        shown["looked_for"] = node.looked_for
    return shown


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


def case_json(case: Case, need: Json | None, artefacts: dict[str, str], refusals: list[Json]) -> bytes:
    """case.json: the case as it stands now, with the digests of its artefacts and what of the chart was refused."""
    return _bytes(
        {
            **case.model_dump(mode="json"),
            "authorization_need": need,
            "artefacts": artefacts,
            "not_used": refusals,
        }
    )


def _bytes(content: Json) -> bytes:
    return (json.dumps(content, indent=2, ensure_ascii=False, sort_keys=False) + "\n").encode()
