"""One qualifying fact makes a leaf MET; changing any one thing about it does not."""

from datetime import date
from decimal import Decimal

import pytest

from cases.criteria import State
from cases.evidence import Assertion, DateBasis, Defect, Experiencer, Fact, FactDate, Origin, Setting, Span
from cases.ids import ConceptId, DocumentId, FactId, PatientId
from cases.leaf_evaluation import Anchors
from cases.leaf_tests import Comparison, FindingTest, MeasurementTest, Window
from cases.measured_evaluation import weigh_finding, weigh_measurement

SPO2, PAO2, EDEMA = ConceptId("spo2"), ConceptId("pao2"), ConceptId("edema")
ANCHORS = Anchors(
    patient_id=PatientId("p1"), birth_date=date(1950, 1, 1), order_date=date(2023, 1, 1), service_date=None
)
REST_ROOM_AIR = MeasurementTest(
    concepts=(PAO2, SPO2),
    comparisons={
        PAO2: Comparison(op="<=", value=Decimal(55)),
        SPO2: Comparison(op="<=", value=Decimal(88)),
    },
    settings=frozenset({Setting.REST, Setting.ROOM_AIR}),
    window=Window(days_before=30),
    prefer_in_order=True,
)
HAS_EDEMA = FindingTest(concepts=(EDEMA,), window=Window(days_before=30))


def fact(**changes: object) -> Fact:
    span = Span(document_id=DocumentId("d"), start=0, end=4, quote="85 %")
    base = Fact(
        id=FactId("f"), concept=SPO2, statement="SpO2 85 %", assertion=Assertion.AFFIRMED, origin=Origin.PROSE,
        span=span, context=span, value=Decimal(85), unit="%", patient_id=PatientId("p1"),
        when=FactDate(on=date(2022, 12, 20), basis=DateBasis.STATED),
        settings=frozenset({Setting.REST, Setting.ROOM_AIR}),
    )  # fmt: skip
    return base.model_copy(update=changes)


def on(day: date, basis: DateBasis = DateBasis.STATED) -> FactDate:
    return FactDate(on=day, basis=basis)


def test_a_low_value_at_rest_on_room_air_in_the_window_is_met() -> None:
    weighed = weigh_measurement(REST_ROOM_AIR, [fact()], ANCHORS)
    assert weighed.state is State.MET
    assert weighed.evidence[0].findings == ()


@pytest.mark.parametrize(
    ("change", "state", "defect"),
    [
        ({"value": Decimal(89)}, State.NOT_MET, None),
        ({"value": Decimal("88.1")}, State.NOT_MET, None),
        ({"settings": frozenset({Setting.ROOM_AIR})}, State.INSUFFICIENT, Defect.SETTING_NOT_SHOWN),
        ({"settings": frozenset({Setting.EXERCISE, Setting.ROOM_AIR})}, State.INSUFFICIENT, Defect.OTHER_SETTING),
        ({"settings": frozenset({Setting.REST, Setting.ON_OXYGEN})}, State.INSUFFICIENT, Defect.OTHER_SETTING),
        ({"settings": frozenset(Setting)}, State.INSUFFICIENT, Defect.OTHER_SETTING),
        ({"when": None}, State.INSUFFICIENT, Defect.UNDATED),
        ({"when": on(date(2022, 12, 1))}, State.INSUFFICIENT, Defect.STALE),
        ({"when": on(date(2023, 1, 2))}, State.INSUFFICIENT, Defect.AFTER_WINDOW),
        ({"assertion": Assertion.NEGATED}, State.INSUFFICIENT, Defect.NEGATED),
        ({"assertion": Assertion.UNCERTAIN}, State.INSUFFICIENT, Defect.UNCERTAIN),
        ({"assertion": Assertion.HYPOTHETICAL}, State.INSUFFICIENT, Defect.HYPOTHETICAL),
        ({"assertion": Assertion.PLANNED}, State.INSUFFICIENT, Defect.PLANNED),
        ({"historical": True}, State.INSUFFICIENT, Defect.HISTORICAL),
        ({"experiencer": Experiencer.FAMILY}, State.INSUFFICIENT, Defect.FAMILY_HISTORY),
        ({"patient_id": PatientId("p2")}, State.INSUFFICIENT, Defect.OTHER_PATIENT),
        ({"patient_id": None}, State.INSUFFICIENT, Defect.UNKNOWN_PATIENT),
        ({"value": None}, State.INSUFFICIENT, Defect.UNIT_UNKNOWN),
        ({"value": Decimal(87), "value_high": Decimal(90)}, State.INSUFFICIENT, Defect.UNCERTAIN),
        ({"hidden": True}, State.INSUFFICIENT, Defect.HIDDEN_TEXT),
        ({"origin": Origin.OCR, "reliability": 0.4}, State.INSUFFICIENT, Defect.UNRELIABLE_SCAN),
        ({"concept": ConceptId("heart_rate")}, State.INSUFFICIENT, None),
    ],
)
def test_one_change_keeps_it_from_being_met(change: dict[str, object], state: State, defect: Defect | None) -> None:
    weighed = weigh_measurement(REST_ROOM_AIR, [fact(**change)], ANCHORS)
    assert weighed.state is state
    if defect:
        assert {finding.defect for finding in weighed.evidence[0].findings} == {defect}


@pytest.mark.parametrize("day", [date(2022, 12, 2), date(2023, 1, 1)])
def test_both_ends_of_the_window_count(day: date) -> None:
    assert weigh_measurement(REST_ROOM_AIR, [fact(when=on(day))], ANCHORS).state is State.MET


def test_an_issue_date_inside_the_window_counts_with_less_confidence() -> None:
    full = weigh_measurement(REST_ROOM_AIR, [fact()], ANCHORS)
    issued = weigh_measurement(REST_ROOM_AIR, [fact(when=on(date(2022, 12, 20), DateBasis.ISSUED))], ANCHORS)
    assert issued.state is State.MET
    assert issued.confidence < full.confidence


def test_blood_gas_outranks_a_later_oximetry() -> None:
    gas = fact(concept=PAO2, value=Decimal(60), when=on(date(2022, 12, 10)))
    assert weigh_measurement(REST_ROOM_AIR, [fact(), gas], ANCHORS).state is State.NOT_MET


def test_the_latest_value_decides_and_a_contradiction_of_one_day_pends() -> None:
    later = fact(value=Decimal(94), when=on(date(2022, 12, 28)))
    same_day = fact(value=Decimal(94))
    assert weigh_measurement(REST_ROOM_AIR, [fact(), later], ANCHORS).state is State.NOT_MET
    assert weigh_measurement(REST_ROOM_AIR, [fact(), same_day], ANCHORS).state is State.INSUFFICIENT


def test_no_order_date_means_no_window_can_be_checked() -> None:
    undated = ANCHORS.model_copy(update={"order_date": None})
    assert weigh_measurement(REST_ROOM_AIR, [fact()], undated).state is State.INSUFFICIENT


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ([{}], State.MET),
        ([{"assertion": Assertion.NEGATED}], State.NOT_MET),
        ([{"assertion": Assertion.UNCERTAIN}], State.INSUFFICIENT),
        ([{"assertion": Assertion.NEGATED, "experiencer": Experiencer.FAMILY}], State.INSUFFICIENT),
        ([{"when": None}], State.INSUFFICIENT),
        ([{}, {"assertion": Assertion.NEGATED}], State.INSUFFICIENT),
        ([{}, {"assertion": Assertion.NEGATED, "when": on(date(2022, 12, 28))}], State.NOT_MET),
        ([{"historical": True}], State.INSUFFICIENT),
        ([], State.INSUFFICIENT),
    ],
)
def test_a_finding_needs_a_dated_affirmation_of_this_patient(changes: list[dict[str, object]], state: State) -> None:
    facts = [fact(concept=EDEMA, value=None, **change) for change in changes]
    assert weigh_finding(HAS_EDEMA, facts, ANCHORS).state is state


def test_a_duration_must_be_stated_and_long_enough() -> None:
    trial = FindingTest(concepts=(EDEMA,), min_duration_days=56)
    for days, state in ((56, State.MET), (55, State.INSUFFICIENT), (None, State.INSUFFICIENT)):
        assert weigh_finding(trial, [fact(concept=EDEMA, duration_days=days)], ANCHORS).state is state
