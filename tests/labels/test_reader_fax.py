"""The labelled notes as a noisy fax: read by OCR they lose answers, and never gain a MET."""

import shutil
from pathlib import Path

import pytest

from agents.reading.rules_reader.reader import read_facts
from cases.document import DocumentKind
from formats.chart_folder import read_chart
from knowledge.vocabulary import shipped_vocabulary
from tests.labels.d_harness import folder_of, judge_facts, rows
from tests.labels.fax import fax

SAMPLE = ("hospital_bed-2", "home_health-3")

pytestmark = pytest.mark.skipif(shutil.which("tesseract") is None, reason="tesseract is not installed")


def test_a_fax_gains_no_met_and_keeps_most_answers(tmp_path: Path, full_counts: bool) -> None:
    total, wrong, gained = 0, 0, []
    for row in rows("charts.jsonl"):
        if not full_counts and row["chart"] not in SAMPLE:
            continue
        folder = folder_of(row["chart"], tmp_path)
        for path in folder.glob("*.txt"):
            path.write_text(fax(path.read_text("utf-8"), tmp_path), "utf-8")
        chart, _ = read_chart([folder])
        scanned = tuple(
            document if document.kind is DocumentKind.FHIR_RESOURCE
            else document.model_copy(update={"kind": DocumentKind.SCAN})
            for document in chart.documents
        )  # fmt: skip
        chart = chart.model_copy(update={"documents": scanned})
        found = judge_facts(chart, read_facts(chart, shipped_vocabulary()), row["service"])
        for leaf, label in row["labels"].items():
            state = found[leaf].state.value
            total += 1
            wrong += state != label["state"]
            gained += [(row["chart"], leaf)] if state == "MET" and label["state"] != "MET" else []
    assert gained == []
    assert 1 - wrong / total >= 0.88
