"""What one application holds in memory for panel and copilot alike: the policies' passages and the worklist's lines."""

from fastapi import FastAPI

from agents.casework.asking import PolicyDesk
from agents.casework.panel.worklist import WorklistReader
from agents.copilot.tools import Shelves
from agents.toolbox import Toolbox


def shelves_of(app: FastAPI, box: Toolbox) -> Shelves:
    """The application's shelves, made when they are first asked for; whatever they hold can be read again."""
    held: Shelves | None = getattr(app.state, "shelves", None)
    if held is None:
        held = app.state.shelves = Shelves(box, PolicyDesk(box), WorklistReader(box))
    return held
