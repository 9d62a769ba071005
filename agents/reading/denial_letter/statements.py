"""The statements of a letter that may be reasons: each weighed by its words, its place, and what speaks against it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from agents.reading.denial_letter.layout import Unit
from cases.denial import NO_DENIAL, Pathway
from knowledge.denial_codes import DenialCodes
from knowledge.letter_cues import LetterCues, plain

CODED = re.compile(r"\b(?P<group>CO|PR|OA|PI)[ -](?P<carc>[A-Z]?\d{1,3})\b|\bCARC[ :]*(?P<bare>[A-Z]?\d{1,3})\b")
_MONEY = re.compile(r"\d\.\d\d\b")
_TOLD = 4
"""Words beside a reason code that make a claim's line a reason by itself."""
_ENUMERATED = re.compile(r"(?<![\w.])\((?:\d{1,2}|[a-h]|i{1,3})\)\s+")
_BULLET = re.compile(r"^(?:[-•*]|\(?(?:\d{1,2}|[a-h])[.)]|\d{1,2} [-–]|[A-H](?= [A-Z]))\s+")
_BECAUSE = re.compile(r"\s*because\s+", re.IGNORECASE)
_COLON = re.compile(r":\s+(?=(?:[\w'/-]+,? ){3})")
_NAMED = re.compile(r"^\w+ \(?(?P<mark>\d|[a-h])\b", re.IGNORECASE)
_LOWER = re.compile(r"[a-z]{2,}")
_CODE, _OPENED, _ZONE, _ITEM, _BEHIND, _BEFORE = 12, 4, 3, 2, 3, 2
_NOT, _FIELD, _GENERIC, _LOOKED_AT, _RULE, _PASSING, _ASIDE = -8, -5, -5, -5, -6, -4, -2
_FIRST_WORDS, _TITLE = 25, 6
"""A rule is stated where a sentence begins with one, in so many characters; a title has at most so many words."""
_STRONG = 4
"""Words of this weight tell a reason even where the sentence also offers a courtesy or names a policy."""


@dataclass(frozen=True)
class Statement:
    """One sentence, item or clause. `start` is where the reason begins in the unit's text, `end` where it ends.

    `score` is what speaks for its being a reason; `weight` what its words weigh for its pathway, None where none do.
    `against` is the part of the score that speaks against it; `last` ends a reason of several sentences.
    """

    unit: Unit
    start: int
    end: int
    pathway: Pathway | None
    weight: int
    score: int
    opened: bool = False
    in_zone: bool = False
    coded: bool = False
    entry: int = 0
    against: int = 0
    last: "Statement | None" = None

    @property
    def text(self) -> str:
        return self.unit.text[self.start : self.end].strip()

    @property
    def group(self) -> tuple[int, int]:
        return (self.unit.paragraph, self.unit.item)


@dataclass(frozen=True)
class _Piece:
    unit: Unit
    begin: int
    end: int
    entry: int


class _Walk:
    """Goes through the letter once, and remembers the heading and the refusal that a statement stands behind."""

    def __init__(self, units: Sequence[Unit], codes: DenialCodes, cues: LetterCues) -> None:
        self.units, self.codes, self.cues = units, codes, cues
        self.zone: int | None = None
        self.refused: Unit | None = None

    def statements(self) -> Iterator[Statement]:
        pieces = list(_pieces(self.units))
        for place, piece in enumerate(pieces):
            said = self._read(piece)
            if said is None:
                continue
            behind = pieces[place + 1].unit.text if place + 1 < len(pieces) else ""
            concluded = behind and not said.opened and self.cues.concludes.search(behind)
            yield replace(said, score=said.score + _BEFORE) if concluded else said

    def _read(self, piece: _Piece) -> Statement | None:
        unit, cues = piece.unit, self.cues
        by_code = _by_code(unit, self.codes)
        if by_code is not None:
            start = _length(CODED.search(unit.text))
            coded = Statement(unit, start, len(unit.text), by_code, _CODE, _CODE, coded=True, entry=piece.entry)
            return None if by_code in NO_DENIAL else coded
        begin = piece.begin + _length(_BULLET.match(unit.text[piece.begin : piece.end]))
        whole = plain(unit.text[begin : piece.end])
        opener = _opener(whole, cues)
        if opener is not None and not whole[opener:].strip(" .:-–()"):
            self._open_zone(unit)
            return None
        in_zone = self.zone is not None and (unit.paragraph == self.zone or opener is not None)
        if opener is not None:
            self.zone = unit.paragraph
        behind = self.refused is not None and unit.paragraph - self.refused.paragraph <= 1
        refuses = opener is None and bool(cues.generic.search(whole))
        if not cues.conditional.search(whole):
            self.refused = unit if refuses else self.refused if self._is_passing(whole) else None
        start = begin + (opener or 0)
        entry = piece.entry or _named_entry(whole[: opener or 0])
        return self._weighed(
            Statement(unit, start, piece.end, None, 0, 0, opener is not None, in_zone, entry=entry),
            _OPENED * (opener is not None) + _ZONE * in_zone + _ITEM * bool(entry) + _BEHIND * behind,
            refuses,
        )

    def _open_zone(self, unit: Unit) -> None:
        last = not any(other.paragraph == unit.paragraph and other.start > unit.start for other in self.units)
        self.zone = unit.paragraph + (1 if last else 0)
        self.refused = None

    def _is_passing(self, text: str) -> bool:
        return bool(self.cues.reviewed.search(text) or self.cues.policy_says.search(text))

    def _weighed(self, said: Statement, placed: int, refuses: bool) -> Statement:
        pathway, weight = self.cues.weigh(said.text)
        if said.opened and weight < _STRONG:
            by_opener, told = self.cues.weigh(said.unit.text[: said.end])
            pathway, weight = (by_opener, told) if told >= _STRONG else (pathway, weight)
        against = self._against(said, weight, refuses)
        score = placed + weight + against
        if refuses:
            weight = min(weight, 1)
        return replace(said, pathway=pathway, weight=weight, score=score, against=against)

    def _against(self, said: Statement, weight: int, refuses: bool) -> int:
        """What speaks against: a right, a field, a bare refusal, a list of what was read, a rule, a courtesy."""
        cues, text = self.cues, plain(said.text)
        strong, against = weight >= _STRONG, 0
        lead = plain(said.unit.text[: said.start])
        if any(map(cues.not_reasons.search, (text, lead))) and not (said.opened and strong):
            against += _NOT
        if cues.conditional.search(text):
            against += _NOT
        if refuses:
            against += _GENERIC
        if (_is_field(text) and not strong) or (_is_title(text) and not said.opened and not said.entry):
            against += _FIELD
        if cues.reviewed.search(text):
            against += _LOOKED_AT
        rule = cues.policy_says.search(text) if ";" not in text else None
        if rule and rule.start() < _FIRST_WORDS:
            against += _RULE
        if cues.courtesies.search(text) and not strong:
            against += _PASSING
        if cues.concludes.search(text):
            against += _PASSING
        if cues.background.search(text):
            against += _ASIDE
        return against


def statements_of(units: Sequence[Unit], codes: DenialCodes, cues: LetterCues) -> tuple[Statement, ...]:
    """Every statement of the letter, in its order."""
    return tuple(_Walk(units, codes, cues).statements())


def _pieces(units: Sequence[Unit]) -> Iterator[_Piece]:
    """Units, and the entries of an enumeration inside one; `entry` numbers what is enumerated, 0 outside."""
    for unit in units:
        marks = [match.start() for match in _ENUMERATED.finditer(unit.text)]
        if len(marks) > 1 and marks[0] > 0:
            yield _Piece(unit, 0, marks[0], 0)
        cuts = [*marks, len(unit.text)] if len(marks) > 1 else [0, len(unit.text)]
        for entry, (begin, end) in enumerate(zip(cuts, cuts[1:], strict=False), 1):
            yield _Piece(unit, begin, end, entry * 1000 + unit.item if len(marks) > 1 else unit.item)


def _by_code(unit: Unit, codes: DenialCodes) -> Pathway | None:
    """The pathway of a sentence that is a claim's line: amounts, a reason code, and words beside it."""
    coded = CODED.search(unit.text) if _MONEY.search(unit.text) else None
    if coded is None or sum(word.isalpha() for word in unit.text[coded.end() :].split()) < _TOLD:
        return None
    known = codes.reasons.get(coded["carc"] or coded["bare"])
    return None if known is None or known.by_remark else known.pathway


def _opener(text: str, cues: LetterCues) -> int | None:
    """Where the reason begins behind the words that open it; the whole length where it is a heading."""
    match = cues.openers.match(text)
    if match:
        return match.end() + _length(cues.listed.match(text[match.end() :]) or _BECAUSE.match(text[match.end() :]))
    if cues.conditional.search(text):
        return None
    listed = cues.listed.match(text)
    for pattern in cues.inline:
        found = pattern.search(text)
        if found:
            return found.end()
    joints = (*cues.joined.finditer(text), *_COLON.finditer(text))
    for found in sorted(joints, key=lambda match: match.end()):
        if cues.kinds["decided_no"].search(text[: found.start()]):
            return found.end()
    return listed.end() if listed else None


def _named_entry(opener: str) -> int:
    """The number of an entry that its opener names, as in `Reason B` or `Message 2:`."""
    match = _NAMED.search(opener)
    return 10_000 + ord(match["mark"].upper()) if match else 0


def _is_field(text: str) -> bool:
    """A line of names, numbers and dates rather than a sentence."""
    tokens = text.split()
    plain = sum(bool(_LOWER.match(token)) for token in tokens)
    return not tokens or (plain < 3 and plain < 0.5 * len(tokens)) or len(tokens) < 2


def _is_title(text: str) -> bool:
    return len(text.split()) <= _TITLE and text[-1:].isalpha()


def _length(match: re.Match[str] | None) -> int:
    return match.end() if match else 0
