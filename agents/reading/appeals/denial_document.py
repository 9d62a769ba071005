"""The payer's message as a document that can be cited and enclosed: its words stay where they stand."""

import re
from collections.abc import Iterator

from cases.denial import Denial, DenialReason
from cases.document import Document, DocumentKind
from cases.errors import UnreadableFile
from cases.evidence import Span
from cases.ids import DocumentId, PatientId
from formats.chart_folder import NOTE_READERS
from formats.media_type import MediaType, media_type_of
from formats.scan.reading import ScanReader
from formats.text import PagedText

TITLES = {"letter": "Denial notice", "x12_835": "Remittance advice", "pas": "The payer's answer"}


def denial_document(
    denial: Denial, name: str, content: bytes, patient_id: PatientId | None, scans: ScanReader
) -> Document:
    """The message as a document of this patient. Electronic messages are shown as they came."""
    media = media_type_of(content)
    reader = NOTE_READERS.get(media)
    if reader is None:
        read, shown = PagedText(content.decode("utf-8", errors="replace"), ()), MediaType.TEXT
    else:
        read, shown = reader(content, name, scans), media
    scanned = any(page.confidence is not None for page in read.pages)
    notice = denial.facts.notice_date
    return Document(
        id=DocumentId(f"denial/{denial.id}"),
        kind=DocumentKind.SCAN if scanned else DocumentKind.NOTE,
        title=TITLES.get(denial.facts.source, "The payer's decision") + (f" of {notice}" if notice else ""),
        source=name,
        media_type=shown,
        digest=denial.source_digest,
        text=read.text,
        pages=read.pages,
        hidden=read.hidden,
        patient_id=patient_id,
        dated=notice,
    )


def readable(content: bytes, name: str, scans: ScanReader) -> str:
    """The text of a note-like file, empty for what is none or cannot be read."""
    reader = NOTE_READERS.get(media_type_of(content))
    if reader is None:
        return ""
    try:
        return reader(content, name, scans).text
    except UnreadableFile:
        return ""


def payer_words(reason: DenialReason, document: Document) -> Span | None:
    """The verbatim span of a reason: its passage, else its wording, else the segment or code that states it."""
    if reason.passage is not None:
        start, end = reason.passage.start, reason.passage.end
        if 0 <= start < end <= len(document.text):
            return span_of(document, start, end)
    for start, end in _stated(reason, document.text):
        return span_of(document, start, end)
    return None


def _stated(reason: DenialReason, text: str) -> Iterator[tuple[int, int]]:
    words = [re.escape(word) for word in reason.wording.split()]
    if words and (found := re.search(r"\s+".join(words), text)):
        yield found.span()
    if reason.carc:
        group = reason.group or r"(?:CO|PR|OA|PI|CR)"
        segment = re.compile(rf"CAS(?P<s>[^A-Za-z0-9\s]){group}(?P=s)[^~\r\n]*?\b{reason.carc}(?P=s)[\d.]+")
        if found := segment.search(text):
            yield found.span()
        if found := re.search(rf"\b{group}[ -]?{reason.carc}\b", text):
            yield found.span()
    for code in reason.rarcs:
        if found := re.search(rf"\b{code}\b", text):
            yield found.span()


def span_of(document: Document, start: int, end: int) -> Span:
    """A span of a document, without white space at its ends."""
    text = document.text[start:end]
    start += len(text) - len(text.lstrip())
    end -= len(text) - len(text.rstrip())
    return Span(
        document_id=document.id, start=start, end=end, quote=document.text[start:end], page=document.page_at(start)
    )
