"""What to do about one reason of a denial: the pathway chosen from its codes, in the order of standards §4.2."""

from collections.abc import Sequence
from decimal import Decimal

from cases.denial import Adjustment, Appealable, Pathway, PathwayDecision
from cases.frozen import Frozen
from knowledge.denial_codes import DenialCodes, ReasonCode, RemarkCode, shipped_codes

REVERSAL = 22
"""CLP02 of a claim that is taken back."""
_OPEN_CLAIMS = (4,)
_CORRECTIONS = frozenset({Pathway.CODE, Pathway.CORRECTED_CLAIM})
_PATIENT = frozenset({Pathway.AUTHORIZATION, Pathway.BENEFIT, Pathway.CLINICAL, Pathway.DOCUMENTS, Pathway.PERSON})


class AdjustmentSetting(Frozen):
    """What stands around an adjustment: remarks of its line and claim, the claim's status, what was paid.

    `letter` is True where a letter grants an appeal, False where it forbids one. `contract_allowed` is what the
    contract gives for the line, in dollars.
    """

    rarcs: tuple[str, ...] = ()
    status: int = 1
    paid: Decimal = Decimal(0)
    patient_share: Decimal = Decimal(0)
    medicare: bool = False
    letter: bool | None = None
    contract_allowed: Decimal | None = None


def choose_pathway(
    adjustment: Adjustment, setting: AdjustmentSetting, codes: DenialCodes | None = None
) -> PathwayDecision:
    """The pathway of one adjustment. An unknown code that leaves money unpaid goes to a person."""
    return _Choice(adjustment, setting, codes or shipped_codes()).decide()


class _Choice:
    def __init__(self, adjustment: Adjustment, setting: AdjustmentSetting, codes: DenialCodes) -> None:
        self.adjustment, self.setting, self.codes = adjustment, setting, codes
        self.reason: ReasonCode | None = codes.reasons.get(adjustment.carc)
        self.remarks: Sequence[RemarkCode] = [codes.remarks[code] for code in setting.rarcs if code in codes.remarks]
        self.effects = {remark.effect for remark in self.remarks}

    def decide(self) -> PathwayDecision:
        special = self._taken_back() or self._paid() or self._forbidden() or self._misplaced_group()
        return special or self._chosen()

    def _taken_back(self) -> PathwayDecision | None:
        reversal = self.setting.status == REVERSAL or self.adjustment.group == "CR"
        if reversal:
            return self._made(Pathway.TAKE_BACK, "the claim is reversed")
        if "take_back" in self.effects:
            return self._made(Pathway.TAKE_BACK, self._names("take_back"))
        return None

    def _paid(self) -> PathwayDecision | None:
        if self.adjustment.amount == 0:
            return self._made(Pathway.NONE_PAID, "nothing is left unpaid under this code")
        if self.reason is None or self.reason.pathway is not Pathway.NONE_PAID:
            return None
        if self.reason.underpayment_check and self._is_underpaid():
            return self._made(Pathway.UNDERPAYMENT, "less than the contract allows, or the whole charge written off")
        return self._made(Pathway.NONE_PAID, self.reason.meaning)

    def _is_underpaid(self) -> bool:
        setting = self.setting
        if setting.contract_allowed is not None:
            return setting.paid + setting.patient_share < setting.contract_allowed
        return setting.status in _OPEN_CLAIMS and setting.paid + setting.patient_share == 0

    def _forbidden(self) -> PathwayDecision | None:
        """MA130, N704, N111, and a letter that forbids: no appeal, unless something contradicts; then a person."""
        clinical = self._is_clinical()
        if "no_appeal" in self.effects:
            if clinical or self.setting.letter is True:
                why = "a clinical reason" if clinical else "the letter grants an appeal"
                return self._contradicted(f"{self._names('no_appeal')} forbids an appeal, and {why} contradicts it")
            return self._made(Pathway.NO_APPEAL, self._names("no_appeal"))
        if self.setting.letter is False and clinical:
            return self._contradicted("the letter forbids an appeal of a clinical reason")
        if self.adjustment.carc == "18" and any(remark.forbids_resubmission for remark in self.remarks):
            return self._made(Pathway.NO_APPEAL, "a duplicate that is not to be sent again")
        return None

    def _is_clinical(self) -> bool:
        if self.reason is not None and self.reason.pathway is Pathway.CLINICAL:
            return True
        asks_remark = self.reason is None or self.reason.by_remark
        return asks_remark and any(remark.effect == "clinical" and not remark.weak for remark in self.remarks)

    def _misplaced_group(self) -> PathwayDecision | None:
        if self.adjustment.group == "PI" and self.setting.medicare:
            return self._made(Pathway.PERSON, "Medicare does not use the group PI: the remittance is doubtful")
        return None

    def _chosen(self) -> PathwayDecision:
        own = self.reason.pathway if self.reason else Pathway.PERSON
        decisive = self.reason is not None and not self.reason.by_remark
        asked = [remark.pathway for remark in self.remarks if remark.pathway and not (remark.weak and decisive)]
        held = [own, *asked] if decisive else (asked or [own])
        ranked = [pathway for pathway in self.codes.order if pathway in held]
        if own in _CORRECTIONS and decisive:
            ranked = [pathway for pathway in ranked if pathway is not Pathway.BENEFIT]
        chosen = ranked[0] if ranked else next((one for one in held if one is not Pathway.PERSON), own)
        return self._made(chosen, self._why(chosen))

    def _why(self, chosen: Pathway) -> str:
        names = [remark.code for remark in self.remarks if remark.pathway is chosen]
        if self.reason is None:
            return f"{self.adjustment.carc} is not known" + (
                f"; {', '.join(names)} says what is asked" if names else ""
            )
        return self.reason.meaning + (f" ({', '.join(names)})" if names else "")

    def _names(self, effect: str) -> str:
        return ", ".join(remark.code for remark in self.remarks if remark.effect == effect)

    def _contradicted(self, why: str) -> PathwayDecision:
        return self._made(Pathway.PERSON, why).model_copy(update={"both_clocks": True})

    def _made(self, pathway: Pathway, why: str) -> PathwayDecision:
        rule = self.codes.pathways[pathway]
        reason = self.reason
        appealable: Appealable = rule.appealable
        if reason is not None and reason.appealable and pathway is reason.pathway:
            appealable = reason.appealable
        clinical = pathway is Pathway.CLINICAL
        return PathwayDecision(
            pathway=pathway,
            appealable=appealable,
            why=why,
            both_clocks=rule.both_clocks,
            who="patient" if self.adjustment.group == "PR" and pathway in _PATIENT else "",
            signal="win" if "win" in self.effects else "",
            check_abn=self.setting.medicare and clinical and self.adjustment.group in {"CO", "PR"},
            advice=self._advice(),
            also=reason.also if reason is not None and reason.pathway is pathway else (),
        )

    def _advice(self) -> str:
        given = [self.reason.advice] if self.reason else []
        return " ".join(text for text in (*given, *(remark.advice for remark in self.remarks)) if text)
