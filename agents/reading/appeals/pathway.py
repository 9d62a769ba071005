"""What is filed against a denial, at which level, by when, by whom and through which door."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from cases.appeal import LETTERS, Channel, Filing, PathwayPlan
from cases.case import Urgency
from cases.deadlines import ClockQuestion, DenialKind, Reckoning
from cases.denial import Denial, DenialClock, DenialFacts, Pathway
from knowledge.appeal_rules import Level, level_of
from knowledge.deadline_rules import shipped_deadlines
from knowledge.denial_clocks import filing
from knowledge.denial_codes import shipped_codes

_CORRECTED = frozenset({Pathway.CODE, Pathway.CORRECTED_CLAIM})
_NOTHING = frozenset({Pathway.NONE_PAID, Pathway.NO_APPEAL, Pathway.WAIT, Pathway.UNDERPAYMENT})
_BEFORE_CARE = frozenset({DenialKind.PRE, DenialKind.CONCURRENT})
_OURS = frozenset(
    {"treating_physician", "prescriber", "provider", "provider_or_supplier", "health_professional_with_knowledge"}
)
"""Who may file, as the rules name them, and needs no representative's form to do so."""


def plan_filing(denial: Denial, now: datetime, *, electronic: bool, consented: bool) -> PathwayPlan:
    """The plan of a denial. `electronic` is whether the payer takes requests of ours over PAS."""
    facts = denial.facts
    level = level_of(facts.line, facts.level) if facts.line and facts.level else None
    chosen = _filing(facts, level)
    rule = filing(facts, denial.zone or "UTC")
    clock = denial.clocks[0] if denial.clocks else DenialClock(kind="file_by")
    channel = _channel(facts, chosen, level, electronic)
    decided = _decided_by(facts, level, now, denial.zone or "UTC")
    files = chosen in LETTERS
    return PathwayPlan(
        filing=chosen,
        pathway=facts.pathway,
        why=_why(facts, chosen),
        to_do=shipped_codes().pathways[facts.pathway].do,
        appealable=facts.appealable,
        level=facts.level if files else None,
        level_name=level.name if level and files else "",
        decider=level.decider if level and files else "",
        channel=channel,
        line_of_business=facts.line or "",
        forwarded=bool(level and level.forwarded and files),
        due=clock.work.day,
        printed=clock.work.printed,
        computed=clock.work.computed,
        is_defect=clock.work.is_defect,
        rule=clock.rule_id,
        citation=clock.citation,
        verified=clock.verified,
        arithmetic=clock.arithmetic,
        why_no_date=clock.why_none,
        decide_by=_told(decided, denial.zone or "UTC", chosen) if files and chosen is not Filing.REOPENING else "",
        planned_on=now.astimezone(ZoneInfo(denial.zone or "UTC")).date(),
        who_may_file=rule.who or facts.who_may_file,
        form=_form(facts, rule) if files else "",
        consent=rule.consent if files and _form(facts, rule) else "",
        consent_on_file=consented,
        send_to=tuple(part for part in (facts.payer_name, facts.appeal_address) if part),
        fax=facts.appeal_fax,
        next_level=rule.next_level if files else "",
        corrections=tuple(_corrections(facts)) if chosen is Filing.CORRECTED_CLAIM else (),
        packet=level.packet if level and files else (),
    )


def _filing(facts: DenialFacts, level: Level | None) -> Filing:
    """Codes that forbid an appeal are never argued over; a contradiction about it is a person's to settle."""
    if _contradicted(facts):
        return Filing.PERSON
    if facts.pathway in _CORRECTED:
        return Filing.CORRECTED_CLAIM
    if facts.pathway in _NOTHING or facts.appealable == "no" or facts.level is None:
        return Filing.NONE
    if facts.pathway is Pathway.TAKE_BACK:
        return Filing.PERSON
    if level is not None and level.kind != "internal":
        return Filing.EXTERNAL_REVIEW if level.kind == "external" else Filing.HEARING
    if all(reason.decision.pathway is Pathway.DOCUMENTS for reason in facts.reasons):
        return Filing.REOPENING
    return Filing.EXPEDITED_APPEAL if facts.urgency is Urgency.EXPEDITED else Filing.APPEAL


def _contradicted(facts: DenialFacts) -> bool:
    return any(reason.decision.pathway is Pathway.PERSON and reason.decision.both_clocks for reason in facts.reasons)


def _channel(facts: DenialFacts, chosen: Filing, level: Level | None, electronic: bool) -> Channel:
    internal = level is not None and level.kind == "internal"
    asked = chosen in (Filing.APPEAL, Filing.EXPEDITED_APPEAL) and facts.kind in _BEFORE_CARE
    return Channel.PAS if electronic and internal and asked else Channel.HAND


def _why(facts: DenialFacts, chosen: Filing) -> str:
    reasons = "; ".join(dict.fromkeys(reason.decision.why for reason in facts.reasons if reason.decision.why))
    words = {
        Filing.CORRECTED_CLAIM: "The claim is corrected and sent again; this is no appeal",
        Filing.NONE: "No appeal is open",
        Filing.PERSON: "The message contradicts itself about the right to appeal; a person decides, with both dates",
        Filing.REOPENING: "Documents are missing, which reopens the request; the date of an appeal is kept in sight",
    }
    said = words.get(chosen, "")
    return f"{said}: {reasons}" if said and reasons else said or reasons


def _form(facts: DenialFacts, rule: Reckoning) -> str:
    """The form that must go along, unless one of us may file in their own right."""
    who = rule.who or facts.who_may_file
    if _OURS & set(who):
        return ""
    return rule.form or facts.form or ("Written consent or designation of a representative" if who else "")


def _decided_by(facts: DenialFacts, level: Level | None, now: datetime, zone: str) -> Reckoning | None:
    """When an answer would be owed if it were filed now."""
    if facts.line is None or level is None:
        return None
    question = ClockQuestion(
        asks="decided_by",
        line=facts.line,
        kind=facts.kind,
        level=level.level,
        urgency=facts.urgency,
        benefit=facts.benefit,
        procedure=facts.procedure,
        zone=zone,
        events={
            name: now
            for name in ("appeal_received_at", "request_received_at", "case_file_received_at", "iro_received_at")
        },
    )
    return shipped_deadlines().reckon(question)


def _told(found: Reckoning | None, zone: str, chosen: Filing) -> str:
    """By when an answer is owed; a reopening has no such day, and an external review's runs from its reviewer's."""
    if found is None or found.deadline is None:
        return ""
    due, filed = found.deadline.due.astimezone(ZoneInfo(zone)), found.deadline.starts.astimezone(ZoneInfo(zone))
    by_whom = " by the independent reviewer" if chosen is Filing.EXTERNAL_REVIEW else ""
    return f"by {due.day} {due:%B %Y}, if received{by_whom} on {filed.day} {filed:%B %Y} ({found.deadline.citation})"


def _corrections(facts: DenialFacts) -> Iterator[str]:
    """What to look at, one line for each reason: our meaning of its codes and what the table advises."""
    codes = shipped_codes()
    for reason in facts.reasons:
        named = [codes.reasons[reason.carc].meaning] if reason.carc in codes.reasons else []
        named += [f"{code}: {codes.remarks[code].meaning}" for code in reason.rarcs if code in codes.remarks]
        line = f"line {reason.line}: " if reason.line else ""
        yield f"{line}{'; '.join(named) or reason.wording}. {reason.decision.advice}".strip()
