"""The labelled denials: rows of a file, and which of them are held out."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

from evals.dataset_registry import registry

Row = dict[str, Any]


def folder() -> Path:
    return registry()["denials"].place


def rows(name: str) -> list[Row]:
    return [json.loads(line) for line in (folder() / name).read_text("utf-8").splitlines()]


def sealed(identity: str) -> bool:
    """Whether a row is only scored: an odd SHA-256 of its id (tests/labels/halves.py)."""
    return int(sha256(identity.encode()).hexdigest(), 16) % 2 == 1


def half(identity: str) -> str:
    return "closed" if sealed(identity) else "open"
