"""Consecutive months, values that change under another condition, and trials that fall short."""

from datetime import date
from decimal import Decimal

import pytest

from cases.criteria import State
from cases.evidence import Assertion, Course, DateBasis, Fact, FactDate, Origin, Outcome, Setting, Span
from cases.ids import ConceptId, DocumentId, FactId, PatientId
from cases.leaf_evaluation import Anchors
from cases.leaf_tests import ChangeTest, Comparison, CountTest, TrialTest, Window
from cases.measured_evaluation import weigh_change
from cases.order_evaluation import weigh_count
from cases.trial_evaluation import weigh_trial

ORDER = date(2026, 10, 28)
ANCHORS = Anchors(patient_id=PatientId("p1"), birth_date=None, order_date=ORDER, service_date=None)
SPAN = Span(document_id=DocumentId("d"), start=0, end=1, quote="x")


def fact(concept: str, on: date, value: int | None = None, **changes: object) -> Fact:
    read = Fact(
        id=FactId(f"{concept}{on}{value}"), concept=ConceptId(concept), statement=concept, span=SPAN, context=SPAN,
        assertion=Assertion.AFFIRMED, origin=Origin.PROSE, patient_id=PatientId("p1"),
        value=None if value is None else Decimal(value), when=FactDate(on=on, basis=DateBasis.STATED),
    )  # fmt: skip
    return read.model_copy(update=changes)


def months(*values: tuple[int, int]) -> list[Fact]:
    return [fact("days", date(2026, month, 1), value) for month, value in values]


DIARY = CountTest(
    concepts=(ConceptId("days"),), n=3, months=True, window=Window(days_before=90),
    comparisons={ConceptId("days"): Comparison(op=">=", value=Decimal(15))},
)  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        (months((7, 19), (8, 18), (9, 20)), State.MET),
        (months((7, 19), (8, 14), (9, 20)), State.NOT_MET),
        (months((8, 18), (9, 20)), State.INSUFFICIENT),
        (months((6, 19), (8, 18), (9, 20)), State.INSUFFICIENT),
        (months((1, 19), (2, 18), (3, 20)), State.INSUFFICIENT),
        ([], State.INSUFFICIENT),
    ],
)
def test_values_of_three_months_in_a_row(facts: list[Fact], state: State) -> None:
    assert weigh_count(DIARY, facts, ANCHORS).state is state


VISITS = CountTest(concepts=(ConceptId("visit"),), n=3, months=True, window=Window(days_before=365))


@pytest.mark.parametrize(
    ("seen", "state"), [((3, 4, 5), State.MET), ((3, 4, 6), State.NOT_MET), ((3, 4, 4), State.NOT_MET)]
)
def test_visits_may_not_skip_a_month(seen: tuple[int, ...], state: State) -> None:
    facts = [fact("visit", date(2026, month, 3 + number)) for number, month in enumerate(seen)]
    assert weigh_count(VISITS, facts, ANCHORS).state is state


@pytest.mark.parametrize(("on_oxygen", "state"), [(91, State.MET), (85, State.NOT_MET)])
def test_a_value_has_to_rise_under_the_other_condition(on_oxygen: int, state: State) -> None:
    air, oxygen = frozenset({Setting.EXERCISE, Setting.ROOM_AIR}), frozenset({Setting.EXERCISE, Setting.ON_OXYGEN})
    test = ChangeTest(concept=ConceptId("spo2"), settings=oxygen, than=air, window=Window(days_before=30))
    day = date(2026, 10, 20)
    facts = [fact("spo2", day, 85, settings=air), fact("spo2", day, on_oxygen, settings=oxygen)]
    assert weigh_change(test, facts, ANCHORS).state is state
    assert weigh_change(test, facts[:1], ANCHORS).state is State.INSUFFICIENT


TRIAL = TrialTest(
    concepts=(ConceptId("drug"),), window=Window(days_before=365), min_days=28, outcomes=frozenset({Outcome.FAILED}),
    shortfall_decides=True,
)  # fmt: skip


def trial(days: int, outcome: Outcome | None, **changes: object) -> Fact:
    first = date(2026, 6, 1)
    last = first.replace(day=1 + days) if days < 29 else date(2026, 7, 15)
    course = Course(starts=first, ends=last, outcomes=frozenset({outcome} if outcome else ()))
    when = FactDate(on=first, basis=DateBasis.STATED, until=last)
    return fact("drug", first, None, course=course, when=when, duration_days=(last - first).days, **changes)


@pytest.mark.parametrize(
    ("read", "state"),
    [
        (trial(40, Outcome.FAILED), State.MET),
        (trial(10, Outcome.FAILED), State.NOT_MET),
        (trial(40, Outcome.HELPED), State.NOT_MET),
        (trial(40, None), State.INSUFFICIENT),
        (trial(40, Outcome.FAILED, assertion=Assertion.PLANNED), State.INSUFFICIENT),
    ],
)
def test_a_trial_that_falls_short_is_a_no(read: Fact, state: State) -> None:
    assert weigh_trial(TRIAL, [read], ANCHORS).state is state


def test_a_record_elsewhere_that_nothing_was_taken_leaves_a_trial_open() -> None:
    elsewhere = SPAN.model_copy(update={"document_id": DocumentId("pharmacy")})
    denial = fact("drug", date(2026, 9, 1), assertion=Assertion.NEGATED, span=elsewhere, context=elsewhere)
    assert weigh_trial(TRIAL, [trial(40, Outcome.FAILED), denial], ANCHORS).state is State.INSUFFICIENT
