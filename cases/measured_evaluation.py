"""Weigh measured values, their change under another condition, and findings against one leaf."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from cases.criteria import State
from cases.evidence import Assertion, Defect, Evidence, Experiencer, Fact, Finding, Role, Setting
from cases.ids import ConceptId
from cases.leaf_evaluation import (
    Anchors,
    Weighed,
    blocking,
    day_of,
    defects_of,
    doubt,
    duration_defects,
    not_shown,
    place_defects,
    ranked,
    reliability,
    says_nothing,
    setting_defects,
    side_defects,
)
from cases.leaf_tests import ChangeTest, Comparison, FindingTest, MeasurementTest, Pick


def weigh_measurement(test: MeasurementTest, facts: Sequence[Fact], anchors: Anchors) -> Weighed:
    """State of a measured criterion; facts of other concepts are ignored."""
    evidence = []
    for fact in facts:
        if fact.concept in test.comparisons:
            findings = [*defects_of(fact, test.window, anchors), *setting_defects(fact, test.settings, test.excludes)]
            findings += side_defects(fact, anchors) if test.side else []
            findings += place_defects(fact, facts, anchors, sides=test.side_of, sites=())
            evidence.append(_compare(fact, test.comparisons[fact.concept], findings))
    deciding = [item for item in evidence if item.role is not Role.CONSIDERED]
    if test.prefer_in_order and deciding:
        first = min(test.concepts.index(item.fact.concept) for item in deciding)
        deciding = [item for item in deciding if item.fact.concept == test.concepts[first]]
    return _settle(_picked(deciding, test.pick), evidence, test.silence_means == "not_met")


def weigh_finding(test: FindingTest, facts: Sequence[Fact], anchors: Anchors) -> Weighed:
    """State of a criterion that asks for a condition, sign, procedure, treatment or document."""
    evidence = [_present(fact, test, facts, anchors) for fact in facts if fact.concept in test.concepts]
    deciding = [item for item in evidence if item.role is not Role.CONSIDERED]
    any_counts = test.pick in ("any", "any_of_day")
    return _settle(_picked(deciding, test.pick), evidence, test.silence_means == "not_met", any_counts=any_counts)


def _picked(deciding: Sequence[Evidence], pick: Pick) -> Sequence[Evidence]:
    """Those that may decide: of `any` the supporting ones if there are some, of `earliest` those of the first day."""
    if pick == "any":
        return [item for item in deciding if item.role is Role.SUPPORTS] or deciding
    if pick == "earliest" and deciding:
        first = min(day_of(item) for item in deciding)
        return [item for item in deciding if day_of(item) == first]
    if pick == "any_of_day" and deciding:
        latest = max(day_of(item) for item in deciding)
        last = [item for item in deciding if day_of(item) == latest]
        return [item for item in last if item.role is Role.SUPPORTS] or last
    if pick in ("lowest", "highest") and deciding:
        return _at_the_end(deciding, lowest=pick == "lowest")
    return deciding


def _at_the_end(deciding: Sequence[Evidence], *, lowest: bool) -> Sequence[Evidence]:
    """Those of the latest day with its lowest, or highest, value."""
    latest = max(day_of(item) for item in deciding)
    last = [item for item in deciding if day_of(item) == latest and item.fact.value is not None]
    values = [item.fact.value for item in last if item.fact.value is not None]
    end = min(values) if lowest else max(values)
    return [item for item in last if item.fact.value == end]


def _settle(
    deciding: Sequence[Evidence], evidence: Sequence[Evidence], silence_decides: bool, *, any_counts: bool = False
) -> Weighed:
    """Let the latest deciding facts speak; if those of one day disagree, the leaf pends.

    Where silence decides, a chart that says nothing of it, or only of someone else or as not so, is a no.
    """
    ordered = ranked(evidence)
    if not deciding and silence_decides and all(says_nothing(item) for item in evidence):
        reason = "nothing in the chart says so"
        return Weighed(state=State.NOT_MET, reason=reason, evidence=ordered, confidence=doubt(ordered))
    if not deciding:
        return not_shown(ordered)
    latest = max(day_of(item) for item in deciding)
    last = [item for item in deciding if day_of(item) == latest]
    roles = {item.role for item in last}
    if len(roles) > 1:
        reason = "the chart contradicts itself on the same day"
        return Weighed(state=State.INSUFFICIENT, reason=reason, evidence=ordered, confidence=0.5)
    state = State.MET if roles == {Role.SUPPORTS} else State.NOT_MET
    if not (any_counts and state is State.MET) and _doubted(last, evidence):
        reason = "the chart says it and doubts it on the same day"
        return Weighed(state=State.INSUFFICIENT, reason=reason, evidence=ordered, confidence=0.5)
    reason = "; ".join(dict.fromkeys(item.fact.statement for item in last))
    return Weighed(state=state, reason=reason, evidence=ordered, confidence=max(reliability(item) for item in last))


def _doubted(told: Sequence[Evidence], evidence: Sequence[Evidence]) -> bool:
    """Whether what is said stands beside words that leave it open: since a denial, else in its own document."""
    if any(item.fact.value is not None for item in told):
        return False
    day = max(day_of(item) for item in told)
    doubts = [
        item
        for item in evidence
        if {f.defect for f in blocking(item.findings)} == {Defect.UNCERTAIN} and day_of(item) >= day
    ]
    if any(item.role is Role.SUPPORTS for item in told):
        sources = {item.fact.span.document_id for item in told}
        doubts += [item for item in evidence if _of_a_relative(item)]
        return any(item.fact.span.document_id in sources and item.fact.concept in _concepts(told) for item in doubts)
    return bool(doubts)


def _of_a_relative(item: Evidence) -> bool:
    """Whether it is affirmed of somebody else outside a family history: words that may have meant the patient."""
    fact = item.fact
    return fact.assertion is Assertion.AFFIRMED and fact.experiencer is not Experiencer.PATIENT and not fact.historical


def _concepts(told: Sequence[Evidence]) -> set[ConceptId]:
    return {item.fact.concept for item in told}


def _compare(fact: Fact, comparison: Comparison, findings: list[Finding]) -> Evidence:
    """Decide what a measured fact does, from its value and the defects found so far."""
    if fact.value is None:
        findings.append(Finding(defect=Defect.UNIT_UNKNOWN, detail="no value in a unit that can be compared"))
    elif fact.value_high is not None and comparison.holds(fact.value) != comparison.holds(fact.value_high):
        findings.append(Finding(defect=Defect.UNCERTAIN, detail=f"the range straddles {comparison}"))
    if blocking(findings) or fact.value is None:
        return Evidence(fact=fact, role=Role.CONSIDERED, findings=tuple(findings))
    role = Role.SUPPORTS if comparison.holds(fact.value) else Role.CONTRADICTS
    return Evidence(fact=fact, role=role, findings=tuple(findings))


def _present(fact: Fact, test: FindingTest, facts: Sequence[Fact], anchors: Anchors) -> Evidence:
    findings = defects_of(fact, test.window, anchors, past_counts=test.historical_counts)
    findings += setting_defects(fact, test.settings, test.excludes)
    findings += duration_defects(_length(fact, test, anchors), test.min_duration_days, fact.assertion)
    findings += side_defects(fact, anchors) if test.side else []
    findings += place_defects(
        fact, facts, anchors, sides=test.side_of, sites=test.site_of, if_known=test.place_if_known
    )
    return Evidence(fact=fact, role=_role(fact, test, findings), findings=tuple(findings))


_IDLE_IN_A_DENIAL = {
    Defect.NEGATED, Defect.DURATION_NOT_SHOWN, Defect.HISTORICAL, Defect.SETTING_NOT_SHOWN, Defect.SIDE_NOT_SHOWN,
}  # fmt: skip


def _role(fact: Fact, test: FindingTest, findings: Sequence[Finding]) -> Role:
    """A denial, or a refusal where it decides, speaks against; so does a length that is stated and too short."""
    idle = set(_IDLE_IN_A_DENIAL if fact.assertion is Assertion.NEGATED else set())
    denies = fact.assertion is Assertion.NEGATED and test.denial_decides
    if fact.assertion is Assertion.REFUSED and test.refusal_decides:
        denies, idle = True, {Defect.REFUSED, *_IDLE_IN_A_DENIAL}
    if test.stale_denies and {finding.defect for finding in blocking(findings)} == {Defect.STALE}:
        return Role.CONTRADICTS
    if test.until_order and any(finding.defect is Defect.DURATION_TOO_SHORT for finding in findings):
        denies, idle = True, idle | {Defect.DURATION_TOO_SHORT}
    if denies:
        against = [finding for finding in blocking(findings) if finding.defect not in idle]
        return Role.CONSIDERED if against else Role.CONTRADICTS
    return Role.CONSIDERED if blocking(findings) else Role.SUPPORTS


def _length(fact: Fact, test: FindingTest, anchors: Anchors) -> int | None:
    """How long it has lasted: up to the order where the test asks so and a beginning is stated."""
    if test.until_order and fact.course and fact.course.starts and anchors.order_date:
        return (anchors.order_date - fact.course.starts).days
    return fact.duration_days


def weigh_change(test: ChangeTest, facts: Sequence[Fact], anchors: Anchors) -> Weighed:
    """MET where, on the latest day with both, the value under the one condition is above that under the other."""
    own = [fact for fact in facts if fact.concept == test.concept]
    better, worse = _under(own, test.settings, test, anchors), _under(own, test.than, test, anchors)
    evidence = ranked([*better, *worse])
    fit = [[item for item in side if item.role is Role.SUPPORTS] for side in (better, worse)]
    days = {day_of(item) for item in fit[0]} & {day_of(item) for item in fit[1]}
    if not days:
        return not_shown(ranked([item.model_copy(update={"role": Role.CONSIDERED}) for item in evidence]))
    high, low = (_lowest(side, max(days)) for side in fit)
    state = State.MET if high > low else State.NOT_MET
    reason = f"{high} against {low} on {max(days)}"
    confidence = min(reliability(item) for side in fit for item in side)
    return Weighed(state=state, reason=reason, evidence=evidence, confidence=confidence)


def _under(facts: Sequence[Fact], settings: frozenset[Setting], test: ChangeTest, anchors: Anchors) -> list[Evidence]:
    found = []
    for fact in facts:
        findings = [*defects_of(fact, test.window, anchors), *setting_defects(fact, settings, frozenset())]
        fits = fact.value is not None and fact.value_high is None and not blocking(findings)
        found.append(Evidence(fact=fact, role=Role.SUPPORTS if fits else Role.CONSIDERED, findings=tuple(findings)))
    return found


def _lowest(evidence: Sequence[Evidence], day: date) -> Decimal:
    return min(item.fact.value for item in evidence if day_of(item) == day and item.fact.value is not None)
