"""Scanned pages as a PDF to enclose: the picture as it was sent, and under it, unseen, the words where they stand."""

from collections.abc import Collection
from io import BytesIO

import numpy as np
from PIL import Image
from pypdf import PageObject, PdfReader, PdfWriter
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from cases.document import Document, DocumentKind
from formats.media_type import MediaType
from formats.pdf import pdf_pages
from formats.scan.frames import Frame, frames
from formats.scan.pages import turned
from formats.scan.pdf_pictures import rendered, transcript_of
from formats.scan.reading import ScanReader
from formats.scan.transcript import PageTranscript, Word

_PAPER_WIDTH = 612.0
"""Points; Letter. A scan that says nothing of its size is taken to be of this width."""
_FONT, _UNSEEN = "Helvetica", 3
_ALMOST_ALL = 0.98
_BLACK, _WHITE = 20, 235


def scan_as_pdf(content: bytes, document: Document, numbers: Collection[int], scans: ScanReader) -> bytes:
    """A scanned document's file as a PDF whose pages of these numbers carry their words; any other file as it is.

    Raises UnreadableFile as reading does.
    """
    if document.kind is not DocumentKind.SCAN:
        return content
    shown = pictures_with_words if document.media_type == MediaType.PDF else pages_as_pdf
    return shown(content, document.source, numbers, scans)


def pages_as_pdf(content: bytes, file: str, numbers: Collection[int], scans: ScanReader) -> bytes:
    """A PDF with as many pages as the image file: those of `numbers` as they were sent, the others empty.

    What was not chosen is not in the bytes. Raises UnreadableFile as reading does.
    """
    read = {page.number: page for page in scans.transcript(content, file).pages}
    writer = PdfWriter()
    for frame in frames(content, file):
        _add(writer, frame, read.get(frame.number) if frame.number in numbers else None)
    return _written(writer)


def pictures_with_words(content: bytes, file: str, numbers: Collection[int], scans: ScanReader) -> bytes:
    """A PDF of the same pages, of which those of `numbers` that are pictures carry the words read from them.

    A PDF without such pages is given back as it is.
    """
    pictures = [page.number for page in pdf_pages(content, file) if page.is_picture]
    wanted = [number for number in pictures if number in numbers]
    if not wanted:
        return content
    read = {page.number: page for page in transcript_of(content, file, scans, pictures).pages}
    shown = {frame.number: frame for frame in rendered(content, wanted)}
    writer = PdfWriter()
    for number, page in enumerate(PdfReader(BytesIO(content)).pages, start=1):
        if number in shown:
            _add(writer, shown[number], read.get(number))
        else:
            writer.add_page(page)
    return _written(writer)


def _add(writer: PdfWriter, frame: Frame, page: PageTranscript | None) -> None:
    if page is None or frame.image is None:
        writer.add_blank_page(_PAPER_WIDTH, _PAPER_WIDTH)
        return
    picture = turned(frame.image, page.turned)
    placed = writer.add_page(_only_page(_words(page, picture.size)))
    placed.merge_page(_only_page(_picture(picture)))


def _written(writer: PdfWriter) -> bytes:
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def _only_page(pdf: bytes) -> PageObject:
    return PdfReader(BytesIO(pdf)).pages[0]


def _picture(picture: Image.Image) -> bytes:
    """One page of the picture: black and white as a fax is sent, else as JPEG."""
    grey = np.asarray(picture)
    two_tone = ((grey < _BLACK) | (grey > _WHITE)).mean() > _ALMOST_ALL
    drawn = picture.convert("1", dither=Image.Dither.NONE) if two_tone else picture
    out = BytesIO()
    drawn.save(out, "PDF", resolution=picture.width / _PAPER_WIDTH * 72)
    return out.getvalue()


def _words(read: PageTranscript, size: tuple[int, int]) -> bytes:
    scale = _PAPER_WIDTH / size[0]
    out = BytesIO()
    canvas = Canvas(out, pagesize=(_PAPER_WIDTH, size[1] * scale))
    for word in read.words:
        _write(canvas, word, size[1], scale)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def _write(canvas: Canvas, word: Word, page_height: int, scale: float) -> None:
    """The word stretched over its box, in the mode that paints nothing."""
    size = max(word.height * scale, 1.0)
    width = stringWidth(word.text, _FONT, size)
    line = canvas.beginText(word.left * scale, (page_height - word.top - word.height) * scale)
    line.setFont(_FONT, size)
    line.setTextRenderMode(_UNSEEN)
    if width > 0:
        line.setHorizScale(100 * word.width * scale / width)
    line.textOut(word.text)
    canvas.drawText(line)
