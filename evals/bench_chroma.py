"""An approximate index (embedded Chroma) under our filters beside the exact scan: what it finds, and how fast."""

import statistics
import tempfile
import time
from collections.abc import Sequence
from typing import Literal, NamedTuple

import chromadb
import numpy as np
from chromadb import Where
from chromadb.config import Settings

from retrieval.passage_index import PassageIndex
from retrieval.ranking import Places
from retrieval.vectors import Vectors

_NEAREST = 10
_BATCH = 2000
_FLOOR = ".99 at k=10 (B)"


class _Filtered(NamedTuple):
    """One filter as Chroma says it, and the passages that pass it."""

    where: Where | None
    places: Places


def chroma_rows(index: PassageIndex, vectors: Sequence[Vectors]) -> list[tuple[str, str, str]]:
    """Rows of the bench for these questions' vectors: no filter, one payer, and one version of each document."""
    if index.vectors is None:
        return []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        client = chromadb.PersistentClient(folder, Settings(anonymized_telemetry=False))
        held = client.create_collection("passages", metadata={"hnsw:space": "cosine"})
        payers = [str(index.versions[int(version)].record.payer_id) for version in index.version_of]
        for first in range(0, len(index), _BATCH):
            places = range(first, min(first + _BATCH, len(index)))
            held.add(
                ids=[str(place) for place in places],
                embeddings=index.vectors[first : places.stop],
                metadatas=[{"payer": payers[place], "version": int(index.version_of[place])} for place in places],
            )
        rows = []
        for name, chosen in _filters(index, payers).items():
            found, ours, exact = [], [], []
            for vector in vectors:
                started = time.perf_counter()
                near = held.query(vector[None, :], n_results=_NEAREST, where=chosen.where)["ids"][0]
                ours.append(time.perf_counter() - started)
                started = time.perf_counter()
                cosines = index.vectors[chosen.places] @ vector
                best = chosen.places[np.argsort(-cosines)[:_NEAREST]]
                exact.append(time.perf_counter() - started)
                found.append(len({int(one) for one in near} & set(best.tolist())) / max(len(best), 1))
            times = f"{statistics.median(ours) * 1000:.1f} ms, exact {statistics.median(exact) * 1000:.1f} ms"
            rows.append((f"Chroma recall@10, {name}", f"{statistics.mean(found):.3f}; {times}", _FLOOR))
    return rows


def _filters(index: PassageIndex, payers: Sequence[str]) -> dict[str, _Filtered]:
    """No filter, the largest and the smallest payer, and every second version of the largest."""
    names, counts = np.unique(payers, return_counts=True)
    of_payer = np.array(payers)
    largest, smallest = str(names[counts.argmax()]), str(names[counts.argmin()])
    versions = np.unique(index.version_of[of_payer == largest])[::2]
    inside = np.isin(index.version_of, versions)
    wanted: list[str | int | float | bool] = [int(version) for version in versions]
    among: dict[Literal["$in", "$nin"], list[str | int | float | bool]] = {"$in": wanted}
    chosen: Where = {"version": among}
    return {
        "no filter": _Filtered(None, np.arange(len(index))),
        "largest payer": _Filtered({"payer": largest}, np.flatnonzero(of_payer == largest)),
        "smallest payer": _Filtered({"payer": smallest}, np.flatnonzero(of_payer == smallest)),
        "half of the versions": _Filtered(chosen, np.flatnonzero(inside)),
    }
