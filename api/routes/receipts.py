"""What became of something handed in, for whoever holds its receipt."""

from typing import Annotated

from fastapi import APIRouter, Path

from agents.casework.receipts import EventFate, fate_of
from api.auth import Box, needs
from api.error_pages import problems
from api.routes.case_views import EXAMPLE_CASE
from api.scopes import Scope

router = APIRouter(tags=["cases"])
_EXAMPLE = "r-0123456789abcdef0123456789abcdef"


_FATE = {
    "receipt_id": _EXAMPLE, "kind": "order.created", "received_at": "2026-11-23T15:00:00Z", "fate": "carried_out",
    "case_ids": [EXAMPLE_CASE], "reason": "",
}  # fmt: skip


@router.get(
    "/receipts/{receipt_id}",
    summary="What became of it",
    dependencies=[needs(Scope.EVENTS_WRITE)],
    responses={200: {"content": {"application/json": {"example": _FATE}}}, **problems(401, 403, 404, 422)},
)
def read_receipt(
    toolbox: Box,
    receipt_id: Annotated[str, Path(pattern=r"^r-[0-9a-f]{32}$", description="The receipt's id.", examples=[_EXAMPLE])],
) -> EventFate:
    """Of an event, an order or a document: whether it was worked on, and to which cases it led."""
    return fate_of(toolbox, receipt_id)
