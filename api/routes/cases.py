"""Cases: list them, look at one, open them from a chart, and hand in a document."""

import base64
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import ConfigDict

from agents.casework.appeals.sheet import AppealSheet, appeal_sheet
from agents.casework.documents import receive_document
from agents.casework.events import accept_event
from api.auth import Box, Me, needs
from api.error_pages import problems
from api.idempotency import Answer, OnceOnly
from api.json_depth import refuse_too_deep
from api.paging import Cursor, Limit, cursor_of, instant_of, place_of
from api.routes.case_views import EXAMPLE_CASE, CaseView
from api.scopes import Scope
from api.uploads import MULTIPART_BODY, Files, HandedIn, one_of
from cases.errors import InputError
from cases.frozen import Frozen
from cases.ids import CaseId, PayerId, digest_of
from cases.lifecycle import CaseState
from formats.fhir.reading import read_fhir
from formats.media_type import MediaType, media_type_of
from runtime import case_store, work_store
from runtime.case_store import CaseSummary
from runtime.inbox import EventReceipt, IncomingEvent

router = APIRouter(tags=["cases"])

OneCase = Annotated[CaseId, Path(pattern=r"^[ac]-[0-9a-f]{16}$", description="The case's id.", examples=[EXAMPLE_CASE])]
States = Annotated[
    list[CaseState] | None,
    Query(alias="state", description="Only cases in these states.", examples=[["awaiting_review"]]),
]
Payer = Annotated[
    PayerId | None,
    Query(pattern=r"^[\x21-\x7e]{1,128}$", description="Only this payer's, by its id.", examples=["cms"]),
]


class CasePage(Frozen):
    """A page of cases, the longest untouched first; one that changes meanwhile is seen again at the end."""

    items: tuple[CaseSummary, ...]
    next_cursor: str | None


class Receipt(Frozen):
    """What is kept of something handed in. It is worked on from here; a repeat gets the same receipt.

    What became of it says GET /receipts/{receipt_id}.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [{"receipt_id": "r-5b0e…", "event_id": "4a0c…"}]})

    receipt_id: str
    event_id: str


@router.get(
    "/cases",
    summary="List cases",
    dependencies=[needs(Scope.CASES_READ)],
    responses=problems(401, 403, 422),
)
def list_cases(
    toolbox: Box, state: States = None, payer: Payer = None, cursor: Cursor = None, limit: Limit = 50
) -> CasePage:
    """Ids, states and payers; no patient is named here."""
    after = None if cursor is None else _place(cursor)
    with toolbox.database.read() as transaction:
        found = case_store.page(transaction, state or (), payer, after, limit + 1)
    items = found[:limit]
    last = items[-1] if len(found) > limit else None
    return CasePage(items=items, next_cursor=last and cursor_of(last.updated_at.isoformat(), last.id))


@router.get(
    "/cases/{case_id}",
    summary="Look at a case",
    dependencies=[needs(Scope.CASES_READ)],
    responses=problems(401, 403, 404),
)
def read_case(toolbox: Box, case_id: OneCase, response: Response) -> CaseView:
    """The case as it stands; ETag is its revision."""
    with toolbox.database.read() as transaction:
        case = case_store.get(transaction, case_id)
        submission = work_store.newest_submission(transaction, case_id)
        gate = work_store.get_product(transaction, case_id, work_store.GATE)
    response.headers["ETag"] = f'"r{case.revision}"'
    return CaseView.of(case, submission, gate)


@router.get(
    "/cases/{case_id}/appeal",
    summary="Look at an appeal",
    dependencies=[needs(Scope.CASES_READ)],
    responses=problems(401, 403, 404),
)
def read_appeal(toolbox: Box, case_id: OneCase) -> AppealSheet:
    """What is filed where and by when, and how each reason of the denial is answered; 404 for a case that is none."""
    return appeal_sheet(toolbox, case_id)


@router.post(
    "/cases",
    status_code=202,
    summary="Open cases from a chart",
    dependencies=[needs(Scope.EVENTS_WRITE)],
    response_model=Receipt,
    responses=problems(400, 401, 403, 409, 413, 415, 422),
    openapi_extra=MULTIPART_BODY,
)
def open_cases(toolbox: Box, caller: Me, files: Files, once: OnceOnly) -> Response:
    """Hand in a chart: FHIR JSON as the body, or FHIR JSON and notes as files. Each order opens or joins a case."""
    body = _order_event(files)

    def act() -> Answer:
        event = IncomingEvent(source=f"upload:{caller.id}", event_id=digest_of(body), kind="order.created", body=body)
        return _received(accept_event(toolbox, event))

    return once.answer((body,), act)


@router.post(
    "/cases/{case_id}/documents",
    status_code=202,
    summary="Hand in a document for a case",
    dependencies=[needs(Scope.DOCUMENTS_WRITE)],
    response_model=Receipt,
    responses=problems(400, 401, 403, 404, 409, 413, 415, 422),
    openapi_extra=MULTIPART_BODY,
)
def hand_in_document(toolbox: Box, caller: Me, case_id: OneCase, files: Files, once: OnceOnly) -> Response:
    """One file, by which a case that waits goes on from where it stood."""
    document = one_of(files)

    def act() -> Answer:
        return _received(receive_document(toolbox, case_id, document.name, document.content, caller.id))

    return once.answer((document.name, document.content), act)


def _received(receipt: EventReceipt) -> Answer:
    return Answer(Receipt(receipt_id=receipt.receipt_id, event_id=receipt.event_id), status=202)


def _order_event(files: Sequence[HandedIn]) -> bytes:
    """A lone FHIR file as it came; several files as an envelope that names each."""
    charts = [file for file in files if media_type_of(file.content) is MediaType.JSON]
    for file in charts:
        refuse_too_deep(file.content)
        read_fhir(file.content, file.name)
    if not charts:
        raise InputError("files: none of them is FHIR JSON, which alone can hold an order")
    if len({file.name for file in files}) < len(files):
        raise InputError("files: two have the same name; give each a name of its own")
    if len(files) == 1:
        return files[0].content
    parts = [{"name": file.name, "content": base64.b64encode(file.content).decode()} for file in files]
    return json.dumps({"type": "order.created", "data": {"files": parts}}).encode()


def _place(cursor: str) -> tuple[datetime, CaseId]:
    at, case_id = place_of(cursor, str, str)
    return instant_of(at), CaseId(str(case_id))
