import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.errors import UnreadableFile
from formats.text import PagedText, pages_between_form_feeds, read_text


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"\xef\xbb\xbfSpO2 85 %", "SpO2 85 %"),
        ("SpO2 ≤ 88 %".encode(), "SpO2 ≤ 88 %"),
        ("SpO2 ≤ 88 %".encode("utf-16"), "SpO2 ≤ 88 %"),
        (b"T 38 \xb0C, patient\x92s", "T 38 °C, patient’s"),
        (b"one\r\ntwo\rthree\n", "one\ntwo\nthree\n"),
        (b"  spaces \t kept\n\n\n", "  spaces \t kept\n\n\n"),
    ],
)
def test_text_is_kept_as_decoded_but_for_line_ends(content: bytes, text: str) -> None:
    assert read_text(content, "f").text == text


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b" \n\f ", "is empty"),
        (b"abc\0def", "is binary"),
        ("abc".encode("utf-16-le"), "is binary"),
        (bytes(range(1, 32)) * 4, "is binary"),
        (b"\x81\x8d\x8f", "no text encoding"),
    ],
)
def test_what_is_not_text_is_refused(content: bytes, reason: str) -> None:
    with pytest.raises(UnreadableFile, match=reason):
        read_text(content, "f")


def test_a_form_feed_ends_its_page() -> None:
    read = read_text(b"first\fsecond\f", "f")
    assert list(read.page_texts()) == ["first\f", "second\f"]
    assert [page.number for page in read.pages] == [1, 2]


@given(st.text(alphabet="ab\f\n", min_size=1))
def test_pages_tile_the_text(text: str) -> None:
    pages = pages_between_form_feeds(text)
    assert "".join(PagedText(text, pages).page_texts()) == text
    assert all(page.start < page.end for page in pages)


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    with contextlib.suppress(UnreadableFile):
        read = read_text(content, "f")
        assert "".join(read.page_texts()) == read.text
