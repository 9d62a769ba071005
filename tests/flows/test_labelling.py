"""A decision on a fact becomes an item of the suites: masked, approved, answered by somebody else, then measured."""

import json
from pathlib import Path

import pytest

from agents.casework import labelling
from cases.case import Case
from cases.errors import Conflict, InputError, NotAllowed, NotFound
from cases.fact_review import FactAct
from cases.ids import UserId
from cases.labelling import LETTER_SENTENCE, Candidate, Says
from cases.review import ReviewAct, User, UserRole
from evals.bench_room import Depth, open_bench
from evals.own_suite import PEOPLE_LETTERS, read_suite
from evals.people import write_people
from runtime import review_store
from tests.flows.clinic import COMPLETE, Clinic
from tests.flows.test_fact_review import decide, deciding

SUPERVISOR, OTHER, FIRST = UserId("boss"), UserId("other"), UserId("specialist")


@pytest.fixture
def decided(clinic: Clinic) -> Case:
    (case,) = clinic.authorize(COMPLETE).values()
    with clinic.box.database.begin() as transaction:
        review_store.put_user(transaction, User(id=SUPERVISOR, name="Boss", role=UserRole.SUPERVISOR))
        review_store.put_user(transaction, User(id=OTHER, name="Other", role=UserRole.SPECIALIST))
    told = [fact for fact in deciding(clinic, case) if "saturation" in fact.context.quote.lower()]
    return decide(clinic, case, told[-1], FactAct.ACCEPT)


def only(clinic: Clinic) -> Candidate:
    (one,) = labelling.candidates(clinic.box)
    return one


def test_the_whole_way(clinic: Clinic, decided: Case) -> None:
    one = only(clinic)
    assert one.first.says is Says.YES
    assert decided.patient.family not in one.passage + one.read
    with pytest.raises(NotAllowed):
        labelling.keep(clinic.box, one.id, OTHER)
    labelling.keep(clinic.box, one.id, SUPERVISOR)
    assert labelling.candidates(clinic.box) == ()
    with pytest.raises(NotFound):
        labelling.keep(clinic.box, one.id, SUPERVISOR)
    with pytest.raises(InputError, match="No item has two answers"):
        write_people(clinic.box)
    with pytest.raises(Conflict, match="another person's"):
        labelling.label(clinic.box, one.id, Says.YES, FIRST)
    labelling.label(clinic.box, one.id, Says.YES, OTHER)
    with pytest.raises(Conflict, match="has its answers"):
        labelling.label(clinic.box, one.id, Says.NO, SUPERVISOR)
    ((folder, count),) = write_people(clinic.box)
    assert count == 1
    assert oct(folder.stat().st_mode)[-3:] == "700"
    (row,) = [json.loads(line) for line in (folder / "items.jsonl").read_text("utf-8").splitlines()]
    assert (row["expected"], row["text"]) == ("yes", one.passage)
    assert clinic.log_holds()


def test_the_suite_reads_the_items_again(clinic: Clinic, decided: Case) -> None:
    one = only(clinic)
    labelling.keep(clinic.box, one.id, SUPERVISOR)
    labelling.label(clinic.box, one.id, Says.YES, OTHER)
    ((folder, _),) = write_people(clinic.box)
    assert right_of(clinic, folder, id="w", concept="pao2") == [True, False]


def right_of(clinic: Clinic, folder: Path, **further: str) -> list[bool]:
    """Whether each item of a suite is right, with a further one that is its first changed so."""
    first = json.loads((folder / "items.jsonl").read_text("utf-8").splitlines()[0])
    with (folder / "items.jsonl").open("a", encoding="utf-8") as lines:
        lines.write(json.dumps(first | further) + "\n")
    task, _ = read_suite(clinic.box.settings.home, folder.name)
    with open_bench(clinic.box.settings, Depth.FULL, shared=False) as bench:
        solve = task.solver(bench)
        return [solve(item).right for item in task.items(bench)]


def test_what_is_left_out_is_not_offered_again_and_a_third_settles_a_difference(clinic: Clinic, decided: Case) -> None:
    one = only(clinic)
    labelling.leave_out(clinic.box, one.id, SUPERVISOR)
    assert labelling.candidates(clinic.box) == ()
    assert labelling.items(clinic.box) == ()
    (fact, *_) = deciding(clinic, decided)
    decide(clinic, decided, fact, FactAct.REJECT)
    two = only(clinic)
    labelling.keep(clinic.box, two.id, SUPERVISOR)
    assert two.first.says is Says.NO
    labelling.label(clinic.box, two.id, Says.YES, OTHER)
    (item,) = labelling.items(clinic.box)
    assert item.contested
    assert labelling.open_to(item, SUPERVISOR)
    labelling.label(clinic.box, two.id, Says.NO, SUPERVISOR)
    assert labelling.items(clinic.box)[0].answer is Says.NO
    ((folder, _),) = write_people(clinic.box)
    row = json.loads((folder / "items.jsonl").read_text("utf-8"))
    assert row["expected"] == ""


def test_a_sentence_struck_out_of_a_letter_becomes_an_item_of_its_own_suite(clinic: Clinic, decided: Case) -> None:
    labelling.leave_out(clinic.box, only(clinic).id, SUPERVISOR)
    letter = clinic.artefacts(decided.id)["letter.md"].decode()
    struck = next(line for line in letter.splitlines() if "satur" in line and "records" in line)
    clinic.review(decided.id, ReviewAct.EDIT, FIRST, reason="too much", letter=letter.replace(struck, ""))
    (one, *_) = labelling.candidates(clinic.box)
    assert one.concept == LETTER_SENTENCE
    assert one.first.says is Says.NO
    assert decided.patient.family not in one.passage + one.read
    labelling.keep(clinic.box, one.id, SUPERVISOR)
    labelling.label(clinic.box, one.id, Says.YES, OTHER)
    labelling.label(clinic.box, one.id, Says.YES, SUPERVISOR)
    ((folder, count),) = write_people(clinic.box)
    assert (folder.name, count) == (PEOPLE_LETTERS, 1)
    row = json.loads((folder / "items.jsonl").read_text("utf-8"))
    beyond = row["text"] + " It was 71 %."
    assert right_of(clinic, folder, id="beyond", text=beyond, expected="") == [True, True]
