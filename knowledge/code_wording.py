"""Ordered codes in our own words: what tells them apart, which Medicare part pays, and displays that contradict."""

import re
from functools import cache

from pydantic import ValidationError

from cases.case import Flag
from cases.errors import StoreDamaged
from cases.frozen import Frozen
from knowledge.rule_files import RULES, read_yaml


class CodeEntry(Frozen):
    """A code with our wording, its family of items, the trait values that mark it and the parts that pay it."""

    code: str
    family: str
    wording: str
    traits: dict[str, str] = {}
    parts: tuple[str, ...] = ("B",)


class PartRule(Frozen):
    """Medicare parts for codes that begin with `prefix` and have no entry of their own."""

    prefix: str
    parts: tuple[str, ...]


class _CodesFile(Frozen):
    version: str
    verified: bool
    source: str
    traits: dict[str, dict[str, tuple[str, ...]]]
    families: dict[str, tuple[str, ...]]
    codes: tuple[CodeEntry, ...]
    parts_by_prefix: tuple[PartRule, ...]


class ProcedureCodes:
    """Lookups over the code entries, and the check of a sender's display against its code."""

    def __init__(self, content: _CodesFile) -> None:
        self.entries = {entry.code: entry for entry in content.codes}
        self._parts = content.parts_by_prefix
        self._families = {family: _pattern(words) for family, words in content.families.items()}
        self._traits = {trait: _readings(values) for trait, values in content.traits.items()}

    def wording(self, code: str) -> str:
        """Our short wording; empty for a code without an entry."""
        entry = self.entries.get(code.upper())
        return entry.wording if entry else ""

    def parts(self, code: str) -> frozenset[str]:
        """Medicare parts that pay for the code; empty where we do not know."""
        entry = self.entries.get(code.upper())
        if entry:
            return frozenset(entry.parts)
        found = [rule.parts for rule in self._parts if re.match(rf"{rule.prefix}\d", code.upper())]
        return frozenset(found[0]) if found else frozenset()

    def contradiction(self, code: str, display: str) -> Flag | None:
        """A flag where the sender's display says another item than the code, with the codes that would fit it.

        A display contradicts where it states another value of a trait than the code's own (bi-level for a
        single-level device), or names another family's item and nothing of the code's own family.
        """
        entry = self.entries.get(code.upper())
        if entry is None or not display.strip():
            return None
        words = _plain(display)
        stated = self._stated(words)
        against = sorted(value for trait, value in stated.items() if entry.traits.get(trait, value) != value)
        if against:
            said = ", ".join(value.replace("_", " ") for value in against)
            return _flag(entry, f"says {said}", self._fitting(entry.family, stated))
        others = [
            family for family in self._families if family != entry.family and self._families[family].search(words)
        ]
        if others and not self._families[entry.family].search(words):
            return _flag(entry, f"names {others[0].replace('_', ' ')}", self._fitting(others[0], stated))
        return None

    def _stated(self, words: str) -> dict[str, str]:
        """Trait values that the words state; of one trait the longest phrase speaks."""
        stated = {}
        for trait, (pattern, values) in self._traits.items():
            match = pattern.search(words)
            if match:
                stated[trait] = values[match.group()]
        return stated

    def _fitting(self, family: str, stated: dict[str, str]) -> list[str]:
        """Codes of the family that agree with every stated trait they have, and have at least one of them."""
        return [
            entry.code
            for entry in self.entries.values()
            if entry.family == family
            and stated.items() & entry.traits.items()
            and all(entry.traits.get(trait, value) == value for trait, value in stated.items())
        ]


def _flag(entry: CodeEntry, said: str, fitting: list[str]) -> Flag:
    fits = f"; the words fit {', '.join(fitting)}" if fitting else ""
    return Flag(
        code="display_contradicts_code",
        message=f"{entry.code} is: {entry.wording}. The order's own text {said}{fits}. "
        "Ask the prescriber which is meant before anything is sent.",
        source=entry.code,
    )


def _plain(words: str) -> str:
    """Lower case, `w/o` and `w/` written out, hyphens and punctuation as single spaces, negated words dropped."""
    text = words.casefold().replace("w/o", "without ").replace("w/", "with ")
    text = " ".join(re.findall(r"[a-z0-9]+", text))
    return re.sub(r"\b(?:not|non) (?!invasive\b|heated\b)\w+(?: (?:level|pap)\b)?", " ", text)


def _pattern(phrases: tuple[str, ...]) -> re.Pattern[str]:
    ordered = sorted({_phrase(phrase) for phrase in phrases}, key=lambda phrase: (-len(phrase), phrase))
    return re.compile(rf"\b(?:{'|'.join(ordered)})\b")


def _readings(values: dict[str, tuple[str, ...]]) -> tuple[re.Pattern[str], dict[str, str]]:
    by_phrase = {_phrase(phrase): value for value, phrases in values.items() for phrase in phrases}
    return _pattern(tuple(by_phrase)), by_phrase


def _phrase(phrase: str) -> str:
    return " ".join(re.findall(r"[a-z0-9]+", phrase.casefold()))


@cache
def shipped_codes() -> ProcedureCodes:
    """The code entries that ship; raises StoreDamaged naming the entry that does not fit."""
    path = RULES / "procedure_codes.yaml"
    try:
        return ProcedureCodes(_CodesFile.model_validate(read_yaml(path)))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise StoreDamaged(f"{path.name}: {place}: {first['msg']}") from error
