"""Questions about one case, answered from the policies of its payer."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from agents.casework.asking import PolicyQuestion
from agents.casework.panel.case import read_case
from api.panel.desk import Desk
from api.panel.entry import Form, PanelRoute, Reader, text_of
from api.panel.pages import page
from api.routes.cases import OneCase

router = APIRouter(prefix="/panel/cases/{case_id}/ask", route_class=PanelRoute, include_in_schema=False)


@router.get("", name="panel.case.ask")
def ask_page(request: Request, desk: Desk, caller: Reader, case_id: OneCase) -> Response:
    """The question box of a case."""
    desk.questions.warm_soon()
    sheet = read_case(desk.toolbox, case_id, caller.id)
    return page(request, "ask.html", caller=caller, sheet=sheet, question="", answered=None)


@router.post("", name="panel.case.ask.answer")
def ask(request: Request, desk: Desk, caller: Reader, case_id: OneCase, form: Form) -> Response:
    """An answer with its passages, of the case's payer and date."""
    sheet = read_case(desk.toolbox, case_id, caller.id)
    question = text_of(form, "question", 500).strip()
    answered = desk.questions.ask(PolicyQuestion(question=question, case=sheet.case.id)) if question else None
    return page(request, "ask.html", caller=caller, sheet=sheet, question=question, answered=answered)
