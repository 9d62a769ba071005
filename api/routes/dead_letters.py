"""Jobs that were given up: why, and another try once what hindered them is mended."""

from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import AwareDatetime, ConfigDict, JsonValue

from agents.casework.panel.dead_letters import try_again
from api.auth import Box, Me, needs
from api.error_pages import problems
from api.idempotency import Answer, OnceOnly
from api.scopes import Scope
from cases.frozen import Frozen
from runtime import dead_letters, early_events
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


class Waiting(Frozen):
    """An event that came before the case or request it is about, looked at again at `look_at`, given up in the end."""

    receipt_id: str
    kind: str
    since: AwareDatetime
    look_at: AwareDatetime


class DeadLetterList(Frozen):
    """Every letter nobody has dealt with, oldest first; `reason` is an error's code. `waiting` are not dead yet."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_LETTER], "waiting": []}]})

    items: tuple[DeadLetter, ...]
    waiting: tuple[Waiting, ...]


class TriedAgain(Frozen):
    """The job that was started in the place of a dead one."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"job_id": "default:process_event:r-5b0e:8c1d"}]})

    job_id: str


@router.get("", summary="What was given up")
def list_dead_letters(toolbox: Box) -> DeadLetterList:
    """Open dead letters with their reasons, and events that wait for what they are about."""
    with toolbox.database.read() as transaction:
        items, early = dead_letters.unsettled(transaction), early_events.all_waiting(transaction)
    waiting = tuple(Waiting.model_validate(one.model_dump(include=set(Waiting.model_fields))) for one in early)
    return DeadLetterList(items=items, waiting=waiting)


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
        return Answer(TriedAgain(job_id=try_again(toolbox, job_id, caller.id)), status=202)

    return once.answer((), act)
