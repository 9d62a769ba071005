"""People's labels: a supervisor approves items made of decisions on facts, and a second person answers them."""

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from agents.casework import labelling
from api.panel.desk import Desk
from api.panel.entry import Form, PanelRoute, Reader, Supervisor, text_of
from api.panel.pages import page
from api.scopes import Scope
from cases.errors import InputError
from cases.labelling import Says, agreement

router = APIRouter(prefix="/panel/labels", route_class=PanelRoute, include_in_schema=False)


@router.get("", name="panel.labels")
def labels(request: Request, desk: Desk, caller: Reader) -> Response:
    """What this person may approve and answer, and how far people agree."""
    held = labelling.items(desk.toolbox)
    approves = Scope.DEAD_LETTERS_MANAGE in caller.scopes
    return page(
        request, "labels.html", caller=caller, approves=approves,
        offered=labelling.candidates(desk.toolbox) if approves else (),
        to_answer=[one for one in held if labelling.open_to(one, caller.id)],
        held=held, settled=sum(one.answer is not None for one in held), agreed=agreement(held),
    )  # fmt: skip


@router.post("/{item_id}/keep", name="panel.labels.keep")
def keep(desk: Desk, caller: Supervisor, item_id: str, _form: Form) -> Response:
    """Approve an item."""
    labelling.keep(desk.toolbox, item_id, caller.id)
    return RedirectResponse("/panel/labels", status_code=303)


@router.post("/{item_id}/leave-out", name="panel.labels.leave_out")
def leave_out(desk: Desk, caller: Supervisor, item_id: str, _form: Form) -> Response:
    """Make no item of a decision."""
    labelling.leave_out(desk.toolbox, item_id, caller.id)
    return RedirectResponse("/panel/labels", status_code=303)


@router.post("/{item_id}/answer", name="panel.labels.answer")
def answer(desk: Desk, caller: Reader, item_id: str, form: Form) -> Response:
    """Answer an item: yes, no or unsure."""
    says = text_of(form, "says", 16)
    if says not in set(Says):
        raise InputError("says: yes, no or unsure")
    labelling.label(desk.toolbox, item_id, Says(says), caller.id)
    return RedirectResponse("/panel/labels", status_code=303)
