"""The sample policy of arthroscopic debridement binds to its text, and judges the labelled charts as the labels do."""

from datetime import date
from pathlib import Path

import pytest

from agents.reading.rules_reader.reader import read_facts
from cases.criteria import PolicyRef, State, TreeStatus
from cases.criteria_evaluation import evaluate
from cases.ids import PayerId, PolicyDocId
from formats.chart_folder import read_chart
from knowledge.criteria_binding import bind
from knowledge.criteria_trees import tree_for
from knowledge.rule_files import RULES
from knowledge.vocabulary import shipped_vocabulary
from tests.labels.d_harness import LABELS, LATER, anchors_of, folder_of

SOURCE = RULES.parent / "sources" / "brightwater-commercial" / "knee-debridement.md"


@pytest.mark.parametrize(
    ("chart", "labels", "state"),
    [
        ("knee_debridement-1", LABELS, State.MET),
        ("knee_debridement-2", LABELS, State.NOT_MET),
        ("knee_debridement-3", LABELS, State.INSUFFICIENT),
        ("knee_debridement-4", LATER, State.NOT_MET),
    ],
)
def test_a_labelled_chart_comes_to_its_role(tmp_path: Path, chart: str, labels: Path, state: State) -> None:
    template = tree_for("BW-SUR-212", ["29877"], date(2026, 1, 1))
    assert template is not None
    ref = PolicyRef(
        payer_id=PayerId("brightwater-commercial"), doc_id=PolicyDocId("brightwater-knee-debridement"), version=1,
        number="BW-SUR-212", title="", effective=date(2026, 1, 1),
    )  # fmt: skip
    tree = bind(template, SOURCE.read_text("utf-8"), ref)
    assert tree.status is TreeStatus.APPROVED
    assert all(leaf.policy_span for leaf in tree.root.leaves())
    read, _ = read_chart([folder_of(chart, tmp_path, labels=labels)])
    result = evaluate(tree, read_facts(read, shipped_vocabulary()), anchors_of(read))
    assert result.root.state is state
