"""The physician's page for a peer-to-peer call: the case, the three strongest points, likely questions with answers."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime

from agents.reading.appeals.appeal_wording import AppealMatter
from agents.reading.appeals.call_window import call_window
from agents.reading.appeals.part_refused import part_refused
from agents.reading.letter_wording import long_date
from cases.appeal import Call, CriterionAnswer, Filing, Slot
from cases.criteria import Judgement, State
from cases.criteria_evaluation import open_leaves
from cases.document import Document
from cases.ids import DocumentId
from cases.packet import ChartCitation, Sentence, SentenceKind
from knowledge.appeal_rules import PeerWindow

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
    due = f" We file by {long_date(matter.plan.due)}, whatever the call brings." if matter.plan.due else ""
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
    window = call_window(matter.facts, matter.denial.text)
    over = _OVER if window.last and window.last < matter.written_on else ""
    if window.on_record:
        return f"The notice offers none. {_on_record(window.on_record, window.last)}{over}"
    of = f" of {long_date(matter.facts.notice_date)}" if matter.facts.notice_date else ""
    return f"The notice{of} says: " + " ".join(f"“{one}”" for one in window.words) + over


def _on_record(window: PeerWindow, last: date | None) -> str:
    until = f", until {long_date(last)}" if last else ""
    phone = f" Telephone {window.phone}." if window.phone else ""
    checked = "" if window.verified else " (not checked with this payer)"
    amount = f"{window.within.amount} {window.within.unit.value.replace('_', ' ')}"
    return f"Within {amount} of the notice{until}; source: {window.source}{checked}.{phone}"


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
        yield f"- *{leaf.statement}?* Our reader does not see it shown: look into the chart before you claim it."
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
