"""Having a case worked again, and closing it."""

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from agents.casework.panel.moves import close_case, work_again
from api.panel.desk import Desk
from api.panel.entry import Form, PanelRoute, Reader
from api.routes.cases import OneCase
from api.scopes import Scope

router = APIRouter(prefix="/panel/cases/{case_id}", route_class=PanelRoute, include_in_schema=False)


@router.post("/again", name="panel.again")
def again(desk: Desk, caller: Reader, case_id: OneCase, _form: Form) -> Response:
    """Have the case worked again."""
    caller.must_hold(Scope.REVIEW_EDIT)
    work_again(desk.toolbox, case_id, caller.id)
    return RedirectResponse(f"/panel/cases/{case_id}", status_code=303)


@router.post("/close", name="panel.close")
def close(desk: Desk, caller: Reader, case_id: OneCase, _form: Form) -> Response:
    """Close the case."""
    caller.must_hold(Scope.REVIEW_DECIDE)
    close_case(desk.toolbox, case_id, caller.id)
    return RedirectResponse(f"/panel/cases/{case_id}", status_code=303)
