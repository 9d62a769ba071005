"""Born-digital PDF to text by page. pdfium is not thread-safe: every call into it runs here, under one lock."""

import threading
from dataclasses import dataclass

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
class _PageText:
    text: str
    hidden: tuple[HiddenText, ...]
    is_image: bool


def read_pdf(content: bytes, file: str) -> PagedText:
    """Text of every page in pdfium's order, each page ended by a form feed, with hidden text marked.

    Filled form fields and visible annotations are part of the page. Pages that are images or damaged are
    reported as lost and keep their number. Raises UnreadableFile for encrypted, damaged or too many pages,
    and where no page gives text.
    """
    with PDFIUM_LOCK:
        try:
            document = pypdfium2.PdfDocument(content)
        except pypdfium2.PdfiumError as error:
            raise _refusal(file, error) from error
        with document:
            return _assemble(document, file)


def _assemble(document: pypdfium2.PdfDocument, file: str) -> PagedText:
    if not 1 <= len(document) <= MAX_PAGES:
        raise UnreadableFile(file, f"has {len(document)} pages; 1 to {MAX_PAGES} are read", fix="split the file")
    text, pages, hidden, lost = "", [], [], []
    for number in range(1, len(document) + 1):
        page, loss = _read_page(document, number)
        if loss:
            lost.append(loss)
        start, text = len(text), text + page.text + "\f"
        pages.append(Page(number=number, start=start, end=len(text)))
        hidden += [HiddenText(start=run.start + start, end=run.end + start, reason=run.reason) for run in page.hidden]
        if len(text) > MAX_CHARACTERS:
            raise UnreadableFile(file, f"holds more than {MAX_CHARACTERS} characters", fix="split the file")
    if not text.strip():
        raise UnreadableFile(file, "has no text on any page; a scan reader is needed", fix=_SCAN_FIX)
    return PagedText(text, tuple(pages), tuple(hidden), tuple(lost))


def _read_page(document: pypdfium2.PdfDocument, number: int) -> tuple[_PageText, LostPage | None]:
    try:
        page = _page_text(document, number - 1)
    except pypdfium2.PdfiumError:
        return _PageText("", (), False), LostPage(number, f"page {number} is damaged", "export the PDF again")
    unseen = page.text.strip() and _hidden_letters(page) == sum(not letter.isspace() for letter in page.text)
    if page.is_image and (unseen or not page.text.strip()):
        return page, LostPage(number, f"page {number} is an image; a scan reader is needed", _SCAN_FIX)
    return page, None


def _hidden_letters(page: _PageText) -> int:
    return sum(not letter.isspace() for run in page.hidden for letter in page.text[run.start : run.end])


def _page_text(document: pypdfium2.PdfDocument, index: int) -> _PageText:
    page = document[index]
    if pdfium.FPDFPage_GetAnnotCount(page) > 0:
        pdfium.FPDFPage_Flatten(page, pdfium.FLAT_NORMALDISPLAY)
        page.close()
        page = document[index]
    text_page = page.get_textpage()
    glyphs = _glyphs(text_page)
    text = "".join(glyph.letter for glyph in glyphs)
    images = pdfium.FPDF_PAGEOBJ_IMAGE
    return _PageText(text, hidden_runs(page, text_page, glyphs), any(page.get_objects(filter=[images], max_depth=4)))


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
