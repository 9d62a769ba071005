"""The reader over statements in many writers' words: none is taken for more than it says, and how many are seen."""

from pathlib import Path

from tests.labels.wordings import judged, rows, studied, summary

_SAMPLE = 4
"""One line of so many in a plain run; all of them with --full."""
_RIGHT_STUDIED, _RIGHT_KEPT = 0.52, 0.42


def test_no_statement_is_taken_for_more_than_it_says(tmp_path: Path, full_counts: bool) -> None:
    wanted = [row for place, row in enumerate(rows()) if full_counts or place % _SAMPLE == 0]
    answers = [judged(row, tmp_path) for row in wanted]
    assert [one.row["id"] for one in answers if one.false_met] == []
    open_half = studied(answers)
    kept = [one for one in answers if one not in open_half]
    for half, least in ((open_half, _RIGHT_STUDIED), (kept, _RIGHT_KEPT)):
        counts = summary(half)
        assert counts["right"] >= least * counts["judged"], counts


def test_every_line_is_whole() -> None:
    held = list(rows())
    assert len({row["id"] for row in held}) == len(held)
    assert {row["state"] for row in held} == {"MET", "NOT_MET", "INSUFFICIENT"}
    assert [row["id"] for row in held if not row["text"].strip() or not row["why"].strip()] == []
