"""The labelled charts: read as production reads them, judged leaf by leaf; faults are planted by giving other parts."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from agents.reading.rules_reader.reader import read_facts
from cases.chart import Chart
from cases.criteria import CriteriaResult, CriteriaTree, Criterion, Judgement, Op, PolicyRef, TreeStatus
from cases.criteria_evaluation import evaluate
from cases.evidence import Fact
from cases.frozen import Frozen
from cases.ids import PayerId, PolicyDocId
from cases.leaf_evaluation import Anchors
from evals.dataset_registry import registry
from formats.chart_files import ChartFile
from formats.chart_folder import chart_of_files
from knowledge.criteria_trees import TreeNode
from knowledge.vocabulary import Vocabulary, shipped_vocabulary

MET = "MET"
_HELD_OUT = "-3"
_ID = re.compile(r'"id": "[^"]*"')


@dataclass(frozen=True)
class EvidenceParts:
    """What the evidence suites run: the product's own reader and evaluation, unless another is given."""

    chart: Callable[[Sequence[ChartFile]], Chart] = lambda files: chart_of_files(files)[0]
    facts: Callable[[Chart, Vocabulary], tuple[Fact, ...]] = read_facts
    evaluate: Callable[[CriteriaTree, Sequence[Fact], Anchors], CriteriaResult] = evaluate


class Edit(Frozen):
    """One replacement in one file of a chart; the words to find stand there once."""

    file: str
    find: str
    replace: str


class LeafCase(Frozen):
    """A chart, perhaps with an edit, and what its leaves must come to. `only` is the one leaf an edit is about."""

    chart: str
    service: str
    expected: Mapping[str, str]
    kind: str = "chart"
    edit: Edit | None = None
    birth_year: int = 0
    gender: str = ""

    @property
    def held_out(self) -> bool:
        return self.chart.endswith(_HELD_OUT)


def labels(name: str) -> list[dict[str, Any]]:
    path = registry()["evidence-charts"].place / name
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


@cache
def charts() -> tuple[LeafCase, ...]:
    """The forty-eight charts with every labelled leaf."""
    return tuple(
        LeafCase(
            chart=row["chart"],
            service=row["service"],
            expected={leaf: label["state"] for leaf, label in row["labels"].items()},
            birth_year=int(row["patient"]["dob"][:4]),
            gender=_gender(row["chart"]),
        )
        for row in labels("charts.jsonl")
    )


def edited(name: str) -> list[tuple[str, LeafCase]]:
    """Charts with one edit and the one leaf it is about, each with its id."""
    return [
        (
            row["id"],
            LeafCase(
                chart=row["chart"],
                service=row["service"],
                expected={row["leaf"]: row["expected"]},
                kind=row["kind"],
                edit=Edit(**{key: str(row["edit"][key]) for key in ("file", "find", "replace")}),
            ),
        )
        for row in labels(name)
    ]


def _gender(chart: str) -> str:
    order = json.loads((_folder(chart) / "order.json").read_text("utf-8"))
    resources = [entry["resource"] for entry in order.get("entry", [])]
    return next((one.get("gender", "") for one in resources if one["resourceType"] == "Patient"), "")


def _folder(chart: str) -> Path:
    return registry()["evidence-charts"].place / "charts" / chart


@cache
def _files(chart: str) -> tuple[ChartFile, ...]:
    """FHIR ids hold no underscore, and those of some labelled orders do; the labels themselves stay as they are."""
    found = []
    for path in sorted(_folder(chart).iterdir()):
        content = path.read_bytes()
        if path.name == "order.json":
            content = _ID.sub(lambda match: match[0].replace("_", "-"), content.decode()).encode()
        found.append(ChartFile(path.name, content))
    return tuple(found)


def files_of(case: LeafCase) -> tuple[ChartFile, ...]:
    """The chart's files with the edit made."""
    edit = case.edit
    if edit is None:
        return _files(case.chart)
    return tuple(
        replace(file, content=file.content.decode().replace(edit.find, edit.replace).encode())
        if file.name == edit.file
        else file
        for file in _files(case.chart)
    )


@cache
def tree_of(service: str) -> CriteriaTree:
    """All labelled leaves of a service in one tree, so that one evaluation gives each its state."""
    content = yaml.safe_load((registry()["evidence-leaves"].place / f"{service}.yaml").read_text("utf-8"))
    content.pop("defines", None)
    root = Criterion(
        id=service,
        op=Op.ALL,
        statement=service,
        children=tuple(_criterion(name, node) for name, node in content.items()),
    )
    ref = PolicyRef(payer_id=PayerId("labels"), doc_id=PolicyDocId(service), version=1, number=service, title=service)
    return CriteriaTree(id=service, policy=ref, root=root, status=TreeStatus.APPROVED)


def _criterion(name: str, node: dict[str, Any]) -> Criterion:
    found = TreeNode.model_validate(_named(name, node)).criterion(())
    assert found is not None
    return found


def _named(name: str, node: dict[str, Any]) -> dict[str, Any]:
    children = [_named(f"{name}.{number}", child) for number, child in enumerate(node.get("children", ()))]
    return {"id": name, "statement": name, **node, "children": children}


def anchors_of(chart: Chart) -> Anchors:
    order, patient = chart.orders[0], chart.patients[0]
    return Anchors(
        patient_id=patient.id,
        birth_date=patient.birth_date,
        order_date=order.authored_on or order.service_date,
        service_date=order.service_date,
    )


Leaves = dict[str, Judgement]


def judged(files: Sequence[ChartFile], service: str, parts: EvidenceParts) -> Leaves:
    """The judgement of every labelled leaf of a service over these files."""
    return judged_chart(parts.chart(files), service, parts)


def judged_chart(chart: Chart, service: str, parts: EvidenceParts) -> Leaves:
    facts = parts.facts(chart, shipped_vocabulary())
    result = parts.evaluate(tree_of(service), facts, anchors_of(chart))
    return {node.id: node for node in result.root.children}


def states(leaves: Leaves) -> dict[str, str]:
    return {name: leaf.state.value for name, leaf in leaves.items()}


def age_band(birth_year: int) -> str:
    """The band on the day the labelled orders are of, 2026."""
    age = 2026 - birth_year
    return "under 45" if age < 45 else "45 to 64" if age < 65 else "65 to 79" if age < 80 else "80 and over"
