"""The packet as one PDF: front matter with true page references, then the enclosures; same input, same bytes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reportlab.platypus import Flowable, NextPageTemplate, PageBreak

from cases.ids import DocumentId
from cases.packet import Enclosure, PacketContent
from formats.packet.enclosures import PacketPages, Sheet, lay_out
from formats.packet.finishing import finished
from formats.packet.front_matter import Contents, front_story
from formats.packet.page_frame import SHEET, Running, build
from formats.packet.page_links import PageLinks
from formats.packet.sheets import Placement, SheetPage
from formats.packet.typeface import printable_code_points

_MOST_PASSES = 10


@dataclass(frozen=True)
class RenderedPacket:
    """The packet's bytes, what is enclosed and on which packet page, its pages, and where each span stands."""

    pdf: bytes
    enclosures: tuple[Enclosure, ...]
    pages: int
    places: PacketPages


def render_packet(content: PacketContent, sources: Mapping[DocumentId, bytes]) -> RenderedPacket:
    """Lay the packet out; `sources` are the bytes of the PDF documents whose pages are enclosed as they are.

    A source that cannot be used gives its stored text with a line saying so. The same content and sources
    give the same bytes: dates in the file are those of `content.drafted_at`.
    """
    printable_code_points()
    sheets = lay_out(content.extracts, sources)
    contents = _settled(content, sheets)
    placements: list[Placement] = []
    pages = PacketPages(sheets, contents.front)
    story = front_story(content, PageLinks(pages, live=True), contents, {})
    story += _sheet_pages(sheets, pages.total, placements)
    pdf, count = build(story, _running(content, pages.total))
    return RenderedPacket(finished(pdf, content.drafted_at, placements), _listed(pages), count, pages)


def _settled(content: PacketContent, sheets: Sequence[Sheet]) -> Contents:
    """Lay the front matter out until its page numbers stay as they are.

    A number only ever grows with the pages before it, so this climbs to a fixed point.
    """
    contents = Contents(1, {})
    for _ in range(_MOST_PASSES):
        pages = PacketPages(sheets, contents.front)
        found: dict[str, int] = {}
        story = front_story(content, PageLinks(pages, live=False), contents, found)
        _, front = build(story, _running(content, pages.total))
        if contents == Contents(front, found):
            break
        contents = Contents(front, found)
    return contents


def _running(content: PacketContent, total: int) -> Running:
    return Running(content.case_id, content.title, content.drafted_at, total, content.watermark)


def _sheet_pages(sheets: Sequence[Sheet], total: int, placements: list[Placement]) -> list[Flowable]:
    story: list[Flowable] = [NextPageTemplate(SHEET)]
    for sheet in sheets:
        story += [PageBreak(), SheetPage(sheet, total, placements)]
    return story


def _listed(pages: PacketPages) -> tuple[Enclosure, ...]:
    return tuple(
        Enclosure(
            number=piece.extract.number, title=piece.document.title, source=piece.document.source,
            pages=piece.extract.pdf_pages if piece.source else (), starts_on=start,
        )
        for piece, start in pages.starts()
    )  # fmt: skip
