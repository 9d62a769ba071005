"""The worklist: cases in a stable order, a page at a time, with what staff sort and choose by."""

import base64
import binascii
import json
from collections.abc import Collection
from datetime import datetime

from agents.toolbox import Toolbox
from cases.case import Case
from cases.errors import InputError
from cases.frozen import Frozen
from cases.ids import CaseId, PayerId
from cases.lifecycle import CaseState
from runtime import case_store


class WorklistItem(Frozen):
    """One case as a line: enough to choose it by."""

    case_id: CaseId
    state: CaseState
    revision: int
    payer: str
    code: str
    patient: str
    updated_at: datetime
    flags: tuple[str, ...]


class WorklistPage(Frozen):
    """A page, and the cursor of the next one; None on the last."""

    items: tuple[WorklistItem, ...]
    next_cursor: str | None


def worklist(
    toolbox: Toolbox,
    states: Collection[CaseState] = (),
    payer_id: PayerId | None = None,
    after: str | None = None,
    limit: int = 50,
) -> WorklistPage:
    """Cases after a cursor, the longest untouched first. Raises InputError for a cursor that is not one of ours."""
    with toolbox.database.read() as transaction:
        found = case_store.page(transaction, states, payer_id, _place(after), limit + 1)
        items = tuple(_item(case_store.get(transaction, summary.id), summary.updated_at) for summary in found[:limit])
    more = len(found) > limit
    return WorklistPage(items=items, next_cursor=_cursor(items[-1]) if more and items else None)


def _item(case: Case, updated_at: datetime) -> WorklistItem:
    return WorklistItem(
        case_id=case.id,
        state=case.state,
        revision=case.revision,
        payer=case.payer.name if case.payer else "",
        code=case.order.codes[0].code if case.order.codes else "",
        patient=case.patient.full_name,
        updated_at=updated_at,
        flags=tuple(flag.code for flag in case.flags if flag.severity != "info"),
    )


def _cursor(item: WorklistItem) -> str:
    return base64.urlsafe_b64encode(json.dumps([item.updated_at.isoformat(), item.case_id]).encode()).decode()


def _place(cursor: str | None) -> tuple[datetime, CaseId] | None:
    if cursor is None:
        return None
    try:
        at, case_id = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        return datetime.fromisoformat(at), CaseId(case_id)
    except (binascii.Error, ValueError, TypeError) as error:
        raise InputError("cursor: not one that was given out here") from error
