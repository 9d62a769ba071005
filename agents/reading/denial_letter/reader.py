"""A payer's letter to a typed denial: every field with the words it stands on, and what is doubtful said."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from agents.reading.denial_letter.dates import days
from agents.reading.denial_letter.deadline import Anchors, Printed, printed_deadline
from agents.reading.denial_letter.kind import (
    LetterKind,
    Stage,
    denial_kind,
    in_network,
    letter_kind,
    line_of,
    stage_of,
    urgency_of,
)
from agents.reading.denial_letter.layout import flat, units
from agents.reading.denial_letter.numbers import Numbers, appeal_address, appeal_fax, read_numbers
from agents.reading.denial_letter.reasons import read_reasons
from cases.case import LineOfBusiness, PayerRef, Urgency
from cases.deadlines import DenialKind
from cases.denial import Appealable, DenialFacts, DenialNumbers, DenialReason, DenialSource, Pathway
from knowledge.denial_codes import DenialCodes, shipped_codes
from knowledge.letter_cues import LetterCues, letter_cues
from knowledge.payer_directory import PayerDirectory
from knowledge.remit_denials import first_pathway, overall_appealable

_NOTICE_LABELS = (
    r"(?:date of (?:this |the )?(?:notice|letter|decision)|notice date|letter date|date of notice"
    r"|mail(?:ing|ed)(?: date)?|remit date|date mailed)",
    r"(?:notice|processed|decided|determination date|date)",
    r"(?:written|dated|delivered|given(?: to (?:the )?(?:patient|you|member|beneficiary))?(?: on)?)",
)
_RECEIVED = re.compile(
    r"(?:signed for|(?:and )?opened|received by (?:you|the (?:member|office))|you (?:got"
    r"|received) (?:this|it)(?: on)?|delivered (?:on)?)\W{0,3}$",
    re.IGNORECASE,
)
_EFFECTIVE = re.compile(
    r"\b(?:end|stop)s?(?: on)?\W{0,4}$|effective date[^.]{0,80}$|last (?:covered )?day\W{0,6}$", re.IGNORECASE
)
_PRESUMED = {LineOfBusiness.MEDICARE_FFS: 5}
"""Days after the notice on which receipt is presumed (42 CFR 405.942(a)(1))."""
_MBI = re.compile(r"[1-9][A-Z][A-Z0-9]\d[A-Z][A-Z0-9]\d[A-Z]{2}\d{2}")
_SYNTHETIC = re.compile(r"[\[(]?\s*synthetic[^\])]*[\])]?|this is a synthetic sample\.?", re.IGNORECASE)


@dataclass(frozen=True)
class LetterReading:
    """What a letter is; `facts` only where it refuses something."""

    kind: LetterKind
    facts: DenialFacts | None
    numbers: DenialNumbers
    payer_name: str
    notice_date: date | None


def read_letter(
    text: str, directory: PayerDirectory, codes: DenialCodes | None = None, cues: LetterCues | None = None
) -> LetterReading:
    """Read a letter. Nothing is guessed into a date or a number: what is not there stays empty and is named a doubt."""
    return _Reader(text, directory, codes or shipped_codes(), cues or letter_cues()).read()


class _Reader:
    def __init__(self, text: str, directory: PayerDirectory, codes: DenialCodes, cues: LetterCues) -> None:
        self.text, self.directory, self.codes, self.cues = text, directory, codes, cues
        self.units = units(text)
        self.flat = flat(text)
        self.numbers: Numbers = read_numbers(text, self.units)
        self.notice = self._notice_date()

    def read(self) -> LetterReading:
        kind = letter_kind(self.units, self.cues)
        payer = self._payer()
        name = payer.name if payer else self._letterhead()
        joined = DenialNumbers(
            authorization=self.numbers.authorization,
            claim=self.numbers.claim,
            member_id=self.numbers.member_id,
            patient=self.numbers.patient,
            service_codes=self.numbers.codes,
        )
        facts = self._facts(payer, name, joined) if kind is LetterKind.DENIAL else None
        return LetterReading(kind, facts, joined, name, self.notice)

    def _facts(self, payer: PayerRef | None, name: str, numbers: DenialNumbers) -> DenialFacts:
        line = payer.line_of_business if payer else self._line()
        stage = stage_of(self.text, self.units, line, self.cues)
        kind = denial_kind(self.text, stage.procedure, self.cues)
        letter = self.codes.words.say(self.flat)
        reasons = read_reasons(self.text, self.units, letter, self.codes, self.cues)
        appealable = self._appealable(reasons, letter, stage)
        received = self._dated(_RECEIVED)
        ends = self._dated(_EFFECTIVE) if kind is DenialKind.CONCURRENT else None
        printed = self._printed(line, received, ends) if appealable != "no" else None
        form = next((form for form, pattern in self.cues.forms if pattern.search(self.flat)), "")
        return DenialFacts(
            source=DenialSource.LETTER,
            numbers=numbers,
            reasons=reasons,
            payer_name=name,
            payer_id=payer.id if payer else None,
            vendor=self._vendor(payer),
            line=line,
            benefit="part_d" if line is LineOfBusiness.PART_D else self._benefit(line),
            kind=kind,
            urgency=self._urgency(kind),
            level=stage.level if appealable != "no" else None,
            procedure=stage.procedure,
            notice_date=self.notice,
            received_date=received,
            effective_date=ends,
            state=self.directory.entries[payer.id].address.state if payer else "",
            pathway=first_pathway(_as_decided(reasons), self.codes) if reasons else Pathway.PERSON,
            appealable=appealable,
            both_clocks=any(reason.decision.both_clocks for reason in reasons),
            printed_words=printed.words if printed else "",
            printed_deadline=printed.day if printed else None,
            appeal_address=appeal_address(self.text) if appealable != "no" else "",
            appeal_fax=appeal_fax(self.units) if appealable != "no" else "",
            in_network=in_network(self.text, self.cues),
            form=form,
            policy_ids=self.numbers.policies,
            doubts=tuple(self._doubts(payer, line, reasons)),
        )

    def _line(self) -> LineOfBusiness | None:
        """By the words; else Original Medicare, where a Medicare number stands and no plan is named."""
        named = line_of(self.text, self.cues)
        plan = re.search(r"health plan|medicare advantage|\bHMO\b|\bPPO\b", self.flat, re.IGNORECASE)
        return (
            LineOfBusiness.MEDICARE_FFS
            if named is None and _MBI.fullmatch(self.numbers.member_id) and not plan
            else named
        )

    def _payer(self) -> PayerRef | None:
        """The payer named first. Original Medicare is meant only where the words speak of its contractors."""
        found = self.directory.named_in(self.flat)
        plans = [one for one in found if one.line_of_business is not LineOfBusiness.MEDICARE_FFS]
        if plans:
            return plans[0]
        original = line_of(self.text, self.cues) is LineOfBusiness.MEDICARE_FFS
        return found[0] if found and original else None

    def _letterhead(self) -> str:
        for line in self.text.splitlines():
            narrow = re.sub(r"\s{3,}", "   ", line.replace("|", " "))
            words = _SYNTHETIC.sub("", narrow).strip(" -=+*#")
            head = re.split(r"\s{2,}| - |, an? ", words)[0].strip(" -,")
            if len(head) > 3 and not head[0].isdigit():
                return head
        return ""

    def _vendor(self, payer: PayerRef | None) -> str:
        head = self._letterhead()
        return head if payer and "behalf of" in self.flat[:200] else ""

    def _benefit(self, line: LineOfBusiness | None) -> str:
        drug = re.search(r"\bpart b (?:drug|medication)s?\b", self.flat, re.IGNORECASE)
        return "part_b_drug" if drug and line is LineOfBusiness.MEDICARE_ADVANTAGE else "medical"

    def _urgency(self, kind: DenialKind) -> Urgency:
        return urgency_of(self.units, kind, self.cues)

    def _notice_date(self) -> date | None:
        """The labelled date of the notice, else the first date near the top that is not of something else."""
        found = list(days(self.flat))
        for label in _NOTICE_LABELS:
            pattern = re.compile(rf"\b{label}\W{{0,12}}$", re.IGNORECASE)
            for one in found:
                before = self.flat[max(0, one.start - 40) : one.start]
                if pattern.search(before) and not re.search(
                    r"(?:birth|service|asked|request(?:ed)?|received)\W*$", before, re.I
                ):
                    return one.day
        other = re.compile(
            r"(?:birth|dob|dos|service|received|admitted|request of|from|end|effective|call[^.]{0,30})\W{0,6}$", re.I
        )
        return next((one.day for one in found if not other.search(self.flat[max(0, one.start - 25) : one.start])), None)

    def _dated(self, label: re.Pattern[str]) -> date | None:
        for one in days(self.flat):
            if label.search(self.flat[max(0, one.start - 90) : one.start]):
                return one.day
        return None

    def _printed(self, line: LineOfBusiness | None, received: date | None, ends: date | None) -> Printed | None:
        presumed = _PRESUMED.get(line, 0) if line else 0
        return printed_deadline(self.units, Anchors(self.notice, received, presumed, ends))

    def _appealable(self, reasons: tuple[DenialReason, ...], letter: bool | None, stage: Stage) -> Appealable:
        if not reasons:
            return "no" if letter is False else "person"
        said = overall_appealable(reasons)
        if letter is True and said == "no" and not any(reason.category is Pathway.NO_APPEAL for reason in reasons):
            return "yes"
        return said

    def _doubts(
        self, payer: PayerRef | None, line: LineOfBusiness | None, reasons: tuple[DenialReason, ...]
    ) -> Iterator[str]:
        if payer is None:
            yield "the payer is not in the directory"
        if line is None:
            yield "the line of business is not known, so that no clock can be computed"
        if not reasons:
            yield "no reason was found"
        if self.notice is None:
            yield "the letter bears no date that can be read"


def _as_decided(reasons: tuple[DenialReason, ...]) -> tuple[DenialReason, ...]:
    """Reasons under the pathway that was decided for them: a contradiction goes to a person."""
    return tuple(reason.model_copy(update={"category": reason.decision.pathway}) for reason in reasons)
