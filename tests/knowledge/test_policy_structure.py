"""Headings, items and sentences of a policy, and passages that follow them with exact offsets."""

from pathlib import Path

import pytest

from cases.document import Page
from knowledge.chunking import MAX_TOKENS, passages, token_estimate
from knowledge.policy_structure import blocks, sentences

POLICY = """7.1 - Lamps at Home
(Rev. 2; Effective: 01-01-20)

A. General

Lamps help. See Part B. They are
bright at night.

B. Covered Indications

A lamp is covered when the practitioner, e.g. Dr. Ash, says that the room is

dark at the time of need.

Group I:

• A reading at or below 5 lux; or,
• A reading of 6 lux
with a note.

Group II: Lamps are covered if there is:

1. A long corridor.
2. No window.

C. Other

N/A
"""


def kinds(text: str) -> list[tuple[str, tuple[str, ...], str]]:
    return [(block.kind, block.path[1:], text[block.start : block.end]) for block in blocks(text)]


def test_blocks_carry_the_headings_they_stand_under() -> None:
    covered, group1, group2 = "B. Covered Indications", "Group I", "Group II"
    assert kinds(POLICY) == [
        ("heading", (), "7.1 - Lamps at Home"),
        ("paragraph", (), "(Rev. 2; Effective: 01-01-20)"),
        ("heading", ("A. General",), "A. General"),
        ("paragraph", ("A. General",), "Lamps help. See Part B. They are\nbright at night."),
        ("heading", (covered,), covered),
        (
            "paragraph",
            (covered,),
            "A lamp is covered when the practitioner, e.g. Dr. Ash, says that the room is\n\ndark at the time of need.",
        ),
        ("heading", (covered, group1), "Group I:"),
        ("item", (covered, group1), "• A reading at or below 5 lux; or,"),
        ("item", (covered, group1), "• A reading of 6 lux\nwith a note."),
        ("paragraph", (covered, group2), "Group II: Lamps are covered if there is:"),
        ("item", (covered, group2), "1. A long corridor."),
        ("item", (covered, group2), "2. No window."),
        ("heading", ("C. Other",), "C. Other"),
        ("heading", ("C. Other", "N/A"), "N/A"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Lamps help. See Part B. They are bright.", ["Lamps help.", "See Part B.", "They are bright."]),
        ("Ask Dr. Ash, e.g. at noon. Then wait.", ["Ask Dr. Ash, e.g. at noon.", "Then wait."]),
        ("1. A lamp. It shines.", ["1. A lamp.", "It shines."]),
        ("a. AHI of 5.5 or more. Then stop.", ["a. AHI of 5.5 or more.", "Then stop."]),
        ("It is 0.5 lux (see 3.). Then dark.", ["It is 0.5 lux (see 3.).", "Then dark."]),
        ("No end", ["No end"]),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in sentences(text, 0, len(text))] == expected


def test_passages_cover_every_block_in_order_and_keep_to_the_limit() -> None:
    found = passages(POLICY * 6, max_tokens=60)
    text = POLICY * 6
    assert [span.start for span in found] == sorted(span.start for span in found)
    assert all(one.end <= two.start for one, two in zip(found, found[1:], strict=False))
    covered = "".join("".join(text[span.start : span.end].split()) for span in found)
    assert covered == "".join(text.split())
    assert max(token_estimate(text[span.start : span.end]) for span in found) <= 60


def test_a_block_too_long_is_cut_at_sentences_and_then_at_words() -> None:
    text = "Title\n\n" + "A sentence of six plain words. " * 30 + "\n\n" + "word " * 200
    found = passages(text, max_tokens=40)
    assert all(token_estimate(text[span.start : span.end]) <= 40 for span in found)
    assert text[found[1].start :].startswith("A sentence")


def test_a_passage_knows_its_page_and_headings() -> None:
    pages = (Page(number=1, start=0, end=120), Page(number=2, start=120, end=len(POLICY)))
    found = passages(POLICY, pages, max_tokens=40)
    assert [span.page for span in found][0] == 1
    assert found[-1].page == 2
    assert found[-1].heading[-2:] == ("C. Other", "N/A")


def test_every_ncd_is_cut_into_passages_of_its_own_text(shared: Path) -> None:
    files = sorted((shared / "data" / "policies" / "cms").glob("*.txt"))
    for file in files:
        text = file.read_text(encoding="utf-8")
        found = passages(text)
        covered = "".join("".join(text[span.start : span.end].split()) for span in found)
        assert covered == "".join(text.split()), file.name
        assert max(token_estimate(text[span.start : span.end]) for span in found) <= MAX_TOKENS, file.name
    assert len(files) == 230
