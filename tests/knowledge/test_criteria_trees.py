"""The shipped trees: well formed, in known concepts, in our own words, and cut to the order's codes."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from cases.criteria import Criterion, Op
from cases.errors import StoreDamaged
from cases.leaf_tests import FindingTest, MeasurementTest
from knowledge.criteria_trees import read_tree, shipped_trees, tree_for
from knowledge.library import SOURCES
from knowledge.rule_files import CRITERIA, RULES
from knowledge.vocabulary import shipped_vocabulary

ON_240_2, ON_240_4 = date(2021, 9, 27), date(2008, 3, 13)


def nodes(criterion: Criterion) -> Iterator[Criterion]:
    yield criterion
    for child in criterion.children:
        yield from nodes(child)


def cuts() -> list[Criterion]:
    """Each shipped tree, cut to each code that its file names (both ends of a range)."""
    asked = [(tree, code) for tree in shipped_trees() for text in tree.codes for code in text.split("-")]
    return [root for tree, code in asked if (root := tree.root.criterion([code]))]


def all_nodes() -> list[Criterion]:
    return [node for root in cuts() for node in nodes(root)]


def test_every_leaf_has_place_advice_and_known_concepts() -> None:
    known = shipped_vocabulary().concepts
    for node in all_nodes():
        if node.op is Op.LEAF:
            assert node.anchor is not None, node.id
            assert node.gap is not None, node.id
            assert node.gap.document, node.id
            assert node.gap.holder, node.id
        if isinstance(node.test, MeasurementTest | FindingTest):
            assert [concept for concept in node.test.concepts if concept not in known] == [], node.id
        if isinstance(node.test, MeasurementTest):
            assert set(node.test.comparisons) == set(node.test.concepts), node.id


def test_node_ids_are_unique_within_a_tree() -> None:
    assert len(cuts()) >= len(shipped_trees())
    for root in cuts():
        ids = [node.id for node in nodes(root)]
        assert len(ids) == len(set(ids)), root.id


def test_every_window_cites_its_source() -> None:
    tests = [node.test for node in all_nodes() if isinstance(node.test, MeasurementTest | FindingTest)]
    assert [test for test in tests if test.window and not test.window.source] == []


def test_the_thirty_days_are_not_claimed_as_verified() -> None:
    windows = [node.test.window for node in all_nodes() if isinstance(node.test, MeasurementTest)]
    thirty = [window for window in windows if window and window.days_before == 30 and "L33797" in window.source]
    assert thirty
    assert not any(window.verified for window in thirty)


@pytest.mark.parametrize(
    ("number", "codes", "on", "tree"),
    [
        ("NCD 240.2", ["E0424"], ON_240_2, "home-oxygen"),
        ("240.2", ["k0738"], ON_240_2, "home-oxygen"),
        ("ncd-240.2", ["E1390"], date(2030, 1, 1), "home-oxygen"),
        ("NCD 240.4", ["E0601"], ON_240_4, "cpap-for-osa"),
        ("NLA-DME-014", ["E1390"], date(2022, 1, 1), "northlake-home-oxygen"),
        ("NCD 240.2", ["E0601"], ON_240_2, None),
        ("NCD 240.4", ["E0470"], ON_240_4, None),
        ("NCD 240.2.1", ["E0424"], ON_240_2, None),
        ("NCD 280.9", ["E0250"], ON_240_2, None),
        ("NCD 240.2", [], ON_240_2, None),
    ],
)
def test_tree_is_chosen_by_number_and_ordered_code(number: str, codes: list[str], on: date, tree: str | None) -> None:
    found = tree_for(number, codes, on)
    assert (found.id if found else None) == tree


def ids_for(code: str) -> set[str]:
    found = tree_for("NCD 240.2", [code], ON_240_2)
    assert found is not None
    return {node.id for node in nodes(found.root)}


def test_a_portable_system_asks_for_mobility_and_does_not_qualify_in_sleep() -> None:
    stationary, portable = ids_for("E0424"), ids_for("E0431")
    assert {node for node in stationary - portable if "sleep" not in node} == set()
    assert {node for node in portable - stationary if "mobility" not in node} == set()
    assert "home_oxygen.group1.sleep.value" in stationary
    assert "home_oxygen.mobility.mobile" in portable


def test_notes_on_a_branch_go_with_it() -> None:
    portable = tree_for("NCD 240.2", ["E0431"], ON_240_2)
    assert portable is not None
    assert "home_oxygen.group1.sleep" not in {note.about for note in portable.notes}


def test_a_damaged_file_is_named_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    text = (CRITERIA / "ncd-240.4.yaml").read_text(encoding="utf-8").replace("op: any", "op: some", 1)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(StoreDamaged, match=r"x\.yaml: root\."):
        read_tree(path)


def eight_words(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"[a-z0-9%.]+", text.casefold().replace("’", "'"))
    return {tuple(words[place : place + 8]) for place in range(len(words) - 7)}


def test_no_eight_words_in_a_row_are_taken_from_a_national_policy(shared: Path) -> None:
    policies = (shared / "data" / "policies" / "cms").glob("*.txt")
    theirs = {run for policy in policies for run in eight_words(policy.read_text(encoding="utf-8"))}
    files = [*CRITERIA.glob("*.yaml"), *RULES.glob("*.yaml"), *SOURCES.rglob("*.md")]
    taken = {file.name: sorted(eight_words(file.read_text(encoding="utf-8")) & theirs)[:3] for file in files}
    assert {name: runs for name, runs in taken.items() if runs} == {}
