"""The worklist: what staff choose their next case from, and how much there is."""

from collections import Counter

from fastapi import APIRouter
from pydantic import ConfigDict

from agents.casework.worklist import WorklistPage, worklist
from api.auth import Box, needs
from api.error_pages import problems
from api.paging import Cursor, Limit
from api.routes.cases import Payer, States
from api.scopes import Scope
from cases.frozen import Frozen
from cases.lifecycle import CaseState
from runtime import case_store

router = APIRouter(tags=["worklist"])


class WorklistCounts(Frozen):
    """How many cases stand in each state; no case is named."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"total": 12, "by_state": {"awaiting_review": 4, "pended": 8}}]}
    )

    total: int
    by_state: dict[CaseState, int]


@router.get(
    "/worklist",
    summary="What there is to do",
    dependencies=[needs(Scope.CASES_READ)],
    responses=problems(401, 403, 422),
)
def read_worklist(
    toolbox: Box, state: States = None, payer: Payer = None, cursor: Cursor = None, limit: Limit = 50
) -> WorklistPage:
    """Cases as lines to choose from, a page at a time."""
    return worklist(toolbox, state or (), payer, cursor, limit)


@router.get(
    "/worklist/counts",
    summary="How much there is",
    dependencies=[needs(Scope.METRICS_READ)],
    responses=problems(401, 403),
)
def count_worklist(toolbox: Box) -> WorklistCounts:
    """Numbers only, so that a viewer may see them."""
    with toolbox.database.read() as transaction:
        counted = Counter(summary.state for summary in case_store.listing(transaction))
    return WorklistCounts(total=counted.total(), by_state=dict(counted))
