"""The JSON artefacts of an appeal, in the shapes that interfaces.md names."""

import json

from agents.reading.appeals.denial_document import payer_words
from cases.appeal import CriterionAnswer, PathwayPlan, ReasonAnswer, Rebuttal
from cases.denial import Denial
from cases.document import Document
from cases.evidence import Role, Span

Json = dict[str, object]


def denial_json(denial: Denial, document: Document | None) -> bytes:
    """denial.json: what was refused, each reason with the words it stands on, and every clock beside its rule."""
    facts = denial.facts.model_dump(mode="json")
    for shown, reason in zip(facts["reasons"], denial.facts.reasons, strict=True):
        shown["words"] = _span(payer_words(reason, document)) if document else None
    return _bytes(
        {
            "id": denial.id,
            "case_id": denial.case_id,
            "joined_by": denial.joined_by,
            "status": denial.status.value,
            "opened_at": denial.opened_at.isoformat(),
            "document": {"id": document.id, "source": document.source, "sha256": document.digest} if document else None,
            **facts,
            "clocks": [clock.model_dump(mode="json") for clock in denial.clocks],
            "rules_version": denial.rules_version,
            "due": denial.due.isoformat() if denial.due else None,
        }
    )


def pathway_json(plan: PathwayPlan) -> bytes:
    return _bytes(plan.model_dump(mode="json"))


def rebuttal_json(rebuttal: Rebuttal) -> bytes:
    """rebuttal.json: each stated reason beside the policy's words, the chart's words, and why."""
    policy = rebuttal.policy.model_dump(mode="json") if rebuttal.policy else None
    return _bytes(
        {
            "policy": policy,
            "applied_on": rebuttal.applied_on.isoformat() if rebuttal.applied_on else None,
            "evidence_reused_from": rebuttal.reused_from,
            "added": list(rebuttal.added),
            "reasons": [_answer(answer) for answer in rebuttal.answers],
        }
    )


def _answer(answer: ReasonAnswer) -> Json:
    return {
        "number": answer.number,
        "category": answer.category.value,
        "codes": list(answer.codes),
        "wording": answer.wording,
        "payer_words": _span(answer.words),
        "policy_cited": answer.policy_cited,
        "stance": answer.stance.value,
        "why": answer.why,
        "instead": answer.instead,
        "policy_words": answer.policy_words.model_dump(mode="json") if answer.policy_words else None,
        "criteria": [_criterion(item) for item in answer.criteria],
        "said": [sentence.text for sentence in answer.said],
        "supplied": [_span(span) for span in answer.supplied],
    }


def _criterion(item: CriterionAnswer) -> Json:
    leaf = item.judgement
    span = leaf.policy_span
    return {
        "id": leaf.id,
        "statement": leaf.statement,
        "state": leaf.state.value,
        "confidence": leaf.confidence,
        "reason": leaf.reason,
        "policy_span": {"start": span.start, "end": span.end, "quote": span.quote} if span else None,
        "evidence": [
            {
                "document": evidence.fact.span.document_id,
                "page": evidence.fact.span.page,
                "start": evidence.fact.span.start,
                "end": evidence.fact.span.end,
                "quote": evidence.fact.span.quote,
                "context": evidence.fact.context.quote,
                "fact": evidence.fact.statement,
                "date": evidence.fact.when.on.isoformat() if evidence.fact.when else None,
            }
            for evidence in leaf.evidence
            if evidence.role is Role.SUPPORTS
        ],
        "argument": [sentence.text for sentence in item.sentences],
    }


def _span(span: Span | None) -> Json | None:
    return span.model_dump(mode="json") if span else None


def _bytes(content: Json) -> bytes:
    return (json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode()
