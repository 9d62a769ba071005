"""The datasets that suites use: where each lies, what it must hash to, whose it is, and whether it holds PHI."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Literal

import yaml

from cases.errors import NotFound
from cases.frozen import Frozen
from cases.ids import Digest
from evals.bench_room import ROOT

_FILE = Path(__file__).parent / "datasets" / "registry.yaml"
_SHARED = "../shared/"


class Dataset(Frozen):
    """One dataset. `path` is relative to the repository; `../shared/` marks what is not shipped.

    `held_out` says which part is only ever scored, in words; `licence` and `origin` as the source states them.
    """

    name: str
    path: str
    sha256: Digest
    licence: str
    origin: str
    phi: Literal["none", "synthetic", "de-identified", "phi"]
    held_out: str = ""

    @property
    def place(self) -> Path:
        return (ROOT / self.path).resolve()

    @property
    def shipped(self) -> bool:
        return not self.path.startswith(_SHARED)


class DatasetUse(Frozen):
    """A dataset as a run found it: `found` is the digest now, empty where it is absent."""

    name: str
    path: str
    licence: str
    origin: str
    phi: str
    held_out: str
    registered: Digest
    found: Digest | Literal[""]

    @property
    def absent(self) -> bool:
        return not self.found

    @property
    def changed(self) -> bool:
        return bool(self.found) and self.found != self.registered


@cache
def registry() -> dict[str, Dataset]:
    """Every registered dataset by name."""
    rows = yaml.safe_load(_FILE.read_text("utf-8"))
    return {row["name"]: Dataset.model_validate(row) for row in rows}


def used(name: str) -> DatasetUse:
    """The dataset as it lies there now; raises NotFound for a name that is not registered."""
    held = registry().get(name)
    if held is None:
        raise NotFound(f"The dataset '{name}' is not in evals/datasets/registry.yaml.")
    found = tree_digest(held.place) if held.place.exists() else Digest("")
    return DatasetUse(
        name=held.name, path=held.path, licence=held.licence, origin=held.origin, phi=held.phi,
        held_out=held.held_out, registered=held.sha256, found=found,
    )  # fmt: skip


def tree_digest(path: Path) -> Digest:
    """SHA-256 of a file, or over names and contents of all files in a folder."""
    if path.is_file():
        return Digest(hashlib.sha256(path.read_bytes()).hexdigest())
    total = hashlib.sha256()
    for file in sorted(one for one in path.rglob("*") if one.is_file() and "__pycache__" not in one.parts):
        total.update(file.relative_to(path).as_posix().encode() + b"\0")
        total.update(hashlib.sha256(file.read_bytes()).digest())
    return Digest(total.hexdigest())
