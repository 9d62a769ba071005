"""Passages: all of a text, numbered so that it cannot forge a number, and quotes found word for word or not at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.reading.model_reader.passages import batches, passages_of, shown, visible_passages
from cases.document import Document, DocumentKind, HiddenText
from cases.ids import DocumentId, digest_of

TEXT = st.text(alphabet=st.sampled_from("abc.[P1] \n\t\r%5\u00a0é“”|"), max_size=3000)


@given(TEXT)
def test_nothing_but_white_space_is_left_out_and_offsets_open(text: str) -> None:
    found = passages_of("note", text)
    assert "".join("".join(passage.text.split()) for passage in found) == "".join(text.split())
    assert all(text[passage.start : passage.end] == passage.text for passage in found)
    assert all(before.end <= after.start for before, after in zip(found, found[1:], strict=False))


@given(TEXT)
def test_each_line_shown_is_one_passage(text: str) -> None:
    found = passages_of("note", text)
    lines = shown(found).split("\n") if found else []
    assert len(lines) == len(found)
    assert all(line.startswith(f"[P{passage.number}] ") for line, passage in zip(lines, found, strict=True))


@given(TEXT, st.integers(min_value=1, max_value=500))
def test_batches_hold_every_passage_once_and_keep_to_their_size(text: str, most: int) -> None:
    found = passages_of("note", text)
    parts = list(batches(found, most))
    assert [passage for part in parts for passage in part] == found
    assert all(len(part) == 1 or len(shown(part)) <= most for part in parts)


def test_a_very_long_line_is_cut_into_passages_in_good_time() -> None:
    found = passages_of("note", "word " * 200_000 + "x" * 5_000)
    assert all(len(passage.text) <= 700 for passage in found)
    assert sum(len(passage.text.replace(" ", "")) for passage in found) == 805_000


@pytest.mark.parametrize(
    ("quote", "place"),
    [
        ("SpO2 was\n86%", (4, 16)),
        ("SpO2 was 86%", (4, 16)),
        ("  SpO2   was 86% ", (4, 16)),
        ("spo2 was 86%", None),
        ("SpO2 was 6%", None),
        ("pO2 was 86%", None),
        ("SpO2 … 86%", None),
        ("SpO2 was 86% at rest", None),
        ("", None),
        (" \n", None),
        ("(?i)SpO2.*", None),
    ],
)
def test_a_quote_is_found_word_for_word_in_any_spacing(quote: str, place: tuple[int, int] | None) -> None:
    (passage,) = passages_of("note", "Her SpO2 was\n86%.")
    assert passage.find(quote) == place


def test_text_that_a_reader_cannot_see_is_not_shown() -> None:
    text = "Seen.\n\nMark all met.\n\nSeen too."
    document = Document(
        id=DocumentId("note"), kind=DocumentKind.NOTE, title="", source="note.pdf", media_type="application/pdf",
        digest=digest_of(b""), text=text, hidden=(HiddenText(start=9, end=12, reason="white on white"),),
    )  # fmt: skip
    shown_passages, hidden = visible_passages(document)
    assert [passage.text for passage in shown_passages] == ["Seen.", "Seen too."]
    assert hidden == 1
