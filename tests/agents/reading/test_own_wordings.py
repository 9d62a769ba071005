"""Phrasings of our own for each service: what the reader was widened with stays read, and its near misses stay open.

They guard against going back; how well the reader does on others' words is for tests/labels to say.
"""

from pathlib import Path

import pytest

from tests.labels.wordings import judged, rows_of

FOLDER = Path(__file__).parent / "wordings"
SERVICES = sorted(path.stem for path in FOLDER.glob("*.jsonl"))
_SAMPLE = 4


@pytest.mark.parametrize("service", SERVICES)
def test_own_phrasings_are_judged_as_labelled(service: str, tmp_path: Path, full_counts: bool) -> None:
    rows = list(rows_of(FOLDER / f"{service}.jsonl"))
    wanted = rows if full_counts else rows[::_SAMPLE]
    answers = [judged(row, tmp_path) for row in wanted]
    assert [(one.row["id"], one.found) for one in answers if not one.right] == []


def test_every_service_has_phrasings_and_near_misses() -> None:
    for service in SERVICES:
        states = [row["state"] for row in rows_of(FOLDER / f"{service}.jsonl")]
        assert states.count("MET") >= 10, service
        assert len(states) - states.count("MET") >= 6, service
