"""The word lists that ship with the guard: names, places and words of medicine, by kind."""

from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent


def read_kinds(path: Path) -> dict[str, tuple[str, ...]]:
    """`kind: word word …` lines of a list; `_` inside a word stands for a space, `#` heads a comment."""
    kinds: dict[str, tuple[str, ...]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            kind, _, words = line.partition(":")
            kinds[kind] = tuple(dict.fromkeys(word.replace("_", " ") for word in words.split()))
    return kinds


@cache
def given_names() -> dict[str, tuple[str, ...]]:
    """Given names by language background."""
    return read_kinds(_FOLDER / "given_names.txt")


@cache
def family_names() -> dict[str, tuple[str, ...]]:
    """Family names by language background."""
    return read_kinds(_FOLDER / "family_names.txt")


@cache
def places() -> dict[str, tuple[str, ...]]:
    """Cities, states, countries and the words of streets."""
    return read_kinds(_FOLDER / "places.txt")


@cache
def medicine() -> dict[str, tuple[str, ...]]:
    """Eponyms, the nouns they go with, and drugs."""
    return read_kinds(_FOLDER / "medicine.txt")


def listed(words: str) -> frozenset[str]:
    """The words of a list written as one string; `_` inside a word stands for a space."""
    return frozenset(word.replace("_", " ") for word in words.split())
