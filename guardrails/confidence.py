"""Confidence computed from parts that code can see; a model's own number is never one of them."""

from collections.abc import Sequence

from cases.case import Case
from cases.criteria import CriteriaResult, Judgement, State, TreeStatus
from cases.decision import ConfidencePart
from cases.evidence import Evidence, Role

_FLAG_FACTOR = 0.95
_UNKNOWN_EFFECTIVE = 0.9
_DRAFT_TREE = 0.5


def confidence_parts(case: Case, result: CriteriaResult | None) -> tuple[ConfidencePart, ...]:
    """The factors for acting on this case, each in 0..1, with why."""
    return (_payer_part(case), _order_part(case), *_policy_parts(result), *_criteria_parts(result))


def argued_parts(case: Case, result: CriteriaResult | None, argued: Sequence[Judgement]) -> tuple[ConfidencePart, ...]:
    """The factors for arguing these criteria, whatever stays open beside them; the weakest argument counts."""
    evidence = [item for leaf in argued for item in leaf.evidence if item.role is Role.SUPPORTS]
    shown = min((leaf.confidence for leaf in argued), default=1.0)
    reading = min((item.fact.reliability for item in evidence), default=1.0)
    policy = _policy_parts(result) if argued else ()
    return (
        _payer_part(case),
        _order_part(case),
        *policy,
        ConfidencePart(name="criteria", value=shown, why=f"the weakest of {len(argued)} criteria argued"),
        ConfidencePart(name="reading", value=reading, why="least reliable passage relied on"),
    )


def combined(parts: tuple[ConfidencePart, ...]) -> float:
    """The product of the parts, so that one weak part cannot hide behind strong ones."""
    product = 1.0
    for part in parts:
        product *= part.value
    return round(product, 4)


def _payer_part(case: Case) -> ConfidencePart:
    if case.payer is None:
        return ConfidencePart(name="payer", value=0.0, why="the coverage's payer is not resolved")
    return ConfidencePart(name="payer", value=1.0, why=f"recognised by {case.payer.matched_on or 'identifier'}")


def _order_part(case: Case) -> ConfidencePart:
    warnings = [flag.code for flag in case.flags if flag.severity != "info"]
    why = "no open flags" if not warnings else "flags: " + ", ".join(sorted(set(warnings)))
    return ConfidencePart(name="order", value=round(_FLAG_FACTOR ** len(set(warnings)), 4), why=why)


def _policy_parts(result: CriteriaResult | None) -> tuple[ConfidencePart, ...]:
    if result is None:
        return (ConfidencePart(name="policy", value=0.0, why="no policy in force was found"),)
    known = result.policy.effective is not None
    value = (1.0 if known else _UNKNOWN_EFFECTIVE) * (1.0 if result.status is TreeStatus.APPROVED else _DRAFT_TREE)
    why = "effective date known" if known else "effective date unknown"
    return (ConfidencePart(name="policy", value=value, why=f"{why}; criteria tree {result.status}"),)


def _criteria_parts(result: CriteriaResult | None) -> tuple[ConfidencePart, ...]:
    if result is None:
        return ()
    reading = min((e.fact.reliability for e in _supporting(result.root)), default=1.0)
    return (
        ConfidencePart(name="criteria", value=result.root.confidence, why=f"the tree is {result.root.state}"),
        ConfidencePart(name="reading", value=reading, why="least reliable passage relied on"),
    )


def _supporting(root: Judgement) -> list[Evidence]:
    return [
        evidence
        for leaf in root.leaves()
        if leaf.state is State.MET
        for evidence in leaf.evidence
        if evidence.role is Role.SUPPORTS
    ]
