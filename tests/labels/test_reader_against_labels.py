"""The rules reader and the trees against labels that were committed before the reader existed: no false MET."""

import importlib.util
import json
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from agents.reading.rules_reader.reader import read_facts
from cases.chart import Chart
from cases.criteria import CriteriaTree, Judgement, PolicyRef
from cases.criteria_evaluation import evaluate
from cases.evidence import Assertion, Experiencer, Fact
from cases.ids import PayerId, PolicyDocId
from cases.leaf_evaluation import Anchors
from formats.chart_folder import read_chart
from knowledge.criteria_binding import bind
from knowledge.criteria_trees import tree_for
from knowledge.vocabulary import shipped_vocabulary

HERE = Path(__file__).resolve().parent
_SPEC = importlib.util.spec_from_file_location("labels_a1", HERE / "test_labels_a1.py")
assert _SPEC is not None
assert _SPEC.loader is not None
LABELS = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(LABELS)

NODE = {
    "rest_room_air": "home_oxygen.group1.rest_room_air", "sleep": "home_oxygen.group1.sleep.value",
    "sleep_awake": "home_oxygen.group1.sleep.awake", "exercise": "home_oxygen.group1.exercise.value",
    "exercise_improves": "home_oxygen.group1.exercise.improves", "group2_value": "home_oxygen.group2.value",
    "group2_edema": "home_oxygen.group2.edema.present", "group2_pulmonary": "home_oxygen.group2.pulmonary",
    "group2_hematocrit": "home_oxygen.group2.hematocrit", "ordered_by_practitioner": "home_oxygen.test",
    "adult": "cpap.adult", "education": "cpap.education", "clinical_evaluation": "cpap.clinical_evaluation",
    "osa_test": "cpap.osa_test", "sleep_test_ordered": "cpap.sleep_test_ordered", "ahi_15": "cpap.ahi_15",
    "ahi_5_14": "cpap.ahi_5_14", "symptoms": "cpap.symptoms", "two_hour_rule": "cpap.two_hours_15",
}  # fmt: skip
POLICIES = {"240.2": ("E0424", date(2021, 9, 27)), "240.4": ("E0601", date(2008, 3, 13))}


def tree(shared: Path, number: str) -> CriteriaTree:
    code, effective = POLICIES[number]
    template = tree_for(f"NCD {number}", [code], effective)
    assert template is not None
    text = (shared / "data" / "policies" / "cms" / f"ncd-{number}.txt").read_text("utf-8")
    ref = PolicyRef(
        payer_id=PayerId("cms"), doc_id=PolicyDocId(f"ncd-{number}"), version=1, number=f"NCD {number}", title="",
        effective=effective,
    )  # fmt: skip
    return bind(template, text, ref)


def chart_of(row: dict[str, Any], folder: Path) -> Chart:
    chart = {name: json.loads(text) for name, text in LABELS.seed_text(row["patient"]).items()}
    for change in row["edits"]:
        LABELS.apply(chart, change)
    folder.mkdir()
    for name, content in chart.items():
        (folder / name).write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    for pattern in ("1.*", "2.*", "Practitioner*.json"):
        for path in LABELS.SEED.glob(pattern):
            shutil.copy(path, folder / path.name)
    read, _ = read_chart([folder])
    return read


def judged(row: dict[str, Any], folder: Path, trees: dict[str, CriteriaTree]) -> Judgement:
    chart = chart_of(row, folder)
    order = next(one for one in chart.orders if one.id == row["order"])
    assert order.patient_id is not None
    own = chart.for_patient(order.patient_id)
    patient = own.patients[0]
    anchors = Anchors(
        patient_id=patient.id,
        birth_date=patient.birth_date,
        order_date=order.authored_on,
        service_date=order.service_date,
    )
    wanted = NODE[row["leaf"]]
    result = evaluate(
        trees["240.4" if wanted.startswith("cpap") else "240.2"], read_facts(own, shipped_vocabulary()), anchors
    )
    return next(node for node in result.root.nodes() if node.id == wanted)


def test_labelled_charts_have_no_false_met_and_few_misses(shared: Path, tmp_path: Path) -> None:
    trees = {number: tree(shared, number) for number in POLICIES}
    outcome: Counter[str] = Counter()
    wrong = []
    for row in LABELS.MUTATIONS:
        node = judged(row, tmp_path / str(row["id"]), trees)
        outcome["right" if node.state == row["expected"] else "wrong"] += 1
        if node.state != row["expected"]:
            wrong.append((row["id"], row["expected"], node.state.value))
    assert [item for item in wrong if item[2] == "MET"] == []
    assert outcome["right"] / len(LABELS.MUTATIONS) >= 0.95, wrong


def facts_of_notes(tmp_path: Path) -> Iterator[tuple[str, tuple[Fact, ...]]]:
    for name in LABELS.NOTES:
        folder = tmp_path / name
        folder.mkdir()
        shutil.copy(HERE / "a1" / "notes" / name, folder / name)
        chart, _ = read_chart([folder])
        yield name, read_facts(chart, shipped_vocabulary())


MEASURED = {"spo2", "pao2", "ahi", "rdi", "hematocrit"}


def test_no_measured_value_is_affirmed_of_the_patient_that_the_note_does_not_affirm(tmp_path: Path) -> None:
    found, missed, false = 0, [], []
    for name, facts in facts_of_notes(tmp_path):
        labels = [row for row in LABELS.FACTS if row["note"] == name and row["concept"] in MEASURED]
        sure = [f for f in facts if f.concept in MEASURED and affirmed(f) and f.value is not None]
        for fact in sure:
            over = [row for row in labels if row["start"] < fact.span.end and fact.span.start < row["end"]]
            if not any(row["must"] == "find" for row in over):
                false.append((name, fact.span.quote))
        for row in labels:
            if row["must"] == "find":
                hit = any(
                    f.span.start < row["end"] and row["start"] < f.span.end and f.concept == row["concept"]
                    for f in sure
                )
                found += hit
                missed += [] if hit else [(name, row["quote"])]
    assert false == []
    assert found / (found + len(missed)) >= 0.6, missed


def affirmed(fact: Fact) -> bool:
    return fact.assertion is Assertion.AFFIRMED and fact.experiencer is Experiencer.PATIENT and not fact.historical


@pytest.mark.parametrize("repeat", range(2))
def test_reading_the_same_note_gives_the_same_facts(tmp_path: Path, repeat: int) -> None:
    first = dict(facts_of_notes(tmp_path))
    shutil.rmtree(tmp_path)
    tmp_path.mkdir()
    assert dict(facts_of_notes(tmp_path)) == first
