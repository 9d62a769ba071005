"""Scanned pages to enclose: the picture as it was sent, its words findable, and nothing of pages not chosen."""

from collections.abc import Callable
from io import BytesIO

import pytest
from PIL import Image
from pypdf import PdfReader

from formats.pdf import read_pdf
from formats.scan.picture_pdf import pages_as_pdf, pictures_with_words
from formats.scan.reading import ScanReader
from tests.formats.scan.paper import faxed, image_pdf, printed, tiff
from tests.formats.scan.test_reading import Shelf
from tests.formats.test_pdf import made, words

OWN, OTHER = ("Saturation was 86 % at rest.", "Seen in person."), ("Saturation was 71 % at rest.", "Another person.")
Pages = Callable[[list[Image.Image]], bytes]
WAYS = [(tiff, pages_as_pdf), (image_pdf, pictures_with_words)]


@pytest.mark.parametrize(
    ("write", "show"), [(tiff, pages_as_pdf), (image_pdf, pictures_with_words)], ids=["tiff", "pdf"]
)
def test_a_chosen_page_is_its_picture_with_its_words_under_it(write: Pages, show: Callable[..., bytes]) -> None:
    scan = write([faxed(printed(*OWN)), faxed(printed(*OTHER))])
    pdf = show(scan, "fax", [1], ScanReader())
    pages = PdfReader(BytesIO(pdf)).pages
    assert len(pages) == 2
    assert "86 %" in " ".join(pages[0].extract_text().split())
    assert len(list(pages[0].images)) == 1
    read = read_pdf(pdf, "fax.pdf")
    assert all(run.reason for run in read.hidden)


def test_a_page_of_a_fax_that_was_not_chosen_is_not_in_the_bytes() -> None:
    pdf = pages_as_pdf(tiff([printed(*OWN), printed(*OTHER)]), "fax.tif", [1], ScanReader())
    second = PdfReader(BytesIO(pdf)).pages[1]
    assert not list(second.images)
    assert second.extract_text() == ""


def test_a_born_digital_pdf_is_given_back_as_it_is() -> None:
    content = made(words("SpO2 86 % at rest"))
    assert pictures_with_words(content, "note.pdf", [1], ScanReader()) is content


def test_what_was_read_before_is_not_read_again_to_be_shown() -> None:
    shelf, scan = Shelf(), tiff([printed(*OWN)])
    ScanReader(shelf).read_image(scan, "fax.tif")
    kept = dict(shelf.kept)
    pages_as_pdf(scan, "fax.tif", [1], ScanReader(shelf))
    assert shelf.kept == kept
    assert shelf.found == 1
