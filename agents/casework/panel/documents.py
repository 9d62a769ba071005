"""Chart documents as people open them: the page as a picture with the quoted words boxed, or the text marked."""

import threading
from collections import OrderedDict
from dataclasses import dataclass, field

from agents.casework.panel.case import chart_of, packet_of
from agents.casework.panel.policies import passage_key
from agents.toolbox import Toolbox
from cases.case import Case
from cases.chart import Chart, Refusal
from cases.document import Document
from cases.errors import NotFound
from cases.evidence import Span
from cases.frozen import Frozen
from cases.ids import CaseId, Digest, DocumentId, digest_of
from formats.page_pictures import PageBox, PagePicture, boxes_on, has_pictures, page_sizes, picture_of
from formats.scan.picture_pdf import scan_as_pdf
from runtime import chart_store

WIDTHS = (240, 1000, 1600)
"""Pixels a page may be drawn wide: in a strip, in a pane, by itself."""


class DocumentLine(Frozen):
    """A document of the chart as a line; `key` stands for its id in addresses, because a file name may name a person.

    `mine` is False where the document names nobody: then it settles nothing.
    """

    key: str
    document: Document
    mine: bool
    readable: float | None = None


class ChartView(Frozen):
    """The case's documents, what could not be used, and what belongs to other patients and stays unread."""

    case: Case
    documents: tuple[DocumentLine, ...]
    refusals: tuple[Refusal, ...]
    set_aside: tuple[str, ...]


class OpenedPage(Frozen):
    """A page to be shown as a picture: its size in any unit, and the boxes around the words asked for."""

    number: int
    width: float
    height: float
    boxes: tuple[PageBox, ...] = ()


class OpenedDocument(Frozen):
    """A document opened at a place. `intact` is False where the stored text does not say there what was quoted.

    `pages` is empty where the document is text alone. `at` is the page to begin with.
    """

    line: DocumentLine
    pages: tuple[OpenedPage, ...] = ()
    at: int | None = None
    span: tuple[int, int] | None = None
    intact: bool = True

    @property
    def fields(self) -> tuple[str, ...]:
        """The FHIR paths of the elements that the passage touches, for a structured record."""
        if self.span is None:
            return ()
        start, end = self.span
        return tuple(one.path for one in self.line.document.fields if one.start < end and start < one.end)[:6]


def key_of(document_id: DocumentId) -> str:
    """Sixteen letters that stand for a document's id."""
    return digest_of(document_id.encode())[:16]


def read_chart(toolbox: Toolbox, case_id: CaseId) -> ChartView:
    """The chart of a case as lines. Raises NotFound."""
    case, chart = chart_of(toolbox, case_id)
    own = chart.for_patient(case.patient.id)
    return ChartView(
        case=case,
        documents=tuple(_line(case, document) for document in own.documents),
        refusals=chart.refusals,
        set_aside=tuple(one.id for one in chart.documents if one.patient_id not in (case.patient.id, None)),
    )


def open_document(toolbox: Toolbox, case_id: CaseId, key: str, quoted: Span | None = None) -> OpenedDocument:
    """A document by its key, at the place of a quote where one is given. Raises NotFound."""
    case, chart = chart_of(toolbox, case_id)
    document = _document(case, chart, key)
    line = _line(case, document)
    if quoted is not None and document.text[quoted.start : quoted.end] != quoted.quote:
        return OpenedDocument(line=line, intact=False)
    span = (quoted.start, quoted.end) if quoted else None
    at = document.page_at(quoted.start) if quoted else None
    content = _source(toolbox, case_id, document)
    pages = _pages(content, document, span) if has_pictures(content) else ()
    return OpenedDocument(line=line, pages=pages, at=at or (pages[0].number if pages else None), span=span)


def open_at(toolbox: Toolbox, case_id: CaseId, key: str, place: tuple[int, int], stands: str) -> OpenedDocument:
    """A document at code points [start, end); not intact where `stands`, a passage's key, is of other words.

    Raises NotFound.
    """
    case, chart = chart_of(toolbox, case_id)
    document = _document(case, chart, key)
    quote = document.text[place[0] : place[1]]
    if not quote or passage_key(quote) != stands:
        return OpenedDocument(line=_line(case, document), intact=False)
    return open_document(
        toolbox, case_id, key, Span(document_id=document.id, start=place[0], end=place[1], quote=quote)
    )


def _pages(content: bytes, document: Document, span: tuple[int, int] | None) -> tuple[OpenedPage, ...]:
    sizes = page_sizes(content, document.source)
    opened = []
    for page in document.pages:
        if not 1 <= page.number <= len(sizes):
            continue
        meets = span is not None and span[0] < page.end and page.start < span[1]
        boxes = boxes_on(content, document, page.number, [span]) if span and meets else ()
        width, height = sizes[page.number - 1]
        opened.append(OpenedPage(number=page.number, width=width, height=height, boxes=boxes))
    return tuple(opened)


def _document(case: Case, chart: Chart, key: str) -> Document:
    """A document of this patient or of nobody; another patient's is never opened."""
    for document in chart.for_patient(case.patient.id).documents:
        if key_of(document.id) == key:
            return document
    raise NotFound("The chart this case stands on has no such document now.")


def _line(case: Case, document: Document) -> DocumentLine:
    read = [page.confidence for page in document.pages if page.confidence is not None]
    return DocumentLine(
        key=key_of(document.id),
        document=document,
        mine=document.patient_id == case.patient.id,
        readable=min(read) if read else None,
    )


def _source(toolbox: Toolbox, case_id: CaseId, document: Document) -> bytes:
    """The file to look at: a scan as pictures that know where their words stand, and only of this document's pages."""
    with toolbox.database.read() as transaction:
        content = chart_store.get_source(transaction, case_id, document.digest)
    return scan_as_pdf(content, document, {page.number for page in document.pages}, toolbox.scans)


@dataclass
class PageShelf:
    """Pictures of pages drawn once: kept in memory alone, by the digest of the file they come from."""

    toolbox: Toolbox
    most_bytes: int = 48 * 1024 * 1024
    _held: "OrderedDict[tuple[Digest, int, int], PagePicture]" = field(default_factory=OrderedDict)
    held_bytes: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def packet_page(self, case_id: CaseId, digest: Digest, number: int, width: int) -> PagePicture:
        """A page of the packet whose bytes have this digest. Raises NotFound where that is no longer the packet."""
        if (held := self._get((digest, number, width))) is not None:
            return held
        packet, _ = packet_of(self.toolbox, case_id)
        if digest_of(packet) != digest:
            raise NotFound("The packet was drafted anew since; open the case again.")
        return self._put((digest, number, width), picture_of(packet, "packet.pdf", number, width))

    def packet_sizes(self, case_id: CaseId) -> tuple[Digest, bool, tuple[OpenedPage, ...]]:
        """The packet's digest, whether it is the one to be approved, and its pages."""
        packet, approved = packet_of(self.toolbox, case_id)
        sizes = page_sizes(packet, "packet.pdf")
        pages = tuple(OpenedPage(number=n, width=w, height=h) for n, (w, h) in enumerate(sizes, 1))
        return digest_of(packet), approved, pages

    def document_page(self, case_id: CaseId, key: str, number: int, width: int) -> PagePicture:
        """A page of a chart document; only pages that the document holds, for a file may hold others' too."""
        case, chart = chart_of(self.toolbox, case_id)
        document = _document(case, chart, key)
        if number not in {page.number for page in document.pages}:
            raise NotFound(f"This document has no page {number}.")
        place = (document.digest, number, width)
        if (held := self._get(place)) is not None:
            return held
        return self._put(place, picture_of(_source(self.toolbox, case_id, document), document.source, number, width))

    def _get(self, place: tuple[Digest, int, int]) -> PagePicture | None:
        with self._lock:
            if place in self._held:
                self._held.move_to_end(place)
            return self._held.get(place)

    def _put(self, place: tuple[Digest, int, int], picture: PagePicture) -> PagePicture:
        with self._lock:
            if place not in self._held:
                self.held_bytes += len(picture.content)
            self._held[place] = picture
            while self.held_bytes > self.most_bytes and len(self._held) > 1:
                _, dropped = self._held.popitem(last=False)
                self.held_bytes -= len(dropped.content)
        return picture
