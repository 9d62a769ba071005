"""What the suites said last, what moved since, whether what comes in has changed: for supervisors and compliance."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.panel.desk import Desk
from api.panel.entry import PanelRoute, Supervisor
from api.panel.pages import page
from evals.drift import drift, rate_words
from evals.history import figure_words, moves, read_history
from evals.weekly import read_weeks

router = APIRouter(prefix="/panel", route_class=PanelRoute, include_in_schema=False)
_MOST_RUNS, _MOST_MOVES = 12, 20


@router.get("/quality", name="panel.quality")
def quality(request: Request, desk: Desk, caller: Supervisor) -> Response:
    """The newest result of each suite, earlier runs, moved figures, and drift."""
    found = read_history(desk.toolbox.settings.home)
    last = {suite.name: (run, suite) for run in found.runs for suite in run.suites}
    newest = sorted(last.values(), key=lambda row: row[1].verdict != "failed")
    with desk.toolbox.database.read() as transaction:
        drifted = drift(transaction, desk.toolbox.clock.now())
    weekly = read_weeks(desk.toolbox.settings.home)
    return page(
        request, "quality.html", caller=caller, weeks=list(reversed(weekly.weeks)),
        late=weekly.is_late(desk.toolbox.clock.now()), newest=newest,
        unreadable=(*found.unreadable, *weekly.unreadable),
        runs=list(reversed(found.runs))[:_MOST_RUNS], moved=moves(found.runs)[:_MOST_MOVES], drifted=drifted,
        rate_words=rate_words, figure_words=figure_words,
    )  # fmt: skip
