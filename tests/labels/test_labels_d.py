"""The D labels are sound as data: edits apply once, quotes are verbatim, trees and labels agree, kinds are balanced."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

Json = dict[str, "Json"] | list["Json"] | str | int | float | bool | None
Row = dict[str, Json]

LABELS = Path(__file__).resolve().parent / "d"
POLICIES = Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "policies" / "cms"
CITED = ("240.2", "240.4", "220.2", "220.6.17", "250.3", "280.3", "280.7")
STATES = {"MET", "NOT_MET", "INSUFFICIENT"}
LEAF_KINDS = {"measurement", "finding", "trial", "count", "sequence", "age", "document", "person"}
MAIN_KINDS = {
    *("date", "unit", "side", "negation", "person", "setting", "duration"),
    *("value", "count", "status", "certainty", "planned", "other_patient"),
}
OTHER_KINDS = {"refused", "history", "hypothetical", "conflict", "template", "copy_forward"}
STYLES = {"dictated", "templated", "terse", "nursing", "therapy", "scanned", "fhir"}
OUTCOME = {"met": "MET", "near_miss": "NOT_MET", "insufficient": "INSUFFICIENT"}
needs_policies = pytest.mark.skipif(not POLICIES.is_dir(), reason=f"the policies are absent: {POLICIES}")


def rows(name: str) -> list[Row]:
    return [json.loads(line) for line in (LABELS / name).read_text(encoding="utf-8").splitlines()]


def as_row(node: Json) -> Row:
    assert isinstance(node, dict)
    return node


CRITERIA = rows("criteria.jsonl")
TREES = {str(row["service"]): row["tree"] for row in rows("trees.jsonl")}
CHARTS = {str(row["chart"]): row for row in rows("charts.jsonl")}
NEAR = rows("near_misses.jsonl")
STAY = rows("paraphrases.jsonl")
TEXTS = {
    chart: {path.name: path.read_text(encoding="utf-8") for path in sorted((LABELS / "charts" / chart).iterdir())}
    for chart in CHARTS
}
LEAVES: dict[str, set[str]] = {service: set() for service in TREES}
for _leaf in CRITERIA:
    LEAVES[str(_leaf["service"])].add(str(_leaf["leaf"]))
by_chart = pytest.mark.parametrize("chart", CHARTS)


def children(tree: Json) -> tuple[str, list[Json]]:
    ((op, content),) = as_row(tree).items()
    assert isinstance(content, list)
    return op, content


def names(tree: Json) -> set[str]:
    return {tree} if isinstance(tree, str) else set().union(*map(names, children(tree)[1]))


def outcome(tree: Json, states: dict[str, str]) -> str:
    """The state algebra of the interfaces, without ERROR."""
    if isinstance(tree, str):
        return states[tree]
    op, content = children(tree)
    found = {outcome(child, states) for child in content}
    order = ("NOT_MET", "INSUFFICIENT", "MET") if op == "all" else ("MET", "INSUFFICIENT", "NOT_MET")
    assert op in {"all", "any"}
    return next(state for state in order if state in found)


def edited(row: Row) -> str:
    """The text of the edited file; fails unless the words to find stand there exactly once."""
    edit = as_row(row["edit"])
    text, find = TEXTS[str(row["chart"])][str(edit["file"])], str(edit["find"])
    assert find
    assert text.count(find) == 1
    return text.replace(find, str(edit["replace"]))


def label(row: Row) -> Row:
    return as_row(as_row(CHARTS[str(row["chart"])]["labels"])[str(row["leaf"])])


def test_sixteen_services_have_four_to_nine_leaves_each_and_a_tree_over_all_of_them() -> None:
    assert len(TREES) == 16
    assert {service: names(tree) for service, tree in TREES.items()} == LEAVES
    assert all(4 <= len(leaves) <= 9 for leaves in LEAVES.values())
    assert sum(map(len, LEAVES.values())) == len(CRITERIA)


def test_each_leaf_is_defined_in_full() -> None:
    for leaf in CRITERIA:
        window = leaf["window"]
        assert leaf["kind"] in LEAF_KINDS
        assert window is None or isinstance(as_row(window)["days"], int)
        assert leaf["silence"] == "INSUFFICIENT"
        assert all(leaf[key] for key in ("source", "definition", "test", "side", "setting", "conflict", "not_met"))


def test_each_service_has_a_met_a_near_miss_and_an_insufficient_chart() -> None:
    roles = Counter((row["service"], row["role"]) for row in CHARTS.values())
    assert set(roles) == {(service, role) for service in TREES for role in OUTCOME}
    assert len(CHARTS) >= 48
    styles = Counter(style for row in CHARTS.values() for style in as_row(row["files"]).values())
    assert set(styles) == STYLES
    assert all(count >= 8 for count in styles.values())


@by_chart
def test_a_chart_labels_every_leaf_of_its_service_and_the_tree_follows(chart: str) -> None:
    row = CHARTS[chart]
    states = {leaf: str(as_row(content)["state"]) for leaf, content in as_row(row["labels"]).items()}
    assert set(states) == LEAVES[str(row["service"])]
    assert set(states.values()) <= STATES
    assert outcome(TREES[str(row["service"])], states) == row["overall"] == OUTCOME[str(row["role"])]


@by_chart
def test_quotes_are_verbatim_and_only_insufficient_leaves_go_without(chart: str) -> None:
    for leaf, content in as_row(CHARTS[chart]["labels"]).items():
        found = as_row(content)
        assert found["why"], leaf
        assert ("quote" in found) or found["state"] == "INSUFFICIENT", leaf
        if "quote" in found:
            assert str(found["quote"]) in TEXTS[chart][str(found["file"])], leaf


@by_chart
def test_files_are_those_listed_and_name_the_patient_and_the_order(chart: str) -> None:
    row, texts = CHARTS[chart], TEXTS[chart]
    patient = as_row(row["patient"])
    notes = [text for name, text in texts.items() if name.endswith(".txt")]
    assert set(texts) == set(as_row(row["files"]))
    assert 1 <= len(notes) <= 3
    assert all(str(patient["mrn"]) in text and 150 <= len(text.split()) <= 700 for text in notes)
    resources = [as_row(as_row(entry)["resource"]) for entry in json.loads(texts["order.json"])["entry"]]
    assert resources[0]["birthDate"] == patient["dob"]
    assert resources[1]["authoredOn"] == row["order_date"]


def test_there_are_enough_near_misses_of_every_main_kind_and_service() -> None:
    kinds, services = Counter(str(row["kind"]) for row in NEAR), Counter(str(row["service"]) for row in NEAR)
    assert len(NEAR) >= 640
    assert set(kinds) == MAIN_KINDS | OTHER_KINDS
    assert min(kinds[kind] for kind in MAIN_KINDS) >= 40
    assert max(kinds.values()) <= 0.2 * len(NEAR)
    assert min(services[service] for service in TREES) >= 35


def test_every_leaf_that_is_met_somewhere_has_near_misses_but_ages() -> None:
    met = {
        (str(row["service"]), leaf)
        for row in CHARTS.values()
        for leaf, found in as_row(row["labels"]).items()
        if as_row(found)["state"] == "MET" and leaf not in {"adult", "covered_use"}
    }
    assert {(str(row["service"]), str(row["leaf"])) for row in NEAR} == met


@pytest.mark.parametrize("row", NEAR, ids=lambda row: str(row["id"]))
def test_a_near_miss_changes_one_place_of_a_met_leaf_and_is_never_met(row: Row) -> None:
    edit = as_row(row["edit"])
    assert edited(row) != TEXTS[str(row["chart"])][str(edit["file"])]
    assert label(row)["state"] == "MET"
    assert row["expected"] in STATES - {"MET"}
    assert row["why"]
    assert row.get("either", True) is True


@pytest.mark.parametrize("row", [row for row in NEAR if row["kind"] == "other_patient"], ids=lambda row: str(row["id"]))
def test_another_patients_header_leaves_no_mark_of_ours_in_the_file(row: Row) -> None:
    assert str(as_row(CHARTS[str(row["chart"])]["patient"])["mrn"]) not in edited(row)


@pytest.mark.parametrize("row", STAY, ids=lambda row: str(row["id"]))
def test_a_paraphrase_changes_one_place_of_a_met_leaf_that_stays_met(row: Row) -> None:
    assert edited(row) != TEXTS[str(row["chart"])][str(as_row(row["edit"])["file"])]
    assert label(row)["state"] == row["expected"] == "MET"
    assert row["kind"] in {"paraphrase", "distractor"}


def test_ids_are_unique_and_no_edit_is_labelled_twice_for_one_leaf() -> None:
    both = NEAR + STAY
    assert len({row["id"] for row in both}) == len(both)
    assert len({json.dumps([row["chart"], row["leaf"], row["edit"]]) for row in both}) == len(both)
    assert Counter(row["kind"] for row in STAY)["paraphrase"] >= 120


@needs_policies
def test_no_run_of_nine_policy_words_is_copied() -> None:
    def runs(text: str) -> set[tuple[str, ...]]:
        words = re.findall(r"\w+", text.lower())
        return set(zip(*(words[i:] for i in range(9)), strict=False))

    ours = [path.read_text(encoding="utf-8") for path in sorted(LABELS.rglob("*")) if path.is_file()]
    policies = [(POLICIES / f"ncd-{number}.txt").read_text(encoding="utf-8") for number in CITED]
    assert not set().union(*map(runs, ours)) & set().union(*map(runs, policies))
