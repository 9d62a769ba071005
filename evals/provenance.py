"""What a run rests on, as digests: code, prompts, policies, rules, thresholds, weights and labels."""

import hashlib
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from cases.ids import Digest
from evals.bench_room import ROOT
from evals.dataset_registry import tree_digest
from runtime.settings import Settings

_ROOMS = ("agents", "api", "cases", "evals", "formats", "guardrails", "knowledge", "retrieval", "runtime", "tools")
_PARTS = {
    "prompts": "agents/prompts",
    "policies": "knowledge/sources",
    "criteria": "knowledge/criteria",
    "rules": "knowledge/rules",
    "thresholds": "guardrails/thresholds.yaml",
    "gates": "evals/gates.yaml",
    "controls": "evals/controls.yaml",
    "datasets": "evals/datasets/registry.yaml",
    "tagger_weights": "guardrails/phi/tagger/weights.npz",
    "ranking_weights": "retrieval/weights.yaml",
}


def product_version() -> str:
    try:
        return version("countersign")
    except PackageNotFoundError:
        return "0"


def hashes(settings: Settings) -> dict[str, Digest]:
    """A digest for each part that may change a figure."""
    found = {name: tree_digest(ROOT / path) for name, path in _PARTS.items()}
    return {"code": _code(), **found, "embedding_model": _weights(settings.embedding_model)}


@cache
def _code() -> Digest:
    """Over all Python sources of the product."""
    total = hashlib.sha256()
    for room in _ROOMS:
        for file in sorted((ROOT / room).rglob("*.py")):
            total.update(file.relative_to(ROOT).as_posix().encode() + b"\0")
            total.update(hashlib.sha256(file.read_bytes()).digest())
    return Digest(total.hexdigest())


@cache
def _weights(model: str) -> Digest:
    """Of the folder where the model is one; of its name where it is a hub's id."""
    folder = Path(model)
    return tree_digest(folder) if folder.is_dir() else Digest(hashlib.sha256(model.encode()).hexdigest())
