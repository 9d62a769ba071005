"""The copilot of one application, and the caller as the copilot knows them."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, FastAPI, Request

from agents.copilot.question import Asker
from agents.copilot.running import Copilot
from agents.toolbox import Toolbox
from api.auth import Caller, Me, toolbox_of
from api.copilot.live import LiveRuns
from api.scopes import Scope
from api.shelves import shelves_of


@dataclass(frozen=True)
class CopilotDesk:
    """One for each application: the use cases, and the runs that go on in this process."""

    copilot: Copilot
    live: LiveRuns


def copilot_of(app: FastAPI, box: Toolbox) -> CopilotDesk:
    """The desk of an application, made when it is first asked for; it shares the panel's shelves."""
    held: CopilotDesk | None = getattr(app.state, "copilot", None)
    if held is None:
        copilot = Copilot(shelves_of(app, box))
        held = app.state.copilot = CopilotDesk(copilot, LiveRuns(copilot))
    return held


def asker_of(caller: Caller) -> Asker:
    """The one translation of rights: every door of the copilot asks as this."""
    return Asker(user_id=caller.id, reads_cases=Scope.CASES_READ in caller.scopes, cases=caller.cases)


def _desk(request: Request) -> CopilotDesk:
    return copilot_of(request.app, toolbox_of(request))


def _asker(caller: Me) -> Asker:
    return asker_of(caller)


Desk = Annotated[CopilotDesk, Depends(_desk)]
Asking = Annotated[Asker, Depends(_asker)]
