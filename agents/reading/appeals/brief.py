"""The physician's page for a peer-to-peer call: the case, the three strongest points, likely questions with answers."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta

from agents.reading.appeals.appeal_wording import AppealMatter
from agents.reading.appeals.part_refused import part_refused
from agents.reading.letter_wording import long_date
from cases.appeal import Call, CriterionAnswer, Filing, Slot
from cases.calendar_time import Span, TimeUnit
from cases.criteria import Judgement, State
from cases.criteria_evaluation import open_leaves
from cases.deadlines import DenialKind
from cases.document import Document
from cases.ids import DocumentId
from cases.packet import ChartCitation, Sentence, SentenceKind
from guardrails.text_tokens import dates_in
from knowledge.appeal_rules import PeerWindow, peer_window
from knowledge.federal_holidays import federal_holidays

_OFFERED = re.compile(r"[^.|]*\bpeer[- ]to[- ]peer\b[^.|]*(?:\|[^.|]*)?(?:[.|]|$)", re.IGNORECASE)
_WITHIN = re.compile(r"\bwithin (?P<count>\d{1,3}) (?:calendar |(?P<kind>business |working ))?days?\b", re.IGNORECASE)
_OVER = " **That day has passed**; ask whether they still take the call."
_MOST_POINTS, _MOST_QUESTIONS = 3, 4


def peer_brief(
    matter: AppealMatter,
    documents: Mapping[DocumentId, Document],
    calls: tuple[Call, ...] = (),
    slots: tuple[Slot, ...] = (),
) -> str:
    """One page of Markdown. A call never tolls the appeal: its date stands on the page."""
    lines = [f"# Peer-to-peer brief: {matter.case.patient.full_name}", ""]
    lines += [f"- {line}" for line in _case(matter)]
    lines += ["", f"**When and where.** {_when_and_where(matter)}", ""]
    due = f" The appeal is due {long_date(matter.plan.due)} whatever the call brings." if matter.plan.due else ""
    lines += [f"**A call does not stop the clock of the appeal.**{due}", "", "## What they say", ""]
    lines += [
        f"{answer.number}. “{_said(answer.words.quote if answer.words else answer.wording)}”"
        for answer in matter.rebuttal.answers
    ]
    strongest = _strongest(matter)
    points = [f"{point.judgement.statement}: {_evidence(point, documents)}" for point in strongest]
    points += [one.text for answer in matter.rebuttal.argued for one in answer.said]
    lines += ["", "## The three strongest points", ""] if points else ["", "## Nothing is argued yet", ""]
    lines += [f"{number}. {point}" for number, point in enumerate(points[:_MOST_POINTS], start=1)]
    lines += ["", "## Likely questions", "", *_questions(matter, strongest, documents)]
    lines += _slots(slots)
    lines += _calls(calls)
    return "\n".join(lines).rstrip() + "\n"


def _case(matter: AppealMatter) -> Iterator[str]:
    case, facts = matter.case, matter.facts
    born = f", born {long_date(case.patient.birth_date)}" if case.patient.birth_date else ""
    member = case.coverage.member_id if case.coverage else facts.numbers.member_id
    yield f"{case.patient.full_name}{born}, member {member}, {facts.payer_name or 'payer not known'}"
    code = case.order.codes[0].code if case.order.codes else ", ".join(facts.numbers.service_codes)
    reference = f", reference {facts.numbers.authorization}" if facts.numbers.authorization else ""
    yield f"{code} {matter.wording}{reference}"
    if parts := part_refused(matter.denial):
        yield "Approved in part: " + "; ".join(f"“{' '.join(part.quote.split())}”" for part in parts)
    if matter.rebuttal.policy:
        policy = matter.rebuttal.policy
        yield f"Policy {policy.number}, version {policy.version}, {policy.title}"


def _when_and_where(matter: AppealMatter) -> str:
    """The notice's own words on such a call, else the window on record; none where the plan is past deciding."""
    if matter.plan.filing in (Filing.EXTERNAL_REVIEW, Filing.HEARING):
        use = "hearing" if matter.plan.filing is Filing.HEARING else "independent review"
        return f"The plan has decided finally: no call with its reviewer is on offer; the brief is for the {use}."
    said = [match[0] for match in _OFFERED.finditer(" ".join(matter.denial.text.split()))]
    if said:
        of = f" of {long_date(matter.facts.notice_date)}" if matter.facts.notice_date else ""
        words = [one.strip(" |+-") for one in dict.fromkeys(said[:2])]
        over = _OVER if _passed(" ".join(words), matter) else ""
        return f"The notice{of} says: " + " ".join(f"“{one}”" for one in words) + over
    facts = matter.facts
    window = peer_window(facts.payer_id, facts.kind in (DenialKind.CONCURRENT,))
    told = _window(window, facts.notice_date)
    last = last_day(facts.notice_date, window.within) if facts.notice_date else None
    over = _OVER if last and last < matter.written_on else ""
    return f"The notice offers none. {told}{over}"


def _passed(words: str, matter: AppealMatter) -> bool:
    """Whether the last day that the notice's words name, or count from its date, is before today."""
    days = set(dates_in(words)[0]) - {matter.facts.notice_date}
    counted = _WITHIN.search(words)
    if counted and matter.facts.notice_date:
        unit = TimeUnit.BUSINESS_DAYS if counted["kind"] else TimeUnit.CALENDAR_DAYS
        days.add(last_day(matter.facts.notice_date, Span(amount=int(counted["count"]), unit=unit)))
    return bool(days) and max(days) < matter.written_on


def _window(window: PeerWindow, notice: date | None) -> str:
    until = f", until {long_date(last_day(notice, window.within))}" if notice else ""
    phone = f" Telephone {window.phone}." if window.phone else ""
    checked = "" if window.verified else " (not checked with this payer)"
    amount = f"{window.within.amount} {window.within.unit.value.replace('_', ' ')}"
    return f"Within {amount} of the notice{until}; source: {window.source}{checked}.{phone}"


def last_day(notice: date, within: Span) -> date:
    """The last day of a window that is counted from the notice; business days leave out federal holidays."""
    if within.unit is not TimeUnit.BUSINESS_DAYS:
        return notice + timedelta(days=within.amount)
    day, left = notice, within.amount
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < 5 and day not in federal_holidays()
    return day


def _said(text: str) -> str:
    return " ".join(text.split())


def _strongest(matter: AppealMatter) -> list[CriterionAnswer]:
    """The criteria argued, those with the most certain and the most evidence first, each once."""
    argued = {item.judgement.id: item for answer in matter.rebuttal.argued for item in answer.criteria}
    ranked = sorted(argued.values(), key=lambda item: (-item.judgement.confidence, -len(item.judgement.evidence)))
    return ranked[:_MOST_POINTS]


def _evidence(point: CriterionAnswer, documents: Mapping[DocumentId, Document]) -> str:
    said = next((one for one in point.sentences if one.kind is SentenceKind.EVIDENCE), None)
    return f"{said.text} ({_place(said, documents)})" if said else "no exclusion is shown by the chart."


def _place(sentence: Sentence, documents: Mapping[DocumentId, Document]) -> str:
    for citation in sentence.citations:
        if isinstance(citation, ChartCitation):
            held = documents.get(citation.span.document_id)
            page = f", page {citation.span.page}" if citation.span.page else ""
            return f"{held.title or held.source if held else citation.source}{page}"
    return "no source"


def _questions(
    matter: AppealMatter, strongest: list[CriterionAnswer], documents: Mapping[DocumentId, Document]
) -> Iterator[str]:
    asked = 0
    for point in strongest:
        policy = next((one.text for one in point.sentences if one.kind is SentenceKind.POLICY), "")
        if policy and asked < _MOST_QUESTIONS - 1:
            asked += 1
            yield f"- *Where does the policy ask for it: {point.judgement.statement}?* {policy}"
    for leaf in _open(matter)[: max(1, _MOST_QUESTIONS - asked)]:
        why = leaf.reason or "nothing found"
        yield f"- *{leaf.statement}?* Our reader does not see it ({why}): claim it only if you find it there."
    if not asked and not _open(matter):
        yield "- *What is new?* The records that the letter cites."


def _open(matter: AppealMatter) -> tuple[Judgement, ...]:
    result = matter.result
    return () if result is None or result.root.state is State.MET else tuple(open_leaves(result.root))


def _slots(slots: tuple[Slot, ...]) -> list[str]:
    if not slots:
        return []
    return ["", "## Times for the call", "", *(f"- {slot_line(slot)}" for slot in slots)]


def slot_line(slot: Slot) -> str:
    """One time in words: when, whose, and who agreed to it."""
    agreed = f"agreed with {slot.agreed_with}" if slot.agreed_with else "not agreed yet"
    return f"{_instant(slot.at)}: {slot.physician}, {agreed}"


def _calls(calls: tuple[Call, ...]) -> list[str]:
    if not calls:
        return []
    lines = ["", "## Calls so far", ""]
    return lines + [f"- {call_line(call)}" for call in calls]


def call_line(call: Call) -> str:
    """One call in words: when, with whom, of what specialty, and what came of it."""
    who = f"{call.with_whom}, {call.specialty}" if call.specialty else call.with_whom
    return f"{_instant(call.at)}: {call.kind.replace('_', ' ')} with {who}: {call.outcome}. {call.note}".strip()


def _instant(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
