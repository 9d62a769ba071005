"""Scans to text: every page, its number and confidence, and an honest word where a page cannot be read."""

from collections.abc import Callable
from difflib import SequenceMatcher
from random import Random

import pytest
from PIL import Image

from cases.errors import UnreadableFile
from cases.ids import Digest
from formats.scan import frames
from formats.scan.pdf_pictures import read_pdf_or_scan
from formats.scan.reading import ScanReader
from tests.formats.scan.paper import faxed, image, image_pdf, noise, printed, tiff

PAGES = (
    ("Patient: Alan Quinn     DOB: 03/04/1957", "SpO2 86 % at rest on room air on 11/08/2026.", "Lungs clear."),
    ("Patient: Alan Quinn     DOB: 03/04/1957", "Apnea hypopnea index 11.2 per hour.", "Recorded 7.1 hours."),
    ("Patient: Alan Quinn     DOB: 03/04/1957", "Body mass index 33.4. Weight 104.5 kg.", "Signed 11/12/2026."),
)


class Shelf:
    """A store of transcripts that counts."""

    def __init__(self) -> None:
        self.kept: dict[Digest, bytes] = {}
        self.found = 0

    def get(self, digest: Digest) -> bytes | None:
        self.found += digest in self.kept
        return self.kept.get(digest)

    def put(self, digest: Digest, transcript: bytes) -> None:
        self.kept[digest] = transcript


def likeness(read: str, wanted: tuple[str, ...]) -> float:
    return SequenceMatcher(None, " ".join(read.split()), " ".join(" ".join(wanted).split()), autojunk=False).ratio()


def test_a_three_page_fax_gives_three_pages_with_their_numbers_and_confidence() -> None:
    read = ScanReader().read_image(tiff([faxed(printed(*lines), seed=n) for n, lines in enumerate(PAGES)]), "fax.tif")
    assert [page.number for page in read.pages] == [1, 2, 3]
    assert not read.lost
    for text, lines, page in zip(read.page_texts(), PAGES, read.pages, strict=True):
        assert likeness(text, lines) > 0.97, text
        assert page.confidence is not None
        assert page.confidence > 0.8
    assert [number for number in ("11.2", "7.1", "33.4", "104.5") if number not in read.text] == []


def test_pages_tile_the_text_and_columns_stay_apart() -> None:
    read = ScanReader().read_image(tiff([printed(*PAGES[0]), printed(*PAGES[1])]), "fax.tif")
    assert [(p.start, p.end) for p in read.pages] == [(0, read.pages[1].start), (read.pages[1].start, len(read.text))]
    assert "Alan Quinn   " in read.text


@pytest.mark.parametrize("write", [lambda page: image(page, "PNG"), lambda page: image(page, "JPEG")])
def test_a_photographed_page_is_read(write: Callable[[Image.Image], bytes]) -> None:
    read = ScanReader().read_image(write(printed(*PAGES[0])), "page")
    assert likeness(read.text, PAGES[0]) > 0.97


def test_a_page_that_lies_on_its_side_or_its_head_is_turned() -> None:
    for degrees in (90, 180):
        turned = printed(*PAGES[0], *PAGES[1], *PAGES[2]).rotate(degrees, expand=True)
        read = ScanReader().read_image(tiff([turned]), "fax.tif")
        assert likeness(read.text, sum(PAGES, ())) > 0.95, (degrees, read.text)


def test_a_standard_fax_with_half_as_many_rows_is_read() -> None:
    page = printed(*PAGES[0], size=14)
    flat = page.resize((page.width, page.height // 2), Image.Resampling.BOX)
    read = ScanReader().read_image(tiff([flat], dpi=(204, 98)), "fax.tif")
    assert likeness(read.text, PAGES[0]) > 0.9, read.text


def test_an_unreadable_page_is_said_so_by_number_and_the_others_are_used() -> None:
    read = ScanReader().read_image(tiff([printed(*PAGES[0]), noise((1700, 2200)), printed(*PAGES[2])]), "fax.tif")
    assert [(loss.number, "too poor a copy" in loss.reason) for loss in read.lost] == [(2, True)]
    assert list(read.page_texts())[1] == "\f"
    assert "33.4" in list(read.page_texts())[2]


def test_a_blank_page_is_no_loss() -> None:
    read = ScanReader().read_image(tiff([printed(*PAGES[0]), Image.new("L", (1700, 2200), 255)]), "fax.tif")
    assert not read.lost
    assert list(read.page_texts())[1] == "\f"


def test_a_scan_without_a_readable_page_is_refused_with_what_would_mend_it() -> None:
    with pytest.raises(UnreadableFile, match="each of its 2 pages is too poor a copy.*fax the page again"):
        ScanReader().read_image(tiff([noise(), noise(seed=4)]), "fax.tif")


def test_a_pdf_of_pictures_is_read_page_by_page() -> None:
    read = read_pdf_or_scan(image_pdf([printed(*PAGES[0]), printed(*PAGES[1])]), "scan.pdf", ScanReader())
    assert [likeness(text, lines) > 0.95 for text, lines in zip(read.page_texts(), PAGES, strict=False)] == [True, True]
    assert all(page.confidence for page in read.pages)
    assert not read.lost


def test_what_was_read_once_is_not_read_again() -> None:
    shelf, content = Shelf(), tiff([printed(*PAGES[0])])
    first = ScanReader(shelf).read_image(content, "fax.tif")
    assert (len(shelf.kept), shelf.found) == (1, 0)
    assert ScanReader(shelf).read_image(content, "other-name.tif") == first
    assert (len(shelf.kept), shelf.found) == (1, 1)


def test_a_transcript_that_does_not_open_is_made_anew() -> None:
    shelf, content = Shelf(), tiff([printed(*PAGES[0])])
    first = ScanReader(shelf).read_image(content, "fax.tif")
    for spoilt in (b"", b"{}", b'{"version": "1999", "pages": []}'):
        shelf.kept = dict.fromkeys(shelf.kept, spoilt)
        assert ScanReader(shelf).read_image(content, "fax.tif") == first


def test_time_runs_out_with_a_word_for_the_pages_left() -> None:
    with pytest.raises(UnreadableFile, match="was left when the time ran out"):
        ScanReader(most_seconds=-1.0).read_image(tiff([printed(*PAGES[0])]), "fax.tif")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"II*\x00 and nothing", "is a damaged image"),
        (b"\x89PNG\r\n\x1a\n", "is a damaged image"),
        (b"\xff\xd8\xff\xe0 no picture", "is a damaged image"),
        (tiff([Image.new("1", (10, 10), 1)]), "is too small to hold text"),
        (tiff([Image.new("1", (40, 40), 1)] * (frames.MAX_PAGES + 1)), f"has {frames.MAX_PAGES + 1} pages"),
        (tiff([Image.new("1", (9000, 8000), 1)]), "has more than 60000000 dots"),
    ],
    ids=["tiff", "png", "jpeg", "tiny", "pages", "bomb"],
)
def test_what_is_no_page_is_refused_in_words(content: bytes, words: str) -> None:
    with pytest.raises(UnreadableFile, match=words):
        ScanReader().read_image(content, "f")


def test_a_fax_that_was_cut_off_or_garbled_gives_pages_or_a_refusal_and_nothing_else() -> None:
    whole = tiff([printed(*PAGES[0], dpi=60), printed(*PAGES[1], dpi=60)])
    random = Random(11)
    outcomes = set()
    for _ in range(300):
        content = bytearray(whole[: random.randrange(8, len(whole) + 1)])
        for _ in range(random.randrange(4)):
            content[random.randrange(len(content))] = random.randrange(256)
        try:
            outcomes.add(tuple(bool(frame.lost) for frame in frames.frames(bytes(content), "fax.tif")))
        except UnreadableFile:
            outcomes.add(("refused",))
    assert ("refused",) in outcomes
    assert (False, False) in outcomes
