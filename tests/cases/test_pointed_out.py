"""Words that a person points to settle an open leaf only where they are the patient's, dated in time and not denied."""

from datetime import date

import pytest

from cases.criteria import Criterion, Op, State
from cases.evidence import Assertion, DateBasis, Experiencer, Fact, FactDate, Origin, Span
from cases.ids import ConceptId, DocumentId, FactId, PatientId
from cases.leaf_evaluation import Anchors, Weighed
from cases.leaf_tests import AgeTest, FindingTest, Window
from cases.measured_evaluation import weigh_finding
from cases.pointed_out import person_concept, with_words_pointed_out

ORDER = date(2026, 11, 20)
ANCHORS = Anchors(patient_id=PatientId("p1"), birth_date=date(1958, 3, 4), order_date=ORDER, service_date=None)
WINDOW = Window(days_before=60, anchor="order", source="here", verified=True)
TEST = FindingTest(concepts=("persists_despite_care",), window=WINDOW)


def fact(concept: str, start: int = 10, on: date | None = date(2026, 11, 1), **changes: object) -> Fact:
    span = Span(document_id=DocumentId("note.txt"), start=start, end=start + 20, quote="as bad as ever today")
    whole = Fact(
        id=FactId(f"f{start}{concept}"), concept=ConceptId(concept), statement="Yes: it goes on",
        assertion=Assertion.AFFIRMED, origin=Origin.PERSON, span=span, context=span, patient_id=PatientId("p1"),
        when=FactDate(on=on, basis=DateBasis.NOTE) if on else None,
    )  # fmt: skip
    return whole.model_copy(update=changes)


def comes_to(*facts: Fact, test: object = TEST) -> Weighed:
    leaf = Criterion(id="leaf", op=Op.LEAF, statement="It persists", test=test)  # type: ignore[arg-type]
    weighed = weigh_finding(TEST, facts, ANCHORS)
    return with_words_pointed_out(leaf, weighed, facts, ANCHORS)


ANSWER = person_concept("leaf")


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, State.MET),
        ({"assertion": Assertion.NEGATED}, State.NOT_MET),
        ({"on": date(2026, 9, 20)}, State.INSUFFICIENT),
        ({"on": date(2026, 11, 21)}, State.INSUFFICIENT),
        ({"on": None}, State.INSUFFICIENT),
        ({"patient_id": PatientId("p2")}, State.INSUFFICIENT),
        ({"hidden": True}, State.INSUFFICIENT),
    ],
)
def test_what_is_checked_of_the_words(changes: dict[str, object], state: State) -> None:
    on = changes.pop("on", date(2026, 11, 1))
    found = comes_to(fact(ANSWER, on=on, **changes))  # type: ignore[arg-type]
    assert found.state is state
    assert "a person pointed to" in found.reason


@pytest.mark.parametrize(
    "changes",
    [
        {"assertion": Assertion.NEGATED}, {"assertion": Assertion.PLANNED}, {"assertion": Assertion.HYPOTHETICAL},
        {"experiencer": Experiencer.FAMILY}, {"rejected": "no"},
    ],
)  # fmt: skip
def test_words_that_were_read_otherwise_do_not_settle_it(changes: dict[str, object]) -> None:
    read = fact("persists_despite_care", origin=Origin.PROSE, **changes)
    before = weigh_finding(TEST, [read], ANCHORS)
    found = comes_to(read, fact(ANSWER, start=15))
    assert found.state is before.state
    assert found.state is not State.MET
    if before.state is State.INSUFFICIENT:
        assert "were read otherwise" in found.reason
        assert comes_to(read, fact(ANSWER, start=200)).state is State.MET


def test_a_leaf_that_the_chart_decides_is_left_alone_and_the_last_answer_holds() -> None:
    read = fact("persists_despite_care", origin=Origin.PROSE)
    assert comes_to(read, fact(ANSWER, start=200, assertion=Assertion.NEGATED)).state is State.MET
    assert comes_to(fact(ANSWER, assertion=Assertion.NEGATED), fact(ANSWER, start=50)).state is State.MET


def test_an_age_is_never_pointed_out() -> None:
    leaf = Criterion(id="leaf", op=Op.LEAF, statement="Adult", test=AgeTest(at_least=18))
    open_leaf = Weighed(state=State.INSUFFICIENT, reason="no birth date", evidence=(), confidence=0.9)
    assert with_words_pointed_out(leaf, open_leaf, [fact(ANSWER)], ANCHORS) == open_leaf
