"""Weigh a trial of treatment: long enough, recent enough, of enough kinds, and how it came out, across sources."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from cases.criteria import State
from cases.evidence import Assertion, Course, Defect, Evidence, Fact, Finding, Outcome, Role
from cases.ids import ConceptId, FactId
from cases.leaf_evaluation import (
    Anchors,
    Weighed,
    blocking,
    defects_of,
    duration_defects,
    not_shown,
    ranked,
    reliability,
    setting_defects,
    side_defects,
)
from cases.leaf_tests import TrialTest

_SAME_DAYS = 7
"""Two sources that date one event within a week mean the same one."""


@dataclass(frozen=True)
class _Trial:
    """What the chart says of one treatment: every fact weighed, and whether together they make a trial."""

    concept: ConceptId
    evidence: tuple[Evidence, ...]
    qualifies: bool


def weigh_trial(test: TrialTest, facts: Sequence[Fact], anchors: Anchors) -> Weighed:
    """State of a criterion that asks for treatments tried; each concept of the test is one treatment."""
    trials = [_trial(concept, test, facts, anchors) for concept in test.concepts]
    evidence = ranked([item for trial in trials for item in trial.evidence])
    shown = [trial for trial in trials if trial.qualifies]
    if len(shown) >= test.at_least:
        supports = [item for trial in shown for item in trial.evidence if item.role is Role.SUPPORTS]
        reason = "; ".join(dict.fromkeys(item.fact.statement for item in supports))
        confidence = min(max(_reliabilities(trial)) for trial in shown)
        return Weighed(state=State.MET, reason=reason, evidence=evidence, confidence=confidence)
    closed = _closed(test, facts, anchors)
    if _decides_against(test, trials, len(shown), closed=closed):
        return _against(test, len(shown), evidence)
    if test.denial_decides and _denied(evidence):
        reason = "; ".join(dict.fromkeys(item.fact.statement for item in evidence if item.role is Role.CONTRADICTS))
        return Weighed(state=State.NOT_MET, reason=reason, evidence=evidence, confidence=0.9)
    return _open(test, len(shown), evidence)


def _closed(test: TrialTest, facts: Sequence[Fact], anchors: Anchors) -> bool:
    """Whether the chart says that nothing but what it names was tried."""
    said = (fact for fact in facts if fact.concept in test.closed_by)
    return any(not blocking(defects_of(fact, test.window, anchors, past_counts=True)) for fact in said)


def _decides_against(test: TrialTest, trials: Sequence[_Trial], shown: int, *, closed: bool) -> bool:
    """Whether the trials on record all fall short, and those that nothing is said of are too few to make it up.

    With one trial asked, one that falls short is a no; with more, the concepts without any record leave it open,
    unless the chart is `closed` by the words that nothing else was tried.
    """
    if not test.shortfall_decides:
        return False
    if closed:
        return not any(_hangs(trial) for trial in trials)
    short = [trial for trial in trials if not trial.qualifies and _falls_short(trial)]
    if test.at_least == 1:
        told = [trial for trial in trials if trial.evidence]
        return bool(short) and all(trial in short or _only_denied(trial) for trial in told)
    still_open = [trial for trial in trials if not trial.qualifies and trial not in short and not _only_denied(trial)]
    return shown + len(still_open) < test.at_least


_SHORTFALLS = {
    Defect.DURATION_TOO_SHORT, Defect.DOSE_TOO_LOW, Defect.TOO_FEW_VISITS, Defect.OTHER_OUTCOME, Defect.REFUSED,
}  # fmt: skip
_BESIDE_THE_POINT = {
    Defect.OTHER_PATIENT, Defect.UNKNOWN_PATIENT, Defect.FAMILY_HISTORY, Defect.SECOND_HAND, Defect.PLANNED,
    Defect.HYPOTHETICAL,
}  # fmt: skip
_TELLS_NOTHING = {
    Defect.DURATION_NOT_SHOWN, Defect.DOSE_NOT_SHOWN, Defect.OUTCOME_NOT_SHOWN, Defect.OUT_OF_ORDER, Defect.UNDATED,
}  # fmt: skip


def _falls_short(trial: _Trial) -> bool:
    """Whether each usable account of the trial says that it was too short, too little, or came out otherwise."""
    accounts = [{f.defect for f in blocking(item.findings)} for item in trial.evidence]
    accounts = [defects for defects in accounts if not defects & _BESIDE_THE_POINT and not defects <= _TELLS_NOTHING]
    return (
        bool(accounts)
        and all(defects and defects & _SHORTFALLS for defects in accounts)
        and all(defects <= _SHORTFALLS | _TELLS_NOTHING for defects in accounts)
    )


def _hangs(trial: _Trial) -> bool:
    """Whether a trial on record neither qualifies nor falls short: what is told of it is unclear."""
    return bool(trial.evidence) and not (trial.qualifies or _falls_short(trial) or _only_denied(trial))


def _only_denied(trial: _Trial) -> bool:
    return bool(trial.evidence) and all(item.role is Role.CONTRADICTS for item in trial.evidence)


def _against(test: TrialTest, shown: int, evidence: tuple[Evidence, ...]) -> Weighed:
    weighed = _open(test, shown, evidence)
    return weighed.model_copy(update={"state": State.NOT_MET, "confidence": 0.85})


def _reliabilities(trial: _Trial) -> Iterator[float]:
    return (reliability(item) for item in trial.evidence if item.role is Role.SUPPORTS)


def _denied(evidence: Sequence[Evidence]) -> bool:
    """Whether the chart says that it was not tried, and nothing in it hints at the contrary."""
    roles = [item.role for item in evidence if item.fact.assertion is not Assertion.PLANNED]
    return bool(roles) and all(role is Role.CONTRADICTS for role in roles)


def _open(test: TrialTest, shown: int, evidence: tuple[Evidence, ...]) -> Weighed:
    short = [item for item in evidence if item.role is not Role.SUPPORTS]
    weighed = not_shown(ranked(short))
    counted = f"{shown} of {test.at_least} shown; " if test.at_least > 1 else ""
    return weighed.model_copy(update={"reason": counted + weighed.reason, "evidence": evidence})


def _trial(concept: ConceptId, test: TrialTest, facts: Sequence[Fact], anchors: Anchors) -> _Trial:
    own = [fact for fact in facts if fact.concept == concept]
    before = [fact for fact in facts if fact.concept in test.after and not blocking(_bare_defects(fact, anchors))]
    plain = {fact.id: _plain_defects(fact, test, anchors, before) for fact in own}
    plain = _own_record_first(own, plain)
    usable = [fact for fact in own if not blocking(plain[fact.id])]
    begun = [fact for fact in own if {item.defect for item in blocking(plain[fact.id])} <= {Defect.STALE}]
    runs = {fact.id: _run(fact, begun) for fact in usable}
    needed = _needed(concept, test)
    doubted = _contradicted(usable, runs, needed) | _denied_elsewhere(own, usable, plain)
    evidence = tuple(_weighed(fact, plain[fact.id], test, runs, doubted) for fact in own)
    return _Trial(concept, *_outcome_asked(test, evidence, usable))


def _own_record_first(own: Sequence[Fact], plain: dict[FactId, list[Finding]]) -> dict[FactId, list[Finding]]:
    """Beside the record of whoever gave the treatment, what others write of it is only told."""
    if not any(fact.first_hand and not blocking(plain[fact.id]) for fact in own):
        return plain
    second = Finding(defect=Defect.SECOND_HAND, detail="the record of whoever gave the treatment decides")
    denials = {fact.id for fact in own if fact.assertion is Assertion.NEGATED}
    return {
        fact.id: plain[fact.id] if fact.first_hand or fact.id in denials else [*plain[fact.id], second] for fact in own
    }


def _denied_elsewhere(
    own: Sequence[Fact], usable: Sequence[Fact], plain: dict[FactId, list[Finding]]
) -> frozenset[FactId]:
    """Facts of a trial that another source says never took place."""
    denials = [fact for fact in own if {f.defect for f in blocking(plain[fact.id])} == {Defect.NEGATED}]
    return frozenset(fact.id for fact in usable for other in denials if other.span.document_id != fact.span.document_id)


def _plain_defects(fact: Fact, test: TrialTest, anchors: Anchors, before: Sequence[Fact] = ()) -> list[Finding]:
    """Everything but length, dose and outcome; a contraindication needs no use, and a past course counts."""
    found = defects_of(fact, test.window, anchors, past_counts=True)
    if _excused(fact, test):
        return [finding for finding in found if finding.defect is not Defect.NEGATED]
    if fact.assertion in (Assertion.NEGATED, Assertion.REFUSED):
        return found
    found += _order_defects(fact, test, before) if test.after else []
    found += setting_defects(fact, test.settings, test.excludes)
    return found + (side_defects(fact, anchors) if test.side or fact.concept in test.sided else [])


def _bare_defects(fact: Fact, anchors: Anchors) -> list[Finding]:
    return defects_of(fact, None, anchors, past_counts=True)


def _order_defects(fact: Fact, test: TrialTest, before: Sequence[Fact]) -> list[Finding]:
    """Why a trial does not follow on those it has to come after: they have no first day, or a later one."""
    first = [day for other in before if (day := _days(other)[0])]
    starts = _days(fact)[0]
    if not first or starts is None:
        return [Finding(defect=Defect.OUT_OF_ORDER, detail="it is not shown what came first")]
    if starts <= min(first):
        return [Finding(defect=Defect.OUT_OF_ORDER, detail=f"begun {starts}, not after {min(first)}")]
    return []


def _needed(concept: ConceptId, test: TrialTest) -> int | None:
    return None if concept in test.once else test.min_days_of.get(concept, test.min_days)


def _excused(fact: Fact, test: TrialTest) -> bool:
    return bool(fact.course and fact.course.outcomes & test.excused_by)


def _weighed(
    fact: Fact, plain: list[Finding], test: TrialTest, runs: dict[FactId, int | None], doubted: frozenset[FactId]
) -> Evidence:
    if blocking(plain):
        others = [item for item in blocking(plain) if item.defect is not Defect.NEGATED]
        denies = fact.assertion is Assertion.NEGATED and not others
        role = Role.CONTRADICTS if denies else Role.CONSIDERED
        return Evidence(fact=fact, role=role, findings=tuple(plain))
    found = [*plain]
    if not _excused(fact, test):
        found += duration_defects(runs[fact.id], _needed(fact.concept, test), fact.assertion) + _dose_defects(
            fact.course, test
        )
        found += _visit_defects(fact.course, test.min_visits)
    if fact.id in doubted:
        found.append(Finding(defect=Defect.CONTRADICTED, detail="another source gives the same trial another length"))
    role = Role.CONSIDERED if blocking(found) else Role.SUPPORTS
    return Evidence(fact=fact, role=role, findings=tuple(found))


def _visit_defects(course: Course | None, needed: int | None) -> list[Finding]:
    if needed is None:
        return []
    if course is None or course.visits is None:
        return [Finding(defect=Defect.DURATION_NOT_SHOWN, detail="how many visits were attended is not stated")]
    if course.visits < needed:
        return [Finding(defect=Defect.TOO_FEW_VISITS, detail=f"{course.visits} visits, of {needed} needed")]
    return []


def _dose_defects(course: Course | None, test: TrialTest) -> list[Finding]:
    found = []
    if test.min_dose is not None:
        dose = course.dose if course and course.dose_unit == test.dose_unit else None
        if dose is None:
            found.append(Finding(defect=Defect.DOSE_NOT_SHOWN, detail=f"no dose in {test.dose_unit} is stated"))
        elif dose < test.min_dose:
            detail = f"{dose} {test.dose_unit}, of {test.min_dose} needed"
            found.append(Finding(defect=Defect.DOSE_TOO_LOW, detail=detail))
    if test.min_per_week is not None:
        often = course.per_week if course else None
        if often is None:
            found.append(Finding(defect=Defect.DOSE_NOT_SHOWN, detail="how often is not stated"))
        elif often < test.min_per_week:
            detail = f"{often} times a week, of {test.min_per_week} needed"
            found.append(Finding(defect=Defect.DOSE_TOO_LOW, detail=detail))
    return found


def _run(fact: Fact, usable: Sequence[Fact]) -> int | None:
    """How long the trial ran: as stated, else from a first day in one source to a last day in another.

    `usable` may hold facts older than the window: a trial that ends in it may have begun before.
    """
    if fact.duration_days is not None:
        return fact.duration_days
    starts, ends = _days(fact)
    if starts is None and ends is None:
        return None
    found = []
    for other in usable:
        other_starts, other_ends = _days(other)
        first, last = starts or other_starts, ends or other_ends
        if first and last and first < last and not _broken(first, last, usable):
            found.append((last - first).days)
    return min(found, default=None)


def _days(fact: Fact) -> tuple[date | None, date | None]:
    return (fact.course.starts, fact.course.ends) if fact.course else (None, None)


def _broken(first: date, last: date, usable: Sequence[Fact]) -> bool:
    """Whether some source ends the treatment, or begins it anew, between the two days."""
    near = timedelta(days=_SAME_DAYS)
    days = [_days(fact) for fact in usable]
    ended = any(end and first < end < last - near for _, end in days)
    return ended or any(start and first + near < start < last for start, _ in days)


def _contradicted(usable: Sequence[Fact], runs: dict[FactId, int | None], needed: int | None) -> frozenset[FactId]:
    """Facts that give one and the same trial a length on either side of what is needed."""
    if needed is None:
        return frozenset()
    long = [fact for fact in usable if (runs[fact.id] or 0) >= needed]
    short = [fact for fact in usable if runs[fact.id] is not None and (runs[fact.id] or 0) < needed]
    return frozenset(one.id for one in long for other in short if _same_trial(one, other))


def _same_trial(long: Fact, short: Fact) -> bool:
    """Whether two sources speak of one trial, and the shorter length is not merely an earlier look at it."""
    starts, ends = _days(long)
    other_starts, other_ends = _days(short)
    if starts and other_starts and abs((starts - other_starts).days) > _SAME_DAYS:
        return False
    if ends and other_ends:
        return abs((ends - other_ends).days) <= _SAME_DAYS
    return _known_on(short) >= _known_on(long)


def _known_on(fact: Fact) -> date:
    return (fact.when.until or fact.when.on) if fact.when else date.min


def _outcome_asked(
    test: TrialTest, evidence: tuple[Evidence, ...], usable: Sequence[Fact]
) -> tuple[tuple[Evidence, ...], bool]:
    """The evidence once the outcome was asked for, and whether the trial qualifies."""
    supports = [item for item in evidence if item.role is Role.SUPPORTS]
    if not test.outcomes or not supports:
        return evidence, bool(supports)
    said = {outcome for fact in usable if fact.course for outcome in fact.course.outcomes}
    if said & test.outcomes and Outcome.HELPED not in said:
        return evidence, True
    missing = _outcome_missing(said)
    return tuple(_without_outcome(item, missing) for item in evidence), False


def _outcome_missing(said: set[Outcome]) -> Finding:
    if not said:
        return Finding(defect=Defect.OUTCOME_NOT_SHOWN, detail="how it came out is not stated")
    words = ", ".join(sorted(outcome.replace("_", " ") for outcome in said))
    return Finding(defect=Defect.OTHER_OUTCOME, detail=f"it came out otherwise: {words}")


def _without_outcome(item: Evidence, missing: Finding) -> Evidence:
    if item.role is not Role.SUPPORTS:
        return item
    return item.model_copy(update={"role": Role.CONSIDERED, "findings": (*item.findings, missing)})
