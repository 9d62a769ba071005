"""The reader and the leaf tests against the D labels: right on charts, and never MET where the label is not.

Every run takes the charts of four services and one near miss in twelve, and of the set that came later all charts and
one near miss in eight; `--full` takes all of it and prints the report.
"""

from pathlib import Path

import pytest

from tests.labels.d_harness import (
    BLIND,
    LATER,
    STRANGE,
    UNSEEN,
    Miss,
    Row,
    by_leaf,
    leaf_nodes,
    rows,
    run_charts,
    run_edits,
    told,
    wrong_insufficient,
)

GATE = ("home_oxygen", "pap", "knee_arthroplasty", "adalimumab")
EVERY = 12
EVERY_LATER = 8
MOST = 0.06
"""The share of near misses in strange hands that may be MET."""


def service(chart: str) -> str:
    return chart.rsplit("-", 1)[0]


def test_every_labelled_leaf_has_a_test_of_ours() -> None:
    labelled = {(row["service"], row["leaf"]) for row in rows("criteria.jsonl")}
    ours = {(row["service"], leaf) for row in rows("trees.jsonl") for leaf in leaf_nodes(row["service"])}
    assert ours == labelled


def test_charts_are_judged_right_leaf_by_leaf(
    tmp_path: Path, full_counts: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    total, misses = run_charts(tmp_path, lambda chart: full_counts or service(chart) in GATE)
    if full_counts:
        report(total, misses, capsys)
    assert [miss for miss in misses if miss.false_met] == []
    assert 1 - len(misses) / total >= 0.95
    assert wrong_insufficient(misses) / total <= 0.06


def test_no_near_miss_is_met(tmp_path: Path, full_counts: bool, capsys: pytest.CaptureFixture[str]) -> None:
    wanted = {row["id"] for number, row in enumerate(rows("near_misses.jsonl")) if full_counts or number % EVERY == 0}
    total, misses = run_edits("near_misses.jsonl", tmp_path, lambda row: row["id"] in wanted)
    if full_counts:
        report(total, misses, capsys)
        assert total >= 600
    assert [miss for miss in misses if miss.false_met] == []


def test_later_charts_in_other_hands_are_judged_right(
    tmp_path: Path, full_counts: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    total, misses = run_charts(tmp_path, labels=LATER)
    if full_counts:
        report(total, misses, capsys)
    assert [miss for miss in misses if miss.false_met] == []
    assert 1 - len(misses) / total >= 0.95


@pytest.mark.parametrize(
    ("labels", "least"), [(BLIND, 0.95), (UNSEEN, 0.53), (STRANGE, 0.41)], ids=lambda one: getattr(one, "name", None)
)
def test_charts_in_hands_that_never_saw_the_reader_give_no_false_met(
    labels: Path, least: float, tmp_path: Path, full_counts: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    total, misses = run_charts(tmp_path, labels=labels)
    if full_counts:
        report(total, misses, capsys)
    assert [miss for miss in misses if miss.false_met] == []
    assert 1 - len(misses) / total >= least


@pytest.mark.parametrize("labels", [UNSEEN, STRANGE], ids=lambda one: str(one.name))
def test_few_near_misses_in_strange_hands_are_met(
    labels: Path, tmp_path: Path, full_counts: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    """Not nought yet: rewritings that turn a whole note (`the film is another lady's`) fool the reader now and then.

    The share may only fall (evals/records/d-evidence.md tells what is left).
    """
    held = enumerate(rows("near_misses.jsonl", labels))
    wanted = {row["id"] for number, row in held if full_counts or number % 4 == 0}
    total, misses = run_edits("near_misses.jsonl", tmp_path, lambda row: row["id"] in wanted, labels)
    if full_counts:
        report(total, misses, capsys)
    assert sum(miss.false_met for miss in misses) / total <= MOST


def test_no_later_near_miss_is_met(tmp_path: Path, full_counts: bool, capsys: pytest.CaptureFixture[str]) -> None:
    held = [row["id"] for row in rows("near_misses.jsonl", LATER)]
    wanted = {name for number, name in enumerate(held) if full_counts or number % EVERY_LATER == 0}
    total, misses = run_edits("near_misses.jsonl", tmp_path, lambda row: row["id"] in wanted, LATER)
    if full_counts:
        report(total, misses, capsys)
    assert [miss for miss in misses if miss.false_met] == []


def test_what_is_said_in_other_words_stays_met(
    tmp_path: Path, full_counts: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    wanted = {row["id"] for number, row in enumerate(rows("paraphrases.jsonl")) if full_counts or number % EVERY == 0}
    total, misses = run_edits("paraphrases.jsonl", tmp_path, lambda row: row["id"] in wanted)
    if full_counts:
        report(total, misses, capsys)
    assert len(misses) / total <= 0.06


def test_the_report_counts_each_leaf(tmp_path: Path) -> None:
    labels: list[Row] = [row for row in rows("charts.jsonl") if row["chart"] == "pap-1"]
    miss = Miss("pap-1", "pap-1", "adult", "chart", "MET", "INSUFFICIENT", "")
    counted = by_leaf([(row["chart"], leaf) for row in labels for leaf in row["labels"]], [miss])
    assert counted["pap.adult"] == (0, 1)
    assert counted["pap.ahi_15"] == (1, 1)


def report(total: int, misses: list[Miss], capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        print(f"\n{total} judged, {len(misses)} differ, {sum(miss.false_met for miss in misses)} false MET")  # noqa: T201
        for line in told(misses):
            print(line)  # noqa: T201
