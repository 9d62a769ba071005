"""Denials in the panel: the list by what is due first, one denial with the payer's words, and what is due by day."""

from datetime import date
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import RedirectResponse, Response

from agents.casework.appeals.opening import appeal_held
from agents.casework.denials.letters import letter_page, open_letter
from agents.casework.denials.opening import close_denial
from agents.casework.denials.views import DenialView, denial_list, due_by_day, view_of
from api.auth import Caller
from api.panel import denial_words
from api.panel.desk import Desk, PanelDesk
from api.panel.entry import Form, PanelRoute, Reader, text_of
from api.panel.pages import page
from api.scopes import Scope
from cases.denial import Denial
from cases.errors import InputError, NotFound
from cases.frozen import Frozen
from cases.ids import UserId
from cases.review import UserRole
from runtime import denial_store, denial_terms

router = APIRouter(prefix="/panel/denials", route_class=PanelRoute, include_in_schema=False)
OneDenial = Annotated[str, Path(pattern=r"^d-[0-9a-f]{16}$")]
Number = Annotated[int, Path(ge=1, le=500)]
_STATUSES = {key: statuses for key, _, statuses in denial_words.FILTERS}
_SIZE, _BESIDE = 50, 25
"""Lines on one page of the list, and beside a denial on a wide screen."""


class Shown(Frozen):
    """The filter as it stands in the address. A value that is not known finds nothing."""

    view: str = "open"
    payer: str = ""
    pathway: str = ""
    day: str = ""

    def address(self, **changes: object) -> str:
        """The query string of this filter with changes."""
        held = {**self.model_dump(), **changes}
        return urlencode({name: value for name, value in held.items() if value and (name, value) != ("view", "open")})

    def holds(self, view: DenialView) -> bool:
        day = "none" if view.day is None else str(view.day)
        named = view.payer_id or view.payer
        return (
            (not self.payer or named == self.payer)
            and (not self.pathway or view.pathway == self.pathway)
            and (not self.day or day == self.day)
        )


@router.get("", name="panel.denials")
def denials(
    request: Request,
    desk: Desk,
    caller: Reader,
    view: str = "open",
    payer: str = "",
    pathway: str = "",
    day: str = "",
    at: Annotated[int, Query(ge=1, le=10_000)] = 1,
) -> Response:
    """Denials by what is due first."""
    shown = Shown(view=view, payer=payer, pathway=pathway, day=day)
    every = denial_list(desk.toolbox, tuple(_STATUSES.get(view, _STATUSES["open"])))
    found = [one for one in every if shown.holds(one)]
    counts = [(key, name, len(denial_list(desk.toolbox, tuple(held)))) for key, name, held in denial_words.FILTERS]
    return page(
        request, "denials.html", caller=caller, shown=shown, filters=counts, found=len(found),
        lines=found[(at - 1) * _SIZE : at * _SIZE], at=at, pages=max(1, -(-len(found) // _SIZE)),
        payers=sorted({(one.payer_id or one.payer, one.payer or "Not known") for one in every}),
        pathways=sorted({one.pathway for one in every}), day=_day(day),
    )  # fmt: skip


def _day(words: str) -> date | None:
    try:
        return date.fromisoformat(words)
    except ValueError:
        return None


@router.get("/due", name="panel.denials.due")
def due(request: Request, desk: Desk, caller: Reader) -> Response:
    """What is due by day and payer, with the money it holds."""
    rows = due_by_day(desk.toolbox)
    return page(request, "denials_due.html", caller=caller, rows=rows, most=max((row.count for row in rows), default=1))


@router.get("/{denial_id}", name="panel.denial")
def denial(request: Request, desk: Desk, caller: Reader, denial_id: OneDenial, criterion: str = "1") -> Response:
    """One denial, its letter opened at the reason asked for, else at the first."""
    held, view = _read(desk, denial_id)
    number = int(criterion) if criterion.isdigit() and 1 <= int(criterion) <= max(1, len(view.reasons)) else 1
    return _page(request, desk, caller, held, view, number)


def _page(
    request: Request, desk: PanelDesk, caller: Caller, held: Denial, view: DenialView, number: int, *,
    status: int = 200, failed: str = "", written: str = "",
) -> Response:  # fmt: skip
    """The page of a denial; `failed` and `written` where an act on it was refused."""
    with desk.toolbox.database.read() as transaction:
        appeal_id = appeal_held(transaction, held)
    return page(
        request, "denial.html", status=status, caller=caller, view=view, number=number, failed=failed, written=written,
        opened=open_letter(desk.toolbox, held, number), beside=denial_list(desk.toolbox)[:_BESIDE],
        may_close=Scope.REVIEW_DECIDE in caller.scopes and view.status != "closed", appeal_id=appeal_id,
        may_write_off=caller.role is UserRole.SUPERVISOR and view.status != "closed",
    )  # fmt: skip


@router.get("/{denial_id}/reasons/{number}", name="panel.denial.reason")
def reason(request: Request, desk: Desk, caller: Reader, denial_id: OneDenial, number: Number) -> Response:
    """One reason with the payer's words opened where they stand."""
    held, view = _read(desk, denial_id)
    if number > len(view.reasons):
        raise NotFound("The denial has no such reason.")
    opened = open_letter(desk.toolbox, held, number)
    return page(request, "denial_reason.html", caller=caller, view=view, number=number, opened=opened)


@router.get("/{denial_id}/letter/{number}.webp", name="panel.denial.letter")
def picture(desk: Desk, caller: Reader, denial_id: OneDenial, number: Number) -> Response:
    """A page of the payer's letter as a picture."""
    return Response(letter_page(desk.toolbox, denial_id, number).content, media_type="image/webp")


@router.post("/{denial_id}/close", name="panel.denial.close")
def close(request: Request, desk: Desk, caller: Reader, denial_id: OneDenial, form: Form) -> Response:
    """Close a denial, with a reason: a person's act, never the system's."""
    caller.must_hold(Scope.REVIEW_DECIDE)
    why = text_of(form, "reason")
    try:
        close_denial(desk.toolbox, denial_id, UserId(caller.id), why)
    except InputError as error:
        return refused(request, desk, caller, denial_id, error.message, why)
    return RedirectResponse(f"/panel/denials/{denial_id}", status_code=303)


def refused(
    request: Request, desk: PanelDesk, caller: Caller, denial_id: str, failed: str, written: str = ""
) -> Response:
    """The denial's page with what was wrong, and the words that were typed."""
    held, view = _read(desk, denial_id)
    return _page(request, desk, caller, held, view, 1, status=422, failed=failed, written=written)


def _read(desk: PanelDesk, denial_id: str) -> tuple[Denial, DenialView]:
    with desk.toolbox.database.read() as transaction:
        held, texts = denial_store.get(transaction, denial_id), denial_terms.code_texts_held(transaction)
    return held, view_of(held, desk.toolbox.clock.now(), texts)
