"""Concepts that criteria speak of and charts show: codes, plain words and units, loaded from rules/vocabulary.yaml."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
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
from knowledge.statement_patterns import PatternIndex, StatementPattern, compile_pattern


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

    `patterns` are regular expressions that state it within a sentence, `denials` those that state its absence; in
    them a blank stands for any white space, `{name}` for a class of words of the file, and the groups `v`, `h` and
    `u` for a value, the other end of its range and its unit. `signs` must all be found in a note for it to be a
    document of this kind, and the last of them is what is quoted. `sites` are the body regions that its words name,
    `context` what must stand in the same paragraph or its heading, `note_context` what must stand in the note,
    `unless` what must not stand in the sentence. With `plan_counts` a plan is what is asked for; with `past_counts` a
    past event is.
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
    patterns: tuple[str, ...] = ()
    denials: tuple[str, ...] = ()
    signs: tuple[str, ...] = ()
    sites: dict[str, str] = {}
    context: str = ""
    note_context: str = ""
    unless: str = ""
    plan_counts: bool = False
    past_counts: bool = False
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


class _Addition(Frozen):
    """Further patterns for a concept of another file."""

    id: ConceptId
    patterns: tuple[str, ...] = ()
    denials: tuple[str, ...] = ()


class _VocabularyFile(Frozen):
    version: str
    additions: tuple[_Addition, ...] = ()
    systems: dict[str, tuple[str, ...]] = {}
    classes: dict[str, str] = {}
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
        self._spelled: dict[str, list[_Spelling]] = defaultdict(list)
        for spelling in sorted({*_spellings(content.concepts)}, key=lambda item: (-len(item.phrase), item.phrase)):
            self._spelled[spelling.parts[0].tokens[0].casefold()].append(spelling)

        self.statements = PatternIndex(tuple(_statements(content)))
        self.documents = {
            concept.id: tuple(
                compile_pattern(concept.id, sign, content.classes, denies=False).regex for sign in concept.signs
            )
            for concept in content.concepts
            if concept.signs
        }
        self.contexts = {
            concept.id: _Contexts(
                paragraph=_optional(concept.id, concept.context, content.classes),
                note=_optional(concept.id, concept.note_context, content.classes),
                unless=_optional(concept.id, concept.unless, content.classes),
            )
            for concept in content.concepts
            if concept.context or concept.note_context or concept.unless
        }
        self.sites = {
            concept.id: {
                name: compile_pattern(concept.id, words, content.classes, denies=False).regex
                for name, words in concept.sites.items()
            }
            for concept in content.concepts
            if concept.sites
        }

    def is_ruled_out(self, concept_id: ConceptId, sentence: str) -> bool:
        """Whether the sentence holds what must not stand beside this concept (a venous gas is no arterial one)."""
        needed = self.contexts.get(concept_id)
        return bool(needed and needed.unless and needed.unless.search(sentence))

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
        plain = text.translate(_PLAIN)
        places = [(match.start(), match.end()) for match in _TOKEN.finditer(plain)]
        tokens = [plain[start:end] for start, end in places]
        found: list[Mention] = []
        index = 0
        while index < len(tokens):
            found_at = self._longest(tokens, places, index)
            if found_at is None:
                index += 1
                continue
            spelling, last = found_at
            for concept in self._phrases[_squeezed(spelling.phrase)]:
                found.append(Mention(concept=concept, start=places[index][0], end=places[last - 1][1]))
            index = last
        return tuple(found)

    def _longest(self, tokens: list[str], places: list[tuple[int, int]], index: int) -> tuple["_Spelling", int] | None:
        for spelling in self._spelled.get(tokens[index].casefold(), ()):
            last = spelling.end_at(tokens, places, index)
            if last is not None:
                return spelling, last
        return None


_TOKEN = re.compile(r"[A-Za-z0-9]+|[^\sA-Za-z0-9\-]")
"""A run of letters and digits, or one other sign; spaces and hyphens only part tokens."""


_GAP = 5
"""Words that may stand where a phrase has `...`, within one clause."""


@dataclass(frozen=True)
class _Part:
    """Words in a row; `parted[i]` says whether word i stands apart from the one before it."""

    tokens: tuple[str, ...]
    parted: tuple[bool, ...]


@dataclass(frozen=True)
class _Spelling:
    """A phrase as parts, between which a few other words may stand."""

    phrase: str
    any_case: bool
    parts: tuple[_Part, ...]

    def end_at(self, tokens: list[str], places: list[tuple[int, int]], index: int) -> int | None:
        """The index behind the phrase's last token where it begins at `index`; None where it does not."""
        last = self._end_of(self.parts[0], tokens, places, index)
        for part in self.parts[1:]:
            if last is None:
                return None
            last = self._further(part, tokens, places, last)
        return last

    def _further(self, part: _Part, tokens: list[str], places: list[tuple[int, int]], index: int) -> int | None:
        for skipped in range(min(_GAP + 1, len(tokens) - index)):
            if skipped and tokens[index + skipped - 1] in ".;":
                return None
            last = self._end_of(part, tokens, places, index + skipped)
            if last is not None:
                return last
        return None

    def _end_of(self, part: _Part, tokens: list[str], places: list[tuple[int, int]], index: int) -> int | None:
        if index + len(part.tokens) > len(tokens):
            return None
        for offset, token in enumerate(part.tokens):
            here = tokens[index + offset]
            if here != token and not (self.any_case and here.casefold() == token.casefold()):
                return None
            if offset and (places[index + offset - 1][1] < places[index + offset][0]) != part.parted[offset]:
                return None
        return index + len(part.tokens)


def _spellings(concepts: tuple[Concept, ...]) -> Iterator[_Spelling]:
    for concept in concepts:
        for phrase in concept.phrases:
            yield _spelling(phrase, any_case=True)
        for phrase in concept.abbreviations:
            yield _spelling(phrase, any_case=False)


def _spelling(phrase: str, *, any_case: bool) -> _Spelling:
    return _Spelling(phrase, any_case, tuple(_part(words) for words in phrase.translate(_PLAIN).split("...")))


def _part(words: str) -> _Part:
    places = list(_TOKEN.finditer(words))
    parted = [False, *(one.end() < other.start() for one, other in zip(places, places[1:], strict=False))]
    return _Part(tuple(match[0] for match in places), tuple(parted))


_PLAIN = str.maketrans({"₂": "2", "\u00a0": " ", "\u2009": " ", "\u202f": " ", "’": "'", "–": "-", "—": "-", "‑": "-"})
"""Look-alike characters by their plain ones, one for one, so that offsets stay true."""


def _squeezed(words: str) -> str:
    return re.sub(r"[\s\-]+", "", words.translate(_PLAIN)).casefold()


def _bare(code: str) -> str:
    return code.strip().upper().replace(".", "")


@dataclass(frozen=True)
class _Contexts:
    """What must, or must not, stand around a statement of a concept; None asks for nothing."""

    paragraph: re.Pattern[str] | None
    note: re.Pattern[str] | None
    unless: re.Pattern[str] | None


def _optional(concept_id: ConceptId, words: str, classes: Mapping[str, str]) -> re.Pattern[str] | None:
    return compile_pattern(concept_id, words, classes, denies=False).regex if words else None


def _statements(content: _VocabularyFile) -> Iterator[StatementPattern]:
    for concept in content.concepts:
        for words in concept.patterns:
            yield compile_pattern(concept.id, words, content.classes, denies=False)
        for words in concept.denials:
            yield compile_pattern(concept.id, words, content.classes, denies=True)


def read_vocabulary(*paths: Path) -> Vocabulary:
    """Load vocabulary files as one; raises StoreDamaged naming the entry that does not fit."""
    files = [_read(path) for path in paths]
    return Vocabulary(
        _VocabularyFile(
            version=" ".join(file.version for file in files),
            systems={name: uris for file in files for name, uris in file.systems.items()},
            classes={name: words for file in files for name, words in file.classes.items()},
            concepts=tuple(_with_additions(files)),
        )
    )


def _with_additions(files: Sequence[_VocabularyFile]) -> Iterator[Concept]:
    added = {addition.id: addition for file in files for addition in file.additions}
    for concept in (concept for file in files for concept in file.concepts):
        more = added.pop(concept.id, None)
        yield (
            concept.model_copy(
                update={
                    "patterns": (*concept.patterns, *more.patterns),
                    "denials": (*concept.denials, *more.denials),
                }
            )
            if more
            else concept
        )
    if added:
        raise StoreDamaged(f"additions to concepts that no file holds: {', '.join(sorted(added))}")


def _read(path: Path) -> _VocabularyFile:
    try:
        return _VocabularyFile.model_validate(read_yaml(path))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise StoreDamaged(f"{path.name}: {place}: {first['msg']}") from error


@cache
def shipped_vocabulary() -> Vocabulary:
    """The vocabulary that ships with the product, read once."""
    return read_vocabulary(RULES / "vocabulary.yaml", RULES / "reading_statements.yaml")
