"""Numbers with units that belong to a measurement's name in one sentence, and which words qualify which number."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from agents.reading.rules_reader.numbers import count_of
from cases.evidence import Setting
from knowledge.vocabulary import Concept, ConceptKind, Mention

Cues = Mapping[str, re.Pattern[str]]

_NUMBER = re.compile(
    r"(?<![\w.])(?<!\b\d[/:,-])(?<!\b\d\d[/:,-])(?P<low>\d{1,4}(?:\.\d{1,3})?)(?P<percent>\s?%)?(?!\d|\.\d|[/:]\d|(?:st|nd|rd|th)\b)"
)
_RANGE = re.compile(r"\s?(?P<by>-|–|to)\s?(?P<high>\d{1,4}(?:\.\d{1,3})?)(?!\d|\.\d|[/:-]\d|\s?(?:L\b|LPM|liters?))")
_UNIT = re.compile(
    r"\s?(?P<unit>%|percent\b|pct\b|mm\s?\[?Hg\]?|mm of Hg|torr\b|kPa\b|L/L\b|"
    r"(?:events?|episodes?|/)\s?(?:per|/|an)?\s?(?:hour|hr|h)\b|per hour\b|"
    r"(?:events?|episodes?|in all)\b|hours?\b|hrs?\b|minutes?\b|min\b|"
    r"bpm\b|beats\b|/min\b|breaths\b|kg\b|lbs?\b|"
    r"cm ?(?:H2O|of water|water)\b|cwp\b|cm\b|m\b|mg/dl\b|mg\b|g/dl\b|L(?:PM|/min)?\b|lit(?:er|re)s?\b|"
    r"years?\b|yrs?\b|y/o\b|days?\b|weeks?\b|months?\b|feet\b|ft\b|°?[FC]\b|points?\b)",
    re.IGNORECASE,
)
_SATURATION, _BARE_LOW, _BARE_HIGH = "spo2", Decimal(50), Decimal(100)
_LONGEST_GAP = 90
_LOOK_BACK = 30
_BREAKS = re.compile(r";|,|\band\b|\bthen\b|\bto\b|→|->|\bwhile\b|\bbut\b|\.\s|\n|\)")
_REFERS_BACK = re.compile(r"\b(?:it|this|repeat|recheck(?:ed)?)\s+(?:is|was|of|at)?\s*$", re.IGNORECASE)
_NUMBERED_PART = re.compile(
    r"\b(?:segment|part|phase|night|portion|section|stage|table|line) (?:no\.? ?|# ?)?$", re.IGNORECASE
)
"""Before a number that counts a part of a test and is no value: `AHI, segment 1`."""
_WORDS = re.compile(r"[A-Za-z][A-Za-z']*|[^\sA-Za-z:=~()\-–,\d]+")


@dataclass(frozen=True)
class Reading:
    """One value of one concept: the code points of its words, and [scope_start, scope_end) that qualifies it.

    `value` and `high` are in the concept's canonical unit; None where the unit is missing or foreign to it.
    `bound` marks "less than 88 %": a limit, not a reading.
    """

    concept: Concept
    start: int
    end: int
    value: Decimal | None
    high: Decimal | None
    bound: bool
    scope_start: int
    scope_end: int


@dataclass(frozen=True)
class _Number:
    start: int
    end: int
    low: Decimal
    high: Decimal | None
    unit: str
    bound: bool


def readings(text: str, start: int, end: int, mentions: Sequence[Mention], cues: Cues) -> list[Reading]:
    """Every reading in [start, end) of a text; `mentions` are the vocabulary's mentions in that range."""
    measured = [m for m in mentions if m.concept.kind is ConceptKind.MEASUREMENT]
    if not measured:
        return []
    numbers = list(_numbers(text, start, end, cues))
    owned = _owners(text, numbers, measured, mentions, cues)
    strays = [number for number in numbers if number.unit and all(number is not held for held, _ in owned)]
    return [_reading(text, start, end, index, owned, strays) for index in range(len(owned))]


def _numbers(text: str, start: int, end: int, cues: Cues) -> Iterator[_Number]:
    place = start
    while match := _NUMBER.search(text, place, end):
        before = text[max(start, match.start() - 30) : match.start()]
        high = _high(text, match, end, before)
        place = high.end() if high else match.end()
        unit = _UNIT.match(text, place, end)
        if re.search(r"\bF[iI]O2\W{0,3}(?:of |was |at )?$", before) or _counts_a_part(match, unit, before):
            continue
        yield _Number(
            start=match.start(),
            end=unit.end() if unit else place,
            low=Decimal(match["low"]),
            high=Decimal(high["high"]) if high else None,
            unit=(unit["unit"] if unit else match["percent"] or "").strip(),
            bound=bool(
                cues["bound_before_value"].search(before)
                or cues["bound_after_value"].search(text[_after(unit, place) : end])
            ),
        )
        place = max(place, unit.end()) if unit else place


def _counts_a_part(number: re.Match[str], unit: re.Match[str] | None, before: str) -> bool:
    return unit is None and number["low"].isdigit() and int(number["low"]) < 5 and bool(_NUMBERED_PART.search(before))


def _after(unit: re.Match[str] | None, place: int) -> int:
    return unit.end() if unit else place


def _high(text: str, low: re.Match[str], end: int, before: str) -> re.Match[str] | None:
    """The upper end of `85-88 %` or `85 to 88 %`; `from 94 to 85` and `94 % to 85 %` are two readings."""
    found = _RANGE.match(text, low.end(), end)
    if not found or Decimal(found["high"]) <= Decimal(low["low"]):
        return None
    if found["by"] == "to" and (low["percent"] or re.search(r"\bfrom\s?$", before)):
        return None
    return found


def _owners(
    text: str, numbers: Sequence[_Number], measured: Sequence[Mention], mentions: Sequence[Mention], cues: Cues
) -> list[tuple[_Number, Mention]]:
    """Pair each number with the measurement it belongs to; a number that belongs to none is left out."""
    owned: list[tuple[_Number, Mention]] = []
    for number in numbers:
        before = [m for m in measured if m.end <= number.start]
        mention = before[-1] if before else None
        if mention and _belongs(text, mention, number, owned, mentions, cues):
            owned.append((number, mention))
            continue
        after = next((m for m in measured if 0 <= m.start - number.end <= _LOOK_BACK), None)
        bare = not number.unit and after is not None and after.concept.id == _SATURATION
        if after and not bare and _fits(after.concept, number) and _precedes(text, number, after, numbers, cues):
            owned.append((number, after))
    return owned


def _belongs(
    text: str,
    mention: Mention,
    number: _Number,
    owned: Sequence[tuple[_Number, Mention]],
    mentions: Sequence[Mention],
    cues: Cues,
) -> bool:
    """Whether the number is the mention's value: the first after it, or a further one that repeats its unit.

    Nothing may stand between but words that commonly do, dates and conditions; else the number is not taken.
    """
    earlier = [held for held, owner in owned if owner is mention]
    gap_start = earlier[-1].end if earlier else mention.end
    between = text[gap_start : number.start]
    if any(gap_start <= other.start < number.start and other.concept is not mention.concept for other in mentions):
        return False
    if (earlier or number.unit) and not (number.unit and _fits(mention.concept, number)):
        return False
    if earlier and _REFERS_BACK.search(between):
        return True
    if len(between) > _LONGEST_GAP or (not earlier and re.search(r"[.!?]\s|[;|]", between)):
        return False
    return not _WORDS.search(_without_common(between, cues))


def _without_common(between: str, cues: Cues) -> str:
    rest = _without_dates(between)
    for setting in Setting:
        rest = cues[setting.value].sub(" ", rest)
    return cues["bound_before_value"].sub(" ", cues["value_gap"].sub(" ", rest))


def _without_dates(between: str) -> str:
    return re.sub(
        r"\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*\.? \d{1,2},? \d{4}"
        r"|\d{1,2}:\d\d(?:\s?[ap]\.?m\.?)?|\(|\)",
        " ",
        between,
        flags=re.IGNORECASE,
    )


def _precedes(text: str, number: _Number, mention: Mention, numbers: Sequence[_Number], cues: Cues) -> bool:
    """Whether `85 % saturation` or `85 % by pulse oximetry` puts the value before the name."""
    between = text[number.end : mention.start]
    if not number.unit and between.strip():
        return False
    if re.search(r"[;.,|]", between) or any(number.end <= other.start < mention.start for other in numbers):
        return False
    return not _WORDS.search(cues["value_gap"].sub(" ", between))


def _fits(concept: Concept, number: _Number) -> bool:
    return _canonical(concept, number.low, number.unit) is not None


def _canonical(concept: Concept, value: Decimal, unit: str) -> Decimal | None:
    """In the concept's unit; a saturation written without one (`sat 87 on RA`) can be nothing but percent."""
    bare = not unit and concept.id == _SATURATION and _BARE_LOW <= value <= _BARE_HIGH
    return value if bare else concept.canonical(value, unit)


def _reading(
    text: str, start: int, end: int, index: int, owned: Sequence[tuple[_Number, Mention]], strays: Sequence[_Number]
) -> Reading:
    """The reading of one owned number; its words end where a stray number of the same unit has its own."""
    number, mention = owned[index]
    concept = mention.concept
    first_of_mention = all(owner is not mention for _, owner in owned[:index])
    span = (
        (min(number.start, mention.start), max(number.end, mention.end))
        if first_of_mention
        else (number.start, number.end)
    )
    scope_start = _parting(text, owned[index - 1][0].end, _opens(owned, index)) if index else start
    scope_end = _parting(text, number.end, _opens(owned, index + 1)) if index + 1 < len(owned) else end
    stray = next((other for other in strays if number.end <= other.start < scope_end and _fits(concept, other)), None)
    if stray is not None:
        scope_end = _parting(text, number.end, stray.start)
    return Reading(
        concept=concept,
        start=span[0],
        end=span[1],
        value=_canonical(concept, number.low, number.unit),
        high=_canonical(concept, number.high, number.unit) if number.high is not None else None,
        bound=number.bound,
        scope_start=scope_start,
        scope_end=scope_end,
    )


def _opens(owned: Sequence[tuple[_Number, Mention]], index: int) -> int:
    """Where the words of a reading begin: at its name, if that stands between it and the reading before."""
    number, mention = owned[index]
    before = owned[index - 1][0].end if index else 0
    return min(number.start, mention.start) if mention.start >= before else number.start


def _parting(text: str, start: int, end: int) -> int:
    """Where the words between two values part: after the last break, which opens the second value's words."""
    breaks = list(_BREAKS.finditer(text, start, end))
    return breaks[-1].end() if breaks else end


def values_of(concept: Concept, groups: Mapping[str, str | None]) -> tuple[Decimal | None, Decimal | None]:
    """The value, and the other end of a range, in the concept's unit; None where the unit is foreign to it."""
    unit = (groups["u"] or "") if "u" in groups else concept.unit
    found: list[Decimal | None] = []
    for name in ("v", "h"):
        number = count_of(groups.get(name) or "", concept.unit)
        value = concept.canonical(number, unit) if number is not None else None
        found.append(value if value is not None and concept.is_plausible(value) else None)
    return found[0], found[1]
