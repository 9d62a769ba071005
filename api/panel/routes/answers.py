"""A person's answer to a criterion that only a person can settle."""

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from agents.casework.panel.answers import GivenAnswer, record_answer
from agents.casework.panel.case import read_case
from api.panel.desk import Desk
from api.panel.entry import Form, PanelRoute, Reader, text_of
from api.panel.routes.case import Criterion, one_criterion
from api.routes.cases import OneCase
from api.scopes import Scope
from cases.errors import InputError, NotFound

router = APIRouter(prefix="/panel/cases/{case_id}/evidence", route_class=PanelRoute, include_in_schema=False)


@router.post("/{criterion_id}/answer", name="panel.answer")
def answer(
    request: Request, desk: Desk, caller: Reader, case_id: OneCase, criterion_id: Criterion, form: Form
) -> Response:
    """Record it and have the case worked again; an answer that cannot be taken comes back with every word."""
    caller.must_hold(Scope.REVIEW_EDIT)
    sheet = read_case(desk.toolbox, case_id, caller.id)
    judged = sheet.judgement(criterion_id)
    if criterion_id not in sheet.questions:
        raise NotFound("This criterion is settled by the chart; no answer is asked for.")
    written = {name: text_of(form, name, 1000) for name in ("answer", "document", "quote", "reason")}
    try:
        record_answer(desk.toolbox, _given(written, sheet.case.id, criterion_id), caller.id)
    except InputError as error:
        return one_criterion(request, desk, caller, sheet, judged, status=422, failed=error, written=written)
    return RedirectResponse(f"/panel/cases/{case_id}?told=answer", status_code=303)


def _given(written: dict[str, str], case_id: OneCase, criterion_id: str) -> GivenAnswer:
    if written["answer"] not in ("yes", "no"):
        raise InputError("answer: choose yes or no")
    return GivenAnswer(
        case_id=case_id, criterion_id=criterion_id, yes=written["answer"] == "yes", document=written["document"],
        quote=written["quote"], reason=written["reason"],
    )  # fmt: skip
