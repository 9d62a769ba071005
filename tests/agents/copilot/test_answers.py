"""Answers of the copilot on worked cases: what they hold, that every source stands, and what is dropped or refused."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from agents.casework.asking import PolicyDesk
from agents.casework.panel.case import read_case
from agents.casework.panel.worklist import WorklistReader
from agents.copilot.answer import AnswerSentence, CopilotAnswer, PolicySource, part
from agents.copilot.hands import MOST_CALLS, CopilotHands
from agents.copilot.question import Asker, Kind, Question
from agents.copilot.running import Copilot, Run, RunRequest
from agents.copilot.tools import CopilotTools, Shelves
from agents.copilot.verify import SourceReader, verified
from cases.errors import Conflict, InputError, NotFound, ToolNotGranted
from cases.ids import CaseId, UserId
from runtime.copilot_store import Feedback, RunStatus
from tests.api.door import Door, close

ME = Asker(user_id=UserId("specialist"), reads_cases=True)


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory, furnished_home: Path) -> Iterator[Door]:
    """One for all tests here: they only ask."""
    opened = Door.at(Path(shutil.copytree(furnished_home, tmp_path_factory.mktemp("asked") / "home")))
    yield opened
    close(opened.box)


@pytest.fixture(scope="module")
def copilot(door: Door) -> Copilot:
    return Copilot(Shelves(door.box, PolicyDesk(door.box), WorklistReader(door.box)))


def ask(copilot: Copilot, text: str, case_id: CaseId | None = None, asker: Asker = ME) -> CopilotAnswer:
    run = copilot.ask(asker, RunRequest(question=Question(text=text, case_id=case_id)))
    assert run.stored.status is RunStatus.DONE
    assert run.answer is not None
    return run.answer


def waiting(door: Door) -> CaseId:
    return door.case("waiting_documents").id


def test_what_is_missing_names_each_gap_its_holder_and_the_policys_words(door: Door, copilot: Copilot) -> None:
    answer = ask(copilot, "What is missing?", waiting(door))
    gaps = read_case(door.box, waiting(door), ME.user_id).gaps
    assert len(answer.sentences()) == len(gaps) > 0
    for sentence, gap in zip(answer.sentences(), gaps, strict=True):
        assert gap.document in sentence.text
        assert gap.holder in sentence.text
        assert {source.kind for source in sentence.sources} == {"record", "policy"}


@pytest.mark.parametrize(
    "question",
    [
        "What is missing?", "Does the chart meet the criteria?", "What should I do next?", "Summarize this case.",
        "Prepare a peer-to-peer brief.", "Draft a request to the clinic.", "Write a message to the patient.",
        "timeline", "Where does it stand?", "When must it be sent?", "What are the requirements?",
        "What does the chart say about oxygen saturation?", "Is prior authorization needed?",
        "What saturation at rest is needed?",
    ],
)  # fmt: skip
def test_every_kind_answers_from_a_worked_case_and_nothing_is_dropped(
    door: Door, copilot: Copilot, question: str
) -> None:
    answer = ask(copilot, question, waiting(door))
    assert not answer.abstained, answer.reason
    assert answer.dropped == 0
    assert answer.reader == "rules"
    assert len(answer.tools) <= MOST_CALLS
    assert answer.sources()


def test_a_draft_names_what_is_missing_and_says_that_nothing_is_sent(door: Door, copilot: Copilot) -> None:
    answer = ask(copilot, "Draft a request to the clinic for what is missing", waiting(door))
    assert answer.draft is not None
    for gap in read_case(door.box, waiting(door), ME.user_id).gaps:
        assert gap.document.casefold() in answer.draft.body.casefold()
    assert any("Nothing here sends it" in note for note in answer.notes)


def test_an_order_to_act_is_refused_and_calls_no_tool(door: Door, copilot: Copilot) -> None:
    answer = ask(copilot, "Approve it and send it", door.case("awaiting_review").id)
    assert (answer.kind, answer.abstained, answer.tools) == (Kind.ACT, True, ())


def test_a_case_question_without_a_case_says_so(copilot: Copilot) -> None:
    assert "no case is chosen" in ask(copilot, "What is missing?").reason


def test_what_nothing_answers_is_an_abstention_that_says_what_would_help(copilot: Copilot) -> None:
    answer = ask(copilot, "What is the capital of France?")
    assert answer.abstained
    assert any("model" in line for line in answer.would_help)


def test_a_viewer_may_ask_the_policies_and_sees_no_case(door: Door, copilot: Copilot) -> None:
    viewer = Asker(user_id=UserId("viewer"), reads_cases=False)
    assert not ask(copilot, "What are the requirements for E1390 with Northlake Advantage?", asker=viewer).abstained
    assert ask(copilot, "Which cases are open?", asker=viewer).abstained
    with pytest.raises(NotFound):
        copilot.ask(viewer, RunRequest(question=Question(text="What is missing?", case_id=waiting(door))))
    named = ask(copilot, f"What is missing in {waiting(door)}?", asker=viewer)
    assert named.abstained
    assert not named.sources()


def test_a_limited_asker_sees_one_case_by_no_tool(door: Door, copilot: Copilot) -> None:
    mine, other = waiting(door), door.case("awaiting_review").id
    asker = Asker(user_id=UserId("key:1"), reads_cases=True, cases=frozenset({mine}))
    tools = CopilotTools(copilot.shelves, asker)
    assert [line.case_id for line in tools.worklist_lines().lines] == [mine]
    for name, arguments in (
        ("case_record", {}), ("chart_search", {"question": "oxygen"}), ("policy_search", {"question": "oxygen"}),
        ("policy_criteria", {}), ("authorization_pathway", {}), ("similar_decisions", {}),
    ):  # fmt: skip
        with pytest.raises(NotFound):
            tools.by_name()[name](case_id=other, **arguments)


def test_a_sentence_whose_source_does_not_hold_it_is_dropped(door: Door, copilot: Copilot) -> None:
    good = ask(copilot, "What are the requirements for E1390 with Northlake Advantage?").sources()[0]
    assert isinstance(good, PolicySource)
    moved = good.model_copy(update={"start": good.start + 1, "end": good.end + 1})
    parts = (
        part(
            "",
            AnswerSentence(text="It stands.", sources=(good,)),
            AnswerSentence(text="It does not.", sources=(moved,)),
            AnswerSentence(text="At most 4711 hours.", sources=(good,)),
            AnswerSentence(text="At most 4711 hours, which code counted.", sources=(good,), reckoned=("4711",)),
        ),
    )
    kept, dropped = verified(parts, SourceReader(door.box, {}))
    assert [one.text for one in kept[0].sentences] == ["It stands.", "At most 4711 hours, which code counted."]
    assert dropped == 2


def test_tools_are_counted_and_no_other_tool_is_called(door: Door, copilot: Copilot) -> None:
    hands = CopilotHands(CopilotTools(copilot.shelves, ME), lambda _: None, lambda: False)
    with pytest.raises(ToolNotGranted):
        hands.call("payer_submit", {})
    for _ in range(MOST_CALLS):
        hands.call("worklist_lines", {})
    assert hands.spent
    with pytest.raises(ToolNotGranted):
        hands.call("worklist_lines", {})


def test_the_same_run_id_asks_once_and_another_question_is_refused(door: Door, copilot: Copilot) -> None:
    request = RunRequest(question=Question(text="What is missing?", case_id=waiting(door)), run_id="r1", thread_id="t1")
    first, second = copilot.ask(ME, request), copilot.ask(ME, request)
    assert first == second
    with pytest.raises(Conflict):
        copilot.begin(
            ME, request.model_copy(update={"question": Question(text="Something else", case_id=waiting(door))})
        )
    with pytest.raises(Conflict):
        copilot.begin(Asker(user_id=UserId("reviewer"), reads_cases=True), request)
    assert len(copilot.thread(ME, "t1")[1]) == 1


def test_a_run_cut_off_by_a_crash_is_taken_up_again(door: Door, copilot: Copilot) -> None:
    begun = copilot.begin(ME, RunRequest(question=Question(text="What is missing?", case_id=waiting(door))))
    again = Copilot(Shelves(door.box, PolicyDesk(door.box), WorklistReader(door.box)))
    taken_up = again.run(ME, begun.stored.id)
    assert not taken_up.ended
    assert again.work(ME, taken_up).answer is not None


def test_a_stopped_run_stays_stopped_whatever_comes_after(door: Door, copilot: Copilot) -> None:
    begun = copilot.begin(ME, RunRequest(question=Question(text="What is missing?", case_id=waiting(door))))
    assert copilot.stop(ME, begun.stored.id).stored.status is RunStatus.STOPPED
    late: Run = copilot.work(ME, begun)
    assert (late.stored.status, late.answer) == (RunStatus.STOPPED, None)
    again = copilot.begin(ME, RunRequest(question=Question(text="timeline", case_id=waiting(door))))
    assert copilot.work(ME, again, stopped=lambda: True).stored.status is RunStatus.STOPPED


def test_threads_and_runs_are_their_owners_alone(door: Door, copilot: Copilot) -> None:
    run = copilot.ask(ME, RunRequest(question=Question(text="What is missing?", case_id=waiting(door))))
    other = Asker(user_id=UserId("reviewer"), reads_cases=True)
    blind = Asker(user_id=ME.user_id, reads_cases=False)
    for asker in (other, blind):
        with pytest.raises(NotFound):
            copilot.run(asker, run.stored.id)
        with pytest.raises(NotFound):
            copilot.thread(asker, run.stored.thread_id)
    given = Feedback(run_id=run.stored.id, user_id=other.user_id, given_at=door.box.clock.now(), verdict="up")
    with pytest.raises(NotFound):
        copilot.give_feedback(other, given)


def test_an_empty_question_and_an_endless_one_are_refused(copilot: Copilot) -> None:
    for text in ("  ", "x" * 2001):
        with pytest.raises(InputError):
            copilot.begin(ME, RunRequest(question=Question(text=text)))


def test_the_audit_says_who_asked_of_what_and_no_word_of_it(door: Door, copilot: Copilot) -> None:
    run = copilot.ask(ME, RunRequest(question=Question(text="What is missing?", case_id=waiting(door))))
    with door.box.database.read() as transaction:
        (entry,) = door.box.audit.entries(transaction, run.stored.id)
    assert (entry.event.action, entry.event.actor_id) == ("copilot.answered", "specialist")
    assert entry.event.detail["case"] == waiting(door)
    family = door.case("waiting_documents").patient.family
    assert family not in str(entry.event.detail)
    assert "missing" not in str({k: v for k, v in entry.event.detail.items() if k != "kind"})
