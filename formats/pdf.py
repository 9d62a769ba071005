"""Born-digital PDF to text by page. pdfium is not thread-safe: every call into it runs here, under one lock."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pypdfium2
import pypdfium2.raw as pdfium

from cases.document import HiddenText, Page
from cases.errors import UnreadableFile
from formats.pdf_visibility import Glyph, hidden_runs
from formats.text import MAX_CHARACTERS, LostPage, PagedText

MAX_PAGES = 400
"""A complete inpatient record of one stay prints to about this many pages."""
PDFIUM_LOCK = threading.Lock()
_SCAN_FIX = "hand in the page as text or born-digital PDF"


@dataclass(frozen=True)
class PdfPage:
    """One page: its text, what of it is hidden, and what was lost; `is_picture` where a scan reader is needed."""

    number: int
    text: str
    hidden: tuple[HiddenText, ...] = ()
    lost: LostPage | None = None
    is_picture: bool = False
    confidence: float | None = None


def read_pdf(content: bytes, file: str) -> PagedText:
    """Text of every page in pdfium's order, each page ended by a form feed, with hidden text marked.

    Filled form fields and visible annotations are part of the page. Pages that are images or damaged are
    reported as lost and keep their number. Raises UnreadableFile for encrypted, damaged or too many pages,
    and where no page gives text.
    """
    read = assembled(pdf_pages(content, file), file)
    if not read.text.strip():
        raise UnreadableFile(file, "has no text on any page; a scan reader is needed", fix=_SCAN_FIX)
    return read


def pdf_pages(content: bytes, file: str) -> tuple[PdfPage, ...]:
    """Every page by itself; raises UnreadableFile as `read_pdf` does, but not for want of text."""
    with PDFIUM_LOCK:
        try:
            document = pypdfium2.PdfDocument(content)
        except pypdfium2.PdfiumError as error:
            raise _refusal(file, error) from error
        with document:
            if not 1 <= len(document) <= MAX_PAGES:
                reason = f"has {len(document)} pages; 1 to {MAX_PAGES} are read"
                raise UnreadableFile(file, reason, fix="split the file")
            return tuple(_read_page(document, number) for number in range(1, len(document) + 1))


def assembled(pages: Sequence[PdfPage], file: str) -> PagedText:
    """The pages as one text. Raises UnreadableFile where it is too long."""
    text, placed, hidden = "", [], []
    for page in pages:
        start, text = len(text), text + page.text + "\f"
        placed.append(Page(number=page.number, start=start, end=len(text), confidence=page.confidence))
        hidden += [HiddenText(start=run.start + start, end=run.end + start, reason=run.reason) for run in page.hidden]
        if len(text) > MAX_CHARACTERS:
            raise UnreadableFile(file, f"holds more than {MAX_CHARACTERS} characters", fix="split the file")
    return PagedText(text, tuple(placed), tuple(hidden), tuple(page.lost for page in pages if page.lost))


def _read_page(document: pypdfium2.PdfDocument, number: int) -> PdfPage:
    try:
        page, has_image = _page_text(document, number)
    except pypdfium2.PdfiumError:
        return PdfPage(number, "", lost=LostPage(number, f"page {number} is damaged", "export the PDF again"))
    unseen = page.text.strip() and _hidden_letters(page) == sum(not letter.isspace() for letter in page.text)
    if has_image and (unseen or not page.text.strip()):
        lost = LostPage(number, f"page {number} is an image; a scan reader is needed", _SCAN_FIX)
        return replace(page, lost=lost, is_picture=True)
    return page


def _hidden_letters(page: PdfPage) -> int:
    return sum(not letter.isspace() for run in page.hidden for letter in page.text[run.start : run.end])


def _page_text(document: pypdfium2.PdfDocument, number: int) -> tuple[PdfPage, bool]:
    """The page as read, and whether it holds an image."""
    page = document[number - 1]
    if pdfium.FPDFPage_GetAnnotCount(page) > 0:
        pdfium.FPDFPage_Flatten(page, pdfium.FLAT_NORMALDISPLAY)
        page.close()
        page = document[number - 1]
    text_page = page.get_textpage()
    glyphs = _glyphs(text_page)
    text = "".join(glyph.letter for glyph in glyphs)
    images = pdfium.FPDF_PAGEOBJ_IMAGE
    has_image = any(page.get_objects(filter=[images], max_depth=4))
    return PdfPage(number, text, hidden_runs(page, text_page, glyphs)), has_image


def _glyphs(text_page: pypdfium2.PdfTextPage) -> list[Glyph]:
    r"""One glyph for each code point: surrogate pairs joined, `\r\n` as `\n`, pdfium's break hyphen as `-`."""
    glyphs: list[Glyph] = []
    high = 0
    for index in range(text_page.count_chars()):
        unit = pdfium.FPDFText_GetUnicode(text_page, index)
        if 0xD800 <= unit < 0xDC00:
            high = unit
        elif 0xDC00 <= unit < 0xE000 and high:
            glyphs.append(Glyph(chr(0x10000 + ((high - 0xD800) << 10) + (unit - 0xDC00)), index))
            high = 0
        elif unit != 0x0D:
            glyphs.append(Glyph(_letter(unit), index))
    return glyphs


def _letter(unit: int) -> str:
    if unit in (0x02, 0xFFFE):
        return "-"
    if unit == 0x0A or unit == 0x09:
        return chr(unit)
    if unit < 0x20 or 0xD800 <= unit < 0xE000 or unit > 0x10FFFF:
        return "\ufffd"
    return chr(unit)


def _refusal(file: str, error: pypdfium2.PdfiumError) -> UnreadableFile:
    if error.err_code in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY):
        return UnreadableFile(file, "is encrypted", fix="save it without a password")
    return UnreadableFile(file, "is a damaged PDF", fix="export or send the file again")
