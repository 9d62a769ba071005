"""What the shipped trees say of plain charts: met only when everything is shown, and silence where it may speak."""

from datetime import date
from decimal import Decimal

import pytest

from cases.criteria import CriteriaResult, CriteriaTree, PolicyRef, State, TreeStatus
from cases.criteria_evaluation import BIRTH_DATE, evaluate
from cases.evidence import Assertion, DateBasis, Fact, FactDate, Origin, Setting, Span
from cases.ids import ConceptId, DocumentId, FactId, PatientId, PayerId, PolicyDocId
from cases.leaf_evaluation import Anchors
from knowledge.criteria_trees import tree_for

BIRTH, TEST_DAY, ORDER = date(1956, 12, 1), date(2022, 12, 20), date(2023, 1, 1)
ANCHORS = Anchors(patient_id=PatientId("p1"), birth_date=BIRTH, order_date=ORDER, service_date=None)
NO = Assertion.NEGATED


def fact(
    concept: str,
    value: str | None = None,
    *settings: Setting,
    on: date = TEST_DAY,
    assertion: Assertion = Assertion.AFFIRMED,
) -> Fact:
    span = Span(document_id=DocumentId("d"), start=0, end=4, quote="text")
    return Fact(
        id=FactId(f"{concept}{value}"),
        concept=ConceptId(concept),
        statement=concept,
        assertion=assertion,
        origin=Origin.PROSE,
        span=span,
        context=span,
        value=Decimal(value) if value else None,
        when=FactDate(on=on, basis=DateBasis.STATED),
        settings=frozenset(settings),
        patient_id=PatientId("p1"),
    )


def verdict(number: str, code: str, since: date, facts: list[Fact]) -> CriteriaResult:
    template = tree_for(number, [code], since)
    assert template is not None
    ref = PolicyRef(payer_id=PayerId("cms"), doc_id=PolicyDocId("d"), version=1, number=number, title="T")
    tree = CriteriaTree(
        id=template.id, policy=ref, root=template.root, status=TreeStatus.APPROVED, notes=template.notes
    )
    return evaluate(tree, facts, ANCHORS)


def oxygen(*facts: Fact, code: str = "E0424") -> CriteriaResult:
    asked = [fact("oximetry_ordered_by_treating_practitioner"), fact("oximetry_evaluated_by_treating_practitioner")]
    return verdict("NCD 240.2", code, date(2021, 9, 27), [*asked, *facts])


def states(result: CriteriaResult) -> dict[str, State]:
    return {node.id: node.state for node in result.root.nodes()}


REST = (Setting.REST, Setting.ROOM_AIR)
WALK = (Setting.EXERCISE, Setting.ROOM_AIR)
LOW = fact("spo2", "85", *REST)


@pytest.mark.parametrize(
    ("facts", "root"),
    [
        ([LOW], State.MET),
        ([fact("spo2", "89", *REST)], State.INSUFFICIENT),
        ([fact("pao2", "55", *REST), fact("spo2", "93", *REST)], State.MET),
        ([fact("pao2", "60", *REST), LOW], State.INSUFFICIENT),
        ([fact("spo2", "89", *REST), fact("hematocrit", "57")], State.MET),
        ([fact("spo2", "89", *REST), fact("hematocrit", "56")], State.INSUFFICIENT),
        ([fact("spo2", "89", *REST), fact("p_pulmonale")], State.MET),
        ([fact("spo2", "89", *REST), fact("dependent_edema")], State.INSUFFICIENT),
        ([fact("spo2", "89", *REST), fact("dependent_edema"), fact("heart_failure_suggested")], State.MET),
        ([fact("spo2", "83", Setting.SLEEP), fact("spo2", "94", Setting.AWAKE)], State.MET),
        ([fact("spo2", "83", Setting.SLEEP)], State.INSUFFICIENT),
        ([fact("spo2", "83", Setting.SLEEP, Setting.ON_OXYGEN), fact("spo2", "94", Setting.AWAKE)], State.INSUFFICIENT),
        ([fact("spo2_fall_in_sleep", "6"), fact("insomnia")], State.MET),
        ([fact("spo2_fall_in_sleep", "5"), fact("insomnia")], State.INSUFFICIENT),
        (
            [fact("spo2", "92", *REST), fact("spo2", "84", *WALK), fact("oxygen_improves_exercise_hypoxemia")],
            State.MET,
        ),
        ([fact("spo2", "92", *REST), fact("spo2", "84", *WALK)], State.INSUFFICIENT),
        ([LOW, fact("oximetry_by_dme_supplier")], State.NOT_MET),
        ([LOW, fact("oximetry_by_dme_supplier", assertion=NO)], State.MET),
        ([LOW, fact("terminal_illness")], State.INSUFFICIENT),
        ([LOW, fact("dyspnea")], State.MET),
        ([LOW, fact("angina")], State.MET),
        ([LOW, fact("peripheral_vascular_disease")], State.MET),
        ([LOW, fact("peripheral_vascular_disease"), fact("peripheral_desaturation")], State.NOT_MET),
        ([LOW, fact("breathlessness_without_hypoxemia")], State.NOT_MET),
    ],
)
def test_stationary_oxygen(facts: list[Fact], root: State) -> None:
    assert oxygen(*facts).root.state is root


def test_a_chart_that_does_not_say_who_ordered_the_test_is_open() -> None:
    result = verdict("NCD 240.2", "E0424", date(2021, 9, 27), [LOW])
    found = states(result)
    assert result.root.state is State.INSUFFICIENT
    assert found["home_oxygen.group1.rest_room_air"] is State.MET
    assert found["home_oxygen.test"] is State.INSUFFICIENT


def test_a_portable_system_needs_mobility_and_gains_nothing_from_sleep() -> None:
    mobile = [fact("mobile_in_home"), fact("benefits_from_portable_oxygen")]
    asleep = [fact("spo2", "83", Setting.SLEEP), fact("spo2", "94", Setting.AWAKE)]
    assert oxygen(LOW, code="E0431").root.state is State.INSUFFICIENT
    assert oxygen(LOW, *mobile, code="E0431").root.state is State.MET
    assert oxygen(*asleep, *mobile, code="E0431").root.state is State.INSUFFICIENT


def notes(result: CriteriaResult) -> str:
    return " ".join(note.text for note in result.notes)


def test_not_met_leaves_the_case_to_the_contractor_and_met_in_sleep_limits_the_cover() -> None:
    refused = oxygen(LOW, fact("oximetry_by_dme_supplier"))
    asleep = oxygen(fact("spo2", "83", Setting.SLEEP), fact("spo2", "94", Setting.AWAKE))
    assert "the contractor" in notes(refused)
    assert "the contractor" not in notes(asleep)
    assert "in sleep" in notes(asleep)
    assert "skin pigmentation" in notes(asleep)


def cpap(*facts: Fact) -> CriteriaResult:
    given = [
        fact(BIRTH_DATE, on=BIRTH),
        fact("pap_education"),
        fact("osa_clinical_evaluation"),
        fact("sleep_test_ordered_by_treating_practitioner"),
        fact("sleep_test_supervised_by_physician"),
    ]
    return verdict("NCD 240.4", "E0601", date(2008, 3, 13), [*given, *facts])


PSG, HOME_3 = fact("attended_polysomnography"), fact("home_sleep_test_type_3")


@pytest.mark.parametrize(
    ("facts", "root"),
    [
        ([PSG, fact("ahi", "32.4")], State.MET),
        ([HOME_3, fact("rdi", "15")], State.MET),
        ([PSG, fact("ahi", "14.9")], State.NOT_MET),
        ([PSG, fact("ahi", "9"), fact("hypertension")], State.MET),
        ([PSG, fact("ahi", "9"), fact("stroke")], State.MET),
        ([PSG, fact("ahi", "9")], State.INSUFFICIENT),
        ([PSG, fact("ahi", "9"), fact("insomnia", assertion=NO)], State.INSUFFICIENT),
        ([PSG, fact("ahi", "1.8")], State.NOT_MET),
        ([fact("ahi", "32.4")], State.INSUFFICIENT),
        ([fact("home_sleep_test_unspecified"), fact("ahi", "32.4")], State.INSUFFICIENT),
        ([PSG, fact("ahi", "32", Setting.ON_TREATMENT)], State.INSUFFICIENT),
        ([PSG, fact("ahi", "16"), fact("recorded_sleep_hours", "6.4")], State.MET),
        (
            [PSG, fact("ahi", "16"), fact("recorded_sleep_hours", "1.5"), fact("sleep_events_total", "24")],
            State.NOT_MET,
        ),
        ([PSG, fact("ahi", "32"), fact("recorded_sleep_hours", "1.5"), fact("sleep_events_total", "48")], State.MET),
        ([PSG, fact("ahi", "32"), fact("recorded_sleep_hours", "1.5")], State.INSUFFICIENT),
        ([], State.INSUFFICIENT),
    ],
)
def test_cpap(facts: list[Fact], root: State) -> None:
    assert cpap(*facts).root.state is root


def test_no_sleep_study_is_a_required_document_that_is_missing() -> None:
    missing = [leaf for leaf in cpap().root.leaves() if leaf.required_document]
    assert {leaf.state for leaf in missing} == {State.INSUFFICIENT}
    assert {leaf.gap.document for leaf in missing if leaf.gap} == {missing[0].gap.document if missing[0].gap else ""}


def test_met_speaks_of_the_first_twelve_weeks() -> None:
    assert "twelve weeks" in notes(cpap(PSG, fact("ahi", "32.4")))
