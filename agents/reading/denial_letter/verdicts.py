"""What is decided upon a reason of a letter: by its code where it has one, else by its words; doubts are told."""

import re
from dataclasses import dataclass
from decimal import Decimal

from agents.reading.denial_letter.statements import CODED
from cases.denial import Adjustment, Pathway, PathwayDecision
from knowledge.denial_codes import DenialCodes
from knowledge.denial_pathways import AdjustmentSetting, choose_pathway

_REMARK = re.compile(r"\b(?:N\d{1,3}|MA\d{2,3}|M\d{2,3})\b")


@dataclass(frozen=True)
class Verdict:
    """The pathway decided, with the codes it rests on; empty where the letter gives none."""

    decision: PathwayDecision
    group: str = ""
    carc: str = ""
    rarcs: tuple[str, ...] = ()


def decide(pathway: Pathway, around: str, letter: bool | None, codes: DenialCodes) -> Verdict:
    """By the code where `around` gives one, else by `pathway`; a letter that forbids what is clinical is a doubt.

    `letter` says whether it grants (True) or forbids (False) an appeal.
    """
    coded = CODED.search(around)
    rarcs = tuple(dict.fromkeys(code for code in _REMARK.findall(around) if code in codes.remarks))
    if coded:
        group, carc = coded["group"] or "CO", coded["carc"] or coded["bare"]
        setting = AdjustmentSetting(rarcs=rarcs, status=4, letter=letter)
        known = choose_pathway(Adjustment(group=group, carc=carc, amount=Decimal(1)), setting, codes)
        return Verdict(known, group, carc, rarcs)
    forbidding = [codes.remarks[code] for code in rarcs if codes.remarks[code].effect == "no_appeal"]
    rule = codes.pathways[pathway]
    decision = PathwayDecision(
        pathway=pathway, appealable=rule.appealable, why="the letter's own words", both_clocks=rule.both_clocks
    )
    if forbidding or letter is False:
        decision = _forbidden(decision, letter, bool(forbidding), codes)
    return Verdict(decision, rarcs=rarcs)


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
