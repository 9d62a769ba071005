import contextlib
from collections.abc import Callable
from io import BytesIO

import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.lib.pagesizes import letter
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from cases.errors import UnreadableFile
from formats import pdf
from formats.pdf import read_pdf

LINE = "SpO2 84 % at rest on room air"


def made(*draw: Callable[[Canvas], None]) -> bytes:
    """A PDF with one page for each drawing."""
    out = BytesIO()
    canvas = Canvas(out, pagesize=letter)
    for page in draw:
        page(canvas)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def words(text: str, y: int = 700) -> Callable[[Canvas], None]:
    return lambda canvas: canvas.drawString(72, y, text)


def picture(canvas: Canvas) -> None:
    grey = BytesIO(b"P5 8 8 255\n" + bytes(range(64)))
    canvas.drawImage(ImageReader(grey), 72, 300, 400, 400)


def test_text_comes_by_page_with_spaces_and_lines() -> None:
    def page(canvas: Canvas) -> None:
        words(LINE)(canvas)
        words("Second line", 680)(canvas)

    read = read_pdf(made(page, words("Page two")), "f.pdf")
    assert list(read.page_texts()) == [f"{LINE}\nSecond line\f", "Page two\f"]
    assert [page.number for page in read.pages] == [1, 2]
    assert not read.hidden
    assert not read.lost


def _white(canvas: Canvas) -> None:
    canvas.setFillColorRGB(1, 1, 1)
    canvas.drawString(72, 600, LINE)


def _nearly_white(canvas: Canvas) -> None:
    canvas.setFillColorRGB(0.98, 0.98, 0.97)
    canvas.drawString(72, 600, LINE)


def _invisible(canvas: Canvas) -> None:
    text = canvas.beginText(72, 600)
    text.setTextRenderMode(3)
    text.textLine(LINE)
    canvas.drawText(text)


def _tiny(canvas: Canvas) -> None:
    canvas.setFont("Helvetica", 1)
    canvas.drawString(72, 600, LINE)


def _scaled_down(canvas: Canvas) -> None:
    canvas.scale(0.1, 0.1)
    canvas.drawString(720, 6_000, LINE)


def _off_the_page(canvas: Canvas) -> None:
    canvas.drawString(72, -40, LINE)


def _covered(canvas: Canvas) -> None:
    canvas.drawString(72, 600, LINE)
    canvas.rect(60, 590, 400, 30, fill=1)


def _transparent(canvas: Canvas) -> None:
    canvas.setFillAlpha(0)
    canvas.drawString(72, 600, LINE)


@pytest.mark.parametrize(
    ("draw", "reason"),
    [
        (_white, "same colour"),
        (_nearly_white, "same colour"),
        (_invisible, "invisible mode"),
        (_tiny, "smaller than"),
        (_scaled_down, "smaller than"),
        (_off_the_page, "outside the page"),
        (_covered, "covered"),
        (_transparent, "transparent"),
    ],
)
def test_text_that_no_reader_sees_is_marked(draw: Callable[[Canvas], None], reason: str) -> None:
    def page(canvas: Canvas) -> None:
        words("Seen by everyone")(canvas)
        draw(canvas)

    read = read_pdf(made(page), "f.pdf")
    assert [read.text[run.start : run.end] for run in read.hidden] == [LINE]
    assert reason in read.hidden[0].reason


def _white_on_dark(canvas: Canvas) -> None:
    canvas.rect(60, 590, 400, 30, fill=1)
    _white(canvas)


def _grey(canvas: Canvas) -> None:
    canvas.setFillColorRGB(0.75, 0.75, 0.75)
    canvas.drawString(72, 600, LINE)


def _scaled_up(canvas: Canvas) -> None:
    canvas.setFont("Helvetica", 1)
    canvas.scale(11, 11)
    canvas.drawString(7, 50, LINE)


def _rotated(canvas: Canvas) -> None:
    canvas.rotate(30)
    canvas.drawString(300, 200, LINE)


def _small_print(canvas: Canvas) -> None:
    canvas.setFont("Helvetica", 4)
    canvas.drawString(72, 600, LINE)


@pytest.mark.parametrize("draw", [_white_on_dark, _grey, _scaled_up, _rotated, _small_print])
def test_text_that_a_reader_sees_is_not_marked(draw: Callable[[Canvas], None]) -> None:
    read = read_pdf(made(draw), "f.pdf")
    assert LINE in read.text
    assert not read.hidden


def test_filled_form_fields_are_part_of_the_page() -> None:
    def form(canvas: Canvas) -> None:
        words("Member name:")(canvas)
        canvas.acroForm.textfield(name="member", value="Alan Quinn", x=200, y=690, width=200, height=20)

    assert "Alan Quinn" in read_pdf(made(form), "f.pdf").text


def test_an_image_page_is_lost_by_number_and_the_rest_is_used() -> None:
    read = read_pdf(made(words(LINE), picture, words("Last")), "f.pdf")
    assert [(page.number, page.reason) for page in read.lost] == [(2, "page 2 is an image; a scan reader is needed")]
    assert list(read.page_texts()) == [f"{LINE}\f", "\f", "Last\f"]


def test_an_invisible_text_layer_under_an_image_is_a_scan() -> None:
    def scan(canvas: Canvas) -> None:
        picture(canvas)
        _invisible(canvas)

    read = read_pdf(made(words(LINE), scan), "f.pdf")
    assert [page.number for page in read.lost] == [2]
    assert [read.text[run.start : run.end] for run in read.hidden] == [LINE]


def test_a_blank_page_is_not_reported() -> None:
    assert not read_pdf(made(words(LINE), lambda canvas: None), "f.pdf").lost


def encrypted() -> bytes:
    writer, out = pypdf.PdfWriter(BytesIO(made(words(LINE)))), BytesIO()
    writer.encrypt("secret")
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (encrypted(), "is encrypted"),
        (b"%PDF-1.7 and nothing else", "is a damaged PDF"),
        (made(words(LINE))[:300], "is a damaged PDF"),
        (made(picture), "has no text on any page; a scan reader is needed"),
        (made(*[words("x")] * (pdf.MAX_PAGES + 1)), f"has {pdf.MAX_PAGES + 1} pages"),
    ],
    ids=["encrypted", "not a pdf", "truncated", "scan", "too long"],
)
def test_what_cannot_be_read_is_refused_in_words(content: bytes, reason: str) -> None:
    with pytest.raises(UnreadableFile, match=reason):
        read_pdf(content, "f.pdf")


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_damaged_bytes_are_read_or_refused(data: st.DataObject) -> None:
    content = bytearray(made(words(LINE), words("Page two")))
    for _ in range(data.draw(st.integers(1, 30))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(UnreadableFile):
        read = read_pdf(bytes(content), "f.pdf")
        assert "".join(read.page_texts()) == read.text
