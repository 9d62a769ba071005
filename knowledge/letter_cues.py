"""The words by which a payer's letter is read, as data; patterns are compiled once, in any case."""

import re
from collections.abc import Iterator, Mapping
from functools import cache

from pydantic import ValidationError

from cases.case import LineOfBusiness
from cases.denial import Pathway
from cases.errors import StoreDamaged
from cases.frozen import Frozen
from knowledge.denial_codes import FOLDER
from knowledge.rule_files import read_yaml

Pattern = re.Pattern[str]
_WORD = re.compile(r"[a-z]+(?:-[a-z]+)?")
_TELLING, _LEANING, _LEAST_WORDS = 4, 2, 2
"""A pattern of this weight tells a category; below it, single words lean to one, if there are so many."""
_TYPOGRAPHIC = str.maketrans("\u2018\u2019\u201c\u201d", "''\"\"")


class _Weighed(Frozen):
    words: str
    weight: int


class _Category(Frozen):
    pathway: Pathway
    patterns: tuple[_Weighed, ...]


class _Line(Frozen):
    line: LineOfBusiness
    words: str


class _Fast(Frozen):
    procedure: str
    words: str


class _Form(Frozen):
    form: str
    words: str


class _Urgency(Frozen):
    expedited: tuple[str, ...]
    not_those: str


class _CuesFile(Frozen):
    version: str
    fragments: dict[str, str]
    kinds: dict[str, tuple[str, ...]]
    earlier_refusals: tuple[str, ...]
    conditional: str
    lines: tuple[_Line, ...]
    appeal_decided: tuple[str, ...]
    independent: str
    hearing: str
    external: str
    second_level: str
    forwarded: str
    urgency: _Urgency
    concurrent: tuple[str, ...]
    claims: tuple[str, ...]
    member_claims: str
    fast_appeals: tuple[_Fast, ...]
    coverage_ends: str
    contract: str
    network: dict[str, str]
    forms: tuple[_Form, ...]
    not_reasons: tuple[str, ...]
    reviewed: tuple[str, ...]
    policy_says: tuple[str, ...]
    background: tuple[str, ...]
    concludes: str
    courtesies: tuple[str, ...]
    generic: tuple[str, ...]
    openers: tuple[str, ...]
    inline: tuple[str, ...]
    several: str
    joined: str
    listed: str
    lexicon: dict[Pathway, tuple[str, ...]]
    categories: tuple[_Category, ...]


class CategoryCue(Frozen):
    """One pattern of a category and how much it counts."""

    pathway: Pathway
    pattern: Pattern
    weight: int


class LetterCues(Frozen):
    """Compiled patterns, named as in letters.yaml."""

    version: str
    kinds: Mapping[str, Pattern]
    earlier_refusals: Pattern
    conditional: Pattern
    lines: tuple[tuple[LineOfBusiness, Pattern], ...]
    appeal_decided: Pattern
    independent: Pattern
    hearing: Pattern
    external: Pattern
    second_level: Pattern
    forwarded: Pattern
    expedited: Pattern
    not_expedited: Pattern
    concurrent: Pattern
    claims: Pattern
    member_claims: Pattern
    fast_appeals: tuple[tuple[str, Pattern], ...]
    coverage_ends: Pattern
    contract: Pattern
    in_network: Pattern
    out_of_network: Pattern
    forms: tuple[tuple[str, Pattern], ...]
    not_reasons: Pattern
    reviewed: Pattern
    policy_says: Pattern
    background: Pattern
    concludes: Pattern
    courtesies: Pattern
    generic: Pattern
    openers: Pattern
    inline: tuple[Pattern, ...]
    several: Pattern
    joined: Pattern
    listed: Pattern
    lexicon: Mapping[Pathway, frozenset[str]]
    categories: tuple[CategoryCue, ...]

    def weigh(self, text: str) -> tuple[Pathway | None, int]:
        """The pathway whose words weigh most in the text; several patterns of one add a little to its strongest."""
        weights: dict[Pathway, list[int]] = {}
        text = plain(text)
        for cue in self.categories:
            if cue.pattern.search(text):
                weights.setdefault(cue.pathway, []).append(cue.weight)
        best = max(weights, key=lambda pathway: max(weights[pathway]) * 4 + len(weights[pathway]) - 1, default=None)
        weight = max(weights[best]) if best else 0
        leaning = self._leaning(text) if weight < _TELLING else None
        return (leaning, max(weight, _LEANING)) if leaning else (best, weight)

    def _leaning(self, text: str) -> Pathway | None:
        """The category that most single words lean to, if it is not the clinical one."""
        held = set(_WORD.findall(text.casefold()))
        counts = {pathway: len(held & words) for pathway, words in self.lexicon.items()}
        most = max(counts, key=lambda pathway: counts[pathway])
        clear = counts[most] > counts[Pathway.CLINICAL] and sorted(counts.values())[-2] < counts[most]
        return most if counts[most] >= _LEAST_WORDS and clear else None


def _any(*patterns: str) -> Pattern:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


def _categories(read: _CuesFile) -> Iterator[CategoryCue]:
    for category in read.categories:
        for one in category.patterns:
            words = one.words
            for name, fragment in read.fragments.items():
                words = words.replace(f"<{name}>", rf"\b{fragment}\b")
            yield CategoryCue(pathway=category.pathway, pattern=_any(words), weight=one.weight)


def plain(text: str) -> str:
    """Text with typographic apostrophes and quotation marks as the patterns write them; no character is added."""
    return text.translate(_TYPOGRAPHIC)


@cache
def letter_cues() -> LetterCues:
    """The cues that ship; raises StoreDamaged naming the entry that does not fit."""
    try:
        read = _CuesFile.model_validate(read_yaml(FOLDER / "letters.yaml"))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise StoreDamaged(f"letters.yaml: {place}: {first['msg']}") from error
    return LetterCues(
        version=read.version,
        kinds={name: _any(*patterns) for name, patterns in read.kinds.items()},
        earlier_refusals=_any(*read.earlier_refusals),
        conditional=_any(read.conditional),
        lines=tuple((one.line, _any(one.words)) for one in read.lines),
        appeal_decided=_any(*read.appeal_decided),
        independent=_any(read.independent),
        hearing=_any(read.hearing),
        external=_any(read.external),
        second_level=_any(read.second_level),
        forwarded=_any(read.forwarded),
        expedited=_any(*read.urgency.expedited),
        not_expedited=_any(read.urgency.not_those),
        concurrent=_any(*read.concurrent),
        claims=_any(*read.claims),
        member_claims=_any(read.member_claims),
        fast_appeals=tuple((one.procedure, _any(one.words)) for one in read.fast_appeals),
        coverage_ends=_any(read.coverage_ends),
        contract=_any(read.contract),
        in_network=_any(read.network["yes"]),
        out_of_network=_any(read.network["no"]),
        forms=tuple((one.form, _any(one.words)) for one in read.forms),
        not_reasons=_any(*read.not_reasons),
        reviewed=_any(*read.reviewed),
        policy_says=_any(*read.policy_says),
        background=_any(*read.background),
        concludes=_any(read.concludes),
        courtesies=_any(*read.courtesies),
        generic=_any(*read.generic),
        openers=_any(*read.openers),
        inline=tuple(map(_any, read.inline)),
        several=_any(read.several),
        joined=_any(read.joined),
        listed=_any(read.listed),
        lexicon={pathway: frozenset(words) for pathway, words in read.lexicon.items()},
        categories=tuple(_categories(read)),
    )
