"""Pages as pictures, and boxes that lie on the quoted words."""

from io import BytesIO

import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from cases.document import Document, DocumentKind
from cases.errors import NotFound, UnreadableFile
from cases.ids import DocumentId, digest_of
from formats.page_pictures import boxes_on, has_pictures, page_sizes, picture_of
from formats.pdf import read_pdf


def pdf(rotation: int = 0) -> bytes:
    stream = BytesIO()
    canvas = Canvas(stream, pagesize=(600, 800))
    for words in ("Page one says little.", "Saturation was 86 % at rest."):
        canvas.setFont("Helvetica", 20)
        canvas.drawString(60, 500, words)
        canvas.setPageRotation(rotation)
        canvas.showPage()
    canvas.save()
    return stream.getvalue()


def scan(frames: int = 3) -> bytes:
    images = [Image.new("L", (400, 600), 255 - 60 * number) for number in range(frames)]
    stream = BytesIO()
    images[0].save(stream, "TIFF", save_all=True, append_images=images[1:])
    return stream.getvalue()


def document(content: bytes) -> Document:
    read = read_pdf(content, "a.pdf")
    return Document(
        id=DocumentId("a.pdf"), kind=DocumentKind.NOTE, title="a", source="a.pdf", media_type="application/pdf",
        digest=digest_of(content), text=read.text, pages=read.pages,
    )  # fmt: skip


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_a_box_covers_the_ink_of_the_quoted_words_and_little_else(rotation: int) -> None:
    content = pdf(rotation)
    shown = document(content)
    start = shown.text.index("86 %")
    (box,) = boxes_on(content, shown, 2, [(start, start + 4)])
    picture = Image.open(BytesIO(picture_of(content, "a.pdf", 2, 1000).content)).convert("L")
    left, top = box.left * picture.width, box.top * picture.height
    inside = picture.crop((int(left), int(top), int(left + box.width * picture.width),
                           int(top + box.height * picture.height)))  # fmt: skip
    dark = sum(1 for value in inside.tobytes() if value < 100)
    assert dark > 50
    assert box.width * box.height < 0.01


def test_words_of_another_page_are_not_boxed() -> None:
    content = pdf()
    shown = document(content)
    start = shown.text.index("86 %")
    assert boxes_on(content, shown, 1, [(start, start + 4)]) == ()


def test_pages_have_sizes_and_are_drawn_as_wide_as_asked() -> None:
    assert page_sizes(pdf(), "a.pdf") == ((600.0, 800.0), (600.0, 800.0))
    picture = picture_of(pdf(), "a.pdf", 1, 300)
    assert (picture.width, picture.height) == (300, 400)
    assert Image.open(BytesIO(picture.content)).format == "WEBP"


def test_each_page_of_a_scan_is_its_own_picture() -> None:
    assert len(page_sizes(scan(), "fax.tiff")) == 3
    means = []
    for number in (1, 2, 3):
        picture = Image.open(BytesIO(picture_of(scan(), "fax.tiff", number, 100).content)).convert("L")
        means.append(sum(picture.tobytes()) / (picture.width * picture.height))
    assert means[0] > means[1] > means[2]


@pytest.mark.parametrize("content", [pdf(), scan()])
def test_a_page_that_is_not_there_is_not_found(content: bytes) -> None:
    for number in (0, 9):
        with pytest.raises(NotFound):
            picture_of(content, "a", number, 100)


@pytest.mark.parametrize("content", [b"%PDF-1.7 broken", b"II*\x00broken"])
def test_a_damaged_file_is_refused_by_name(content: bytes) -> None:
    assert has_pictures(content)
    with pytest.raises(UnreadableFile, match="a.bin"):
        picture_of(content, "a.bin", 1, 100)


def test_text_has_no_pictures() -> None:
    assert not has_pictures(b"A plain note.")
