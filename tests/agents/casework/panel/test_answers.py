"""A person's answer: grounded in the chart, worked on, and refused where the chart does not say it."""

import json
import shutil
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
    asked = "Do the radiograph, the care tried and the order all name the same knee?"
    assert sheet.questions["knee.same_side"] == asked
    stands = sheet.stands()
    others = {leaf for leaf, question in sheet.questions.items() if question.startswith("Does the chart show it")}
    assert others == sheet.questions.keys() - {"knee.same_side"}
    assert {stands[leaf] for leaf in others} <= {Standing.NOT_SHOWN, Standing.NOT_NEEDED, Standing.NOT_RULED_OUT}


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


UNREAD = "The little clip on her finger stood at eighty-six while she sat still with nothing but the air of the room."


def chart_told_otherwise(tmp_path: Path, note: str) -> Path:
    """The complete oxygen chart without its measurement, and with a note in words that the reader does not know."""
    folder = tmp_path / "told"
    shutil.copytree(SAMPLES / "oxygen-complete", folder)
    bundle = json.loads((folder / "chart.json").read_text("utf-8"))
    bundle["entry"] = [one for one in bundle["entry"] if one["resource"]["resourceType"] != "Observation"]
    (folder / "chart.json").write_text(json.dumps(bundle), "utf-8")
    text = (folder / "visit-note.txt").read_text("utf-8")
    old = "Oxygen saturation was 86% at rest on room air\nafter ten minutes seated."
    assert old in text
    (folder / "visit-note.txt").write_text(text.replace(old, note), "utf-8")
    return folder


def pointed(clinic: Clinic, case: Case, quote: str) -> GivenAnswer:
    _, chart = chart_of(clinic.box, case.id)
    document = next(one for one in chart.documents if one.id == "visit-note.txt")
    return GivenAnswer(
        case_id=case.id, criterion_id="northlake_oxygen.rest_room_air", yes=True, document=key_of(document.id),
        quote=quote, reason="86 % at rest on room air",
    )  # fmt: skip


def test_words_that_the_reader_does_not_know_settle_a_leaf_once_pointed_to(clinic: Clinic, tmp_path: Path) -> None:
    (case,) = clinic.authorize(chart_told_otherwise(tmp_path, UNREAD)).values()
    assert case.state is CaseState.WAITING_DOCUMENTS
    record_answer(clinic.box, pointed(clinic, case, UNREAD), SPECIALIST)
    worked = clinic.go_on(case.id)
    assert worked.state is CaseState.AWAITING_REVIEW
    assert UNREAD in clinic.artefacts(case.id)["letter.md"].decode()
    assert ungrounded(clinic, worked) == 0
    sheet = read_case(clinic.box, case.id, SPECIALIST)
    assert "northlake_oxygen.rest_room_air" not in sheet.questions


def test_words_of_a_day_outside_the_window_settle_nothing(clinic: Clinic, tmp_path: Path) -> None:
    stale = UNREAD.replace("stood at", "stood on 07/21/2026 at")
    (case,) = clinic.authorize(chart_told_otherwise(tmp_path, stale)).values()
    record_answer(clinic.box, pointed(clinic, case, stale), SPECIALIST)
    assert clinic.go_on(case.id).state is CaseState.WAITING_DOCUMENTS
    judged = read_case(clinic.box, case.id, SPECIALIST).judgement("northlake_oxygen.rest_room_air")
    assert "more than 30 days before the order" in judged.reason
