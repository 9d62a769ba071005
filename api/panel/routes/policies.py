"""The policy library: what is held, and a passage opened in its text."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from agents.casework.panel.policies import held_policies, open_policy, policy_changes
from api.panel.desk import Desk
from api.panel.entry import PanelRoute, Reader
from api.panel.pages import page
from cases.ids import PayerId, PolicyDocId

router = APIRouter(prefix="/panel", route_class=PanelRoute, include_in_schema=False)
Place = Annotated[int, Query(ge=0)]


@router.get("/policies", name="panel.policies")
def policies(request: Request, desk: Desk, caller: Reader) -> Response:
    """Every policy held, by payer."""
    return page(request, "policies.html", caller=caller, held=held_policies(desk.toolbox))


@router.get("/policies/text", name="panel.policy")
def policy(
    request: Request, desk: Desk, caller: Reader, payer: str, doc: str, version: int, start: Place = 0,
    end: Place = 0, sha: Annotated[str, Query(pattern=r"^([0-9a-f]{16})?$")] = "",
) -> Response:  # fmt: skip
    """A version's text with a passage marked; `sha` says what must stand there."""
    opened = open_policy(desk.toolbox, PayerId(payer), PolicyDocId(doc), version, (start, end), sha)
    return page(request, "policy.html", caller=caller, opened=opened)


@router.get("/policies/changes", name="panel.policy.changes")
def what_changed(
    request: Request, desk: Desk, caller: Reader, payer: str, doc: str, before: int, after: int
) -> Response:
    """What differs between two versions."""
    found = policy_changes(desk.toolbox, PayerId(payer), PolicyDocId(doc), before, after)
    return page(request, "policy_changes.html", caller=caller, found=found)
