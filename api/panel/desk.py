"""What the panel keeps in memory for one process: lines of the worklist, drawn pages, the policies' passages."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from agents.casework.asking import PolicyDesk
from agents.casework.panel_documents import PageShelf
from agents.casework.panel_worklist import WorklistReader
from agents.toolbox import Toolbox
from api.auth import toolbox_of


@dataclass(frozen=True)
class PanelDesk:
    """One for each application; whatever it holds can be read again."""

    toolbox: Toolbox
    worklist: WorklistReader
    shelf: PageShelf
    questions: PolicyDesk


def _desk(request: Request) -> PanelDesk:
    held: PanelDesk | None = getattr(request.app.state, "panel", None)
    if held is None:
        box = toolbox_of(request)
        held = PanelDesk(box, WorklistReader(box), PageShelf(box), PolicyDesk(box))
        request.app.state.panel = held
    return held


Desk = Annotated[PanelDesk, Depends(_desk)]
