"""Denials as staff see them: a worklist line with both clocks and why, and what is due by day and payer."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from agents.toolbox import Toolbox
from cases.deadlines import WorkTo
from cases.denial import Denial, DenialNotice, DenialStatus, Pathway
from cases.frozen import Frozen
from cases.ids import CaseId, PayerId
from knowledge.denial_clocks import filing
from knowledge.denial_codes import shipped_codes
from runtime import denial_store, denial_terms

OPEN = (DenialStatus.OPEN, DenialStatus.NEEDS_PERSON)


class ClockView(Frozen):
    """One clock: the day to work to, printed and computed beside it, and the rule it rests on."""

    kind: str
    day: date | None
    due: datetime | None
    printed: date | None
    computed: date | None
    differs: str
    is_defect: bool
    arithmetic: str
    citation: str
    verified: bool
    why_none: str
    days_left: int | None


class ReasonView(Frozen):
    """One reason: the payer's words or our meaning of its code, what it asks for and why.

    `official` is the licensed text of its codes, where a list was imported.
    """

    category: Pathway
    wording: str
    pathway: Pathway
    why: str
    advice: str
    policy_cited: str
    codes: tuple[str, ...]
    amount: Decimal | None
    span: tuple[int, int] | None
    official: tuple[str, ...] = ()


class DenialView(Frozen):
    """A denial as a worklist line with everything needed to decide what to do next."""

    id: str
    case_id: CaseId | None
    joined_by: str
    status: DenialStatus
    source: str
    payer: str
    payer_id: PayerId | None
    line_of_business: str
    patient: str
    member_id: str
    authorization_number: str
    claim_number: str
    service_codes: tuple[str, ...]
    notice_date: date | None
    level: int | None
    procedure: str
    pathway: Pathway
    to_do: str
    appealable: str
    who_may_file: tuple[str, ...]
    form: str
    consent: str
    next_level: str
    appeal_address: str
    appeal_fax: str
    amount: Decimal | None
    clocks: tuple[ClockView, ...]
    reasons: tuple[ReasonView, ...]
    doubts: tuple[str, ...]
    notices: tuple[DenialNotice, ...]
    opened_at: datetime
    urgency: str
    vendor: str
    printed_words: str
    policies: tuple[str, ...]
    closed_by: str
    close_reason: str

    @property
    def day(self) -> date | None:
        """The first day by which something must be filed; None where no day is claimed."""
        return self.clocks[0].day if self.clocks else None


class DueCount(Frozen):
    """How many denials of a payer are due on a day; `needs_person` counts those that wait for a person's decision."""

    day: date | None
    payer: str
    count: int
    amount: Decimal
    payer_id: PayerId | None = None
    needs_person: int = 0


def denial_view(toolbox: Toolbox, denial_id: str) -> DenialView:
    """One denial; raises NotFound."""
    with toolbox.database.read() as transaction:
        texts = denial_terms.code_texts_held(transaction)
        return view_of(denial_store.get(transaction, denial_id), toolbox.clock.now(), texts)


def denial_list(
    toolbox: Toolbox,
    statuses: Collection[DenialStatus] = OPEN,
    payer_id: PayerId | None = None,
    due_before: datetime | None = None,
) -> tuple[DenialView, ...]:
    """Denials by what is due first; those without a date last."""
    with toolbox.database.read() as transaction:
        found = denial_store.listing(transaction, statuses, payer_id, due_before)
    return tuple(view_of(denial, toolbox.clock.now()) for denial in found)


def denials_of_case(toolbox: Toolbox, case_id: CaseId) -> tuple[DenialView, ...]:
    """The denials of a case, the first opened first."""
    with toolbox.database.read() as transaction:
        found = denial_store.of_case(transaction, case_id)
    return tuple(view_of(denial, toolbox.clock.now()) for denial in found)


def due_by_day(toolbox: Toolbox) -> tuple[DueCount, ...]:
    """What a supervisor sees: open denials by the day they are due and by payer, with the money they hold."""
    groups: dict[tuple[date, str], list[DenialView]] = {}
    for view in denial_list(toolbox):
        groups.setdefault((view.day or date.max, view.payer), []).append(view)
    return tuple(
        DueCount(
            day=None if day == date.max else day,
            payer=payer,
            count=len(views),
            amount=sum((view.amount or Decimal(0) for view in views), Decimal(0)),
            payer_id=views[0].payer_id,
            needs_person=sum(view.status is DenialStatus.NEEDS_PERSON for view in views),
        )
        for (day, payer), views in sorted(groups.items(), key=lambda group: group[0])
    )


def view_of(denial: Denial, now: datetime, texts: Mapping[str, str] | None = None) -> DenialView:
    """The read model of a denial at an instant; `texts` is the licensed text of codes."""
    official = texts or {}
    facts = denial.facts
    rule = filing(facts, denial.zone or "UTC")
    return DenialView(
        id=denial.id,
        case_id=denial.case_id,
        joined_by=denial.joined_by,
        status=denial.status,
        source=facts.source,
        payer=facts.payer_name,
        payer_id=facts.payer_id,
        line_of_business=facts.line or "",
        patient=facts.numbers.patient,
        member_id=facts.numbers.member_id,
        authorization_number=facts.numbers.authorization,
        claim_number=facts.numbers.payer_claim or facts.numbers.claim,
        service_codes=facts.numbers.service_codes,
        notice_date=facts.notice_date,
        level=facts.level,
        procedure=facts.procedure,
        pathway=facts.pathway,
        to_do=shipped_codes().pathways[facts.pathway].do,
        appealable=facts.appealable,
        who_may_file=_who(denial, rule.who),
        form=rule.form,
        consent=rule.consent,
        next_level=rule.next_level,
        appeal_address=facts.appeal_address,
        appeal_fax=facts.appeal_fax,
        amount=facts.amount,
        clocks=tuple(_clock(clock.kind, clock.work, denial, number, now) for number, clock in enumerate(denial.clocks)),
        reasons=tuple(
            ReasonView(
                category=reason.category,
                wording=reason.wording,
                pathway=reason.decision.pathway,
                why=reason.decision.why,
                advice=reason.decision.advice,
                policy_cited=reason.policy_cited,
                codes=tuple(code for code in (reason.group, reason.carc, *reason.rarcs) if code),
                amount=reason.amount,
                span=(reason.passage.start, reason.passage.end) if reason.passage else None,
                official=tuple(
                    f"{code}: {official[code]}" for code in (reason.carc, *reason.rarcs) if code in official
                ),
            )
            for reason in facts.reasons
        ),
        doubts=facts.doubts,
        notices=denial.notices,
        opened_at=denial.opened_at,
        urgency=facts.urgency,
        vendor=facts.vendor,
        printed_words=facts.printed_words,
        policies=facts.policy_ids,
        closed_by=denial.closed_by,
        close_reason=denial.close_reason,
    )


def _who(denial: Denial, by_rule: tuple[str, ...]) -> tuple[str, ...]:
    """By the rule; where the patient owes, the patient's right is named first."""
    patient = any(reason.decision.who == "patient" for reason in denial.facts.reasons)
    return (*(("patient",) if patient and "patient" not in by_rule else ()), *by_rule)


def _clock(kind: str, work: WorkTo, denial: Denial, number: int, now: datetime) -> ClockView:
    clock = denial.clocks[number]
    zone = ZoneInfo(denial.zone or "UTC")
    today = now.astimezone(zone).date()
    return ClockView(
        kind=kind,
        day=work.day,
        due=clock.due,
        printed=work.printed,
        computed=work.computed,
        differs=work.differs,
        is_defect=work.is_defect,
        arithmetic=clock.arithmetic,
        citation=clock.citation,
        verified=clock.verified,
        why_none=clock.why_none,
        days_left=(work.day - today).days if work.day else None,
    )
