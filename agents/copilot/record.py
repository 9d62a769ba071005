"""A case's record as lines of text, each under a key: what an answer about a case quotes, and where its chips open."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from agents.casework.panel.case import CaseSheet, history_of, read_case
from agents.casework.panel.clocks import ClockKind
from agents.casework.panel.timeline import timeline
from agents.casework.panel.worklist import item_of
from agents.copilot.answer import RecordSource
from agents.copilot.wording import (
    CHANNEL,
    CLOCK,
    LINE,
    NEED,
    STANDING,
    STATE,
    birth,
    closed,
    day,
    held,
    moment,
    upper_first,
)
from agents.toolbox import Toolbox
from cases.authorization import AuthorizationNeed
from cases.decision import PayerAnswer
from cases.ids import CaseId, UserId

_MOST_EVENTS = 200
_LABELS = {
    "patient": "Patient",
    "coverage": "Coverage",
    "order": "Order",
    "state": "Where it stands",
    "need": "Authorization",
    "policy": "Policy in force",
    "clock": "Time",
    "criterion": "Criterion",
    "gap": "Missing",
    "gate": "Gate",
    "flag": "Seen on the way",
    "answer": "Payer's answer",
    "review": "Decision",
    "event": "Timeline",
    "packet": "Packet",
}


@dataclass(frozen=True)
class CaseRecord:
    """One case's sheet and its lines, in the order shown; `text` of a line is one sentence or two."""

    sheet: CaseSheet
    lines: dict[str, str] = field(default_factory=dict)

    def source(self, key: str) -> RecordSource:
        """A line as a source. Raises KeyError where the case has no such line."""
        return RecordSource(case_id=self.sheet.case.id, key=key, quote=self.lines[key], label=label_of(key))

    def keys(self, group: str) -> tuple[str, ...]:
        """The keys of a group (`gap`, `event`), in order."""
        return tuple(key for key in self.lines if key == group or key.startswith(f"{group}."))


def label_of(key: str) -> str:
    """What kind of line it is, for people."""
    return _LABELS.get(key.partition(".")[0], "Record")


def case_record(toolbox: Toolbox, case_id: CaseId, user_id: UserId) -> CaseRecord:
    """The record as it stands now. Raises NotFound."""
    sheet = read_case(toolbox, case_id, user_id)
    zone = ZoneInfo(toolbox.settings.time_zone)
    lines = dict(_lines(sheet, zone))
    lines.update(_events(toolbox, sheet, zone))
    return CaseRecord(sheet=sheet, lines=lines)


def _lines(sheet: CaseSheet, zone: ZoneInfo) -> Iterator[tuple[str, str]]:
    yield "patient", _patient(sheet)
    yield "order", _order(sheet)
    yield "coverage", _coverage(sheet)
    yield "state", f"The case is {STATE[sheet.case.state]}."
    if sheet.need is not None:
        yield "need", need_line(sheet.need)
    for clock in sheet.clocks:
        rule = f" Rule: {clock.citation}." if clock.citation else ""
        unsure = "" if clock.verified else " The rule has not been checked in its primary source."
        due = day(clock.due.astimezone(zone).date()) if clock.kind is ClockKind.SERVICE else moment(clock.due, zone)
        yield f"clock.{clock.kind}", f"{CLOCK[clock.kind]}: {due}.{rule}{unsure}"
    yield from _criteria(sheet)
    for number, gap in enumerate(sheet.gaps, 1):
        dated = f", {gap.dated}" if gap.dated else ""
        demanded = " The payer demands this document." if gap.required_document else ""
        yield (
            f"gap.{number}",
            closed(f"{upper_first(gap.document)}, from {gap.holder}{dated}; for: {gap.statement}") + demanded,
        )
    yield from _gate(sheet)
    yield from ((f"flag.{number}", closed(flag.message)) for number, flag in enumerate(sheet.case.flags, 1))
    if sheet.answer is not None:
        yield "answer", _answer(sheet.answer, zone)
    if sheet.ready is not None:
        yield "packet", f"A letter and a packet lie ready; their request has {sheet.ready.request_bytes} bytes."
    for number, review in enumerate(sheet.reviews, 1):
        who = sheet.names.get(review.user_id, review.user_id)
        why = f": {' '.join(review.reason.split())}" if review.reason else ""
        yield f"review.{number}", closed(f"{review.act.value.capitalize()} by {who}, {moment(review.at, zone)}{why}")


def _patient(sheet: CaseSheet) -> str:
    patient = sheet.case.patient
    born = f", born {birth(patient.birth_date)}" if patient.birth_date else ""
    sex = f", {patient.gender}" if patient.gender else ""
    return f"{patient.full_name or 'Patient not named'}{born}{sex}."


def _order(sheet: CaseSheet) -> str:
    case = sheet.case
    codes = ", ".join(dict.fromkeys(code.code for code in case.order.codes if code.code)) or "no code"
    ordered = f", ordered {day(case.order.authored_on)}" if case.order.authored_on else ""
    by = f" by {case.requester.name}" if case.requester and case.requester.name else ""
    service = f", service on {day(case.order.service_date)}" if case.order.service_date else ""
    reasons = "; ".join(code.display or code.code for code in case.order.reasons)
    return f"{codes} ({item_of(case)}){ordered}{by}{service}." + (f" Reason: {reasons}." if reasons else "")


def _coverage(sheet: CaseSheet) -> str:
    payer = sheet.case.payer
    if payer is None:
        return "The payer is not known."
    member = sheet.case.coverage.member_id if sheet.case.coverage else ""
    return f"{payer.name}, {LINE[payer.line_of_business]}" + (f", member {member}." if member else ".")


def need_line(need: AuthorizationNeed) -> str:
    """Whether authorization is needed, who decides and by which way, with its source."""
    who = f" Decided by {need.decider}." if need.decider else ""
    way = f" Way: {CHANNEL.get(need.channel, need.channel)}." if need.channel not in ("", "none") else ""
    unsure = "" if need.verified else " Not checked in its primary source."
    source = f" Source: {need.citation}." if need.citation else ""
    return f"{NEED[need.need]}. {closed(need.reason)}{who}{way}{source}{unsure}"


def _criteria(sheet: CaseSheet) -> Iterator[tuple[str, str]]:
    if sheet.result is None:
        return
    policy = sheet.result.policy
    since = f", in force since {day(policy.effective)}" if policy.effective else ""
    yield "policy", f"{policy.number or policy.doc_id}, {policy.title}, version {policy.version}{since}."
    stands = sheet.stands()
    for leaf in sheet.result.root.leaves():
        why = f" {closed(upper_first(leaf.reason))}" if leaf.reason else ""
        yield f"criterion.{leaf.id}", f"{leaf.statement.rstrip('.')}: {STANDING[stands[leaf.id]]}.{why}"


def _gate(sheet: CaseSheet) -> Iterator[tuple[str, str]]:
    if sheet.gate is None:
        return
    for code in sheet.gate.reasons:
        what, todo = held(code)
        yield f"gate.{code}", closed(f"Held back because {what}") + (f" {todo}" if todo else "")


def _answer(answer: PayerAnswer, zone: ZoneInfo) -> str:
    items = []
    for item in answer.items:
        number = f", number {item.authorization_number}" if item.authorization_number else ""
        codes = f", reason {', '.join(item.reason_codes)}" if item.reason_codes else ""
        notes = f": {'; '.join(item.notes)}" if item.notes else ""
        action = item.action.name.lower().replace("_", " ") if item.action else item.action_code
        items.append(f"{action}{number}{codes}{notes}")
    return closed(f"Answered {moment(answer.received_at, zone)}: {'; '.join(items) or 'no decision'}")


def _events(toolbox: Toolbox, sheet: CaseSheet, zone: ZoneInfo) -> Iterator[tuple[str, str]]:
    """Oldest first, so that a line keeps its key when others come."""
    entries = tuple(reversed(timeline(history_of(toolbox, sheet.case.id), sheet.reviews, sheet.names)))
    for number, entry in enumerate(entries[:_MOST_EVENTS], 1):
        notes = f": {'; '.join(entry.notes)}" if entry.notes else ""
        why = f" Reason: {closed(entry.reason)}" if entry.reason else ""
        yield f"event.{number}", closed(f"{moment(entry.at, zone)}, {entry.who}: {entry.what}{notes}") + why
