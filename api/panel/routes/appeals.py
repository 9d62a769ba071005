"""Acts on an appeal in the panel: open one, record its filing, its paper, a call, its decision; give a denial up."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path, Request
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from agents.casework.appeals.acts import record_call, record_consent, record_filing, record_slot, write_off
from agents.casework.appeals.opening import open_appeal_soon
from agents.casework.appeals.sheet import appeal_sheet
from agents.casework.appeals.views import brief_of
from agents.casework.denials.appealed import record_outcome
from agents.casework.panel.case import read_case
from agents.toolbox import Toolbox
from api.panel.desk import Desk
from api.panel.entry import Form, PanelRoute, Reader, text_of
from api.panel.routes.case import shown
from api.panel.routes.denials import OneDenial, refused
from api.routes.cases import OneCase
from api.scopes import Scope
from cases.appeal import Call, Result, Slot
from cases.errors import Conflict, InputError
from cases.ids import CaseId, UserId

router = APIRouter(prefix="/panel", route_class=PanelRoute, include_in_schema=False)
Kind = Annotated[Literal["filed", "consent", "slot", "call", "outcome"], Path()]
_MOST = 4000


def _filed(toolbox: Toolbox, case_id: CaseId, user: UserId, given: Mapping[str, str]) -> None:
    record_filing(toolbox, case_id, user, given["how"], given["reference"])


def _consent(toolbox: Toolbox, case_id: CaseId, user: UserId, given: Mapping[str, str]) -> None:
    record_consent(toolbox, case_id, user, given["signed_by"], given["signed_on"])


def _call(toolbox: Toolbox, case_id: CaseId, user: UserId, given: Mapping[str, str]) -> None:
    kind = "status" if given["kind"] == "status" else "peer_to_peer"
    told = {name: given[name].strip() for name in ("with_whom", "specialty", "outcome", "note")}
    record_call(toolbox, case_id, user, Call(at=toolbox.clock.now(), kind=kind, **told))


def _slot(toolbox: Toolbox, case_id: CaseId, user: UserId, given: Mapping[str, str]) -> None:
    try:
        at = datetime.fromisoformat(given["at"]).replace(tzinfo=ZoneInfo(toolbox.settings.time_zone))
    except ValueError:
        raise InputError("at: choose a day and a time") from None
    told = {name: given[name].strip() for name in ("physician", "agreed_with")}
    record_slot(toolbox, case_id, user, Slot(at=at, **told))


def _outcome(toolbox: Toolbox, case_id: CaseId, user: UserId, given: Mapping[str, str]) -> None:
    if given["result"] not in list(Result):
        raise InputError("result: choose how it was decided")
    record_outcome(toolbox, case_id, Result(given["result"]), user, given["said"])


_ACTS: dict[str, tuple[Callable[[Toolbox, CaseId, UserId, Mapping[str, str]], None], tuple[str, ...]]] = {
    "filed": (_filed, ("how", "reference")),
    "consent": (_consent, ("signed_by", "signed_on")),
    "slot": (_slot, ("at", "physician", "agreed_with")),
    "call": (_call, ("kind", "with_whom", "specialty", "outcome", "note")),
    "outcome": (_outcome, ("result", "said")),
}


@router.post("/cases/{case_id}/appeal/{kind}", name="panel.appeal.act")
def act(request: Request, desk: Desk, caller: Reader, case_id: OneCase, kind: Kind, form: Form) -> Response:
    """Record what a person did or learned. What cannot be recorded comes back with every word that was typed."""
    caller.must_hold(Scope.REVIEW_EDIT)
    appeal_sheet(desk.toolbox, case_id)
    perform, names = _ACTS[kind]
    given = _fields(form, names)
    try:
        perform(desk.toolbox, case_id, UserId(caller.id), given)
    except (InputError, Conflict) as error:
        sheet = read_case(desk.toolbox, case_id, caller.id)
        status = 409 if isinstance(error, Conflict) else 422
        kept = {**given, "act": kind}
        return shown(request, desk, caller, sheet, status=status, acted=kept, act_failed=error.message)
    return RedirectResponse(f"/panel/cases/{case_id}#record", status_code=303)


def _fields(form: FormData, names: tuple[str, ...]) -> dict[str, str]:
    return {name: text_of(form, name, _MOST) for name in names}


@router.get("/cases/{case_id}/appeal/brief", name="panel.appeal.brief")
def brief(desk: Desk, caller: Reader, case_id: OneCase) -> Response:
    """The physician's page for a peer-to-peer call, as it was drafted."""
    return Response(brief_of(desk.toolbox, case_id), media_type="text/plain; charset=utf-8")


@router.post("/denials/{denial_id}/appeal", name="panel.denial.appeal")
def open_one(request: Request, desk: Desk, caller: Reader, denial_id: OneDenial, _form: Form) -> Response:
    """Open the denial's appeal, or go to the one there is; it is worked from here to the gate."""
    caller.must_hold(Scope.REVIEW_EDIT)
    try:
        appeal_id = open_appeal_soon(desk.toolbox, denial_id)
    except InputError as error:
        return refused(request, desk, caller, denial_id, error.message)
    return RedirectResponse(f"/panel/cases/{appeal_id}", status_code=303)


@router.post("/denials/{denial_id}/write-off", name="panel.denial.write_off")
def give_up(request: Request, desk: Desk, caller: Reader, denial_id: OneDenial, form: Form) -> Response:
    """Give a denial up: a supervisor's act with a reason."""
    caller.must_hold(Scope.REVIEW_DECIDE)
    why = text_of(form, "reason")
    try:
        write_off(desk.toolbox, denial_id, UserId(caller.id), why)
    except InputError as error:
        return refused(request, desk, caller, denial_id, error.message, why)
    return RedirectResponse(f"/panel/denials/{denial_id}", status_code=303)
