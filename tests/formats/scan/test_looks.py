"""Two looks at one place: what agrees counts, what differs in a number counts for neither."""

from dataclasses import replace

import pytest

from formats.scan.layout import doubts, page_text
from formats.scan.looks import both
from formats.scan.tesseract import RawWord
from formats.scan.transcript import PageTranscript


def word(text: str, confidence: float, left: int = 100, top: int = 50, width: int = 60) -> RawWord:
    return RawWord((1, 1, top // 50), left, top, width, 20, confidence, text)


@pytest.mark.parametrize(
    ("first", "second", "kept", "rival"),
    [
        (word("11.2", 0.9), word("11.2", 0.4), "11.2", None),
        (word("11.2", 0.7), word("41.2", 0.65), "11.2", "41.2"),
        (word("414.6", 0.5), word("41.6", 0.9), "41.6", None),
        (word("414.6", 0.6), word("41.6", 0.82), "41.6", "414.6"),
        (word("11.2", 0.95), word("1l.2", 0.3), "11.2", None),
        (word("7th", 0.3), word("7.1h", 0.2), "7th", "7.1h"),
        (word("112", 0.8), word("11.2", 0.8), "112", "11.2"),
        (word("steep", 0.4), word("sleep", 0.9), "sleep", None),
        (word("sleep", 0.6), word("steep", 0.7), "sleep", None),
    ],
)
def test_a_number_counts_only_where_the_looks_do_not_contradict(
    first: RawWord, second: RawWord, kept: str, rival: str | None
) -> None:
    (decided,) = both([first], [second])
    assert (decided.text, decided.rival) == (kept, rival)


def test_a_number_that_only_one_unsure_look_found_is_doubted() -> None:
    assert [(w.text, w.rival) for w in both([word("84%", 0.3)], [])] == [("84%", "")]
    assert [(w.text, w.rival) for w in both([word("84%", 0.9)], [])] == [("84%", None)]


def test_strokes_taken_for_letters_are_dropped_and_boxes_of_a_form_are_kept() -> None:
    first = [
        replace(word("|", 0.8, 10), height=40),
        word("[]", 0.4, 100),
        word("[X]", 0.5, 200),
        word("_31", 0.9, 300),
        word("—", 0.2, 400),
    ]
    assert [w.text for w in both(first, first)] == ["[]", "[X]", "31"]


def test_a_lone_stroke_is_a_word_where_it_is_no_taller_than_capitals() -> None:
    line = [word("plain", 0.9, 100), word("|", 0.9, 200, width=4), word("went", 0.9, 300)]
    shorter = [line[0], replace(line[1], height=16), line[2]]
    assert [w.text for w in both(shorter, shorter)] == ["plain", "I", "went"]
    assert [w.text for w in both(line, line)] == ["plain", "went"]


@pytest.mark.parametrize(
    ("seen", "kept"), [("KO813", "K0813"), ("GO299,", "G0299,"), ("OXO12", "OXO12"), ("AO1", "AO1")]
)
def test_the_letter_o_in_a_procedure_code_is_a_zero(seen: str, kept: str) -> None:
    assert [w.text for w in both([word(seen, 0.9)], [word(seen, 0.9)])] == [kept]


def test_a_doubtful_number_is_marked_where_it_stands() -> None:
    words = both([word("AHI", 0.9), word("112", 0.8, 200)], [word("AHI", 0.9), word("11.2", 0.8, 200)])
    text, placed = page_text(PageTranscript(number=1, width=600, height=800, words=words))
    (doubt,) = doubts(placed, 1000)
    assert text[doubt.start - 1000 : doubt.end - 1000] == "112"
    assert doubt.reason == "the scan can be read as '112' or as '11.2'; see the page itself"


def test_words_far_apart_on_a_line_are_far_apart_in_the_text() -> None:
    words = both(*[[word("AHI", 0.9, 100), word("11.2", 0.9, 600)]] * 2)
    text, _ = page_text(PageTranscript(number=1, width=900, height=800, words=words))
    assert text == "AHI            11.2\n\f"
