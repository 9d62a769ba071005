"""What a case needs of a person now, and what a decision would do: in words, from what is stored."""

import re
from dataclasses import dataclass

from agents.casework.panel.case import CaseSheet
from agents.casework.panel.standing import Standing
from api.panel import words
from cases.criteria import State
from cases.lifecycle import CaseState

_LACK = re.compile(r".*? \((?P<fix>(?!\w+\) \().*)\)")
"""An element, now and then with whose it is, then what would mend it."""


@dataclass(frozen=True)
class NextStep:
    """A headline, what it rests on, and one line for each thing to do; `tone` as in words.STATE."""

    headline: str
    because: str
    tone: str
    todo: tuple[tuple[str, str], ...] = ()


def next_step(sheet: CaseSheet, pages: int, *, by_hand: bool = False) -> NextStep:
    """The next thing a person does, or that nothing is to be done."""
    state = sheet.case.state
    if by_hand and state is CaseState.SUBMITTING:
        return NextStep("File it, then record the filing", "The letter is approved. It is filed by a person.", "act")
    if sheet.case.appeal is not None and state in _APPEAL:
        return NextStep(*_APPEAL[state])
    if state is CaseState.AWAITING_REVIEW and sheet.ready is not None:
        seen = tuple((flag.message, "") for flag in sheet.case.flags if flag.severity != "info")
        return NextStep("Read it and decide", f"{_criteria(sheet)} {effect(sheet, pages, by_hand)}.", "act", seen)
    if state is CaseState.WAITING_DOCUMENTS:
        missing = words.asked_for(sheet.gaps)
        headline = f"Ask for {words.plural(len(missing), 'document')}" if missing else "Ask for what is missing"
        return NextStep(headline, f"{_criteria(sheet)} Nothing is sent until they are shown.", "warn", _held(sheet))
    if state in (CaseState.NEEDS_PERSON, CaseState.RETURNED):
        return NextStep(_person_headline(sheet), _criteria(sheet), "warn", _held(sheet))
    headline, because, tone = _REST[state]
    return NextStep(headline, because, tone)


_REST: dict[CaseState, tuple[str, str, str]] = {
    CaseState.OPENED: ("Nothing yet", "The case is about to be worked.", "wait"),
    CaseState.WORKING: ("Nothing yet", "The chart is being read and the packet drafted.", "wait"),
    CaseState.AWAITING_REVIEW: ("Nothing yet", "The packet is being drafted.", "wait"),
    CaseState.APPROVED: ("Nothing: it is being sent", "This page changes by itself when the payer answers.", "wait"),
    CaseState.SUBMITTING: (
        "Nothing: it is being sent", "If the payer cannot be reached it is tried again, and never sent twice.", "wait",
    ),
    CaseState.SUBMITTED: ("Wait for the payer", "The payer has the request and has not decided yet.", "wait"),
    CaseState.PENDED: ("Wait for the payer, or answer it", "The payer has pended the request.", "wait"),
    CaseState.AUTHORIZED: ("Schedule the service", "The payer has authorized it.", "ok"),
    CaseState.MODIFIED: ("Compare what was authorized", "The payer authorized something else than was asked.", "warn"),
    CaseState.DENIED: ("Read the denial and decide on an appeal", "The payer has denied the request.", "bad"),
    CaseState.NOT_REQUIRED: ("Nothing is to be sent", "The payer asks for no prior authorization here.", "ok"),
    CaseState.CLOSED: ("Nothing", "The case is closed.", "plain"),
}  # fmt: skip

_APPEAL: dict[CaseState, tuple[str, str, str]] = {
    CaseState.SUBMITTED: ("Wait for the decision, then record it", "The appeal is filed and not decided yet.", "wait"),
    CaseState.AUTHORIZED: ("Schedule the service", "The denial was overturned.", "ok"),
    CaseState.MODIFIED: ("Compare what was granted", "The denial was overturned in part.", "warn"),
    CaseState.DENIED: ("Decide on the next level", "The denial was upheld.", "bad"),
}


def effect(sheet: CaseSheet, pages: int, by_hand: bool = False) -> str:
    """What approving does: `Sends 14 pages to Northlake Advantage by PAS`; an appeal `by_hand` is filed by a person."""
    payer = sheet.case.payer.name if sheet.case.payer else "the payer"
    way = sheet.need.channel if sheet.need and sheet.need.channel not in ("", "none") else "pas"
    if by_hand:
        return f"Releases {words.plural(pages, 'page')} for a person to file with {payer}; nothing is sent by itself"
    return f"Sends {words.plural(pages, 'page')} to {payer} by {way.upper() if way == 'pas' else words.channel(way)}"


def _criteria(sheet: CaseSheet) -> str:
    if sheet.result is None:
        return "No criteria could be checked."
    counts = sheet.counts()
    shown = counts[Standing.MET] + counts[Standing.ABSENT]
    asked = sum(counts.values()) - counts[Standing.NOT_NEEDED]
    state = _TREE[sheet.result.root.state]
    return f"{state}: {shown} of {words.plural(asked, 'point')} shown."


_TREE = {
    State.MET: "The policy's criteria are met",
    State.NOT_MET: "The policy's criteria are not met",
    State.INSUFFICIENT: "The chart does not show all that the policy asks",
    State.ERROR: "A criterion could not be judged",
}


def _person_headline(sheet: CaseSheet) -> str:
    if sheet.case.state is CaseState.RETURNED:
        return "Take it up again, or close it"
    if any(flag.code == "send_refused" for flag in sheet.case.flags):
        return "Nothing was sent: look at it again"
    reasons = sheet.gate.reasons if sheet.gate else ()
    known = [words.REASON[code] for code in reasons if code in words.REASON]
    return known[0][1].rstrip(".") if len(reasons) == 1 and known and known[0][1] else "Look at what holds it back"


def fixes(detail: str) -> str:
    """What would complete the request, a sentence for each lack; the format's own element names stay behind."""
    lacks = detail.rpartition("written: ")[2].split("; ")
    told = dict.fromkeys(match["fix"] if (match := _LACK.fullmatch(lack)) else lack for lack in lacks if lack)
    return " ".join(f"{fix[:1].upper()}{fix[1:].rstrip('.')}." for fix in told)


def _held(sheet: CaseSheet) -> tuple[tuple[str, str], ...]:
    """What the gate holds against it, each with what to do; a blocking flag speaks in its own words."""
    reasons = sheet.gate.reasons if sheet.gate else ()
    flags = {flag.code: flag.message for flag in sheet.case.flags}
    detail = sheet.not_drafted.partition(": ")[2]
    held = []
    for code in reasons:
        what, todo = (flags[code], "") if code in flags else words.reason(code)
        if code == "request_incomplete" and detail:
            todo = fixes(detail)
        held.append((what, todo))
    return tuple(held)
