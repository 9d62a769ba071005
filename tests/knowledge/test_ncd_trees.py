"""The trees of further national policies bind to the imported text, and judge the labelled charts as the labels do."""

from datetime import date
from pathlib import Path

import pytest

from agents.reading.rules_reader.reader import read_facts
from cases.criteria import CriteriaTree, PolicyRef, State, TreeStatus
from cases.criteria_evaluation import evaluate
from cases.ids import PayerId, PolicyDocId
from formats.chart_folder import read_chart
from knowledge.criteria_binding import bind
from knowledge.criteria_trees import tree_for
from knowledge.vocabulary import shipped_vocabulary
from tests.labels.d_harness import anchors_of, folder_of

POLICIES = {
    "220.6.17": ("78815", date(2013, 6, 11)),
    "250.3": ("J1569", date(2002, 10, 1)),
    "280.3": ("K0823", date(2005, 5, 5)),
    "280.7": ("E0260", date(1989, 1, 1)),
}


def bound(shared: Path, number: str) -> CriteriaTree:
    code, effective = POLICIES[number]
    template = tree_for(f"NCD {number}", [code], effective)
    assert template is not None
    text = (shared / "data" / "policies" / "cms" / f"ncd-{number}.txt").read_text("utf-8")
    ref = PolicyRef(
        payer_id=PayerId("cms"), doc_id=PolicyDocId(f"ncd-{number}"), version=1, number=f"NCD {number}", title="",
        effective=effective,
    )  # fmt: skip
    return bind(template, text, ref)


@pytest.mark.parametrize("number", POLICIES)
def test_each_leaf_is_found_in_the_text(shared: Path, number: str) -> None:
    tree = bound(shared, number)
    assert tree.draft_reasons == ()
    assert tree.status is TreeStatus.APPROVED
    assert all(leaf.policy_span for leaf in tree.root.leaves())


@pytest.mark.parametrize(
    ("number", "chart", "state"),
    [
        ("220.6.17", "pet_ct-1", State.MET),
        ("220.6.17", "pet_ct-2", State.NOT_MET),
        ("220.6.17", "pet_ct-3", State.INSUFFICIENT),
        ("250.3", "ivig-1", State.MET),
        ("250.3", "ivig-2", State.NOT_MET),
        ("280.3", "power_mobility-1", State.MET),
        ("280.3", "power_mobility-2", State.NOT_MET),
        ("280.3", "power_mobility-3", State.INSUFFICIENT),
        ("280.7", "hospital_bed-1", State.MET),
        ("280.7", "hospital_bed-2", State.NOT_MET),
        ("280.7", "hospital_bed-3", State.INSUFFICIENT),
    ],
)
def test_a_labelled_chart_comes_to_its_role(
    shared: Path, tmp_path: Path, number: str, chart: str, state: State
) -> None:
    read, _ = read_chart([folder_of(chart, tmp_path)])
    facts = read_facts(read, shipped_vocabulary())
    result = evaluate(bound(shared, number), facts, anchors_of(read))
    assert result.root.state is state
