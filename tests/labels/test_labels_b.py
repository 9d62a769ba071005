"""The B labels are sound as data: ids unique, groups large enough, quotes verbatim, versions in force, trees closed."""

import json
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

Json = dict[str, "Json"] | list["Json"] | str | int | float | bool | None
Row = dict[str, Json]

ROOT = Path(__file__).resolve().parents[2]
LABELS = Path(__file__).resolve().parent / "b"
POLICIES = ROOT / ".." / "shared" / "data" / "policies"
SOURCES = ROOT / "knowledge" / "sources"
LEAST = {"synonym": 45, "near_identical": 45, "dated": 45, "unanswerable": 45, "payer_in_words": 28, "plain": 20}
LINES = {
    *("medicare_ffs", "medicare_advantage", "part_d", "medicaid_ffs", "medicaid_mco", "commercial_insured"),
    *("erisa_self_funded", "marketplace"),
}
REQUIRED = {"id", "question", "payer", "doc_ids", "answer_span", "answerable", "group", "why"}
OPTIONAL = {"lob", "date", "code", "version_effective"}
COMPARISONS = {"<", "<=", ">", ">=", "==", "between"}
NCD_QUOTE = 120
SPAN = 200
needs_policies = pytest.mark.skipif(not POLICIES.is_dir(), reason=f"the policies are absent: {POLICIES}")


def rows(path: Path) -> list[Row]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def strings(value: Json) -> list[str]:
    assert isinstance(value, list)
    return [str(item) for item in value]


QUESTIONS = rows(LABELS / "questions.jsonl")
TREES = rows(LABELS / "trees.jsonl")
ANSWERABLE = [row for row in QUESTIONS if row["answerable"]]


def samples() -> dict[str, list[tuple[Row, Path]]]:
    """The sample policies by id, with each version's manifest line and file."""
    found: dict[str, list[tuple[Row, Path]]] = {}
    for manifest in sorted(SOURCES.glob("*/manifest.jsonl")):
        for row in rows(manifest):
            found.setdefault(str(row["id"]), []).append((row, manifest.parent / str(row["path"])))
    return found


SAMPLES = samples()


def ncd_text(doc_id: str) -> str:
    return (POLICIES / "cms" / f"{doc_id}.txt").read_text(encoding="utf-8")


def test_ids_are_unique_and_fields_are_known() -> None:
    assert len({row["id"] for row in QUESTIONS}) == len(QUESTIONS)
    assert len({(row["question"], row["payer"], row.get("date")) for row in QUESTIONS}) == len(QUESTIONS)
    for row in QUESTIONS:
        assert REQUIRED <= set(row) <= REQUIRED | OPTIONAL, row["id"]
        assert all(row[field] for field in ("id", "question", "why")), row["id"]
        assert row["payer"] is None or isinstance(row["payer"], str), row["id"]
        assert row.get("lob") is None or row["lob"] in LINES, row["id"]


def test_groups_are_large_enough() -> None:
    counts = Counter(str(row["group"]) for row in QUESTIONS)
    assert set(counts) == set(LEAST)
    assert all(counts[group] >= least for group, least in LEAST.items()), counts
    assert len(QUESTIONS) >= 240


def test_answers_and_groups_agree() -> None:
    for row in QUESTIONS:
        assert row["answerable"] == (row["group"] != "unanswerable") == bool(row["doc_ids"]), row["id"]
        assert (row["answer_span"] is not None) == row["answerable"], row["id"]
        assert row["group"] != "dated" or "date" in row, row["id"]
        assert row["group"] != "payer_in_words" or row["payer"] is None, row["id"]


def test_every_named_document_is_held() -> None:
    known = set(SAMPLES)
    if POLICIES.is_dir():
        known |= {str(row["id"]) for row in rows(POLICIES / "manifest.jsonl")}
    for row in ANSWERABLE:
        for doc_id in strings(row["doc_ids"]):
            assert doc_id in known or (doc_id.startswith("ncd-") and not POLICIES.is_dir()), (row["id"], doc_id)


def test_sample_spans_are_verbatim_in_the_right_version() -> None:
    for row in ANSWERABLE:
        span = str(row["answer_span"])
        assert 0 < len(span) < SPAN, row["id"]
        assert span == span.strip().partition("\n")[0], row["id"]
        for doc_id in strings(row["doc_ids"]):
            versions = SAMPLES.get(doc_id, [])
            wanted = row.get("version_effective")
            chosen = [(line, path) for line, path in versions if wanted in (None, line["effective_date"])]
            assert not versions or chosen, (row["id"], wanted)
            for _, path in chosen:
                if path.suffix in {".md", ".txt"}:
                    assert span in path.read_text(encoding="utf-8"), (row["id"], doc_id)


def test_dated_sample_questions_name_the_version_in_force() -> None:
    for row in ANSWERABLE:
        if "date" not in row:
            continue
        day = date.fromisoformat(str(row["date"]))
        for doc_id in strings(row["doc_ids"]):
            in_force = [
                line["effective_date"]
                for line, _ in SAMPLES.get(doc_id, [])
                if date.fromisoformat(str(line["effective_date"])) <= day
                and day <= date.fromisoformat(str(line.get("expires_date") or date.max))
            ]
            assert doc_id not in SAMPLES or len(in_force) == 1, (row["id"], in_force)
            assert row.get("version_effective") in (None, *in_force), row["id"]
            assert len(SAMPLES.get(doc_id, [])) < 2 or "version_effective" in row, row["id"]


@needs_policies
def test_ncd_spans_are_short_and_verbatim() -> None:
    for row in ANSWERABLE:
        for doc_id in strings(row["doc_ids"]):
            if doc_id.startswith("ncd-"):
                span = str(row["answer_span"])
                assert len(span) <= NCD_QUOTE, row["id"]
                assert span in ncd_text(doc_id), (row["id"], doc_id)


def leaf_ids(node: Json) -> list[str]:
    """The leaves below a node, in order; a node holds one known operator."""
    if isinstance(node, str):
        return [node]
    assert isinstance(node, dict), node
    ((op, children),) = node.items()
    assert op in {"all", "any", "at_least", "none"}, op
    assert isinstance(children, list), node
    if op == "at_least":
        count, *children = children
        assert isinstance(count, int), node
        assert 0 < count < len(children), node
    assert children, node
    return [leaf for child in children for leaf in leaf_ids(child)]


def excluded(node: Json, below: bool = False) -> set[str]:
    if isinstance(node, str):
        return {node} if below else set()
    assert isinstance(node, dict)
    ((op, children),) = node.items()
    assert isinstance(children, list)
    return {leaf for child in children if not isinstance(child, int) for leaf in excluded(child, below or op == "none")}


def leaves(tree: Row) -> list[Row]:
    found = tree["leaves"]
    assert isinstance(found, list)
    return [leaf for leaf in found if isinstance(leaf, dict)]


def test_trees_are_closed_and_polarity_follows_the_structure() -> None:
    assert len(TREES) >= 15
    assert len({row["doc_id"] for row in TREES}) >= 15
    for tree in TREES:
        name = (tree["doc_id"], tree.get("section"))
        ids = [str(leaf["id"]) for leaf in leaves(tree)]
        assert len(set(ids)) == len(ids), name
        assert sorted(leaf_ids(tree["structure"])) == sorted(ids), name
        assert {str(leaf["id"]) for leaf in leaves(tree) if leaf["polarity"] == "exclude"} == excluded(
            tree["structure"]
        ), name


def test_leaves_have_statements_and_sound_comparisons() -> None:
    for tree in TREES:
        for leaf in leaves(tree):
            assert leaf["statement"], leaf
            assert leaf["polarity"] in {"require", "exclude"}, leaf
            comparison = leaf.get("comparison")
            if isinstance(comparison, dict):
                assert set(comparison) == {"op", "value", "unit"}, leaf
                assert comparison["op"] in COMPARISONS, leaf
                assert isinstance(comparison["value"], list) == (comparison["op"] == "between"), leaf


@needs_policies
def test_tree_quotes_are_short_and_verbatim() -> None:
    for tree in TREES:
        text = ncd_text(str(tree["doc_id"]))
        for leaf in leaves(tree):
            quote = str(leaf["quote"])
            assert 0 < len(quote.partition("\n")[0]) == len(quote) <= NCD_QUOTE, (tree["doc_id"], leaf["id"])
            assert quote in text, (tree["doc_id"], leaf["id"])
