"""A brief for a peer-to-peer call, and drafts of messages in plain words that only a person can send."""

import re

from agents.casework.panel.standing import SETTLED, Standing
from agents.casework.panel.worklist import item_of
from agents.copilot.answer import AnswerPart, AnswerSentence, DraftText, part
from agents.copilot.wording import birth, closed, lower_first, upper_first
from agents.copilot.writers.case import criterion
from agents.copilot.writers.desk import Desk, Written, of_span, quoted
from cases.criteria import Judgement
from cases.lifecycle import CaseState
from cases.packet import Gap

_NEVER_SENT = "This is a draft. Nothing here sends it: copy it, change it, and send it yourself."
_LETTER = re.compile(r"medical necessity|\bappeal\b|\bLMN\b|\bto (?:the )?(?:payer|plan|insur\w+)\b", re.IGNORECASE)
_PLAIN: dict[CaseState, str] = {
    CaseState.WAITING_DOCUMENTS: "Before we ask, your plan needs to see these papers, and we are waiting for them:",
    CaseState.NEEDS_PERSON: "A member of our team is looking at the request before it goes to your plan.",
    CaseState.AWAITING_REVIEW: "The request is ready; a member of our team is checking it before it goes out.",
    CaseState.APPROVED: "The request has been checked and is on its way to your plan.",
    CaseState.SUBMITTING: "The request is on its way to your plan.",
    CaseState.SUBMITTED: "Your plan has the request and has not decided yet.",
    CaseState.PENDED: "Your plan has the request and is still looking at it.",
    CaseState.AUTHORIZED: "Your plan has approved it.",
    CaseState.MODIFIED: "Your plan has approved it with changes. We will call you about what changed.",
    CaseState.DENIED: "Your plan has not approved it. We are looking at what can be done, and will call you.",
    CaseState.NOT_REQUIRED: "Your plan does not ask for its approval first.",
    CaseState.RETURNED: "A member of our team is looking at the request again.",
    CaseState.CLOSED: "The request is closed.",
}


def peer_to_peer(desk: Desk) -> Written:
    """What the physician needs on the telephone: the request, each point with its evidence, and what will be asked."""
    sheet = desk.record.sheet
    if sheet.result is None:
        return Written(
            reason="No criteria were checked for this case, so there is nothing to argue from.",
            would_help=("Import the policy in force, or have the case worked again.",),
        )
    stands, leaves = sheet.stands(), sheet.result.root.leaves()
    strong = tuple(_shown(desk, leaf) for leaf in leaves if stands[leaf.id] is Standing.MET)
    weak = tuple(criterion(desk, leaf) for leaf in leaves if stands[leaf.id] not in SETTLED)
    request = (desk.line("patient"), desk.line("order"), desk.line("coverage"), desk.line("policy"))
    said = tuple(desk.line(key) for key in (*desk.record.keys("answer"), *desk.record.keys("clock")))
    asked = AnswerSentence(
        text=f"Ask for approval under {sheet.result.policy.number or sheet.result.policy.title}.",
        sources=(desk.record.source("policy"),),
    )
    sections = (
        ("The request", request),
        ("What the payer said, and the time", said),
        ("What the policy asks, and what shows it", strong),
        ("Be ready for these", weak),
        ("Ask for", (asked,)),
    )
    notes = ("Note the reviewer’s name and specialty, and what was agreed, on the case.",)
    return Written(
        parts=tuple(AnswerPart(heading=name, sentences=told) for name, told in sections if told), notes=notes
    )


def _shown(desk: Desk, leaf: Judgement) -> AnswerSentence:
    """A criterion that is met, with the chart's own words for it."""
    policy = desk.record.sheet.result.policy if desk.record.sheet.result else None
    found = desk.evidence(leaf, most=1, whole=True)
    line = desk.record.source(f"criterion.{leaf.id}")
    words = f" The chart says {quoted(found[0].quote)}." if found else ""
    text = closed(leaf.statement) + words
    return AnswerSentence(text=text, sources=(line, *found, *(of_span(policy, leaf.policy_span) if policy else ())))


def draft(desk: Desk) -> Written:
    """A message to the patient, or to whoever holds what is missing."""
    if _LETTER.search(desk.asked.text):
        return _letter(desk)
    return _to_patient(desk) if desk.asked.to_patient else _to_holders(desk)


def _letter(desk: Desk) -> Written:
    """The letter to the payer is the packet's own, bound to what is approved; it is not worded a second time."""
    if desk.record.keys("packet"):
        where = AnswerSentence(text="The letter to the payer stands in the packet; edit it there, with a reason.")
        return Written(parts=(part("", where, desk.line("packet")),))
    held = desk.lines("gate") or (desk.line("state"),)
    none = AnswerSentence(text="No letter to the payer can be drafted yet.")
    return Written(parts=(part("", none, *held),))


def _to_holders(desk: Desk) -> Written:
    gaps = list({gap.document: gap for gap in reversed(desk.record.sheet.gaps)}.values())[::-1]
    if not gaps:
        return Written(
            reason="Nothing is missing that somebody could be asked for, so there is no message to draft.",
            would_help=("Ask for a message to the patient, or for a peer-to-peer brief.",),
        )
    body = gaps[0].request if len(gaps) == 1 else _together(desk, gaps)
    holders = ", ".join(dict.fromkeys(gap.holder for gap in gaps))
    numbers = [number for number, gap in enumerate(desk.record.sheet.gaps, 1) if gap in gaps]
    rests = part("It rests on", *(desk.line(f"gap.{number}") for number in numbers), desk.line("order"))
    subject = f"Records for a prior authorization: {desk.record.sheet.case.patient.full_name}"
    return Written(
        parts=(rests,), draft=DraftText(to=holders, subject=subject, body=body.strip()), notes=(_NEVER_SENT,)
    )


def _together(desk: Desk, gaps: list[Gap]) -> str:
    case = desk.record.sheet.case
    codes = ", ".join(dict.fromkeys(code.code for code in case.order.codes if code.code))
    born = f", born {birth(case.patient.birth_date)}" if case.patient.birth_date else ""
    listed = [
        f"{number}. {upper_first(gap.document)}{f', {gap.dated}' if gap.dated else ''} (from {gap.holder}), "
        f"to show: {gap.statement}"
        for number, gap in enumerate(gaps, 1)
    ]
    payer = case.payer.name if case.payer else "the payer"
    lines = [
        f"For {case.patient.full_name}{born}, we are preparing a prior-authorization request to {payer} for {codes} "
        f"({item_of(case)}).",
        "",
        "The chart we hold does not show the following. Please send what you have, or tell us if it does not exist:",
        "",
        *(closed(line) for line in listed),
        "",
        "Thank you.",
    ]
    return "\n".join(lines)


def _to_patient(desk: Desk) -> Written:
    sheet = desk.record.sheet
    case = sheet.case
    given = " ".join(case.patient.given[:1]) or case.patient.full_name
    payer = case.payer.name if case.payer else "your health plan"
    stands = _PLAIN.get(case.state, "We are working on the request.")
    papers = list(dict.fromkeys(gap.document for gap in sheet.gaps))
    waiting = [f"- {paper}" for paper in papers] if case.state is CaseState.WAITING_DOCUMENTS else []
    body = [
        f"Hello {given},",
        "",
        f"this is about the {lower_first(item_of(case)) or 'service'} that was ordered for you. "
        f"We ask {payer} to cover it.",
        stands,
        *waiting,
        "",
        "If you have questions, call us. Please do not answer this message with medical details.",
    ]
    rests = part("It rests on", desk.line("order"), desk.line("coverage"), desk.line("state"), *desk.lines("gap"))
    message = DraftText(to=case.patient.full_name, subject="Your request to your health plan", body="\n".join(body))
    return Written(parts=(rests,), draft=message, notes=(_NEVER_SENT,))
