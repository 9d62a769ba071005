"""Is the process alive, and can it work."""

from collections.abc import Callable
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Response

from agents.toolbox import Toolbox
from api.auth import Box, Caller, identify_if_any
from cases.errors import CountersignError
from cases.frozen import Frozen
from runtime import case_store, dead_letters, policy_store
from runtime.database import Transaction

router = APIRouter(tags=["health"])


class Health(Frozen):
    """The process answers."""

    status: Literal["alive"] = "alive"


class Readiness(Frozen):
    """Whether it can work; `parts` only for who is signed in."""

    status: Literal["ready", "not_ready"]
    parts: dict[str, bool] = {}


@router.get("/healthz", summary="Is the process alive")
async def healthz() -> Health:
    """Open to all; says nothing else."""
    return Health()


@router.get("/readyz", summary="Can it work", responses={503: {"model": Readiness, "description": "Not ready"}})
def readyz(toolbox: Box, caller: Annotated[Caller | None, Depends(identify_if_any)], response: Response) -> Readiness:
    """Open to all, who are told yes or no; who is signed in also sees which part is missing."""
    parts = _parts(toolbox)
    ready = all(parts.values())
    response.status_code = 200 if ready else 503
    return Readiness(status="ready" if ready else "not_ready", parts=parts if caller else {})


def _parts(toolbox: Toolbox) -> dict[str, bool]:
    """Each part, asked for something small that it must be able to give."""
    asked: dict[str, Callable[[Transaction], object]] = {
        "database": lambda transaction: case_store.page(transaction, (), None, None, 1),
        "queue": dead_letters.unsettled,
        "index": policy_store.added_payers,
    }
    parts = {name: _answers(toolbox, ask) for name, ask in asked.items()}
    return {**parts, "queue": parts["queue"] and toolbox.queue is not None}


def _answers(toolbox: Toolbox, ask: Callable[[Transaction], object]) -> bool:
    try:
        with toolbox.database.read() as transaction:
            ask(transaction)
    except CountersignError:
        return False
    return True
