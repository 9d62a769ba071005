"""The words by which a payer's letter is read, as data; patterns are compiled once, in any case."""

import re
from collections.abc import Mapping
from functools import cache

from pydantic import ValidationError

from cases.case import LineOfBusiness
from cases.denial import Pathway
from cases.errors import StoreDamaged
from cases.frozen import Frozen
from knowledge.denial_codes import FOLDER
from knowledge.rule_files import read_yaml

Pattern = re.Pattern[str]


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
    kinds: dict[str, tuple[str, ...]]
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
    courtesies: tuple[str, ...]
    generic: tuple[str, ...]
    openers: tuple[str, ...]
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
    courtesies: Pattern
    generic: Pattern
    openers: Pattern
    categories: tuple[CategoryCue, ...]


def _any(*patterns: str) -> Pattern:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


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
        courtesies=_any(*read.courtesies),
        generic=_any(*read.generic),
        openers=_any(*read.openers),
        categories=tuple(
            CategoryCue(pathway=category.pathway, pattern=_any(one.words), weight=one.weight)
            for category in read.categories
            for one in category.patterns
        ),
    )
