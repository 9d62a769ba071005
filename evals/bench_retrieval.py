"""Retrieval side by side: BM25, meaning, their plain fusion, and each stage of ours; and how fast ours is at size."""

import importlib
import importlib.util
import json
import re
import resource
import statistics
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict

from agents.casework.policies import import_policies
from agents.toolbox import Toolbox
from knowledge import library
from knowledge.policy_document import Particulars
from knowledge.policy_manifest import manifest_items
from retrieval.embedding import SentenceEmbedder
from retrieval.passage_index import HeldVersion, PassageIndex
from retrieval.query import QueryTerms
from retrieval.ranker import rank
from retrieval.ranking import Places, Scores
from retrieval.search import PolicySearch, SearchQuery
from retrieval.vectors import Vectors, fill_vectors, rows_of, to_bytes, units_of
from runtime.policy_store import passages_of, text_of, versions

SHARED = Path(__file__).parents[2] / "shared" / "data" / "policies"
_PASSAGES_FOR_SPEED = (7_000, 100_000)
_RUNS = 60
_NOISE = 0.05
Row = tuple[str, str, str]


class JudgedQuestion(BaseModel):
    """A question with the document and the words that answer it."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str
    question: str
    doc_ids: tuple[str, ...]
    answer_span: str | None
    answerable: bool


def retrieval_figures(box: Toolbox, *, large: bool = False) -> list[Row]:
    """Rows of the bench; without the shared policies only the ones that ship are searched, and recall is left out."""
    manifest = SHARED / "manifest.jsonl"
    rows: list[Row] = []
    if manifest.is_file():
        rows += _import_rates(box, manifest)
    embedder = SentenceEmbedder(box.settings.embedding_model)
    list(fill_vectors(box.database.begin, embedder))
    with box.database.read() as transaction:
        held = [(one, text_of(transaction, one), passages_of(transaction, one)) for one in versions(transaction)]
        directory = library.payer_directory(transaction)
    index = PassageIndex(held, embedder.name)
    questions = _questions(SHARED / "questions_dev.jsonl")
    if questions:
        rows += _recall(index, embedder, questions)
    asked = [one.question for one in questions] or ["how dark must a room be for home oxygen", "knee replacement BMI"]
    for size in _PASSAGES_FOR_SPEED if large else _PASSAGES_FOR_SPEED[:1]:
        grown = PassageIndex(_grown(held, size), embedder.name)
        searcher = PolicySearch(grown, directory, embedder)
        rows += _speed(searcher, asked, len(grown))
        if size == _PASSAGES_FOR_SPEED[0]:
            rows += _approximate(grown, [embedder.embed([one])[0] for one in asked])
    return rows


def _approximate(index: PassageIndex, vectors: Sequence[Vectors]) -> list[Row]:
    """Chroma is no dependency of the product: without it there is nothing to set beside the exact scan."""
    if importlib.util.find_spec("chromadb") is None:
        return [("Chroma recall@10", "chromadb is not installed", ".99 at k=10 (B)")]
    rows: list[Row] = importlib.import_module("evals.bench_chroma").chroma_rows(index, vectors)
    return rows


def _import_rates(box: Toolbox, manifest: Path) -> list[Row]:
    first = _timed(lambda: list(import_policies(box, manifest_items(manifest, Particulars()))))
    again = _timed(lambda: list(import_policies(box, manifest_items(manifest, Particulars()))))
    embedder = SentenceEmbedder(box.settings.embedding_model)
    embedder.embed(["warm"])
    started = time.perf_counter()
    made = sum(count for _, count in fill_vectors(box.database.begin, embedder))
    seconds = time.perf_counter() - started
    return [
        ("import of 230 NCDs, stored", f"{first:.1f} s", ""),
        ("import again, unchanged", f"{again:.1f} s", "5 s (B)"),
        ("passages embedded and stored", f"{made / max(seconds, 1e-9):.1f} a second", "0.8 × bare (B)"),
    ]


def _timed(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def _questions(path: Path) -> list[JudgedQuestion]:
    if not path.is_file():
        return []
    lines = path.read_text("utf-8").splitlines()
    return [one for one in (JudgedQuestion.model_validate(json.loads(line)) for line in lines) if one.answerable]


def _recall(index: PassageIndex, embedder: SentenceEmbedder, questions: Sequence[JudgedQuestion]) -> list[Row]:
    """Recall at 1, 5 and 10 of passages by BM25, by meaning and by their fusion, and of our windows."""
    of_cms = np.array([version.record.payer_id == "cms" for version in index.versions])
    places: Places = np.flatnonzero(of_cms[index.version_of])
    found: dict[str, list[int]] = {"BM25": [], "meaning": [], "fusion": [], "windows": [], "windows, no meaning": []}
    for one in questions:
        vector = embedder.embed([one.question])[0]
        query = QueryTerms(index, one.question, ())
        words = query.first_stage(index.words)[0][places]
        near = (index.vectors[places] @ vector).astype(np.float64) if index.vectors is not None else words
        fused = 1 / (60 + _order(words)) + 1 / (60 + _order(near))
        for name, scores in (("BM25", words), ("meaning", near), ("fusion", fused)):
            best = places[np.argsort(-scores, kind="stable")[:10]]
            found[name].append(_place(one, [_passage(index, int(at)) for at in best]))
        for name, by in (("windows", vector), ("windows, no meaning", None)):
            ranked = rank(index, one.question, places, by, 10)
            found[name].append(_place(one, [_window(index, hit.start, hit.end) for hit in ranked.found]))
    return [(f"recall@1/5/10, {name}", _shares(ranks), ".85/.97/.99 (B)") for name, ranks in found.items()]


def _order(scores: Scores) -> Scores:
    return np.argsort(np.argsort(-scores, kind="stable"), kind="stable").astype(np.float64)


def _passage(index: PassageIndex, at: int) -> tuple[str, str]:
    return _window(index, int(index.unit_starts[at]), int(index.unit_starts[at + 1]))


def _window(index: PassageIndex, start: int, end: int) -> tuple[str, str]:
    version = int(index.version_of[index.passage_of[start]])
    text = index.texts[version][int(index.units[start, 0]) : int(index.units[end - 1, 1])]
    return index.versions[version].record.doc_id, _squeezed(text)


def _place(one: JudgedQuestion, passages: Sequence[tuple[str, str]]) -> int:
    span = _squeezed(one.answer_span or "")
    return next((n for n, (doc, text) in enumerate(passages, 1) if doc in one.doc_ids and span in text), 99)


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def _shares(ranks: Sequence[int]) -> str:
    return " / ".join(f"{sum(rank <= k for rank in ranks) / len(ranks):.3f}" for k in (1, 5, 10))


def _grown(held: Sequence[HeldVersion], size: int) -> Iterator[HeldVersion]:
    """The library and copies of it, with some words turned round and vectors shaken, until it is that large."""
    generator = np.random.default_rng(5)
    total = sum(len(passages) for _, _, passages in held)
    share, left = -(-size // total) - 1, size - total
    for version, text, passages in held:
        yield version, text, passages
        for copy in range(1, share + 1):
            if left <= 0:
                break
            record = version.record.model_copy(update={"doc_id": f"{version.record.doc_id}~{copy}"})
            shaken = tuple(
                passage.model_copy(update={"vector": _shaken(passage.vector or b"", len(units_of(passage)), generator)})
                for passage in passages
            )
            left -= len(passages)
            yield version.model_copy(update={"record": record}), _turned(text, copy), shaken


def _turned(text: str, copy: int) -> str:
    """The text with every ninth long word, others in each copy, written backwards: as long as before."""

    def turned(match: re.Match[str]) -> str:
        word = match.group()
        return word[::-1] if zlib.crc32(f"{word}{copy}".encode()) % 9 == 0 else word

    return re.sub(r"[a-z]{6,}", turned, text)


def _shaken(vector: bytes, units: int, generator: np.random.Generator) -> bytes:
    rows = rows_of(vector, units + 1).astype(np.float32)
    rows = rows + generator.normal(0, _NOISE / np.sqrt(rows.shape[1]) * 4, rows.shape).astype(np.float32)
    return to_bytes(rows / np.linalg.norm(rows, axis=1, keepdims=True))


def _speed(searcher: PolicySearch, asked: Sequence[str], passages: int) -> list[Row]:
    seconds = []
    for number in range(_RUNS):
        query = SearchQuery(text=asked[number % len(asked)], payer_id=None if number % 4 == 0 else "cms")
        seconds.append(_timed(lambda query=query: searcher.search(query)))  # type: ignore[misc]
    seconds = sorted(seconds[5:])
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    p95 = seconds[int(len(seconds) * 0.95)]
    floor = "25 / 60 ms (B)" if passages < 50_000 else "– / 120 ms, 2 GiB (B)"
    measured = f"{statistics.median(seconds) * 1000:.0f} / {p95 * 1000:.0f} ms, {memory:.2f} GiB"
    return [(f"search p50/p95, {passages:,} passages", measured, floor)]
