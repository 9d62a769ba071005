"""The reasons of a denial letter, each with its passage: chosen among its statements, one of a kind or one an entry."""

import re
from collections.abc import Sequence
from dataclasses import replace

from agents.reading.denial_letter.layout import Unit, flat
from agents.reading.denial_letter.numbers import policies_in
from agents.reading.denial_letter.statements import CODED, Statement, statements_of
from agents.reading.denial_letter.verdicts import Verdict, decide
from cases.denial import DenialReason, Passage, Pathway
from knowledge.denial_codes import DenialCodes
from knowledge.letter_cues import LetterCues

_LEAST, _BESIDE, _ENTRY = 3, 5, 2
"""What a reason must score: the first, one of another kind beside it, and an entry of a list."""
_TELLING = 4
"""The weight of words that tell a second reason's kind by themselves, and that make a sentence go on with the last."""
_NUMBERS = {"two": 2, "three": 3, "four": 4, "2": 2, "3": 3, "4": 4}
_DETERMINED = re.compile(r"\b(?:determined|decided|found|concluded) that\b", re.IGNORECASE)
_BARS = str.maketrans({"|": " ", "│": " ", "¦": " "})


def read_reasons(
    text: str, units: Sequence[Unit], letter: bool | None, codes: DenialCodes, cues: LetterCues
) -> tuple[DenialReason, ...]:
    """Every reason, in the letter's order; `letter` says whether it grants (True) or forbids (False) an appeal."""
    said = statements_of(units, codes, cues)
    counted = cues.several.search(text)
    wanted = _NUMBERS[counted["n"].casefold()] if counted else 1
    chosen = [_whole(one, said) for one in _choose(said, wanted)] or _fallback(units, cues)
    groups = [one.group for one in chosen]
    found = []
    for place, one in enumerate(chosen):
        alone = one.group not in groups[:place]
        coded = _coded(one, units, alone, only=len(chosen) == 1)
        found.append(_reason(one, units, text, decide(one.pathway or Pathway.CLINICAL, coded, letter, codes), alone))
    return tuple(found)


def _choose(said: Sequence[Statement], wanted: int) -> list[Statement]:
    """The strongest first; then every other entry of a list, and the strongest of each other kind that tells itself.

    `wanted` is how many reasons the letter says that it gives: so many are taken from where reasons are given.
    """
    ranked = sorted(said, key=lambda one: (-one.score, one.unit.start))
    if not ranked or ranked[0].score < _LEAST:
        return []
    first = ranked[0]
    chosen = [first]
    for one in ranked:
        if one is not first and _is_another(one, chosen):
            chosen.append(one)
    more = [one for one in ranked if one not in chosen and one.in_zone and one.score >= _LEAST and not one.against]
    chosen += more[: max(0, wanted - len(chosen))]
    return sorted(chosen, key=lambda one: (one.unit.start, one.start))


def _is_another(one: Statement, chosen: Sequence[Statement]) -> bool:
    first = chosen[0]
    if one.coded or (one.entry and first.entry):
        same = any(other.entry == one.entry and other.coded == one.coded for other in chosen)
        return one.coded or (not same and one.score >= _ENTRY and (one.in_zone or one.opened or not first.in_zone))
    if any((other.pathway or Pathway.CLINICAL) is (one.pathway or Pathway.CLINICAL) for other in chosen):
        return False
    near = one.unit.paragraph == first.unit.paragraph
    told = one.weight >= _TELLING or (near and not one.against and one.pathway is Pathway.CLINICAL)
    return told and one.score >= _BESIDE


def _whole(one: Statement, said: Sequence[Statement]) -> Statement:
    """A reason with the sentences beside it that tell more of the same kind."""
    place = said.index(one)
    before, behind = place, place
    while not one.opened and before > 0 and _goes_on(said[before - 1], said[before], one):
        before -= 1
    while behind + 1 < len(said) and _goes_on(said[behind + 1], said[behind], one):
        behind += 1
    return replace(one, unit=said[before].unit, start=said[before].start, last=said[behind])


def _goes_on(other: Statement, beside: Statement, one: Statement) -> bool:
    near = other.group == beside.group and other.entry == beside.entry and other.unit is not beside.unit
    alike = other.pathway is one.pathway and other.weight >= _TELLING and other.score >= _LEAST
    plain = not other.against and not other.opened and other.text.endswith((".", ")"))
    explains = plain and other.unit.start > one.unit.start and other.pathway in {None, one.pathway}
    return near and (alike or explains)


def _fallback(units: Sequence[Unit], cues: LetterCues) -> list[Statement]:
    """Where no words tell a reason: what stands right behind the refusal, else the longest refusal itself."""
    refusals = [unit for unit in units if cues.kinds["decided_no"].search(unit.text)]
    place = units.index(refusals[0]) if refusals else 0
    behind = [
        unit
        for unit in units[place + 1 : place + 4]
        if not unit.label and len(unit.text.split()) > 3 and not _is_passing(unit, cues)
    ]
    spoken = [unit for unit in refusals if len(unit.text.split()) > 5 and not cues.not_reasons.search(unit.text)]
    determined = [unit for unit in spoken if _DETERMINED.search(unit.text)]
    longest = sorted(spoken, key=lambda unit: -len(unit.text))
    best = (*determined, *behind, *longest)[:1]
    return [Statement(unit, 0, len(unit.text), cues.weigh(unit.text)[0], 0, 0) for unit in best]


def _is_passing(unit: Unit, cues: LetterCues) -> bool:
    return bool(cues.not_reasons.search(unit.text) or cues.courtesies.search(unit.text))


def _coded(one: Statement, units: Sequence[Unit], alone: bool, only: bool) -> str:
    """Where the reason's codes are looked for: its sentence, its passage, and for the only reason the whole letter."""
    if CODED.search(one.unit.text):
        return one.unit.text
    around = " ".join(unit.text for unit in units if (unit.paragraph, unit.item) == one.group)
    if only and not CODED.search(around):
        return " ".join(unit.text for unit in units)
    return around if alone else ""


def _reason(one: Statement, units: Sequence[Unit], text: str, verdict: Verdict, alone: bool) -> DenialReason:
    """`alone` tells that no earlier reason stands in the same passage, so that a policy named there is this one's."""
    passage = _passage(one, text)
    around = " ".join(unit.text for unit in units if (unit.paragraph, unit.item) == one.group)
    decision = verdict.decision
    policies = policies_in(passage.quote)
    if not policies and alone:
        policies = policies_in(around) or policies_in(_next_field(one.unit, units))
    return DenialReason(
        category=decision.pathway if decision.pathway is not Pathway.PERSON else (one.pathway or Pathway.CLINICAL),
        wording=passage.quote,
        decision=decision,
        passage=passage,
        policy_cited=policies[0] if policies else "",
        group=verdict.group,
        carc=verdict.carc,
        rarcs=verdict.rarcs,
    )


def _next_field(unit: Unit, units: Sequence[Unit]) -> str:
    """The unit behind, where a policy often has its own line."""
    return next((other.text for other in units if other.start > unit.start), "")


def _passage(one: Statement, text: str) -> Passage:
    """The place of the words in the letter as it stands: collapsed characters are counted off along the original."""
    last = one.last or one
    first = one.unit.text[one.start :].lstrip(":-–. ")
    lead = len(one.unit.text) - len(first)
    ended = len(last.unit.text[: last.end].rstrip())
    start, end = _places(text, one.unit)[lead], _places(text, last.unit)[ended - 1] + 1
    return Passage(start=start, end=end, quote=flat(text[start:end]))


def _places(text: str, unit: Unit) -> list[int]:
    """Where each character of the unit's collapsed text stands in the letter."""
    places: list[int] = []
    gap = False
    for place in range(unit.start, unit.end):
        if text[place].translate(_BARS).isspace():
            gap = bool(places)
            continue
        if gap:
            places.append(place - 1)
            gap = False
        places.append(place)
    return places
