"""PDF pages become paragraphs, running heads go, words and pages stay; the manual falls into its determinations."""

from datetime import date

from cases.document import Page
from formats.text import PagedText
from knowledge.ncd_manual import determinations, is_manual, pages_of
from knowledge.policy_pages import tidy

WORDS = ("Lamp", "Chair", "Stool", "Candle")
WIDE = "and this line is filled with words up to the right margin of its page so that it goes"


def paged(*pages: str) -> PagedText:
    text, found = "", []
    for number, page in enumerate(pages, 1):
        start, text = len(text), text + page + "\f"
        found.append(Page(number=number, start=start, end=len(text)))
    return PagedText(text, tuple(found))


def test_running_heads_go_and_the_same_words_inside_a_page_stay() -> None:
    pages = [
        f"Acme Policy\n{word} is ruled.\nAcme Policy says it.\nSo {word}.\nMore {word}.\nEnd {word}.\nPage {n} of 4"
        for n, word in enumerate(WORDS, 1)
    ]
    text = tidy(paged(*pages)).text
    assert "Page" not in text
    assert text.count("Acme Policy") == text.count("Acme Policy says it.") == 4
    assert all(f"{word} is ruled." in text for word in WORDS)


def test_broken_lines_are_joined_and_items_stay_apart() -> None:
    text = tidy(paged(f"Lamps are covered {WIDE}\non here.\n• first item\n• second item\nA. General\nText.")).text
    assert f"Lamps are covered {WIDE} on here." in text
    assert "\n• first item\n• second item\n\nA. General\n\nText." in text


def test_pages_tile_the_text_and_hold_their_own_words() -> None:
    read = tidy(paged(f"One {WIDE}", "over the page.\nTwo.", "Three."))
    assert [page.number for page in read.pages] == [1, 2, 3]
    assert (read.pages[0].start, read.pages[-1].end) == (0, len(read.text))
    assert all(one.end == other.start for one, other in zip(read.pages, read.pages[1:], strict=False))
    assert [name in text for name, text in zip(("One", "over", "Three"), read.page_texts(), strict=True)] == [True] * 3


MANUAL = """Medicare National Coverage Determinations Manual

Table of Contents

70.1 - Lamps

70.2 - Chairs

70 - Furniture

70.1 - Lamps at Home

(Rev. 12; Issued: 01-02-20; Effective: 02-03-20; Implementation: 03-04-20)

A. General

Lamps are covered at home, whatever the hour.

70.2 - Chairs

CIM 50-35

A chair is covered when a lamp stands beside it.

80 - Other Things

Transmittals Issued for this Chapter
"""


def test_the_manual_falls_into_its_determinations() -> None:
    assert is_manual(MANUAL)
    lamps, chairs = determinations(MANUAL)
    assert (lamps.number, lamps.title, lamps.revision) == ("70.1", "Lamps at Home", "12")
    assert (lamps.effective, lamps.implementation) == (date(2020, 2, 3), date(2020, 3, 4))
    assert MANUAL[lamps.start : lamps.end].endswith("whatever the hour.")
    assert MANUAL[chairs.start : chairs.end].endswith("beside it.")
    assert chairs.effective is None


def test_a_single_determination_is_no_manual() -> None:
    assert not is_manual("70.1 - Lamps at Home\n(Rev. 12)\n\nA. General\n")


def test_a_determination_keeps_the_manuals_page_numbers() -> None:
    lamps = determinations(MANUAL)[0]
    half = lamps.start + 20
    pages = (Page(number=4, start=0, end=half), Page(number=5, start=half, end=len(MANUAL)))
    found = pages_of(pages, lamps)
    assert [(page.number, page.start) for page in found] == [(4, 0), (5, 20)]
    assert found[-1].end == lamps.end - lamps.start
