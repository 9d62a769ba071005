"""Jobs that were given up: why, and another try once what hindered them is mended."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import ConfigDict, JsonValue

from agents.casework.events import queue_of
from api.audit_trail import record
from api.auth import Box, Me, needs
from api.error_pages import problems
from api.idempotency import Answer, OnceOnly
from api.scopes import Scope
from cases.frozen import Frozen
from runtime import dead_letters
from runtime.dead_letters import DeadLetter

router = APIRouter(
    prefix="/dead-letters",
    tags=["dead letters"],
    dependencies=[needs(Scope.DEAD_LETTERS_MANAGE)],
    responses=problems(401, 403),
)
_LETTER: dict[str, JsonValue] = {
    "job_id": "default:process_event:r-5b0e", "kind": "process_event", "subject": "r-5b0e", "reason": "input_error",
    "attempts": 1, "buried_at": "2026-11-23T15:00:00Z", "settled_at": None,
}  # fmt: skip


class DeadLetterList(Frozen):
    """Every letter nobody has dealt with, oldest first; `reason` is an error's code."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_LETTER]}]})

    items: tuple[DeadLetter, ...]


class TriedAgain(Frozen):
    """The job that was started in the place of a dead one."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"job_id": "default:process_event:r-5b0e:8c1d"}]})

    job_id: str


@router.get("", summary="What was given up")
def list_dead_letters(toolbox: Box) -> DeadLetterList:
    """Open dead letters with their reasons."""
    with toolbox.database.read() as transaction:
        return DeadLetterList(items=dead_letters.unsettled(transaction))


@router.post(
    "/{job_id}/retry",
    status_code=202,
    summary="Try a job again",
    response_model=TriedAgain,
    responses=problems(404, 409, 422),
)
def retry(
    toolbox: Box,
    caller: Me,
    once: OnceOnly,
    job_id: Annotated[
        str, Path(pattern=r"^[\x21-\x7e]{1,256}$", description="The dead job's id.", examples=[_LETTER["job_id"]])
    ],
) -> Response:
    """Start the job anew and settle the letter, in one commit."""

    def act() -> Answer:
        with toolbox.database.begin() as transaction:
            letter = dead_letters.settle(transaction, job_id, toolbox.clock.now())
            key = f"{letter.subject}:{uuid.uuid4().hex}"
            started = queue_of(toolbox).enqueue(transaction, letter.kind, letter.subject, key=key)
            record(toolbox, transaction, caller.id, "job.retried", letter.subject, {"kind": letter.kind})
        return Answer(TriedAgain(job_id=started), status=202)

    return once.answer((), act)
