"""The reader over statements in many writers' words: none is taken for more than it says, and how many are seen."""

from pathlib import Path

import pytest

from tests.labels.wordings import FOLDER, judged, rows, rows_of, studied, summary

_SAMPLE = 4
"""One line of so many in a plain run; all of them with --full."""
_LEAST = {("one", "two"): (0.70, 0.50), ("three",): (0.62, 0.34)}
"""The share that is right at least: of the half that may be studied, and of the half that is only scored.

The third set's writers were asked for words as far from the criterion's as they could find.
"""


@pytest.mark.parametrize("sets", _LEAST, ids="+".join)
def test_no_statement_is_taken_for_more_than_it_says(sets: tuple[str, ...], tmp_path: Path, full_counts: bool) -> None:
    held = [row for name in sets for row in rows_of(FOLDER / f"{name}.jsonl")]
    wanted = [row for place, row in enumerate(held) if full_counts or place % _SAMPLE == 0]
    answers = [judged(row, tmp_path) for row in wanted]
    assert [one.row["id"] for one in answers if one.false_met] == []
    open_half = studied(answers)
    kept = [one for one in answers if one not in open_half]
    for half, least in ((open_half, _LEAST[sets][0]), (kept, _LEAST[sets][1])):
        counts = summary(half)
        assert counts["right"] >= least * counts["judged"], counts


def test_every_line_is_whole() -> None:
    held = list(rows())
    assert len({row["id"] for row in held}) == len(held)
    assert {row["state"] for row in held} == {"MET", "NOT_MET", "INSUFFICIENT"}
    assert [row["id"] for row in held if not row["text"].strip() or not row["why"].strip()] == []
