"""The fixed rule that parts the E labels: errors of one half may be studied, the other half is only scored."""

import hashlib
import json
from pathlib import Path
from typing import Any

Row = dict[str, Any]
FOLDER = Path(__file__).resolve().parent / "e"


def is_open(identity: str) -> bool:
    """Whether a row belongs to the half whose errors may be studied: an even SHA-256 of its id."""
    return int(hashlib.sha256(identity.encode()).hexdigest(), 16) % 2 == 0


def rows(name: str) -> list[Row]:
    return [json.loads(line) for line in (FOLDER / name).read_text(encoding="utf-8").splitlines()]


def halves(name: str) -> tuple[list[Row], list[Row]]:
    """The rows to study, and those only to score."""
    held = rows(name)
    return [row for row in held if is_open(row["id"])], [row for row in held if not is_open(row["id"])]
