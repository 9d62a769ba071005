"""Silence on an exclusion, settings that rule a value out, hospital stays, and the notes an outcome calls for."""

from datetime import date
from decimal import Decimal

import pytest

from cases.criteria import CriteriaTree, Criterion, Op, PolicyNote, PolicyRef, State, TreeStatus
from cases.criteria_evaluation import evaluate
from cases.evidence import Assertion, DateBasis, Defect, Experiencer, Fact, FactDate, Origin, Setting, Span
from cases.ids import ConceptId, DocumentId, FactId, PatientId, PayerId, PolicyDocId
from cases.leaf_evaluation import Anchors
from cases.leaf_tests import Comparison, FindingTest, MeasurementTest, Window
from cases.measured_evaluation import weigh_finding, weigh_measurement

TERMINAL, SPO2 = ConceptId("terminal_illness"), ConceptId("spo2")
EXCLUSION = FindingTest(concepts=(TERMINAL,), silence_means="not_met")
ORDER = date(2023, 1, 1)
ANCHORS = Anchors(patient_id=PatientId("p1"), birth_date=None, order_date=ORDER, service_date=None)


def fact(**changes: object) -> Fact:
    span = Span(document_id=DocumentId("d"), start=0, end=4, quote="text")
    base = Fact(
        id=FactId("f"), concept=TERMINAL, statement="terminal illness", assertion=Assertion.AFFIRMED,
        origin=Origin.PROSE, span=span, context=span, patient_id=PatientId("p1"),
        when=FactDate(on=date(2022, 12, 20), basis=DateBasis.NOTE),
    )  # fmt: skip
    return base.model_copy(update=changes)


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ([], State.NOT_MET),
        ([fact()], State.MET),
        ([fact(assertion=Assertion.NEGATED)], State.NOT_MET),
        ([fact(experiencer=Experiencer.FAMILY)], State.NOT_MET),
        ([fact(patient_id=PatientId("p2"))], State.NOT_MET),
        ([fact(assertion=Assertion.HYPOTHETICAL)], State.NOT_MET),
        ([fact(assertion=Assertion.UNCERTAIN)], State.INSUFFICIENT),
        ([fact(when=None)], State.INSUFFICIENT),
        ([fact(patient_id=None)], State.INSUFFICIENT),
        ([fact(hidden=True)], State.INSUFFICIENT),
        ([fact(experiencer=Experiencer.FAMILY), fact(when=None)], State.INSUFFICIENT),
    ],
)
def test_silence_on_an_exclusion_is_a_no_but_doubt_is_not(facts: list[Fact], state: State) -> None:
    assert weigh_finding(EXCLUSION, facts, ANCHORS).state is state


def test_silence_elsewhere_still_pends() -> None:
    assert weigh_finding(FindingTest(concepts=(TERMINAL,)), [], ANCHORS).state is State.INSUFFICIENT


def low_saturation(**changes: object) -> MeasurementTest:
    base = MeasurementTest(
        concepts=(SPO2,),
        comparisons={SPO2: Comparison(op="<=", value=Decimal(88))},
        window=Window(days_before=30, inpatient_days=2),
    )
    return base.model_copy(update=changes)


def reading(day: date, *settings: Setting) -> Fact:
    when = FactDate(on=day, basis=DateBasis.STATED)
    return fact(concept=SPO2, statement="SpO2 85 %", value=Decimal(85), when=when, settings=frozenset(settings))


@pytest.mark.parametrize(
    ("settings", "state"),
    [((), State.MET), ((Setting.SLEEP,), State.MET), ((Setting.ON_OXYGEN,), State.INSUFFICIENT)],
)
def test_an_excluded_setting_rules_the_value_out(settings: tuple[Setting, ...], state: State) -> None:
    test = low_saturation(excludes=frozenset({Setting.ON_OXYGEN}))
    assert weigh_measurement(test, [reading(date(2022, 12, 20), *settings)], ANCHORS).state is state


@pytest.mark.parametrize(
    ("day", "discharge", "state"),
    [
        (date(2022, 12, 20), None, State.MET),
        (date(2022, 12, 20), date(2022, 12, 22), State.MET),
        (date(2022, 12, 19), date(2022, 12, 22), State.INSUFFICIENT),
        (date(2022, 12, 23), date(2022, 12, 22), State.MET),
        (date(2022, 11, 1), date(2022, 12, 22), State.INSUFFICIENT),
    ],
)
def test_hospital_values_count_only_near_the_discharge(day: date, discharge: date | None, state: State) -> None:
    anchors = ANCHORS.model_copy(update={"discharge_date": discharge})
    weighed = weigh_measurement(low_saturation(), [reading(day)], anchors)
    assert weighed.state is state
    if state is State.INSUFFICIENT:
        assert {finding.defect for finding in weighed.evidence[0].findings} == {Defect.STALE}


def test_notes_follow_the_state_of_the_node_they_are_about() -> None:
    leaf = Criterion(id="tree.leaf", op=Op.LEAF, statement="ill", test=EXCLUSION)
    tree = CriteriaTree(
        id="tree",
        policy=PolicyRef(payer_id=PayerId("p"), doc_id=PolicyDocId("d"), version=1, number="1", title="T"),
        root=Criterion(id="tree", op=Op.NONE, statement="not ill", children=(leaf,)),
        status=TreeStatus.APPROVED,
        notes=(
            PolicyNote(about="tree", when=State.NOT_MET, text="a person decides"),
            PolicyNote(about="tree.leaf", when=State.NOT_MET, text="not ill"),
            PolicyNote(about="tree", when=None, text="always"),
        ),
    )
    assert [note.text for note in evaluate(tree, [], ANCHORS).notes] == ["not ill", "always"]
    assert [note.text for note in evaluate(tree, [fact()], ANCHORS).notes] == ["a person decides", "always"]
