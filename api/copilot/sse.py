"""Server-sent events of a run: each with its id, kept alive, and taken up where a reader was cut off."""

import re
from collections.abc import AsyncIterator

from sse_starlette.event import ServerSentEvent
from sse_starlette.sse import EventSourceResponse

from agents.copilot.question import Asker
from agents.copilot.running import Run
from api.copilot.desk import CopilotDesk
from cases.errors import InputError

KEEP_ALIVE = 15
"""Seconds of silence after which a comment is sent, so that no proxy closes the line."""
_ID = re.compile(r"(?P<run>[A-Za-z0-9_.-]{1,64}):(?P<number>\d{1,6})")


def place_in(run_id: str, last_event_id: str | None) -> int:
    """The number of the last event that a reader had of this run; 0 for the beginning. Raises InputError."""
    if not last_event_id:
        return 0
    found = _ID.fullmatch(last_event_id)
    if found is None or found["run"] != run_id:
        raise InputError("Last-Event-ID: not an id of this run's events")
    return int(found["number"])


def stream(desk: CopilotDesk, asker: Asker, run: Run, after: int) -> EventSourceResponse:
    """The run's events after this number as `text/event-stream`; a reader who leaves does not end the run."""

    async def events() -> AsyncIterator[ServerSentEvent]:
        async for number, event in desk.live.follow(asker, run, after):
            yield ServerSentEvent(data=event.model_dump_json(by_alias=True), id=f"{run.stored.id}:{number}")

    return EventSourceResponse(events(), ping=KEEP_ALIVE, sep="\n", headers={"X-Accel-Buffering": "no"})
