"""Which payer a coverage means: its payors, classes and kinds must agree, or a person is asked."""

import re
from collections.abc import Iterator, Sequence

from cases.case import Flag, LineOfBusiness, PayerRef
from cases.chart import Coverage, Party
from knowledge.code_wording import ProcedureCodes
from knowledge.payer_directory import LineSignals, PayerDirectory, Resolution, name_key

_PART = re.compile(r"\bparts?\s+([ABCD](?:\s*(?:,|&|and|/)\s*[ABCD])*)\b", re.IGNORECASE)


def payer_of(directory: PayerDirectory, coverage: Coverage) -> Resolution:
    """The payer of a coverage, or why it cannot be told.

    Payors are sought by identifier, then by name; a plan that a class names decides where the payor is unknown.
    Words of another line of business than the payer's own (CMS as payor, Medicare Advantage as class) leave it
    unresolved.
    """
    if coverage.payors and all(payor.kind in ("Patient", "RelatedPerson") for payor in coverage.payors):
        return Resolution(payer=None, reason="the patient pays: no payer to ask")
    tried = [_party(directory, payor) for payor in coverage.payors] + _plans(directory, coverage)
    named = {outcome.payer.id: outcome.payer for outcome in tried if outcome.payer}
    if len(named) > 1:
        names = tuple(payer.name for payer in named.values())
        return Resolution(payer=None, reason="the coverage names several payers", candidates=names)
    if not named:
        return next(iter(tried), Resolution(payer=None, reason="the coverage names no payer"))
    return _agreeing(directory, coverage, next(iter(named.values())))


def _party(directory: PayerDirectory, payor: Party) -> Resolution:
    for identifier in payor.identifiers:
        found = directory.by_identifier(identifier)
        if found:
            return Resolution(payer=found)
    if not payor.name:
        return Resolution(payer=None, reason=f"the payor {payor.reference or 'of the coverage'} has no name")
    return directory.by_name(payor.name)


def _plans(directory: PayerDirectory, coverage: Coverage) -> list[Resolution]:
    """Payers that a class of the coverage names; a class that names none says nothing."""
    outcomes = [directory.by_name(words) for item in coverage.classes for words in (item.name, item.value) if words]
    return [outcome for outcome in outcomes if outcome.payer]


def _agreeing(directory: PayerDirectory, coverage: Coverage, payer: PayerRef) -> Resolution:
    lines = set(stated_lines(directory.signals, coverage))
    if LineOfBusiness.MEDICARE_ADVANTAGE in lines:
        lines -= {LineOfBusiness.PART_D, LineOfBusiness.MEDICARE_FFS}
    if payer.line_of_business is LineOfBusiness.MEDICARE_FFS:
        lines -= {LineOfBusiness.PART_D}
    if not lines or payer.line_of_business in lines:
        return Resolution(payer=payer)
    stated = ", ".join(sorted(line.replace("_", " ") for line in lines))
    return Resolution(
        payer=None,
        reason=f"the coverage says {stated}, but its payor {payer.name} is {payer.line_of_business.replace('_', ' ')}: "
        "the plan itself has to be named",
        candidates=(payer.name,),
    )


def stated_lines(signals: LineSignals, coverage: Coverage) -> Iterator[LineOfBusiness]:
    """Lines of business that the coverage's own words and codes name, payors' names included."""
    words = [f" {name_key(text)} " for text in _texts(coverage)]
    codes = {coding.code for coding in coverage.kind if coding.system in signals.code_systems}
    for signal in signals.signals:
        keys = [f" {name_key(phrase)} " for phrase in signal.phrases]
        if codes & set(signal.codes) or any(key in text for key in keys for text in words):
            yield signal.line


def _texts(coverage: Coverage) -> list[str]:
    classes = [words for item in coverage.classes for words in (item.name, item.value)]
    return [*classes, *(coding.display for coding in coverage.kind), *(payor.name for payor in coverage.payors)]


def stated_parts(coverage: Coverage) -> frozenset[str]:
    """Medicare parts (A to D) that classes and kinds of the coverage name."""
    matches = [match.upper() for text in _texts(coverage) for match in _PART.findall(text)]
    return frozenset(letter for match in matches for letter in re.findall("[A-D]", match.replace("AND", "")))


def part_mismatch(codes: ProcedureCodes, coverage: Coverage, ordered: Sequence[str]) -> Flag | None:
    """A flag where the coverage names a Medicare part that does not pay for the item ordered.

    Home oxygen is durable medical equipment, a Part B benefit: a coverage that says Part A or Part D alone
    does not show that the patient has it. Part C stands in for A and B and is never a mismatch.
    """
    stated = stated_parts(coverage)
    for code in ordered:
        parts = codes.parts(code)
        if stated and parts and not stated & {*parts, "C"}:
            named, paid = " and ".join(sorted(stated)), " or ".join(sorted(parts))
            return Flag(
                code="coverage_part_mismatch",
                message=f"The coverage names Medicare Part {named}, but {code} is paid under Part {paid}: "
                f"confirm the patient's Part {paid} entitlement.",
                source=f"Coverage/{coverage.id}",
            )
    return None
