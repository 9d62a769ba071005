"""The copilot for programs and for the panel's scripts: runs as AG-UI streams, threads, and feedback."""

from typing import Annotated, Literal

from ag_ui.core import RunAgentInput
from fastapi import APIRouter, Header, Path, Query, Response
from pydantic import AwareDatetime, ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response as PlainResponse

from agents.copilot.answer import CopilotAnswer
from agents.copilot.question import Question
from agents.copilot.running import Run, RunRequest
from api.auth import needs
from api.copilot.desk import Asking, Desk
from api.copilot.sse import place_in, stream
from api.error_pages import problems
from api.idempotency import Answer, OnceOnly
from api.paging import Cursor, Limit, cursor_of, instant_of, place_of
from api.scopes import Scope
from cases.errors import InputError
from cases.frozen import Frozen
from cases.ids import CaseId, digest_of
from runtime import copilot_store
from runtime.copilot_store import Feedback, RunStatus, Thread

router = APIRouter(
    prefix="/copilot",
    tags=["copilot"],
    dependencies=[needs(Scope.COPILOT_ASK, within=True)],
    responses=problems(401, 403, 422),
)
_IDS = r"^[A-Za-z0-9_.-]{1,64}$"
RunId = Annotated[str, Path(pattern=_IDS, description="The run's id.", examples=["8d0c2f5e"])]
ThreadId = Annotated[str, Path(pattern=_IDS, description="The thread's id.", examples=["t-5b0e"])]
LastEventId = Annotated[
    str | None,
    Header(alias="Last-Event-ID", max_length=80, description="The id of the last event seen, to go on after it."),
]
_EVENTS: dict[int | str, dict[str, object]] = {
    200: {
        "description": "AG-UI events; each has an `id`. A `citation` is a CUSTOM event.",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}


class RunView(Frozen):
    """One question with its answer, as it stands."""

    id: str
    thread_id: str
    status: RunStatus
    asked_at: AwareDatetime
    ended_at: AwareDatetime | None
    question: str
    case_id: CaseId | None
    answer: CopilotAnswer | None

    @classmethod
    def of(cls, run: Run) -> "RunView":
        stored = run.stored
        return cls(
            id=stored.id, thread_id=stored.thread_id, status=stored.status, asked_at=stored.asked_at,
            ended_at=stored.ended_at, question=run.question.text, case_id=run.question.case_id, answer=run.answer,
        )  # fmt: skip


class ThreadView(Frozen):
    """A thread of the caller's with its runs in order."""

    thread: Thread
    runs: tuple[RunView, ...]


class ThreadPage(Frozen):
    """Threads of the caller's, the last used first."""

    items: tuple[Thread, ...]
    next_cursor: str | None


class FeedbackBody(Frozen):
    """What the caller thinks of an answer."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"verdict": "down", "comment": "Old version.", "correction": "Version 2."}]}
    )

    verdict: Literal["up", "down"]
    comment: str = Field(default="", max_length=2000)
    correction: str = Field(default="", max_length=4000)


class FeedbackView(Frozen):
    """What was kept of it."""

    run_id: str
    verdict: Literal["up", "down"]
    given_at: AwareDatetime


def request_of(body: RunAgentInput) -> RunRequest:
    """The question of an AG-UI input: its last user message; `forwardedProps` may name case, payer, code and day.

    Raises InputError.
    """
    said = [message for message in body.messages if message.role == "user"]
    content = said[-1].content if said else ""
    if not isinstance(content, str):
        texts = [getattr(one, "text", "") for one in content or ()]
        content = " ".join(filter(None, texts))
    given = body.forwarded_props if isinstance(body.forwarded_props, dict) else {}
    wanted = {
        "text": content, "case_id": given.get("caseId") or None, "payer": given.get("payer") or "",
        "code": given.get("code") or "", "on": given.get("date") or None,
    }  # fmt: skip
    try:
        question = Question.model_validate(wanted)
    except ValueError:
        raise InputError("forwardedProps: caseId, payer and code are texts, date is a day") from None
    return RunRequest(question=question, thread_id=_id(body.thread_id, "threadId"), run_id=_id(body.run_id, "runId"))


def _id(given: str, name: str) -> str:
    plain = given.replace("-", "").replace("_", "").replace(".", "")
    if not 1 <= len(given) <= 64 or not plain.isalnum() or not plain.isascii():
        raise InputError(f"{name}: 1 to 64 letters, digits, dots, dashes")
    return given


@router.post("/agui", summary="Ask, and follow the run", response_class=PlainResponse,
             responses={**_EVENTS, **problems(400, 404, 409, 413)})  # fmt: skip
async def ask(body: RunAgentInput, desk: Desk, asker: Asking, last_event_id: LastEventId = None) -> Response:
    """AG-UI: a run over server-sent events. The same `runId` again follows the same run, and asks nothing twice."""
    request = request_of(body)
    after = place_in(request.run_id, last_event_id)
    run = await run_in_threadpool(desk.copilot.begin, asker, request)
    return stream(desk, asker, run, after)


@router.get("/runs/{run_id}/events", summary="Follow a run", response_class=PlainResponse,
            responses={**_EVENTS, **problems(404)})  # fmt: skip
async def follow(run_id: RunId, desk: Desk, asker: Asking, last_event_id: LastEventId = None) -> Response:
    """From its beginning, or after `Last-Event-ID`. A run that a crash cut off is taken up again."""
    after = place_in(run_id, last_event_id)
    run = await run_in_threadpool(desk.copilot.run, asker, run_id)
    return stream(desk, asker, run, after)


@router.get("/runs/{run_id}", summary="Look at a run", responses=problems(404))
def read_run(run_id: RunId, desk: Desk, asker: Asking, response: Response) -> RunView:
    """The question and, when it has ended, the answer. ETag changes when it ends."""
    run = desk.copilot.run(asker, run_id)
    response.headers["ETag"] = f'"{run.stored.status}"'
    return RunView.of(run)


@router.post("/runs/{run_id}/stop", summary="Stop a run", responses=problems(404))
async def stop(run_id: RunId, desk: Desk, asker: Asking) -> RunView:
    """One that has ended stays as it is; asking again does no harm."""
    return RunView.of(await desk.live.stop(asker, run_id))


@router.post("/runs/{run_id}/feedback", status_code=201, summary="Say what you think of an answer",
             response_model=FeedbackView, responses=problems(400, 404, 409, 413))  # fmt: skip
def feedback(run_id: RunId, body: FeedbackBody, desk: Desk, asker: Asking, once: OnceOnly) -> Response:
    """It takes the place of what the caller said before, and is kept with the run."""

    def act() -> Answer:
        now = desk.copilot.shelves.toolbox.clock.now()
        given = Feedback(run_id=run_id, user_id=asker.user_id, given_at=now, **body.model_dump())
        desk.copilot.give_feedback(asker, given)
        return Answer(FeedbackView(run_id=run_id, verdict=body.verdict, given_at=now), status=201)

    return once.answer((body.model_dump_json(),), act)


@router.get("/threads", summary="List your threads")
def list_threads(
    desk: Desk,
    asker: Asking,
    case: Annotated[CaseId | None, Query(pattern=r"^[ac]-[0-9a-f]{16}$", description="Only of this case.")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> ThreadPage:
    """The caller's own, the last used first; threads of cases that the caller no longer sees are left out."""
    before = None
    if cursor is not None:
        at, thread_id = place_of(cursor, str, str)
        before = (instant_of(at), str(thread_id))
    with desk.copilot.shelves.toolbox.database.read() as transaction:
        found = copilot_store.threads(transaction, asker.user_id, case, before, limit + 1)
    shown, more = found[:limit], len(found) > limit
    items = tuple(one for one in shown if one.case_id is None or asker.sees(one.case_id))
    last = shown[-1] if more else None
    return ThreadPage(items=items, next_cursor=last and cursor_of(last.updated_at.isoformat(), last.id))


@router.get("/threads/{thread_id}", summary="Look at a thread", responses=problems(404))
def read_thread(thread_id: ThreadId, desk: Desk, asker: Asking, response: Response) -> ThreadView:
    """Its questions and answers in order; ETag changes with each."""
    thread, runs = desk.copilot.thread(asker, thread_id)
    told = ThreadView(thread=thread, runs=tuple(RunView.of(run) for run in runs))
    marks = "".join(f"{run.stored.id}{run.stored.status}" for run in runs)
    response.headers["ETag"] = f'"{digest_of(marks.encode())[:16]}"'
    return told
