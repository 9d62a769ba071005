"""Runs the reader and the leaf tests over the D labels: charts, near misses and paraphrases, as they are or as text.

Development charts are numbers 1 and 2 of each service; number 3 is held out, and so is number 4, in the set `d2` that
came later. Nothing here is read by the product.
"""

import json
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from agents.reading.rules_reader.reader import read_facts
from cases.chart import Chart
from cases.criteria import CriteriaTree, Criterion, Judgement, Op, PolicyRef, State, TreeStatus
from cases.criteria_evaluation import evaluate
from cases.evidence import Fact
from cases.ids import PayerId, PolicyDocId
from cases.leaf_evaluation import Anchors
from formats.chart_folder import read_chart
from knowledge.criteria_trees import TreeNode
from knowledge.vocabulary import shipped_vocabulary

HERE = Path(__file__).resolve().parent
LABELS = HERE / "d"
LATER = HERE / "d2"
BLIND = HERE / "d3"
"""By writers who had not seen the reader, after it was written: charts 5 and 6, all studied since."""
UNSEEN = HERE / "d4"
"""One chart of each service whose text nobody of the reader's has studied, and 300 near misses, some studied."""
STRANGE = HERE / "d5"
"""Two charts of each service in words as odd as their writers could find, first sight only, and 350 near misses."""
LEAVES = HERE / "d_leaves"
HELD_OUT = ("-3", "-4")
Row = dict[str, Any]


def rows(name: str, labels: Path = LABELS) -> list[Row]:
    return [json.loads(line) for line in (labels / name).read_text(encoding="utf-8").splitlines()]


@dataclass(frozen=True)
class Miss:
    """One answer that is not the label's. `kind` is `chart`, or the near miss's or paraphrase's own."""

    id: str
    chart: str
    leaf: str
    kind: str
    expected: str
    found: str
    reason: str

    @property
    def false_met(self) -> bool:
        return self.found == "MET" and self.expected != "MET"

    @property
    def held_out(self) -> bool:
        return self.chart.endswith(HELD_OUT)


@cache
def leaf_nodes(service: str) -> dict[str, Criterion]:
    """Our test of each labelled leaf of a service, written from criteria.jsonl."""
    content = yaml.safe_load((LEAVES / f"{service}.yaml").read_text("utf-8"))
    content.pop("defines", None)
    return {name: _criterion(name, node) for name, node in content.items()}


def _criterion(name: str, node: Row) -> Criterion:
    found = TreeNode.model_validate(_named(name, node)).criterion(())
    assert found is not None
    return found


def _named(name: str, node: Row) -> Row:
    children = [_named(f"{name}.{number}", child) for number, child in enumerate(node.get("children", ()))]
    return {"id": name, "statement": name, **node, "children": children}


def tree_of(service: str) -> CriteriaTree:
    """All labelled leaves of a service in one tree, so that one evaluation gives each its state."""
    root = Criterion(id=service, op=Op.ALL, statement=service, children=tuple(leaf_nodes(service).values()))
    ref = PolicyRef(payer_id=PayerId("labels"), doc_id=PolicyDocId(service), version=1, number=service, title=service)
    return CriteriaTree(id=service, policy=ref, root=root, status=TreeStatus.APPROVED)


def anchors_of(chart: Chart) -> Anchors:
    order, patient = chart.orders[0], chart.patients[0]
    return Anchors(
        patient_id=patient.id,
        birth_date=patient.birth_date,
        order_date=order.authored_on or order.service_date,
        service_date=order.service_date,
    )


def judge(folder: Path, service: str) -> dict[str, Judgement]:
    """The judgement of each labelled leaf over the chart in a folder."""
    chart, _ = read_chart([folder])
    facts = read_facts(chart, shipped_vocabulary())
    return judge_facts(chart, facts, service)


def judge_facts(chart: Chart, facts: tuple[Fact, ...], service: str) -> dict[str, Judgement]:
    result = evaluate(tree_of(service), facts, anchors_of(chart))
    return {node.id: node for node in result.root.children}


def folder_of(chart: str, scratch: Path, edit: Row | None = None, labels: Path = LABELS) -> Path:
    """A copy of a chart with at most one edit; fails where the words to find do not stand there once."""
    target = scratch / "chart"
    if target.exists():
        shutil.rmtree(target)
    shutil.copytree(labels / "charts" / chart, target)
    _with_legal_ids(target / "order.json")
    if edit:
        path = target / str(edit["file"])
        text = path.read_text("utf-8")
        assert text.count(edit["find"]) == 1
        path.write_text(text.replace(edit["find"], edit["replace"]), "utf-8")
    return target


def _with_legal_ids(path: Path) -> None:
    """FHIR ids hold no underscore, and those of some labelled orders do; the labels themselves are not touched."""
    text = path.read_text("utf-8")
    path.write_text(re.sub(r'"id": "[^"]*"', lambda match: match[0].replace("_", "-"), text), "utf-8")


def run_charts(
    scratch: Path, wanted: Callable[[str], bool] = lambda _: True, labels: Path = LABELS
) -> tuple[int, list[Miss]]:
    """How many chart leaves were judged, and those that differ from the label."""
    total, misses = 0, []
    for row in rows("charts.jsonl", labels):
        if not wanted(row["chart"]):
            continue
        found = judge(folder_of(row["chart"], scratch, labels=labels), row["service"])
        for leaf, label in row["labels"].items():
            total += 1
            node = found[leaf]
            if node.state.value != label["state"]:
                misses.append(_miss(row["chart"], row["chart"], leaf, "chart", label["state"], node))
    return total, misses


def run_edits(
    name: str, scratch: Path, wanted: Callable[[Row], bool] = lambda _: True, labels: Path = LABELS
) -> tuple[int, list[Miss]]:
    """How many edited leaves were judged, and those that differ; one reading serves all leaves of one edit."""
    total, misses = 0, []
    seen: dict[str, dict[str, Judgement]] = {}
    for row in rows(name, labels):
        if not wanted(row):
            continue
        key = json.dumps([row["chart"], row["edit"]], sort_keys=True)
        if key not in seen:
            seen[key] = judge(folder_of(row["chart"], scratch, row["edit"], labels), row["service"])
        node = seen[key][row["leaf"]]
        total += 1
        if node.state.value != row["expected"]:
            misses.append(_miss(row["id"], row["chart"], row["leaf"], row["kind"], row["expected"], node))
    return total, misses


def _miss(name: str, chart: str, leaf: str, kind: str, expected: str, node: Judgement) -> Miss:
    return Miss(name, chart, leaf, kind, expected, node.state.value, node.reason or _reasons(node))


def _reasons(node: Judgement) -> str:
    return " / ".join(f"{leaf.state.value}: {leaf.reason}" for leaf in node.leaves())


def wrong_insufficient(misses: Iterable[Miss]) -> int:
    return sum(miss.found == State.INSUFFICIENT.value for miss in misses)


def told(misses: Iterable[Miss]) -> Iterator[str]:
    for miss in sorted(misses, key=lambda item: (not item.false_met, item.chart, item.leaf)):
        mark = "FALSE MET " if miss.false_met else ""
        held = "held out" if miss.held_out else "dev"
        yield f"{mark}{miss.id}.{miss.leaf} [{miss.kind}, {held}] {miss.expected} but {miss.found}: {miss.reason[:160]}"


def by_leaf(total: Iterable[tuple[str, str]], misses: Iterable[Miss]) -> dict[str, tuple[int, int]]:
    """For each service.leaf: how many right, of how many."""
    count = Counter(f"{chart.rsplit('-', 1)[0]}.{leaf}" for chart, leaf in total)
    wrong = Counter(f"{miss.chart.rsplit('-', 1)[0]}.{miss.leaf}" for miss in misses)
    return {name: (count[name] - wrong[name], count[name]) for name in count}
