"""Concepts that criteria speak of and charts show: codes, plain words and units, loaded from rules/vocabulary.yaml."""

import re
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from enum import StrEnum
from functools import cache
from pathlib import Path

from pydantic import ValidationError

from cases.errors import StoreDamaged
from cases.evidence import Setting
from cases.frozen import Frozen
from cases.ids import ConceptId
from knowledge.rule_files import RULES, read_yaml


class ConceptKind(StrEnum):
    """What sort of thing a concept is; decides what a reader may take for evidence of it."""

    MEASUREMENT = "measurement"
    FINDING = "finding"
    CONDITION = "condition"
    PROCEDURE = "procedure"
    TREATMENT = "treatment"
    DOCUMENT = "document"


class ConceptCode(Frozen):
    """A code that stands for the concept. `system` is a key of the file's `systems` table.

    ICD-10-CM codes cover their sub-codes (I50 covers I50.9). `settings` are implied by the code itself
    (LOINC 59417-6 says "resting"). `verified` is False where nobody has checked the code in its source.
    """

    system: str
    code: str
    settings: frozenset[Setting] = frozenset()
    verified: bool = True


class UnitRule(Frozen):
    """How a value in one of `names` becomes canonical: value × factor + offset."""

    names: tuple[str, ...]
    factor: Decimal = Decimal(1)
    offset: Decimal = Decimal(0)


class PlausibleRange(Frozen):
    """Values outside [low, high] in the canonical unit are a slip of the pen or of the reader."""

    low: Decimal
    high: Decimal


class Concept(Frozen):
    """One thing a criterion may ask for.

    `phrases` match in any case, `abbreviations` only as written; `...` in a phrase stands for up to five words
    of the same sentence. `unit` is the canonical UCUM unit of a measurement; `units` are the spellings
    accepted, with their conversion.
    """

    id: ConceptId
    kind: ConceptKind
    label: str
    codes: tuple[ConceptCode, ...] = ()
    phrases: tuple[str, ...] = ()
    abbreviations: tuple[str, ...] = ()
    unit: str = ""
    units: tuple[UnitRule, ...] = ()
    plausible: PlausibleRange | None = None
    source: str = ""

    def canonical(self, value: Decimal, unit: str) -> Decimal | None:
        """The value in the canonical unit; None where the unit is not one this concept is given in."""
        spelled = _squeezed(unit)
        for rule in self.units:
            if spelled in {_squeezed(name) for name in rule.names}:
                return value * rule.factor + rule.offset
        return value if spelled == _squeezed(self.unit) else None

    def is_plausible(self, value: Decimal) -> bool:
        return self.plausible is None or self.plausible.low <= value <= self.plausible.high


class CodeMatch(Frozen):
    """A concept that a chart code stands for, and the code entry that said so."""

    concept: Concept
    code: ConceptCode


class Mention(Frozen):
    """A phrase of a concept in a text: code points [start, end)."""

    concept: Concept
    start: int
    end: int


class _VocabularyFile(Frozen):
    version: str
    systems: dict[str, tuple[str, ...]]
    concepts: tuple[Concept, ...]


class Vocabulary:
    """Lookups over the concepts by id, by code and by phrase."""

    def __init__(self, content: _VocabularyFile) -> None:
        self.version = content.version
        self.concepts: dict[ConceptId, Concept] = {concept.id: concept for concept in content.concepts}
        self._system = {uri.casefold(): name for name, uris in content.systems.items() for uri in uris}
        self._codes: dict[tuple[str, str], list[CodeMatch]] = defaultdict(list)
        self._phrases: dict[str, list[Concept]] = defaultdict(list)
        for concept in content.concepts:
            for code in concept.codes:
                self._codes[(code.system, _bare(code.code))].append(CodeMatch(concept=concept, code=code))
            for phrase in (*concept.phrases, *concept.abbreviations):
                self._phrases[_squeezed(phrase)].append(concept)
        ordered = sorted(self._spellings(content.concepts), key=lambda item: (-len(item[0]), item))
        self._matched = [self._phrases[_squeezed(phrase)] for phrase, _ in ordered]
        self._pattern = _phrase_pattern(ordered)

    def concept(self, concept_id: ConceptId) -> Concept:
        """The concept of this id; raises KeyError where there is none."""
        return self.concepts[concept_id]

    def by_code(self, system: str, code: str) -> tuple[CodeMatch, ...]:
        """Concepts that a coding stands for, the most exact entry first; `system` is the FHIR system URI."""
        name = self._system.get(system.casefold().rstrip("/"), "")
        bare = _bare(code)
        shortest = 3 if name == "icd10cm" else len(bare)
        found = [self._codes.get((name, bare[:length]), ()) for length in range(len(bare), shortest - 1, -1)]
        return tuple(match for matches in found for match in matches)

    def by_phrase(self, phrase: str) -> tuple[Concept, ...]:
        """Concepts of which this is exactly one of the phrases or abbreviations, in any case and spacing."""
        return tuple(self._phrases.get(_squeezed(phrase), ()))

    def mentions(self, text: str) -> tuple[Mention, ...]:
        """Every phrase in the text, longest at each place, left to right, not overlapping."""
        return tuple(self._mentions(text.translate(_PLAIN)))

    def _mentions(self, text: str) -> Iterator[Mention]:
        for match in self._pattern.finditer(text):
            for concept in self._matched[(match.lastindex or 1) - 1]:
                yield Mention(concept=concept, start=match.start(), end=match.end())

    @staticmethod
    def _spellings(concepts: tuple[Concept, ...]) -> set[tuple[str, bool]]:
        """Each phrase once, with whether it matches in any case."""
        loose = {(phrase, True) for concept in concepts for phrase in concept.phrases}
        return loose | {(phrase, False) for concept in concepts for phrase in concept.abbreviations}


_PLAIN = str.maketrans({"₂": "2", "\u00a0": " ", "\u2009": " ", "\u202f": " ", "’": "'", "–": "-", "—": "-", "‑": "-"})
"""Look-alike characters by their plain ones, one for one, so that offsets stay true."""


def _squeezed(words: str) -> str:
    return re.sub(r"[\s\-]+", "", words.translate(_PLAIN)).casefold()


def _bare(code: str) -> str:
    return code.strip().upper().replace(".", "")


def _phrase_pattern(ordered: list[tuple[str, bool]]) -> re.Pattern[str]:
    """One pattern of numbered alternatives in the order given."""
    alternatives = [f"(?i:({_spaced(phrase)}))" if any_case else f"({_spaced(phrase)})" for phrase, any_case in ordered]
    return re.compile(rf"(?<![A-Za-z0-9])(?:{'|'.join(alternatives)})(?![A-Za-z0-9])")


def _spaced(phrase: str) -> str:
    """The phrase as a pattern in which words may be parted by spaces, line ends or hyphens."""
    parts = [
        r"[\s\-]+".join(re.escape(word) for word in re.split(r"[\s\-]+", part.strip())) for part in phrase.split("...")
    ]
    return r"\s+(?:[^\s.;]+\s+){0,5}?".join(parts)


def read_vocabulary(path: Path) -> Vocabulary:
    """Load a vocabulary file; raises StoreDamaged naming the entry that does not fit."""
    try:
        return Vocabulary(_VocabularyFile.model_validate(read_yaml(path)))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise StoreDamaged(f"{path.name}: {place}: {first['msg']}") from error


@cache
def shipped_vocabulary() -> Vocabulary:
    """The vocabulary that ships with the product, read once."""
    return read_vocabulary(RULES / "vocabulary.yaml")
