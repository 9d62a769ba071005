"""Weigh facts against one leaf: a fact counts only if date, person, setting, assertion and value all hold."""

from collections.abc import Sequence
from datetime import date, timedelta

from cases.criteria import Criterion, State
from cases.evidence import (
    Assertion,
    DateBasis,
    Defect,
    Evidence,
    Experiencer,
    Fact,
    Finding,
    Laterality,
    Origin,
    Role,
    Setting,
)
from cases.frozen import Frozen
from cases.ids import ConceptId, PatientId
from cases.leaf_tests import AgeTest, PersonTest, Window

ORDERED_SIDE = ConceptId("ordered_side")
"""The concept under which a reader hands over the body side that the order is for."""

_OPPOSITE = {
    Setting.REST: {Setting.EXERCISE, Setting.SLEEP},
    Setting.EXERCISE: {Setting.REST, Setting.SLEEP},
    Setting.SLEEP: {Setting.AWAKE, Setting.EXERCISE, Setting.REST},
    Setting.AWAKE: {Setting.SLEEP},
    Setting.ROOM_AIR: {Setting.ON_OXYGEN},
    Setting.ON_OXYGEN: {Setting.ROOM_AIR},
    Setting.FASTING: {Setting.NOT_FASTING},
    Setting.WEIGHT_BEARING: {Setting.NOT_WEIGHT_BEARING},
    Setting.IN_PERSON: {Setting.TELEPHONE, Setting.VIDEO},
    Setting.SUPERVISED: {Setting.UNSUPERVISED},
}
_ASSERTION_DEFECT = {
    Assertion.NEGATED: Finding(defect=Defect.NEGATED, detail="the note denies it"),
    Assertion.UNCERTAIN: Finding(defect=Defect.UNCERTAIN, detail="stated as uncertain"),
    Assertion.HYPOTHETICAL: Finding(defect=Defect.HYPOTHETICAL, detail="stated as a possibility or instruction"),
    Assertion.PLANNED: Finding(defect=Defect.PLANNED, detail="planned, not shown as done"),
    Assertion.REFUSED: Finding(defect=Defect.REFUSED, detail="refused or not done"),
}
_NO_SIGN = {Defect.OTHER_PATIENT, Defect.FAMILY_HISTORY, Defect.NEGATED, Defect.HYPOTHETICAL, Defect.AFTER_WINDOW}
_ONLY_TOLD = {Defect.DATE_ISSUED_ONLY, Defect.COPIED_FORWARD}
_UNRELIABLE_BELOW = 0.6
_ISSUED_ONLY_FACTOR = 0.9
_ORDER_NAMED_WITHIN = 365
"""Days before the order within which a note still speaks of the same complaint and the same operation."""


class Anchors(Frozen):
    """Whose chart it is, the dates that windows hang on, and the body side that is ordered."""

    patient_id: PatientId
    birth_date: date | None
    order_date: date | None
    service_date: date | None
    discharge_date: date | None = None
    side: Laterality | None = None

    def on(self, anchor: str) -> date | None:
        dates = {"order": self.order_date, "service": self.service_date, "discharge": self.discharge_date}
        return dates[anchor]


class Weighed(Frozen):
    """The state of one leaf with the facts that made it, and why in words."""

    state: State
    reason: str
    evidence: tuple[Evidence, ...]
    confidence: float


def ranked(evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """What supports first, then what contradicts, then what comes nearest; the latest first among equals."""
    return tuple(sorted(evidence, key=_rank))


def not_shown(ordered: tuple[Evidence, ...]) -> Weighed:
    """INSUFFICIENT, with what kept the nearest fact from counting."""
    return Weighed(state=State.INSUFFICIENT, reason=_why_not(ordered), evidence=ordered, confidence=doubt(ordered))


def says_nothing(item: Evidence) -> bool:
    """Whether the fact, for a stated reason, is no sign at all that the patient has it."""
    return any(finding.defect in _NO_SIGN for finding in item.findings)


def _rank(item: Evidence) -> tuple[int, int, int]:
    return (list(Role).index(item.role), len(item.findings), -day_of(item).toordinal())


def day_of(item: Evidence) -> date:
    """The day that ranks a piece of evidence; the undated come first."""
    return item.fact.when.on if item.fact.when else date.min


def reliability(item: Evidence) -> float:
    issued_only = any(finding.defect is Defect.DATE_ISSUED_ONLY for finding in item.findings)
    return item.fact.reliability * (_ISSUED_ONLY_FACTOR if issued_only else 1.0)


def doubt(ordered: Sequence[Evidence]) -> float:
    """How sure we are that the chart does not show it: less so where something close was found."""
    return 0.9 if not ordered else 0.8


def _why_not(ordered: Sequence[Evidence]) -> str:
    if not ordered:
        return "nothing about it was found in the chart"
    nearest = ordered[0]
    return f"{nearest.fact.statement}: " + "; ".join(finding.detail for finding in nearest.findings)


def blocking(findings: Sequence[Finding]) -> list[Finding]:
    """Those that keep a fact from counting; the others are only told."""
    return [finding for finding in findings if finding.defect not in _ONLY_TOLD]


def defects_of(fact: Fact, window: Window | None, anchors: Anchors, *, past_counts: bool = False) -> list[Finding]:
    """What is wrong with a fact for any test: whose it is, what is said of it, whether it can be read, its date."""
    found = [*_person(fact, anchors), *_assertion(fact), *_readable(fact), *_dated(fact, window, anchors)]
    return [finding for finding in found if not (past_counts and finding.defect is Defect.HISTORICAL)]


def _person(fact: Fact, anchors: Anchors) -> list[Finding]:
    if fact.experiencer is not Experiencer.PATIENT:
        return [Finding(defect=Defect.FAMILY_HISTORY, detail="about someone other than the patient")]
    if fact.patient_id is None:
        return [Finding(defect=Defect.UNKNOWN_PATIENT, detail="the source does not say whose it is")]
    if fact.patient_id != anchors.patient_id:
        return [Finding(defect=Defect.OTHER_PATIENT, detail="belongs to another patient")]
    return []


def _assertion(fact: Fact) -> list[Finding]:
    findings = [_ASSERTION_DEFECT[fact.assertion]] if fact.assertion in _ASSERTION_DEFECT else []
    if fact.historical:
        findings.append(Finding(defect=Defect.HISTORICAL, detail="stated as history, not as present"))
    return findings


def _readable(fact: Fact) -> list[Finding]:
    findings = []
    if fact.rejected:
        findings.append(Finding(defect=Defect.REJECTED, detail=f"a person rejected it: {fact.rejected}"))
    if fact.hidden:
        findings.append(Finding(defect=Defect.HIDDEN_TEXT, detail="in text that a reader of the page cannot see"))
    if fact.origin is Origin.OCR and fact.reliability < _UNRELIABLE_BELOW:
        findings.append(Finding(defect=Defect.UNRELIABLE_SCAN, detail="the scan is too poor to rely on"))
    return findings


def _dated(fact: Fact, window: Window | None, anchors: Anchors) -> list[Finding]:
    if fact.when is None:
        return [Finding(defect=Defect.UNDATED, detail="it has no date")]
    findings = []
    if fact.when.basis is DateBasis.ISSUED:
        findings.append(Finding(defect=Defect.DATE_ISSUED_ONLY, detail=f"only its issue date {fact.when.on} is given"))
    if fact.first_written is not None:
        detail = f"carried over word for word from {fact.first_written}, and counted from then"
        findings.append(Finding(defect=Defect.COPIED_FORWARD, detail=detail))
    return findings + (in_window(fact.when.on, fact.when.until, window, anchors) if window else [])


def in_window(on: date, until: date | None, window: Window, anchors: Anchors) -> list[Finding]:
    """Why the days [on, until] lie outside the window; empty where they count."""
    anchor = anchors.on(window.anchor)
    if anchor is None:
        return [Finding(defect=Defect.UNDATED, detail=f"the {window.anchor} has no date to count from")]
    if on > anchor + timedelta(days=window.days_after):
        return [Finding(defect=Defect.AFTER_WINDOW, detail=f"dated {on}, after the {window.anchor} of {anchor}")]
    if window.days_before is not None and (until or on) < anchor - timedelta(days=window.days_before):
        detail = f"dated {on}, more than {window.days_before} days before the {window.anchor} of {anchor}"
        return [Finding(defect=Defect.STALE, detail=detail)]
    return _in_hospital(until or on, window.inpatient_days, anchors.discharge_date)


def _in_hospital(on: date, days: int | None, discharge: date | None) -> list[Finding]:
    if days is None or discharge is None or on > discharge or on >= discharge - timedelta(days=days):
        return []
    detail = f"dated {on}, in hospital and more than {days} days before the discharge of {discharge}"
    return [Finding(defect=Defect.STALE, detail=detail)]


def setting_defects(fact: Fact, required: frozenset[Setting], excluded: frozenset[Setting]) -> list[Finding]:
    """Which of the required conditions are not shown, and which excluded ones are."""
    unfit = sorted(setting.replace("_", " ") for setting in fact.settings & excluded)
    findings = [Finding(defect=Defect.OTHER_SETTING, detail=f"taken {', '.join(unfit)}")] if unfit else []
    for setting in sorted(required):
        words = setting.replace("_", " ")
        against = sorted(fact.settings & _OPPOSITE.get(setting, set()))
        if against:
            other = ", ".join(item.replace("_", " ") for item in against)
            findings.append(Finding(defect=Defect.OTHER_SETTING, detail=f"taken {other}, not {words}"))
        elif setting not in fact.settings:
            findings.append(Finding(defect=Defect.SETTING_NOT_SHOWN, detail=f"{words} is not stated"))
    return findings


def duration_defects(days: int | None, needed: int | None, assertion: Assertion) -> list[Finding]:
    """Why a run of so many days is not long enough; what was denied needs no length."""
    if needed is None or assertion is Assertion.NEGATED:
        return []
    if days is None:
        return [Finding(defect=Defect.DURATION_NOT_SHOWN, detail="how long is not stated")]
    if days < needed:
        return [Finding(defect=Defect.DURATION_TOO_SHORT, detail=f"{days} days, of {needed} needed")]
    return []


def side_defects(fact: Fact, anchors: Anchors) -> list[Finding]:
    """Why the fact is not of the side ordered; both sides hold each, one side never both."""
    if anchors.side is None and fact.laterality in (Laterality.LEFT, Laterality.RIGHT):
        told = f"of the {fact.laterality} side, and the order does not say which"
        return [Finding(defect=Defect.OTHER_SIDE, detail=told)]
    if anchors.side is None:
        return [Finding(defect=Defect.SIDE_NOT_SHOWN, detail="the order does not say which side")]
    if fact.laterality is None:
        return [Finding(defect=Defect.SIDE_NOT_SHOWN, detail=f"which side is not stated, {anchors.side} is ordered")]
    if fact.laterality not in (anchors.side, Laterality.BILATERAL):
        return [Finding(defect=Defect.OTHER_SIDE, detail=f"of the {fact.laterality} side, {anchors.side} is ordered")]
    return []


def with_ordered_side(anchors: Anchors, facts: Sequence[Fact]) -> Anchors:
    """The anchors with the side that order and notes ask for, if they name one and the same."""
    if anchors.side is not None:
        return anchors
    sides = {
        fact.laterality
        for fact in facts
        if fact.concept == ORDERED_SIDE and fact.laterality and not _unfit_to_name(fact, anchors)
    }
    return anchors.model_copy(update={"side": next(iter(sides))}) if len(sides) == 1 else anchors


def _unfit_to_name(fact: Fact, anchors: Anchors) -> bool:
    found = defects_of(fact, Window(days_before=_ORDER_NAMED_WITHIN), anchors, past_counts=True)
    return any(finding.defect is not Defect.PLANNED for finding in blocking(found))


def place_defects(
    fact: Fact,
    facts: Sequence[Fact],
    anchors: Anchors,
    *,
    sides: Sequence[ConceptId],
    sites: Sequence[ConceptId],
    if_known: bool = False,
) -> list[Finding]:
    """Why the fact is not of the side or the site that these findings of the patient have.

    With `if_known` a chart that does not tell the side or site asks for none. A site may name several, joined by `+`.
    """
    sides_told = {other.laterality for other in _present(facts, sides, anchors) if other.laterality}
    sites_told = {name for other in _present(facts, sites, anchors) for name in other.site.split("+") if name}
    found = _side_of(fact, sides_told) if sides and (sides_told or not if_known) else []
    return found + (_site_of(fact, sites_told) if sites and (sites_told or not if_known) else [])


def _side_of(fact: Fact, wanted: set[Laterality]) -> list[Finding]:
    own = fact.laterality
    if not wanted or own is None:
        return [Finding(defect=Defect.SIDE_NOT_SHOWN, detail="which side is not stated")]
    if own is Laterality.BILATERAL or own in wanted or Laterality.BILATERAL in wanted:
        return []
    words = " and ".join(sorted(wanted))
    return [Finding(defect=Defect.OTHER_SIDE, detail=f"of the {own} side, {words} is asked")]


def _site_of(fact: Fact, wanted: set[str]) -> list[Finding]:
    own = {name for name in fact.site.split("+") if name}
    if not wanted or not own:
        return [Finding(defect=Defect.SIDE_NOT_SHOWN, detail="which level or region is not stated")]
    if own & wanted:
        return []
    return [Finding(defect=Defect.OTHER_SITE, detail=f"at {fact.site}, {' and '.join(sorted(wanted))} is asked")]


def _present(facts: Sequence[Fact], concepts: Sequence[ConceptId], anchors: Anchors) -> list[Fact]:
    own = [fact for fact in facts if fact.concept in concepts]
    return [fact for fact in own if not _unfit_to_name(fact, anchors)]


def criterion_words(criterion: Criterion) -> str:
    """What is sought for a leaf, in words, for `looked_for`: its statement, and of which days."""
    test = criterion.test
    if test is None or isinstance(test, AgeTest | PersonTest):
        return criterion.statement
    return criterion.statement + _window_words(test.window)


def _window_words(window: Window | None) -> str:
    if window is None or window.days_before is None:
        return ", dated"
    return f", dated within {window.days_before} days before the {window.anchor}"
