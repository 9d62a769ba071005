"""Words that mean the same: abbreviations, everyday words and trade names, from a dated list and the texts held."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from cases.errors import StoreDamaged
from cases.frozen import Frozen
from knowledge.rule_files import RULES, read_yaml

_WORD = re.compile(r"[^\W_]+(?:'[a-z]+)?")
_DEFINED = re.compile(r"((?:[\w'’/-]+ ){1,7}[\w'’/-]+) \(([A-Z][A-Za-z0-9/-]{1,7}?)s?\)")
_SHORT = 2
_SMALL_WORDS = frozenset({"of", "the", "and", "for", "in", "to", "with", "a", "an", "by", "on", "or"})


class SaidOtherwise(NamedTuple):
    """A term of a question and the other ways to say it."""

    said: str
    others: tuple[str, ...]


class _OneWay(Frozen):
    say: str
    means: tuple[str, ...]


class _SynonymsFile(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    version: str
    verified: bool
    source: str
    ordinary_words: tuple[str, ...]
    groups: tuple[tuple[str, ...], ...]
    one_way: tuple[_OneWay, ...]


class Synonyms:
    """Finds the terms of a list in a question, the longest first; each word of a question is read once."""

    def __init__(self, terms: Iterable[SaidOtherwise], ordinary_words: Iterable[str]) -> None:
        self._terms = tuple(terms)
        self._ordinary = frozenset(ordinary_words)
        self._by_key: Mapping[tuple[str, ...], list[SaidOtherwise]] = defaultdict(list)
        for term in self._terms:
            self._by_key[_key(_words(term.said))].append(term)
        self._longest = max(map(len, self._by_key), default=0)

    def with_definitions(self, definitions: Mapping[str, str]) -> "Synonyms":
        """This list and abbreviations that texts define (`{"OSA": "obstructive sleep apnea"}`), read both ways."""
        further = [SaidOtherwise(short, (long,)) for short, long in definitions.items()]
        further += [SaidOtherwise(long, (short,)) for short, long in definitions.items()]
        return Synonyms((*self._terms, *further), self._ordinary)

    def in_question(self, text: str) -> tuple[SaidOtherwise, ...]:
        """Each term found with its other forms; a term listed twice comes once with all of them."""
        found: dict[str, list[str]] = {}
        for term in self._found(_words(text)):
            found.setdefault(term.said.casefold(), []).extend(term.others)
        return tuple(SaidOtherwise(said, tuple(dict.fromkeys(others))) for said, others in found.items())

    def _found(self, words: list[str]) -> Iterator[SaidOtherwise]:
        keys, free = _key(words), [True] * len(words)
        for size in range(min(self._longest, len(words)), 0, -1):
            for place in range(len(words) - size + 1):
                inside = slice(place, place + size)
                held = self._by_key.get(keys[inside]) if all(free[inside]) else None
                fitting = [term for term in held or () if size > 1 or self._is_meant(term.said, words[place])]
                if fitting:
                    free[inside] = [False] * size
                    yield from fitting

    def _is_meant(self, said: str, word: str) -> bool:
        """A short abbreviation, or one that is a common word too, must be written as it stands in the list."""
        strict = said in self._ordinary or (said.isupper() and len(said) <= _SHORT)
        return not strict or word == said


def definitions_in(text: str) -> dict[str, str]:
    """Abbreviations that a text defines in brackets after their words, where the initials agree."""
    found: dict[str, str] = {}
    for match in _DEFINED.finditer(text):
        long = _agreeing(match[1].split(), re.sub(r"[^a-z0-9]", "", match[2].casefold()))
        if long:
            found.setdefault(match[2], long)
    return found


def _agreeing(words: list[str], short: str) -> str:
    """The fewest last words whose initials spell the abbreviation; empty where none do."""
    for count in range(2, len(words) + 1):
        tail = words[-count:]
        parts = [part for word in tail for part in re.split(r"[-/]", word.casefold()) if part]
        every = "".join(part[0] for part in parts)
        telling = "".join(part[0] for part in parts if part not in _SMALL_WORDS)
        if short in (every, telling):
            return " ".join(tail)
    return ""


@cache
def shipped_synonyms() -> Synonyms:
    """The list that ships; raises StoreDamaged naming the entry that does not fit."""
    path = RULES / "synonyms.yaml"
    try:
        content = _SynonymsFile.model_validate(read_yaml(path))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise StoreDamaged(f"{path.name}: {place}: {first['msg']}") from error
    terms = [
        SaidOtherwise(term, tuple(other for other in group if other != term))
        for group in content.groups
        for term in group
    ]
    terms += [SaidOtherwise(line.say, line.means) for line in content.one_way]
    return Synonyms(terms, content.ordinary_words)


def _words(text: str) -> list[str]:
    return _WORD.findall(text.replace("’", "'"))


def _key(words: Iterable[str]) -> tuple[str, ...]:
    """Words without case and plural ending: what two spellings of a term must share."""
    return tuple(_singular(word.casefold()) for word in words)


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
