"""PDF whose pages are pictures, all or some: those pages are rendered and read, the others keep their own text."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pypdfium2

from cases.errors import UnreadableFile
from formats.pdf import PDFIUM_LOCK, PdfPage, assembled, pdf_pages
from formats.scan.frames import MAX_PAGES, MAX_PIXELS, Frame
from formats.scan.layout import RESCAN, doubts, loss_of, page_text
from formats.scan.reading import ScanReader, nothing_read
from formats.scan.transcript import PageTranscript, Transcript
from formats.text import LostPage, PagedText

_DOTS_AN_INCH = 200
"""What a fax has; more makes reading slower and, of a fax, no better."""
_POINTS_AN_INCH = 72


def read_pdf_or_scan(content: bytes, file: str, scans: ScanReader) -> PagedText:
    """Text of every page. A text layer that lies invisible on a picture is left out: the picture is what was sent.

    Raises UnreadableFile as `read_pdf` does, and where neither text nor pictures can be read.
    """
    pages = pdf_pages(content, file)
    pictures = [page.number for page in pages if page.is_picture]
    if not pictures:
        read = assembled(pages, file)
        if not read.text.strip():
            raise UnreadableFile(file, "has no text on any page", fix="hand in the document itself")
        return read
    transcript = transcript_of(content, file, scans, pictures)
    read = assembled(_with_words(pages, transcript), file)
    if not read.text.strip():
        raise UnreadableFile(file, nothing_read(transcript), fix=RESCAN)
    return read


def transcript_of(content: bytes, file: str, scans: ScanReader, numbers: Sequence[int]) -> Transcript:
    """The words of the pages of these numbers, read as pictures."""
    return scans.pictures(content, rendered(content, numbers[:MAX_PAGES]), file)


def _with_words(pages: Sequence[PdfPage], transcript: Transcript) -> list[PdfPage]:
    read = {page.number: page for page in transcript.pages}
    return [_worded(page, read.get(page.number)) if page.is_picture else page for page in pages]


def _worded(page: PdfPage, read: PageTranscript | None) -> PdfPage:
    if read is None:
        reason = f"page {page.number} is beyond the {MAX_PAGES} pictures that are read of one file"
        return replace(page, text="", hidden=(), lost=LostPage(page.number, reason, "split the file"))
    text, placed = page_text(read)
    return replace(
        page, text=text.removesuffix("\f"), hidden=tuple(doubts(placed, 0)), lost=loss_of(read),
        confidence=read.confidence,
    )  # fmt: skip


def rendered(content: bytes, numbers: Sequence[int]) -> Iterator[Frame]:
    """The pages as pictures, one at a time. pdfium is not thread-safe; its lock is held for each page alone."""
    for number in numbers:
        with PDFIUM_LOCK:
            frame = _frame(content, number)
        yield frame


def _frame(content: bytes, number: int) -> Frame:
    try:
        with pypdfium2.PdfDocument(content) as document:
            page = document[number - 1]
            scale = _DOTS_AN_INCH / _POINTS_AN_INCH
            if page.get_width() * page.get_height() * scale * scale > MAX_PIXELS:
                return Frame(number, None, f"has more than {MAX_PIXELS} dots at {_DOTS_AN_INCH} dpi")
            return Frame(number, page.render(scale=scale, grayscale=True).to_pil().convert("L"))
    except pypdfium2.PdfiumError:
        return Frame(number, None, "is damaged")
