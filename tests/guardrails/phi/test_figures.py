"""The figures that evals/records/c-phi-guard.md states are reached again, with the scorer of the issue."""

import hashlib
import importlib.util
import json
import time
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from guardrails.phi.guard import PhiGuard
from tests.guardrails.phi import development_sets as sets

BLIND = Path(__file__).resolve().parents[2] / "labels" / "phi" / "documents.jsonl"
Document = dict[str, Any]


def scorer() -> ModuleType:
    if not sets.SCORER.is_file():
        pytest.skip(f"the scorer is not at {sets.SCORER}")
    spec = importlib.util.spec_from_file_location("phi_score", sets.SCORER)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def half(document: Document) -> str:
    """By a fixed rule: errors of `seen` may be looked at, `kept` is only ever scored."""
    return "kept" if hashlib.sha256(document["id"].encode()).digest()[0] % 2 else "seen"


def blind(part: str) -> list[Document]:
    rows = [json.loads(line) for line in BLIND.read_text("utf-8").split("\n") if line]
    return [row for row in rows if half(row) == part]


def scored(guard: PhiGuard, documents: list[Document]) -> dict[str, Any]:
    predicted = []
    for document in documents:
        started = time.process_time()
        spans = guard.find(document["text"])
        seconds = time.process_time() - started
        shown = [{"start": span.start, "end": span.end, "type": span.type.value} for span in spans]
        predicted.append({"id": document["id"], "spans": shown, "seconds": seconds})
    figures: dict[str, Any] = scorer().score(documents, predicted)[0]
    return figures


def check(figures: dict[str, Any], floors: dict[str, float]) -> None:
    short = {name: (figures[name], floor) for name, floor in floors.items() if figures[name] < floor}
    assert short == {}


def test_clinical_queries_of_other_authors(guard: PhiGuard) -> None:
    if not sets.PHI_DATA.is_dir():
        pytest.skip(f"third-party test data is not at {sets.PHI_DATA}")
    figures = scored(guard, sets.asq())
    check(figures, {"char_recall": 0.985, "span_recall": 0.96, "span_precision": 0.90, "doc_clean": 0.80})
    assert figures["neg_docs_touched"] <= 0.10


def test_everyday_sentences_of_other_authors(guard: PhiGuard) -> None:
    if not sets.PHI_DATA.is_dir():
        pytest.skip(f"third-party test data is not at {sets.PHI_DATA}")
    figures = scored(guard, sets.research())
    check(figures, {"char_recall": 0.95, "span_recall": 0.93, "span_precision": 0.90, "doc_clean": 0.80})
    assert figures["neg_docs_touched"] <= 0.10


@pytest.mark.parametrize("part", ["seen", "kept"])
def test_documents_of_an_author_who_had_not_seen_the_detector(guard: PhiGuard, part: str) -> None:
    figures = scored(guard, blind(part))
    check(figures, {"char_recall": 0.955, "span_recall": 0.93, "span_precision": 0.95, "doc_clean": 0.69})
    assert figures["neg_docs_touched"] <= 0.10
    for kind in ("eponym", "drug"):
        assert figures["neg_fp"][kind]["rate"] <= 0.05, kind


def test_speed_on_one_core(guard: PhiGuard) -> None:
    """Warm, best of three; the machine may be shared, so the floor of the test is lower than the record's figure."""
    text = "\n\n".join(row["text"] for row in blind("seen"))
    guard.find(text)
    best = min(_seconds(guard, text) for _ in range(3))
    assert len(text) / best > 30_000


def _seconds(guard: PhiGuard, text: str) -> float:
    started = time.process_time()
    guard.find(text)
    return time.process_time() - started
