"""Who a payer is: names, aliases and identifiers of payers and plans lead to one entry, or to a stated reason why not.

A name is matched whole. Likeness only ever names candidates for a person: "Aetna" is not "Aetna Better Health".
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from pydantic import ValidationError

from cases.case import LineOfBusiness, PayerRef
from cases.chart import Address, NamedIdentifier
from cases.errors import StoreDamaged
from cases.frozen import Frozen
from cases.ids import PayerId
from knowledge.rule_files import RULES, read_yaml


class Endpoint(Frozen):
    """Where a payer takes requests: `kind` is pas, x12, portal, phone or fax."""

    kind: str
    url: str
    guide_version: str = ""


class PayerEntry(Frozen):
    """A payer or plan. `benefits` are the Medicare parts it pays; `synthetic` marks one of our own invention."""

    id: PayerId
    name: str
    line_of_business: LineOfBusiness
    aliases: tuple[str, ...] = ()
    identifiers: tuple[NamedIdentifier, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()
    fax: str = ""
    address: Address = Address()
    benefits: tuple[str, ...] = ()
    synthetic: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        return (self.id, self.name, *self.aliases)

    def ref(self, matched_on: str) -> PayerRef:
        return PayerRef(id=self.id, name=self.name, line_of_business=self.line_of_business, matched_on=matched_on)


class LineSignal(Frozen):
    """Words of a coverage, and codes of the source-of-payment typology, that name a line of business."""

    line: LineOfBusiness
    phrases: tuple[str, ...]
    codes: tuple[str, ...] = ()


class LineSignals(Frozen):
    """All signals, and the code systems in which their codes count."""

    code_systems: tuple[str, ...]
    signals: tuple[LineSignal, ...]


class Resolution(Frozen):
    """The payer, or why it is not known and which entries come near; the unresolved goes to a person."""

    payer: PayerRef | None
    reason: str = ""
    candidates: tuple[str, ...] = ()


class _PayersFile(Frozen):
    version: str
    payers: tuple[PayerEntry, ...]
    code_systems: tuple[str, ...]
    line_signals: tuple[LineSignal, ...]
    too_general: tuple[str, ...]


_DROPPED = {"the", "inc", "llc", "corp", "corporation", "co", "company", "ltd"}


def name_key(name: str) -> str:
    """A name without case, punctuation, company suffixes and articles: what two spellings must share."""
    words = re.findall(r"[a-z0-9]+", name.casefold().replace("&", " and ").replace(".", ""))
    return " ".join(word for word in words if word not in _DROPPED)


class PayerDirectory:
    """Resolves names and identifiers over a fixed set of entries; `with_entries` gives a larger directory."""

    def __init__(self, entries: Sequence[PayerEntry], signals: LineSignals, too_general: Sequence[str]) -> None:
        self.entries = {entry.id: entry for entry in entries}
        self.signals = signals
        self._too_general = tuple(too_general)
        self._by_name: dict[str, list[PayerEntry]] = defaultdict(list)
        self._by_identifier: dict[tuple[str, str], list[PayerEntry]] = defaultdict(list)
        for entry in self.entries.values():
            for key in {name_key(name) for name in entry.names}:
                self._by_name[key].append(entry)
            for identifier in entry.identifiers:
                self._by_identifier[(identifier.system, identifier.value)].append(entry)
        self._general = {name_key(name) for name in too_general}

    def with_entries(self, entries: Iterable[PayerEntry]) -> "PayerDirectory":
        """This directory and further entries; an entry of an id already held replaces it."""
        merged = {**self.entries, **{entry.id: entry for entry in entries}}
        return PayerDirectory(tuple(merged.values()), self.signals, self._too_general)

    def by_name(self, name: str, line: LineOfBusiness | None = None) -> Resolution:
        """The one entry of exactly this name; `line` decides between entries that share it."""
        key = name_key(name)
        if key in self._general:
            return Resolution(payer=None, reason=f"'{name}' does not say which payer", candidates=self._near(key))
        found = [entry for entry in self._by_name.get(key, ()) if line in (None, entry.line_of_business)]
        return self._only(found, f"'{name}'", key)

    def may_add(self, name: str) -> bool:
        """Whether a new payer may be added under this name: never Original Medicare's, nor one that says too little."""
        key = name_key(name)
        lines = {entry.line_of_business for entry in self._by_name.get(key, ())}
        return bool(key) and key not in self._general and LineOfBusiness.MEDICARE_FFS not in lines

    def by_identifier(self, identifier: NamedIdentifier) -> PayerRef | None:
        """The entry of exactly this system and value; None where no one or several have it."""
        found = self._by_identifier.get((identifier.system, identifier.value), [])
        return found[0].ref(f"{identifier.system}|{identifier.value}") if len(found) == 1 else None

    def named_in(self, text: str) -> tuple[PayerRef, ...]:
        """Payers whose names stand in a sentence, the longest name at each place; too general ones are passed over."""
        return tuple(dict.fromkeys(self._named_in(name_key(text).split())))

    def _named_in(self, words: list[str]) -> Iterator[PayerRef]:
        longest = max((key.count(" ") + 1 for key in (*self._by_name, *self._general)), default=0)
        place = 0
        while place < len(words):
            for size in range(min(longest, len(words) - place), 0, -1):
                key = " ".join(words[place : place + size])
                if key in self._general or key in self._by_name:
                    found = [] if key in self._general else self._by_name[key]
                    yield from (entry.ref(key) for entry in found)
                    place += size - 1
                    break
            place += 1

    def _only(self, found: Sequence[PayerEntry], asked: str, key: str) -> Resolution:
        if len(found) == 1:
            return Resolution(payer=found[0].ref(asked.strip("'")))
        if found:
            return Resolution(
                payer=None,
                reason=f"{asked} is the name of more than one payer",
                candidates=tuple(f"{entry.name} ({entry.line_of_business})" for entry in found),
            )
        return Resolution(payer=None, reason=f"{asked} is not in the payer directory", candidates=self._near(key))

    def _near(self, key: str) -> tuple[str, ...]:
        """Names that share a word with the one asked for: hints for a person, never an answer."""
        words = set(key.split()) - {"health", "plan", "insurance", "of", "and", "for", "care"}
        near = [
            entry for entry in self.entries.values() if any(words & set(name_key(name).split()) for name in entry.names)
        ]
        return tuple(f"{entry.name} ({entry.line_of_business})" for entry in near[:5])


def new_entry(directory: PayerDirectory, name: str, line: LineOfBusiness) -> PayerEntry:
    """The entry for a payer that an import names: the one held under this name and line, else a new one."""
    held = directory.by_name(name, line).payer
    if held:
        return directory.entries[held.id]
    slug = "-".join(re.findall(r"[a-z0-9]+", name.casefold())) or "payer"
    taken = PayerId(slug) in directory.entries
    return PayerEntry(
        id=PayerId(f"{slug}-{line.replace('_', '-')}" if taken else slug), name=name, line_of_business=line
    )


@cache
def shipped_directory() -> PayerDirectory:
    """The payers that ship with the product; raises StoreDamaged naming the entry that does not fit."""
    path = RULES / "payers.yaml"
    try:
        content = _PayersFile.model_validate(read_yaml(path))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise StoreDamaged(f"{path.name}: {place}: {first['msg']}") from error
    signals = LineSignals(code_systems=content.code_systems, signals=content.line_signals)
    return PayerDirectory(content.payers, signals, content.too_general)
