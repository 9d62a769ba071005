"""The worklist: choose the next case by the time left, keep a filter, take cases in hand."""

import contextlib
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from agents.casework.panel import claims
from agents.casework.panel.worklist import PAGE, WorklistFilter
from api.auth import Caller, set_cookie
from api.panel import words
from api.panel.desk import Desk, PanelDesk
from api.panel.entry import Form, PanelRoute, Person, Reader, text_of
from api.panel.pages import THEME, page
from api.routes.cases import OneCase
from api.scopes import Scope
from api.smart.ehr import LaunchedPatient
from api.smart.in_view import InView, in_view, session_seconds
from cases.errors import Conflict, InputError
from cases.frozen import Frozen
from cases.ids import CaseId, PayerId, UserId
from cases.lifecycle import CaseState
from runtime import panel_store, review_store

router = APIRouter(prefix="/panel", route_class=PanelRoute, include_in_schema=False)
_STATES = {key: states for key, _, states in words.FILTERS}
_KEPT = ("view", "payer", "mine", "expedited", "unclaimed")


class Chosen(Frozen):
    """The filter as it stands in the address. A value that is not known is passed over."""

    view: str = "open"
    payer: str = ""
    mine: bool = False
    expedited: bool = False
    unclaimed: bool = False

    def address(self, **changes: object) -> str:
        """The query string of this filter with changes."""
        held = {**self.model_dump(), **changes}
        kept = {name: "1" if value is True else value for name, value in held.items() if value}
        return urlencode({name: value for name, value in kept.items() if (name, value) != ("view", "open")})

    def wanted(self, caller: Caller, search: str = "") -> WorklistFilter:
        return WorklistFilter(
            states=_STATES.get(self.view, frozenset()),
            payer_id=PayerId(self.payer) if self.payer else None,
            expedited=self.expedited,
            claimed_by=caller.id if self.mine else None,
            unclaimed=self.unclaimed,
            words=search,
        )


@router.get("", name="panel.worklist")
def worklist(
    request: Request,
    desk: Desk,
    caller: Person,
    view: str = "open",
    payer: str = "",
    mine: bool = False,
    expedited: bool = False,
    unclaimed: bool = False,
    at: int = Query(default=1, ge=1, le=100_000),
) -> Response:
    """A page of lines; a viewer, who may read no case, gets the counts alone."""
    chosen = Chosen(view=view, payer=payer, mine=mine, expedited=expedited, unclaimed=unclaimed)
    if Scope.CASES_READ not in caller.scopes:
        counts = desk.worklist.view(WorklistFilter(), size=0).by_state
        return page(request, "counts.html", caller=caller, counts=counts)
    return _shown(request, desk, caller, chosen, at=at)


@router.post("/search", name="panel.search")
def search(request: Request, desk: Desk, caller: Reader, form: Form) -> Response:
    """Lines that hold all the words. Asked by POST, so that no name stands in an address or its history."""
    return _shown(request, desk, caller, Chosen(view="all"), search=text_of(form, "q", 200).strip())


@router.get("/in-view", name="panel.in_view")
def cases_in_view(request: Request, desk: Desk, caller: Reader) -> Response:
    """Where an EHR's launch lands: the case of the patient and order in view, or the patient's cases to choose from."""
    launched = in_view(request, desk.toolbox, caller.id)
    response = _opened(request, desk, caller, launched)
    if launched is not None and launched.theme:
        set_cookie(request, response, THEME, launched.theme, session_seconds(desk.toolbox))
    return response


def _opened(request: Request, desk: PanelDesk, caller: Caller, launched: InView | None) -> Response:
    if launched is None or launched.patient is None:
        return RedirectResponse("/panel", status_code=303)
    lines = launched.lines(desk.worklist.lines(WorklistFilter()))
    one = launched.one(lines)
    if one is not None:
        return RedirectResponse(f"/panel/cases/{one.case_id}", status_code=303)
    only = WorklistFilter(only=frozenset(line.case_id for line in lines))
    return _listed(request, desk, caller, Chosen(view="all"), only, launched=launched.patient)


def _shown(
    request: Request, desk: PanelDesk, caller: Caller, chosen: Chosen, *, at: int = 1, search: str = ""
) -> Response:
    return _listed(request, desk, caller, chosen, chosen.wanted(caller, search), at=at, search=search)


def _listed(
    request: Request, desk: PanelDesk, caller: Caller, chosen: Chosen, wanted: WorklistFilter, *, at: int = 1,
    search: str = "", launched: LaunchedPatient | None = None,
) -> Response:  # fmt: skip
    found = desk.worklist.view(wanted, page=at)
    with desk.toolbox.database.read() as transaction:
        views = panel_store.views_of(transaction, caller.id)
        users = review_store.all_users(transaction)
        names = {user.id: user.name for user in users}
    return page(
        request, "worklist.html", caller=caller, found=found, chosen=chosen, search=search, launched=launched,
        views=views, names=names, staff=[user for user in users if claims.may_hold(user)],
        filters=[(key, name, _count(found.by_state, key)) for key, name, _ in words.FILTERS],
    )  # fmt: skip


def _count(by_state: Mapping[CaseState, int], key: str) -> int:
    return sum(count for state, count in by_state.items() if not _STATES[key] or state in _STATES[key])


@router.post("/views", name="panel.views")
def keep_view(desk: Desk, caller: Reader, form: Form) -> Response:
    """Keep the filter under a name, or delete a kept one."""
    name = text_of(form, "name", 64)
    given = dict(parse_qsl(text_of(form, "filters", 400)))
    chosen = Chosen.model_validate({key: given[key] for key in _KEPT if key in given})
    if text_of(form, "act") == "delete":
        claims.delete_view(desk.toolbox, caller.id, name)
    else:
        claims.save_view(desk.toolbox, caller.id, name, chosen.address())
    return RedirectResponse(f"/panel?{chosen.address()}", status_code=303)


@router.post("/bulk", name="panel.bulk")
def several(request: Request, desk: Desk, caller: Reader, form: Form) -> Response:
    """Claim, let go of, or (a supervisor) assign the cases that were chosen; one that another has in hand stays."""
    chosen = [CaseId(str(one)) for one in form.getlist("case")[:PAGE]]
    act, to = text_of(form, "act"), UserId(text_of(form, "to", 128))
    if not chosen:
        raise InputError("case: choose at least one case in the list first")
    if act == "assign":
        caller.must_hold(Scope.DEAD_LETTERS_MANAGE)
    for case_id in chosen:
        if act == "assign":
            claims.assign(desk.toolbox, case_id, to, caller.id)
        elif act == "release":
            claims.release(desk.toolbox, case_id, caller.id)
        else:
            with contextlib.suppress(Conflict):
                claims.claim(desk.toolbox, case_id, caller.id)
    back = text_of(form, "back", 400)
    return RedirectResponse(back if back.startswith("/panel") else "/panel", status_code=303)


@router.post("/cases/{case_id}/claim", name="panel.claim")
def claim(desk: Desk, caller: Reader, case_id: OneCase, form: Form) -> Response:
    """Take a case in hand, take it over, or let it go; back to where one came from."""
    act = text_of(form, "act")
    if act == "release":
        claims.release(desk.toolbox, case_id, caller.id)
    else:
        claims.claim(desk.toolbox, case_id, caller.id, take_over=act == "take_over")
    back = text_of(form, "back", 400)
    return RedirectResponse(back if back.startswith("/panel") else f"/panel/cases/{case_id}", status_code=303)
