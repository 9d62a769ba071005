"""Documents and packets as people look at them: pages as pictures, text with the words marked."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from agents.casework.panel.case import read_case
from agents.casework.panel.documents import WIDTHS, key_of, open_at, open_document, read_chart
from api.panel.desk import Desk
from api.panel.entry import PanelRoute, Reader
from api.panel.next_step import effect
from api.panel.pages import page
from api.routes.cases import OneCase
from api.scopes import Scope
from cases.errors import NotFound
from cases.evidence import Role
from cases.ids import Digest
from formats.page_pictures import PagePicture

router = APIRouter(prefix="/panel/cases/{case_id}", route_class=PanelRoute, include_in_schema=False)
Key = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$")]
Sha = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]
Number = Annotated[int, Path(ge=1, le=5000)]
Place = Annotated[int, Query(ge=0)]
Width = Annotated[int, Path(ge=1, le=4000)]


@router.get("/documents", name="panel.documents")
def documents(request: Request, desk: Desk, caller: Reader, case_id: OneCase) -> Response:
    """The chart: what is in it, what it counts for, what could not be used."""
    sheet = read_case(desk.toolbox, case_id, caller.id)
    chart = read_chart(desk.toolbox, case_id)
    leaves = sheet.result.root.leaves() if sheet.result else ()
    used: dict[str, dict[str, str]] = {}
    for leaf in leaves:
        for item in leaf.evidence:
            if item.role is not Role.CONSIDERED:
                used.setdefault(key_of(item.fact.span.document_id), {})[leaf.id] = leaf.statement
    may_add = Scope.DOCUMENTS_WRITE in caller.scopes
    return page(
        request, "documents.html", caller=caller, sheet=sheet, chart=chart, used=used, may_add=may_add
    )  # fmt: skip


@router.get("/documents/{key}", name="panel.document")
def document(
    request: Request, desk: Desk, caller: Reader, case_id: OneCase, key: Key, start: Place = 0, end: Place = 0,
    sha: Annotated[str, Query(pattern=r"^([0-9a-f]{16})?$")] = "",
) -> Response:  # fmt: skip
    """One document from its beginning, or with a passage marked; `sha` says what must stand there."""
    sheet = read_case(desk.toolbox, case_id, caller.id)
    box = desk.toolbox
    opened = open_at(box, case_id, key, (start, end), sha) if sha else open_document(box, case_id, key)
    return page(request, "document.html", caller=caller, sheet=sheet, opened=opened)


@router.get("/documents/{key}/{number}-{width}.webp", name="panel.document.page")
def document_page(desk: Desk, caller: Reader, case_id: OneCase, key: Key, number: Number, width: Width) -> Response:
    """A page of a document as a picture."""
    return _picture(desk.shelf.document_page(case_id, key, number, _width(width)))


@router.get("/packet", name="panel.packet")
def packet(request: Request, desk: Desk, caller: Reader, case_id: OneCase) -> Response:
    """The packet's pages as they would leave."""
    sheet = read_case(desk.toolbox, case_id, caller.id)
    if sheet.packet is None:
        return page(request, "packet.html", caller=caller, sheet=sheet, pages=(), digest="", approved=False, effect="")
    digest, approved, pages = desk.shelf.packet_sizes(case_id)
    return page(
        request, "packet.html", caller=caller, sheet=sheet, pages=pages, digest=digest, approved=approved,
        effect=effect(sheet, len(pages)),
    )  # fmt: skip


@router.get("/packet/{digest}/{number}-{width}.webp", name="panel.packet.page")
def packet_page(desk: Desk, caller: Reader, case_id: OneCase, digest: Sha, number: Number, width: Width) -> Response:
    """A page of exactly this packet as a picture."""
    return _picture(desk.shelf.packet_page(case_id, Digest(digest), number, _width(width)))


def _width(width: int) -> int:
    if width not in WIDTHS:
        raise NotFound("Pages are drawn in set widths only.")
    return width


def _picture(picture: PagePicture) -> Response:
    return Response(picture.content, media_type="image/webp")
