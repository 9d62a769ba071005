"""What the panel keeps in memory for one process: lines of the worklist, drawn pages, the policies' passages."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, FastAPI, Request

from agents.casework.asking import PolicyDesk
from agents.casework.panel.documents import PageShelf
from agents.casework.panel.worklist import WorklistReader
from agents.toolbox import Toolbox
from api.auth import toolbox_of
from api.shelves import shelves_of


@dataclass(frozen=True)
class PanelDesk:
    """One for each application; whatever it holds can be read again."""

    toolbox: Toolbox
    worklist: WorklistReader
    shelf: PageShelf
    questions: PolicyDesk


def desk_of(app: FastAPI, box: Toolbox) -> PanelDesk:
    """The desk of an application, made when it is first asked for."""
    held: PanelDesk | None = getattr(app.state, "panel", None)
    if held is None:
        shelves = shelves_of(app, box)
        held = app.state.panel = PanelDesk(box, shelves.worklist, PageShelf(box), shelves.policies)
    return held


def _desk(request: Request) -> PanelDesk:
    return desk_of(request.app, toolbox_of(request))


Desk = Annotated[PanelDesk, Depends(_desk)]
