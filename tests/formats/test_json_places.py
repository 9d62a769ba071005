from decimal import Decimal

import pytest

from cases.errors import UnreadableFile
from formats.json_places import MAX_DEPTH, JsonText, as_pointer, defect_in, joined


def test_numbers_keep_the_digits_that_were_sent() -> None:
    assert JsonText(b'{"a": 85.00, "b": 7}', "f").whole() == {"a": Decimal("85.00"), "b": 7}
    assert str(JsonText(b"[85.00]", "f").whole()) == "[Decimal('85.00')]"


@pytest.mark.parametrize(
    ("content", "field"),
    [
        (b'{"a": 1,\n "b": }', "line 2 column 7"),
        (b'{"a": 1} {"b": 2}', "line 1 column 10"),
        (b'{"a": NaN}', "line 1 column 1"),
        (b'{"a": ' + b"9" * 5_000 + b"}", "line 1 column 1"),
        (b'{"a": 1e99999999999999999999}', "line 1 column 1"),
        (b"[" * 100_000, "line 1 column 1"),
        (b"", "line 1 column 1"),
    ],
)
def test_what_is_not_json_is_refused_with_line_and_column(content: bytes, field: str) -> None:
    with pytest.raises(UnreadableFile) as refused:
        JsonText(content, "chart.json").whole()
    assert refused.value.field == field
    assert refused.value.file == "chart.json"


@pytest.mark.parametrize("content", [b'\xef\xbb\xbf{"a": "\xc3\xa9"}', '{"a": "é"}'.encode("utf-16")])
def test_byte_order_marks_are_read(content: bytes) -> None:
    assert JsonText(content, "f").whole() == {"a": "é"}


def test_another_encoding_is_refused_at_its_byte() -> None:
    with pytest.raises(UnreadableFile, match="not UTF-8 at byte 7"):
        JsonText(b'{"a": "\xe9"}', "f")


def test_a_repeated_key_is_marked_so_that_the_model_refuses_it() -> None:
    assert JsonText(b'{"a": 1, "a": 2}', "f").whole() == {"a": 2, "a (given twice)": None}


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ({"a": [{"b": "x\0"}]}, "a[0].b"),
        ({"a": "\ud800"}, "a"),
        ({"a": {"b\0": 1}}, "a"),
    ],
)
def test_text_that_cannot_be_stored_is_found_where_it_stands(value: dict[str, object], place: str) -> None:
    found = defect_in(value)  # type: ignore[arg-type]
    assert found is not None
    assert found[0] == place


def test_depth_is_limited_and_ordinary_text_is_not() -> None:
    deep: object = "x"
    for _ in range(MAX_DEPTH + 1):
        deep = [deep]
    assert defect_in({"a": deep}) is not None  # type: ignore[dict-item]
    assert defect_in({"a": ["é", "𝛼", 1, None]}) is None


def test_paths_and_pointers() -> None:
    assert joined(("code", "coding", 0, "code")) == "code.coding[0].code"
    assert as_pointer("content[0].attachment") == "content/0/attachment"
