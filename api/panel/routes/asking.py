"""Questions to the copilot, on a case or over all policies: a conversation whose every sentence opens at its source."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import RedirectResponse, Response

from agents.casework.panel.case import CaseSheet, read_case
from agents.casework.panel.policies import passage_key
from agents.copilot.kinds import examples
from agents.copilot.question import Question
from agents.copilot.record import case_record, label_of
from agents.copilot.running import Run, RunRequest
from agents.copilot.tools import rule_line
from api.auth import Caller
from api.copilot.citations import address_of, numbered
from api.copilot.desk import CopilotDesk, asker_of
from api.copilot.desk import Desk as Answering
from api.panel.desk import Desk
from api.panel.entry import Form, PanelRoute, Reader, text_of
from api.panel.pages import page
from api.routes.cases import OneCase
from cases.errors import InputError
from cases.ids import CaseId
from runtime import copilot_store
from runtime.copilot_store import Feedback

router = APIRouter(prefix="/panel", route_class=PanelRoute, include_in_schema=False)
Named = Annotated[str, Query(pattern=r"^[A-Za-z0-9_.-]{0,64}$")]
RunId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_.-]{1,64}$")]
Sha = Annotated[str, Query(pattern=r"^([0-9a-f]{16})?$")]
_EARLIER = 20


@router.get("/cases/{case_id}/ask", name="panel.case.ask")
def ask_of_case(
    request: Request, desk: Desk, answering: Answering, caller: Reader, case_id: OneCase, thread: Named = ""
) -> Response:
    """The conversation about a case, and those of before."""
    desk.questions.warm_soon()
    return _page(request, answering, caller, read_case(desk.toolbox, case_id, caller.id), thread)


@router.post("/cases/{case_id}/ask", name="panel.case.ask.answer")
def answer_of_case(answering: Answering, caller: Reader, case_id: OneCase, form: Form) -> Response:
    """Ask, and open the conversation at the answer; for browsers without our scripts."""
    return _asked(answering, caller, form, case_id)


@router.get("/ask", name="panel.ask")
def ask(request: Request, desk: Desk, answering: Answering, caller: Reader, thread: Named = "") -> Response:
    """The conversation over all policies and cases."""
    desk.questions.warm_soon()
    return _page(request, answering, caller, None, thread)


@router.post("/ask", name="panel.ask.answer")
def answer(answering: Answering, caller: Reader, form: Form) -> Response:
    """Ask, and open the conversation at the answer."""
    return _asked(answering, caller, form, None)


@router.get("/copilot/runs/{run_id}", name="panel.copilot.run")
def one_turn(request: Request, answering: Answering, caller: Reader, run_id: RunId) -> Response:
    """One question with its answer, for scripts that followed the run."""
    run = answering.copilot.run(asker_of(caller), run_id)
    return page(request, "turn.html", caller=caller, status=200, **_told(answering, (run,)))


@router.post("/copilot/runs/{run_id}/feedback", name="panel.copilot.feedback")
def feedback(answering: Answering, caller: Reader, run_id: RunId, form: Form) -> Response:
    """What the reader thinks of an answer."""
    verdict = text_of(form, "verdict", 8)
    if verdict not in ("up", "down"):
        raise InputError("verdict: say whether it helped")
    toolbox, asker = answering.copilot.shelves.toolbox, asker_of(caller)
    given = Feedback(
        run_id=run_id, user_id=caller.id, given_at=toolbox.clock.now(), verdict=verdict,
        comment=text_of(form, "comment", 2000).strip(), correction=text_of(form, "correction", 4000).strip(),
    )  # fmt: skip
    answering.copilot.give_feedback(asker, given)
    return _to(answering.copilot.run(asker, run_id))


@router.get("/cases/{case_id}/record", name="panel.record")
def record(
    request: Request, desk: Desk, caller: Reader, case_id: OneCase, line: Annotated[str, Query(max_length=200)] = "",
    sha: Sha = "",
) -> Response:  # fmt: skip
    """A case's record, opened at a line; where the line says something else by now, that is told."""
    found = case_record(desk.toolbox, case_id, caller.id)
    held = found.lines.get(line, "")
    changed = bool(line and sha) and passage_key(held) != sha
    return page(
        request, "record.html", caller=caller, sheet=found.sheet, lines=found.lines, line=line, changed=changed,
        label_of=label_of,
    )  # fmt: skip


@router.get("/rules", name="panel.rule")
def rule(request: Request, caller: Reader, rule: Annotated[str, Query(max_length=200)], sha: Sha = "") -> Response:
    """One of our rules on who needs prior authorization, in words."""
    text = rule_line(rule)
    return page(request, "rule.html", caller=caller, rule=rule, text=text, intact=not sha or passage_key(text) == sha)


def _page(
    request: Request, answering: CopilotDesk, caller: Caller, sheet: CaseSheet | None, thread_id: str
) -> Response:
    copilot, asker = answering.copilot, asker_of(caller)
    case_id = sheet.case.id if sheet else None
    runs: tuple[Run, ...] = ()
    if thread_id:
        _, runs = copilot.thread(asker, thread_id)
    with copilot.shelves.toolbox.database.read() as transaction:
        found = copilot_store.threads(transaction, caller.id, case_id, limit=_EARLIER)
    earlier = [one for one in found if one.id != thread_id and (case_id is not None or one.case_id is None)]
    return page(
        request, "ask.html", caller=caller, status=200, sheet=sheet, thread=thread_id, earlier=earlier,
        examples=examples(of_case=sheet is not None), has_model=copilot.shelves.toolbox.model is not None,
        **_told(answering, runs),
    )  # fmt: skip


def _told(answering: CopilotDesk, runs: tuple[Run, ...]) -> dict[str, object]:
    """What a template needs to show these turns."""
    with answering.copilot.shelves.toolbox.database.read() as transaction:
        said = copilot_store.feedback_on(transaction, [run.stored.id for run in runs])
    return {
        "runs": runs, "said": {one.run_id: one for one in said}, "address_of": address_of, "numbered": numbered,
    }  # fmt: skip


def _asked(answering: CopilotDesk, caller: Caller, form: Form, case_id: CaseId | None) -> Response:
    words = text_of(form, "suggested", 200) or text_of(form, "question", 2000)
    question = Question(text=words.strip(), case_id=case_id)
    request = RunRequest(question=question, thread_id=text_of(form, "thread", 64))
    return _to(answering.copilot.ask(asker_of(caller), request))


def _to(run: Run) -> Response:
    """The page of the run's conversation, at the run."""
    case_id = run.question.case_id
    home = f"/panel/cases/{case_id}/ask" if case_id else "/panel/ask"
    return RedirectResponse(f"{home}?thread={run.stored.thread_id}#run-{run.stored.id}", status_code=303)
