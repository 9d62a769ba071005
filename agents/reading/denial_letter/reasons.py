"""The reasons of a denial letter, each with its passage: found where reasons are given, told apart by their words."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from agents.reading.denial_letter.layout import Unit
from agents.reading.denial_letter.numbers import policies_in
from cases.denial import NO_DENIAL, Adjustment, DenialReason, Passage, Pathway, PathwayDecision
from knowledge.denial_codes import DenialCodes
from knowledge.denial_pathways import AdjustmentSetting, choose_pathway
from knowledge.letter_cues import LetterCues

_CODED = re.compile(r"\b(?P<group>CO|PR|OA|PI)[ -](?P<carc>[A-Z]?\d{1,3})\b|\bCARC[ :]*(?P<bare>[A-Z]?\d{1,3})\b")
_REMARK = re.compile(r"\b(?:N\d{1,3}|MA\d{2,3}|M\d{2,3})\b")
_STATED = re.compile(r"(?:[:.?-]|because)\s*$", re.IGNORECASE)
_MONEY = re.compile(r"\d\.\d\d\b")
_TOLD = 4
"""Words beside a reason code that make a claim's line a reason by itself."""
_MID_LINE = re.compile(r"\b(?:denied|not approved)\s*[-:–]\s+", re.IGNORECASE)
_CODE_WEIGHT, _STRONG, _TELLING, _UNTOLD = 8, 4, 3, 1
"""What a reason code weighs, what strong words weigh, and a stated reason whose words tell no kind."""
_SECOND = 5
"""A second reason of another kind in the same passage needs words of this weight."""


@dataclass(frozen=True)
class _Candidate:
    """A sentence that may be a reason: where it begins after its opener, and what its words weigh."""

    unit: Unit
    start: int
    pathway: Pathway | None
    weight: int
    in_zone: bool
    coded: bool = False

    @property
    def group(self) -> tuple[int, int]:
        return (self.unit.paragraph, self.unit.item)


def read_reasons(
    text: str, units: Sequence[Unit], letter: bool | None, codes: DenialCodes, cues: LetterCues
) -> tuple[DenialReason, ...]:
    """Every reason, in the letter's order; `letter` says whether it grants (True) or forbids (False) an appeal."""
    candidates = list(_candidates(units, codes, cues))
    told = [one for one in candidates if one.weight >= _TELLING]
    zoned = [one for one in candidates if one.in_zone]
    chosen = (
        _choose([one for one in told if one.in_zone])
        or _choose(told)
        or _choose([one for one in zoned if one.pathway])
        or _choose([one for one in candidates if one.pathway])
    )
    if not chosen:
        chosen = zoned[:1] or _fallback(list(units), cues)
    groups = [one.group for one in chosen]
    return tuple(
        _reason(one, units, text, letter, codes, alone=one.group not in groups[:place])
        for place, one in enumerate(chosen)
    )


def _candidates(units: Sequence[Unit], codes: DenialCodes, cues: LetterCues) -> Iterator[_Candidate]:
    zone: int | None = None
    for unit in units:
        by_code = _by_code(unit, codes)
        if by_code is not None:
            if by_code not in NO_DENIAL:
                yield _Candidate(unit, 0, by_code, _CODE_WEIGHT, True, coded=True)
            continue
        opener = _opener(unit, cues)
        if opener is not None:
            zone = unit.paragraph
        in_zone = zone is not None and (unit.paragraph == zone or opener is not None)
        start = opener or 0
        rest = unit.text[start:]
        if opener is not None and not rest.strip(" .:-"):
            zone = unit.paragraph + (1 if _ends_paragraph(unit, units) else 0)
            continue
        if opener is None and (cues.not_reasons.search(rest) or cues.conditional.search(rest)):
            continue
        pathway, weight = _weigh(rest, cues)
        if opener is None and weight < _STRONG and cues.courtesies.search(rest):
            continue
        if opener is not None and weight < _STRONG and cues.not_reasons.search(rest):
            continue
        if pathway is None and opener is not None and _STATED.search(unit.text[:opener]) and len(rest.split()) > 2:
            pathway, weight = Pathway.CLINICAL, _UNTOLD
        weight = weight if opener is not None or not cues.generic.search(rest) else min(weight, 1)
        yield _Candidate(unit, start, pathway, weight, in_zone)


def _by_code(unit: Unit, codes: DenialCodes) -> Pathway | None:
    """The pathway of a sentence that is a claim's line: amounts, a reason code, and words beside it."""
    coded = _CODED.search(unit.text) if _MONEY.search(unit.text) else None
    if coded is None or sum(word.isalpha() for word in unit.text[coded.end() :].split()) < _TOLD:
        return None
    known = codes.reasons.get(coded["carc"] or coded["bare"])
    return None if known is None or known.by_remark else known.pathway


def _ends_paragraph(unit: Unit, units: Sequence[Unit]) -> bool:
    after = [other for other in units if other.paragraph == unit.paragraph and other.start > unit.start]
    return not after


def _opener(unit: Unit, cues: LetterCues) -> int | None:
    """Where the reason begins in the unit, if it opens one; the length of the unit where it is a heading."""
    match = cues.openers.match(unit.text)
    if match:
        return match.end()
    for pattern in (_MID_LINE, re.compile(r"\bbecause\s+", re.IGNORECASE)):
        found = pattern.search(unit.text)
        if found and not cues.conditional.search(unit.text):
            return found.end()
    return None


def _weigh(text: str, cues: LetterCues) -> tuple[Pathway | None, int]:
    """The pathway whose words weigh most; several patterns of one pathway add one each to the strongest."""
    weights: dict[Pathway, list[int]] = {}
    for cue in cues.categories:
        if cue.pattern.search(text):
            weights.setdefault(cue.pathway, []).append(cue.weight)
    if not weights:
        return None, 0
    totals = {pathway: max(held) * 4 + len(held) - 1 for pathway, held in weights.items()}
    best = max(totals, key=lambda pathway: totals[pathway])
    return best, max(weights[best])


def _choose(candidates: Sequence[_Candidate]) -> list[_Candidate]:
    """The strongest sentence of each kind, in the letter's order; enumerated entries are reasons of their own."""
    chosen: list[_Candidate] = []
    for one in sorted(candidates, key=lambda candidate: (-candidate.weight, candidate.unit.start)):
        listed = one.unit.item > 0 or one.coded
        alike = any(other.pathway is one.pathway and not other.unit.item for other in chosen)
        same_item = one.unit.item > 0 and any(other.unit.item == one.unit.item for other in chosen)
        if (
            listed
            and not same_item
            and one.weight > 1
            or not listed
            and not alike
            and (not chosen or one.weight >= _SECOND or _beside(one, chosen))
        ):
            chosen.append(one)
    return sorted(chosen, key=lambda candidate: candidate.unit.start)


def _beside(one: _Candidate, chosen: Sequence[_Candidate]) -> bool:
    """A reason of its own words in the passage where another was given."""
    return one.weight >= _SECOND - 1 and any(one.unit.paragraph == other.unit.paragraph for other in chosen)


def _fallback(units: Sequence[Unit], cues: LetterCues) -> list[_Candidate]:
    """Where no words tell a reason: what stands right behind the refusal, else the longest refusal itself."""
    refusals = [unit for unit in units if cues.kinds["decided_no"].search(unit.text)]
    place = units.index(refusals[0]) if refusals else 0
    behind = [
        unit
        for unit in units[place + 1 : place + 4]
        if not unit.label and len(unit.text.split()) > 3 and not _is_passing(unit, cues)
    ]
    spoken = [unit for unit in refusals if len(unit.text.split()) > 5 and not cues.not_reasons.search(unit.text)]
    longest = sorted(spoken, key=lambda unit: -len(unit.text))
    return [_Candidate(unit, 0, None, 0, False) for unit in (behind[:1] or longest[:1])]


def _is_passing(unit: Unit, cues: LetterCues) -> bool:
    return bool(cues.not_reasons.search(unit.text) or cues.courtesies.search(unit.text))


def _reason(
    one: _Candidate, units: Sequence[Unit], text: str, letter: bool | None, codes: DenialCodes, alone: bool
) -> DenialReason:
    """`alone` tells that no earlier reason stands in the same passage, so that a policy named there is this one's."""
    passage = _passage(one, text)
    beside = [unit for unit in units if (unit.paragraph, unit.item) == one.group]
    around = " ".join(unit.text for unit in beside)
    coded = one.unit.text if _CODED.search(one.unit.text) else around if alone else ""
    decision, group, carc, rarcs = _decide(one.pathway or Pathway.CLINICAL, coded, letter, codes)
    policies = policies_in(passage.quote)
    if not policies and alone:
        policies = policies_in(around) or policies_in(_next_field(one.unit, units))
    return DenialReason(
        category=decision.pathway if decision.pathway is not Pathway.PERSON else (one.pathway or Pathway.CLINICAL),
        wording=passage.quote,
        decision=decision,
        passage=passage,
        policy_cited=policies[0] if policies else "",
        group=group,
        carc=carc,
        rarcs=rarcs,
    )


def _next_field(unit: Unit, units: Sequence[Unit]) -> str:
    """The unit behind, where a policy often has its own line."""
    return next((other.text for other in units if other.start > unit.start), "")


def _passage(one: _Candidate, text: str) -> Passage:
    quote = one.unit.text[one.start :].strip().lstrip(":-–. ")
    first = quote.split()[0] if quote else ""
    begin = text.find(first, one.unit.start) if first else one.unit.start
    words_before = len(one.unit.text[: one.start].split())
    for _ in range(words_before):
        following = text.find(first, begin + 1, one.unit.end)
        if following < 0 or " ".join(text[begin : one.unit.end].replace("|", " ").split()) == quote:
            break
        begin = following
    return Passage(start=max(begin, one.unit.start), end=one.unit.end, quote=quote)


def _decide(
    pathway: Pathway, around: str, letter: bool | None, codes: DenialCodes
) -> tuple[PathwayDecision, str, str, tuple[str, ...]]:
    """By the code where the letter gives one, else by its words; a letter that forbids what is clinical is a doubt."""
    coded = _CODED.search(around)
    rarcs = tuple(dict.fromkeys(code for code in _REMARK.findall(around) if code in codes.remarks))
    if coded:
        group, carc = coded["group"] or "CO", coded["carc"] or coded["bare"]
        setting = AdjustmentSetting(rarcs=rarcs, status=4, letter=letter)
        known = choose_pathway(Adjustment(group=group, carc=carc, amount=Decimal(1)), setting, codes)
        return known, group, carc, rarcs
    forbidding = [codes.remarks[code] for code in rarcs if codes.remarks[code].effect == "no_appeal"]
    rule = codes.pathways[pathway]
    decision = PathwayDecision(
        pathway=pathway, appealable=rule.appealable, why="the letter's own words", both_clocks=rule.both_clocks
    )
    if forbidding or letter is False:
        return _forbidden(decision, letter, bool(forbidding), codes), "", "", rarcs
    return decision, "", "", rarcs


def _forbidden(decision: PathwayDecision, letter: bool | None, by_code: bool, codes: DenialCodes) -> PathwayDecision:
    if decision.pathway is Pathway.CLINICAL or (by_code and letter is True):
        why = "an appeal is forbidden, and the letter or a clinical reason contradicts it"
        return decision.model_copy(
            update={"pathway": Pathway.PERSON, "appealable": "person", "why": why, "both_clocks": True}
        )
    correctable = decision.pathway in {Pathway.CODE, Pathway.CORRECTED_CLAIM, Pathway.NO_APPEAL}
    pathway = decision.pathway if correctable else Pathway.NO_APPEAL
    return decision.model_copy(
        update={"pathway": pathway, "appealable": "no", "both_clocks": codes.pathways[pathway].both_clocks}
    )
