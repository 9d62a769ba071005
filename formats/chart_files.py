"""The files of a hand-over: found in a fixed order, never outside the folder given, never larger than we read."""

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cases.chart import Refusal
from cases.errors import InputError

MAX_FILES = 5_000
"""A folder of single resources for one patient stays below this; more is most likely the wrong folder."""
MAX_FILE_BYTES = 64 * 1024 * 1024
"""Above the largest scanned chart a payer's portal takes (50 MB)."""
MAX_TOTAL_BYTES = 256 * 1024 * 1024
"""Everything of one hand-over is held in memory at once."""


@dataclass(frozen=True)
class ChartFile:
    """A file that was read: its name inside the hand-over (`/` between folders) and its bytes."""

    name: str
    content: bytes


def read_files(paths: Sequence[Path]) -> tuple[list[ChartFile], list[Refusal]]:
    """Files given, and those in folders given: by name, hidden ones skipped; unreadable ones as refusals.

    Raises InputError for a path that does not exist.
    """
    files: list[ChartFile] = []
    refusals: list[Refusal] = []
    for path, name in _distinct(paths, refusals):
        content = _too_many(files) or _content(path)
        if isinstance(content, bytes):
            files.append(ChartFile(name, content))
        else:
            refusals.append(Refusal(file=name, reason=content, fix="hand in the file by itself"))
    return files, refusals


def _distinct(paths: Sequence[Path], refusals: list[Refusal]) -> Iterator[tuple[Path, str]]:
    """Every file once, under a name of its own: that of a second folder is put before a name already taken."""
    seen: set[Path] = set()
    taken: set[str] = set()
    for root in paths:
        if not root.exists():
            raise InputError(f"{_printable(str(root))}: no such file or folder")
        for path, shown in _names(root, refusals):
            if path.resolve() in seen:
                continue
            name = shown
            while name in taken:
                name = f"{_printable(root.resolve().name)}/{name}"
            seen.add(path.resolve())
            taken.add(name)
            yield path, name


def _too_many(files: Sequence[ChartFile]) -> str:
    if len(files) >= MAX_FILES:
        return f"is beyond the {MAX_FILES} files of one hand-over"
    total = sum(len(file.content) for file in files)
    return f"is beyond the {MAX_TOTAL_BYTES} bytes of one hand-over" if total > MAX_TOTAL_BYTES else ""


def _names(root: Path, refusals: list[Refusal]) -> Iterator[tuple[Path, str]]:
    if not root.is_dir():
        yield root, _printable(root.name)
        return
    inside = root.resolve()
    for folder, folders, names in os.walk(root):
        here = Path(folder)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted([*names, *(item for item in folders if (here / item).is_symlink())]):
            path = here / name
            shown = _printable(path.relative_to(root).as_posix())
            if name.startswith("."):
                continue
            if path.is_symlink() and not path.resolve().is_relative_to(inside):
                refusals.append(Refusal(file=shown, reason="is a link to outside the folder", fix="copy the file"))
            elif not path.is_dir():
                yield path, shown


def _content(path: Path) -> bytes | str:
    """The bytes of a regular file within the limit; else why there are none."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return "is not a regular file"
        with path.open("rb") as handle:
            content = handle.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        return f"cannot be read ({type(error).__name__})"
    if len(content) > MAX_FILE_BYTES:
        return f"is larger than {MAX_FILE_BYTES} bytes"
    return content


def _printable(name: str) -> str:
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
