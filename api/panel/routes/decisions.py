"""The decision: approve, edit, sign or return exactly what was seen; a stale one is told so and loses nothing."""

import json

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import JSONResponse, RedirectResponse, Response

from agents.casework.panel import claims
from agents.casework.panel.case import CaseSheet, letter_of, read_case
from agents.casework.panel.letter import changes, edited, edited_markdown
from agents.casework.reviewing import ReviewRequest, record_review
from api.auth import Caller
from api.panel.desk import Desk, PanelDesk
from api.panel.entry import Form, PanelRoute, Reader, text_of
from api.panel.pages import page
from api.panel.routes.case import acts_of, shown
from api.routes.cases import OneCase
from api.routes.reviews import SCOPE_OF_ACT
from cases.errors import Conflict, CountersignError, GateRefused, InputError, NotFound
from cases.ids import CaseId, Digest
from cases.packet import Letter
from cases.review import ReviewAct
from formats.letter_references import numbers, place

router = APIRouter(prefix="/panel/cases/{case_id}", route_class=PanelRoute, include_in_schema=False)
_MOST_LETTER = 200_000
_STATUS: dict[type[CountersignError], int] = {Conflict: 409, GateRefused: 409, InputError: 422}


@router.post("/decisions", name="panel.decide")
def decide(request: Request, desk: Desk, caller: Reader, case_id: OneCase, form: Form) -> Response:
    """Record what the person decided. What is refused comes back with the reason and every word that was typed."""
    act = _act(form)
    caller.must_hold(SCOPE_OF_ACT[act])
    asked = ReviewRequest(
        case_id=case_id, act=act, user_id=caller.id, digest=Digest(text_of(form, "digest", 64)),
        reason=text_of(form, "reason").strip(),
    )  # fmt: skip
    try:
        if act is ReviewAct.EDIT:
            original = letter_of(desk.toolbox, case_id, asked.digest)
            asked = asked.model_copy(update={"letter": _letter(form, original)})
        record_review(desk.toolbox, asked)
    except (Conflict, GateRefused, InputError, NotFound) as error:
        return _refused(request, desk, caller, asked, form, error)
    claims.drop_draft(desk.toolbox, case_id, caller.id)
    return RedirectResponse(f"/panel/cases/{case_id}?told={act.value}", status_code=303)


def _act(form: FormData) -> ReviewAct:
    given = text_of(form, "act", 16)
    if given not in list(ReviewAct):
        raise InputError("act: choose approve, edit, sign or reject")
    return ReviewAct(given)


def _letter(form: FormData, original: Letter) -> str:
    whole = text_of(form, "letter", _MOST_LETTER)
    if whole:
        return whole
    fields = {name: text_of(form, name, _MOST_LETTER) for name in form}
    if edited(original, fields) == original:
        raise InputError("letter: nothing is changed yet; change a sentence, or go back")
    return edited_markdown(original, fields)


def _refused(
    request: Request, desk: PanelDesk, caller: Caller, asked: ReviewRequest, form: FormData, error: CountersignError
) -> Response:
    """The page again, with what was wrong, what was kept, and the words typed."""
    status = next((code for kind, code in _STATUS.items() if isinstance(error, kind)), 409)
    sheet = read_case(desk.toolbox, asked.case_id, caller.id)
    if asked.act is ReviewAct.EDIT:
        fields = {name: text_of(form, name, _MOST_LETTER) for name in form if name.startswith(("s-", "closing"))}
        _keep(desk, caller, asked.case_id, asked.digest, asked.reason, fields)
        return _letter_page(request, desk, caller, sheet.case.id, status=status, refused=error, asked=asked)
    return shown(request, desk, caller, sheet, status=status, refused=error, reason=asked.reason)


def _keep(
    desk: PanelDesk, caller: Caller, case_id: CaseId, digest: Digest, reason: str, fields: dict[str, str]
) -> None:
    words = json.dumps({"reason": reason, "fields": fields})
    claims.keep_draft(desk.toolbox, case_id, caller.id, digest, words)


@router.post("/draft", name="panel.draft")
def keep_draft(desk: Desk, caller: Reader, case_id: OneCase, form: Form) -> Response:
    """Keep what is being written; scripts send it while one types."""
    fields = {name: text_of(form, name, _MOST_LETTER) for name in form if name.startswith(("s-", "closing"))}
    _keep(desk, caller, case_id, Digest(text_of(form, "digest", 64)), text_of(form, "reason"), fields)
    return JSONResponse({"kept": True})


@router.post("/draft/drop", name="panel.draft.drop")
def drop_draft(desk: Desk, caller: Reader, case_id: OneCase, form: Form) -> Response:
    """Forget what was being written."""
    claims.drop_draft(desk.toolbox, case_id, caller.id)
    return RedirectResponse(f"/panel/cases/{case_id}/letter", status_code=303)


@router.get("/letter", name="panel.letter")
def letter(request: Request, desk: Desk, caller: Reader, case_id: OneCase) -> Response:
    """The letter as a form, one field for each sentence, with what was being written put back."""
    return _letter_page(request, desk, caller, case_id)


def _letter_page(
    request: Request, desk: PanelDesk, caller: Caller, case_id: CaseId, *, status: int = 200,
    refused: CountersignError | None = None, asked: ReviewRequest | None = None,
) -> Response:  # fmt: skip
    sheet = read_case(desk.toolbox, case_id, caller.id)
    if sheet.ready is None:
        raise NotFound("This case has no letter that could be sent now, so there is none to edit.")
    fields, reason = _written(sheet)
    letter = sheet.ready.letter
    stale = sheet.draft is not None and sheet.draft.digest != sheet.ready.digest
    return page(
        request, "letter.html", status=status, caller=caller, sheet=sheet, letter=letter, stale=stale,
        fields={} if stale else fields, reason=reason, refused=refused, asked=asked,
        mine=_mine(desk, sheet, fields) if stale else (), may_edit=ReviewAct.EDIT in acts_of(caller, sheet),
        numbers=numbers(letter), place=place,
    )  # fmt: skip


def _written(sheet: CaseSheet) -> tuple[dict[str, str], str]:
    """The fields and the reason of the draft, if there is one."""
    if sheet.draft is None:
        return {}, ""
    kept = json.loads(sheet.draft.words)
    return dict(kept.get("fields", {})), str(kept.get("reason", ""))


def _mine(desk: PanelDesk, sheet: CaseSheet, fields: dict[str, str]) -> tuple[object, ...]:
    """What the person had changed in the letter that has changed since."""
    if sheet.draft is None:
        return ()
    try:
        before = letter_of(desk.toolbox, sheet.case.id, sheet.draft.digest)
    except NotFound:
        return ()
    return changes(before, edited(before, fields))
