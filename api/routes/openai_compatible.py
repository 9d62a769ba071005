"""Chat completions as OpenAI's clients speak them, so that existing chat front ends work on the copilot unchanged."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal
from uuid import uuid4

import anyio
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sse_starlette.event import ServerSentEvent
from sse_starlette.sse import EventSourceResponse
from starlette.concurrency import run_in_threadpool

from agents.copilot.question import Asker, Question
from agents.copilot.running import Run, RunRequest
from api.auth import needs
from api.copilot.citations import citation_of, lines_of, numbered
from api.copilot.desk import Asking, CopilotDesk, Desk
from api.copilot.sse import KEEP_ALIVE
from api.error_pages import problems
from api.scopes import Scope
from cases.errors import InputError, NotFound
from cases.frozen import Frozen

MODEL = "countersign-copilot"
router = APIRouter(
    prefix="/v1",
    tags=["OpenAI-compatible"],
    dependencies=[needs(Scope.COPILOT_ASK, within=True)],
    responses=problems(401, 403),
)
_LOOK_SECONDS = 0.2
_CASE = r"^([ac]-[0-9a-f]{16})?$"


class ModelCard(Frozen):
    """One model as OpenAI lists it."""

    id: str = MODEL
    object: Literal["model"] = "model"
    created: int = 1_764_115_200
    owned_by: str = "countersign"


class ModelList(Frozen):
    """The models there are: the copilot, whatever reads behind it."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"object": "list", "data": [{"id": MODEL, "object": "model", "created": 1}]}]}
    )

    object: Literal["list"] = "list"
    data: tuple[ModelCard, ...] = (ModelCard(),)


class ChatMessage(BaseModel):
    """A message; only the words of persons are read."""

    model_config = ConfigDict(extra="ignore")

    role: str = Field(max_length=32)
    content: str | list[dict[str, Any]] | None = None

    @property
    def text(self) -> str:
        if isinstance(self.content, list):
            return " ".join(str(one.get("text", "")) for one in self.content if one.get("type") == "text")
        return self.content or ""


class About(BaseModel):
    """`metadata`: which case, payer, code or day the question is of."""

    model_config = ConfigDict(extra="ignore")

    case_id: Annotated[str, Field(pattern=_CASE)] = ""
    payer: Annotated[str, Field(max_length=200)] = ""
    code: Annotated[str, Field(max_length=16)] = ""
    date: Annotated[str, Field(max_length=10)] = ""


class ChatRequest(BaseModel):
    """What is read of a chat completion's request; the rest is ignored."""

    model_config = ConfigDict(
        extra="ignore",
        json_schema_extra={
            "examples": [
                {
                    "model": MODEL,
                    "messages": [{"role": "user", "content": "What is missing?"}],
                    "metadata": {"case_id": "c-0123456789abcdef"},
                }
            ]
        },
    )

    model: str = Field(default=MODEL, max_length=128)
    messages: list[ChatMessage] = Field(min_length=1, max_length=200)
    stream: bool = False
    metadata: About | None = None


@router.get("/models", summary="List the models")
def list_models() -> ModelList:
    """One: the copilot."""
    return ModelList()


@router.get("/models/{model}", summary="Look at a model", responses=problems(404))
def read_model(model: str) -> ModelCard:
    """The copilot's card."""
    if model != MODEL:
        raise NotFound(f"There is no such model; use {MODEL}.")
    return ModelCard()


@router.post("/chat/completions", summary="Ask as OpenAI's clients do", response_model=None,
             responses={200: {"description": "A completion, or chunks as server-sent events."},
                        **problems(400, 404, 413, 422)})  # fmt: skip
async def complete(request: Request, body: ChatRequest, desk: Desk, asker: Asking) -> Response:
    """The last user message is answered; `metadata.case_id` says of which case. A client who leaves cancels the run."""
    if body.model != MODEL:
        raise NotFound(f"There is no such model; use {MODEL}.")
    run = await run_in_threadpool(desk.copilot.begin, asker, _request_of(body))
    if body.stream:
        chunks = _chunks(desk, asker, run, str(request.base_url).rstrip("/"))
        return EventSourceResponse(chunks, ping=KEEP_ALIVE, sep="\n")
    done = await _unless_gone(request, desk, asker, run)
    content, annotations = _content(done, str(request.base_url).rstrip("/"))
    message = {"role": "assistant", "content": content, "refusal": None, "annotations": annotations}
    choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
    usage = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
    told = {**_frame(run, "chat.completion"), "choices": [choice], "usage": usage}
    return Response(json.dumps(told), media_type="application/json")


def _request_of(body: ChatRequest) -> RunRequest:
    said = [message.text for message in body.messages if message.role == "user" and message.text.strip()]
    if not said:
        raise InputError("messages: none of them is a user's")
    about = body.metadata or About()
    given = {
        "text": said[-1], "case_id": about.case_id or None, "payer": about.payer, "code": about.code,
        "on": about.date or None, "before": tuple(said[:-1][-4:]),
    }  # fmt: skip
    try:
        return RunRequest(question=Question.model_validate(given), run_id=f"chatcmpl-{uuid4().hex}")
    except ValueError:
        raise InputError("metadata.date: give a day such as 2026-11-30") from None


async def _unless_gone(request: Request, desk: CopilotDesk, asker: Asker, run: Run) -> Run:
    """The run when it has ended; stopped where the client leaves before."""
    going = asyncio.ensure_future(desk.live.result(asker, run))
    while not going.done():
        await asyncio.wait({going}, timeout=_LOOK_SECONDS)
        if not going.done() and await request.is_disconnected():
            await desk.live.stop(asker, run.stored.id)
    return await going


async def _chunks(desk: CopilotDesk, asker: Asker, run: Run, base: str) -> AsyncIterator[ServerSentEvent]:
    """Chunks of the answer; whoever leaves before the end stops the run."""
    ended = False
    try:
        yield _chunk(run, {"role": "assistant", "content": ""})
        done = await desk.live.result(asker, run)
        ended = True
        content, annotations = _content(done, base)
        for line in content.splitlines(keepends=True):
            yield _chunk(run, {"content": line})
        yield _chunk(run, {"annotations": annotations} if annotations else {}, finish="stop")
        yield ServerSentEvent(data="[DONE]")
    finally:
        if not ended:
            with anyio.CancelScope(shield=True):
                await desk.live.stop(asker, run.stored.id)


def _frame(run: Run, kind: str) -> dict[str, Any]:
    created = int(run.stored.asked_at.timestamp())
    return {"id": run.stored.id, "object": kind, "created": created, "model": MODEL}


def _chunk(run: Run, delta: dict[str, Any], finish: str | None = None) -> ServerSentEvent:
    choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
    return ServerSentEvent(data=json.dumps({**_frame(run, "chat.completion.chunk"), "choices": [choice]}))


def _content(run: Run, base: str) -> tuple[str, list[dict[str, Any]]]:
    """The answer as text with its sources below, and each source as an annotation on its first number."""
    if run.answer is None:
        return "The run was stopped before there was an answer.", []
    numbers = numbered(run.answer)
    text = "\n".join(line for line, _ in lines_of(run.answer))
    sources = [
        f"[{number}] {source.label}: “{' '.join(source.quote.split())}” {base}{citation_of(source, number)['href']}"
        for source, number in numbers.items()
    ]
    annotations = []
    for source, number in numbers.items():
        mark = f"[{number}]"
        at = max(text.find(mark), 0)
        url = f"{base}{citation_of(source, number)['href']}"
        place = {"start_index": at, "end_index": at + len(mark), "title": source.label, "url": url}
        annotations.append({"type": "url_citation", "url_citation": place})
    return text + ("\n\nSources:\n" + "\n".join(sources) if sources else ""), annotations
