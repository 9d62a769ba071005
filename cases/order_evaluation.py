"""Weigh what needs more than one fact or more than a fact's own words: counts, sequences, sides and documents."""

from collections.abc import Sequence
from datetime import date, timedelta

from cases.criteria import State
from cases.evidence import Assertion, Defect, Evidence, Fact, Finding, Role, Setting
from cases.leaf_evaluation import (
    Anchors,
    Weighed,
    blocking,
    defects_of,
    in_window,
    not_shown,
    ranked,
    reliability,
    setting_defects,
    side_defects,
)
from cases.leaf_tests import CountTest, DocumentTest, SequenceTest, SideTest, Step, Window
from cases.month_evaluation import weigh_months


def weigh_count(test: CountTest, facts: Sequence[Fact], anchors: Anchors) -> Weighed:
    """MET where enough facts lie far enough apart; what is said on one day counts once."""
    evidence = [_counted(fact, test, anchors) for fact in facts if fact.concept in test.concepts]
    if test.months:
        return weigh_months(test, evidence, anchors)
    supports = [item for item in evidence if item.role is Role.SUPPORTS]
    days = _apart(sorted({_first_day(item.fact) for item in supports}), test.apart_days)
    ordered = ranked(evidence)
    if len(days) >= test.n:
        reason = f"shown on {len(days)} days: {', '.join(day.isoformat() for day in days)}"
        return Weighed(state=State.MET, reason=reason, evidence=ordered, confidence=min(map(reliability, supports)))
    reason = f"{len(days)} of {test.n} shown" + (f", {test.apart_days} days apart" if test.apart_days > 1 else "")
    return not_shown(ordered).model_copy(update={"reason": reason})


def _counted(fact: Fact, test: CountTest, anchors: Anchors) -> Evidence:
    findings = defects_of(fact, None if test.months else test.window, anchors, past_counts=not test.comparisons)
    findings += setting_defects(fact, test.settings, frozenset())
    findings += in_window(fact.when.on, fact.when.until, Window(), anchors) if test.months and fact.when else []
    comparison = test.comparisons.get(fact.concept)
    if comparison and fact.value is None:
        findings.append(Finding(defect=Defect.UNIT_UNKNOWN, detail="no value in a unit that can be compared"))
    holds = comparison is None or (fact.value is not None and comparison.holds(fact.value))
    if blocking(findings) or (comparison and fact.value_high is not None):
        return Evidence(fact=fact, role=Role.CONSIDERED, findings=tuple(findings))
    return Evidence(fact=fact, role=Role.SUPPORTS if holds else Role.CONTRADICTS, findings=tuple(findings))


def _apart(days: Sequence[date], gap: int) -> list[date]:
    """The most days of a sorted list that lie `gap` or more from one to the next."""
    kept: list[date] = []
    for day in days:
        if not kept or (day - kept[-1]).days >= gap:
            kept.append(day)
    return kept


def weigh_sequence(test: SequenceTest, facts: Sequence[Fact], anchors: Anchors) -> Weighed:
    """MET where the dates show the events in order, or where a finding states the order itself."""
    stated = [_event(fact, test, anchors, last=True) for fact in facts if fact.concept in test.stated_by]
    if any(item.role is Role.SUPPORTS for item in stated):
        return _met([item for item in stated if item.role is Role.SUPPORTS], stated)
    if _latest_denies(test, facts, anchors):
        denials = [_event(fact, test, anchors, last=True) for fact in facts if fact.concept in test.denied_by]
        reason = "; ".join(dict.fromkeys(i.fact.statement for i in denials if i.fact.assertion in _DENIALS))
        return not_shown(ranked(denials)).model_copy(update={"state": State.NOT_MET, "reason": reason})
    evidence, chain, after = [*stated], [], date.min
    for number, step in enumerate(test.steps, start=1):
        inside = test.all_inside or number == len(test.steps)
        events = [_event(f, test, anchors, last=inside, settings=step.settings) for f in facts if _is_of(f, step)]
        fitting = [item for item in events if item.role is Role.SUPPORTS and _first_day(item.fact) >= after]
        evidence += [_out_of_order(item, after) for item in events]
        if not fitting:
            return not_shown(ranked([_only_considered(item) for item in evidence]))
        soonest = min(fitting, key=lambda item: _last_day(item.fact))
        chain.append(soonest)
        after = _last_day(soonest.fact)
    return _met(chain, evidence)


_DENIALS = frozenset({Assertion.NEGATED, Assertion.REFUSED})


def _latest_denies(test: SequenceTest, facts: Sequence[Fact], anchors: Anchors) -> bool:
    """Whether the latest thing said of what can be denied is a denial."""
    own = [fact for fact in facts if fact.concept in test.denied_by and fact.when]
    told = [fact for fact in own if fact.assertion in _DENIALS or fact.assertion is Assertion.AFFIRMED]
    fit = [
        fact
        for fact in told
        if {f.defect for f in blocking(defects_of(fact, test.window, anchors, past_counts=True))}
        <= {Defect.NEGATED, Defect.REFUSED}
    ]
    latest = max((_first_day(fact) for fact in fit), default=None)
    last = [fact for fact in fit if _first_day(fact) == latest]
    return bool(last) and all(fact.assertion in _DENIALS for fact in last)


def _met(supports: Sequence[Evidence], evidence: Sequence[Evidence]) -> Weighed:
    reason = "; ".join(dict.fromkeys(f"{item.fact.statement} ({_first_day(item.fact)})" for item in supports))
    confidence = min(reliability(item) for item in supports)
    return Weighed(state=State.MET, reason=reason, evidence=ranked(evidence), confidence=confidence)


def _is_of(fact: Fact, step: Step) -> bool:
    if fact.concept not in step.concepts:
        return False
    return not step.outcomes or bool(fact.course and fact.course.outcomes & step.outcomes)


def _event(
    fact: Fact, test: SequenceTest, anchors: Anchors, *, last: bool, settings: frozenset[Setting] = frozenset()
) -> Evidence:
    findings = defects_of(fact, test.window if last else Window(), anchors, past_counts=True)
    findings += setting_defects(fact, settings, frozenset())
    role = Role.CONSIDERED if blocking(findings) else Role.SUPPORTS
    return Evidence(fact=fact, role=role, findings=tuple(findings))


def _out_of_order(item: Evidence, after: date) -> Evidence:
    if item.role is not Role.SUPPORTS or _first_day(item.fact) >= after:
        return item
    finding = Finding(defect=Defect.OUT_OF_ORDER, detail=f"dated {_first_day(item.fact)}, before {after}")
    return item.model_copy(update={"role": Role.CONSIDERED, "findings": (*item.findings, finding)})


def _only_considered(item: Evidence) -> Evidence:
    return item.model_copy(update={"role": Role.CONSIDERED}) if item.role is Role.SUPPORTS else item


def _first_day(fact: Fact) -> date:
    return fact.when.on if fact.when else date.min


def _last_day(fact: Fact) -> date:
    """The last day of an event; a treatment whose end nobody states was seen on the day it is dated."""
    if fact.when is None:
        return date.min
    if fact.when.until is None and fact.duration_days and not (fact.course and fact.course.ends):
        return fact.when.on + timedelta(days=fact.duration_days if fact.course and fact.course.starts else 0)
    return fact.when.until or fact.when.on


def weigh_side(test: SideTest, facts: Sequence[Fact], anchors: Anchors) -> Weighed:
    """MET where everything asked is shown of the side ordered, and nothing that has a side is of the other only."""
    evidence = [
        _sided(fact, test, anchors) for fact in facts if fact.concept in test.concepts or fact.concept in test.others
    ]
    shown = {item.fact.concept for item in evidence if item.role is Role.SUPPORTS}
    elsewhere = {item.fact.concept for item in evidence if _of_other_side(item)} - shown
    if anchors.side and set(test.concepts) <= shown and not elsewhere:
        supports = [item for item in evidence if item.role is Role.SUPPORTS]
        reason = f"{anchors.side} is ordered, and " + "; ".join(dict.fromkeys(i.fact.statement for i in supports))
        confidence = min(reliability(item) for item in supports)
        return Weighed(state=State.MET, reason=reason, evidence=ranked(evidence), confidence=confidence)
    return not_shown(ranked([_only_considered(item) for item in evidence]))


def _sided(fact: Fact, test: SideTest, anchors: Anchors) -> Evidence:
    findings = defects_of(fact, test.window, anchors, past_counts=True) + side_defects(fact, anchors)
    role = Role.CONSIDERED if blocking(findings) else Role.SUPPORTS
    return Evidence(fact=fact, role=role, findings=tuple(findings))


def _of_other_side(item: Evidence) -> bool:
    defects = [finding.defect for finding in blocking(item.findings)]
    return defects == [Defect.OTHER_SIDE]


def weigh_document(test: DocumentTest, facts: Sequence[Fact], anchors: Anchors) -> Weighed:
    """MET where a document of the kind, dated and signed as asked, is in the chart."""
    evidence = [_document(fact, test, anchors) for fact in facts if fact.concept in test.concepts]
    supports = [item for item in evidence if item.role is Role.SUPPORTS]
    return _met(supports, evidence) if supports else not_shown(ranked(evidence))


def _document(fact: Fact, test: DocumentTest, anchors: Anchors) -> Evidence:
    findings = defects_of(fact, test.window, anchors)
    findings += side_defects(fact, anchors) if test.side else []
    if test.signers and (fact.signing is None or fact.signing.role not in test.signers):
        whose = f"signed by {fact.signing.name}, not by a" if fact.signing else "not signed by a"
        words = " or ".join(sorted(test.signers))
        findings.append(Finding(defect=Defect.NOT_SIGNED, detail=f"{whose} {words}"))
    role = Role.CONSIDERED if blocking(findings) else Role.SUPPORTS
    return Evidence(fact=fact, role=role, findings=tuple(findings))
