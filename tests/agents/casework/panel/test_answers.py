"""A person's answer: grounded in the chart, worked on, and refused where the chart does not say it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from agents.casework.panel.answers import GivenAnswer, record_answer
from agents.casework.panel.case import chart_of, read_case
from agents.casework.panel.documents import key_of
from agents.casework.panel.standing import Standing
from cases.case import Case
from cases.document import Document
from cases.errors import Conflict, InputError
from cases.ids import UserId
from cases.lifecycle import CaseState
from cases.review import ReviewAct
from tests.flows.clinic import SAMPLES, Clinic

SPECIALIST = UserId("specialist")


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[Clinic]:
    opened = Clinic.at(tmp_path / "home")
    yield opened
    opened.box.database.close()


@pytest.fixture
def case(clinic: Clinic) -> Case:
    (case,) = clinic.authorize(SAMPLES / "knee-replacement-near-identical-plan").values()
    return case


def note(clinic: Clinic, case: Case) -> Document:
    _, chart = chart_of(clinic.box, case.id)
    return next(one for one in chart.documents if one.id == "knee-films.pdf")


def given(clinic: Clinic, case: Case, **changes: object) -> GivenAnswer:
    document = note(clinic, case)
    words = document.text.split()
    whole = GivenAnswer(
        case_id=case.id, criterion_id="knee.same_side", yes=True, document=key_of(document.id),
        quote=" ".join(words[4:16]), reason="Film and order are of one knee.",
    )  # fmt: skip
    return whole.model_copy(update=changes)


def ungrounded(clinic: Clinic, case: Case) -> int:
    """How many sentences of the letter its guards find at fault."""
    gate = read_case(clinic.box, case.id, SPECIALIST).gate
    assert gate is not None
    return sum(len(verdict.details) for verdict in gate.verdicts)


def test_what_only_a_person_can_settle_is_asked(clinic: Clinic, case: Case) -> None:
    sheet = read_case(clinic.box, case.id, SPECIALIST)
    assert sheet.questions == {
        "knee.same_side": "Do the radiograph, the care tried and the order all name the same knee?"
    }


@pytest.mark.parametrize(("yes", "standing"), [(True, Standing.MET), (False, Standing.NOT_MET)])
def test_an_answer_settles_the_criterion_with_the_charts_own_words(
    clinic: Clinic, case: Case, yes: bool, standing: Standing
) -> None:
    before = ungrounded(clinic, case)
    fact = record_answer(clinic.box, given(clinic, case, yes=yes), SPECIALIST)
    assert note(clinic, case).text[fact.span.start : fact.span.end] == fact.span.quote
    clinic.go_on(case.id)
    sheet = read_case(clinic.box, case.id, SPECIALIST)
    assert sheet.stands()["knee.same_side"] is standing
    assert ungrounded(clinic, case) == before
    if yes:
        assert fact.span.quote.split()[0] in clinic.artefacts(case.id)["letter.md"].decode()
    assert clinic.log_holds()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"quote": "words that nobody wrote"}, "do not stand in this document"),
        ({"quote": "the"}, "times; copy more"),
        ({"quote": "  "}, "copy the words"),
        ({"reason": " "}, "say what you read"),
        ({"document": "0" * 16}, "names this patient"),
    ],
)
def test_an_answer_without_the_charts_words_is_not_taken(
    clinic: Clinic, case: Case, changes: dict[str, object], said: str
) -> None:
    with pytest.raises(InputError, match=said):
        record_answer(clinic.box, given(clinic, case, **changes), SPECIALIST)
    assert clinic.case(case.id).state is case.state


def test_a_case_that_was_approved_takes_no_answer(clinic: Clinic) -> None:
    (case,) = clinic.authorize(SAMPLES / "oxygen-complete").values()
    clinic.review(case.id, ReviewAct.APPROVE, "reviewer")
    assert clinic.case(case.id).state is CaseState.APPROVED
    with pytest.raises(Conflict):
        record_answer(
            clinic.box,
            GivenAnswer(case_id=case.id, criterion_id="x", yes=True, document="", quote="", reason=""),
            SPECIALIST,
        )
