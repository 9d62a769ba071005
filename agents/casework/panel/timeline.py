"""What happened to a case, from its audit entries: one line for each thing a person would tell."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from agents.casework.panel import phrases
from cases.audit_event import Actor
from cases.ids import UserId
from cases.review import Review
from runtime.audit import AuditEntry


@dataclass
class Entry:
    """One line: when, who, what; `notes` are what was found on the way, `review` leads to what an edit changed."""

    at: datetime
    who: str
    what: str
    tone: str = "plain"
    notes: list[str] = field(default_factory=list)
    reason: str = ""
    review: str = ""


_PLAIN: dict[str, tuple[str, str]] = {
    "case.opened": ("Case opened from the chart", "plain"),
    "case.joined": ("The same order came again", "plain"),
    "case.reopened": ("Taken up again", "plain"),
    "case.closed": ("Closed the case", "plain"),
    "submission.released": ("Handed over for sending", "wait"),
    "submission.receipt": ("The payer confirmed that it has the request", "ok"),
    "submission.refused": ("Nothing was sent: the approval did not cover it", "bad"),
    "submission.rejected": ("The payer did not take the request", "bad"),
    "payer.answered": ("The payer answered", "ok"),
    "deadline.passed": ("The payer's time to decide ran out", "bad"),
    "criterion.answered": ("Answered what only a person can", "plain"),
    "job.retried": ("Had given-up work tried again", "plain"),
    "case.claimed": ("Took the case in hand", "plain"),
    "case.released": ("Let go of the case", "plain"),
    "review.approve": ("Approved", "ok"),
    "review.edit": ("Edited the letter", "plain"),
    "review.sign": ("Signed the letter", "ok"),
    "review.reject": ("Returned it", "bad"),
}
_STEPS = frozenset({
    "chart.read", "authorization.need", "policy.found", "criteria.evaluated", "gaps.listed", "draft.made",
    "draft.withheld", "draft.checked", "gate.judged",
})  # fmt: skip
_SILENT = frozenset({"artefact.written"})


def timeline(
    entries: Sequence[AuditEntry], reviews: Iterable[Review], names: Mapping[UserId, str]
) -> tuple[Entry, ...]:
    """The newest first. The steps of one run of the work stand under one line."""
    decided = {review.id: review for review in reviews}
    told: list[Entry] = []
    for entry in entries:
        event, detail = entry.event, entry.event.detail
        if event.action in _SILENT:
            continue
        if event.action in _STEPS and told and told[-1].what == _WORKED:
            told[-1].notes += _step(event.action, detail)
            continue
        who = names.get(UserId(event.actor_id), event.actor_id) if event.actor is Actor.PERSON else _ACTOR[event.actor]
        line = Entry(event.at, who, *_words(event.action))
        review = decided.get(str(detail.get("review", "")))
        if review is not None:
            line.reason = review.reason
            line.review = review.id if event.action == "review.edit" else ""
        told.append(line)
    return tuple(reversed(told))


_WORKED = "Worked the case"
_ACTOR = {Actor.AGENT: "Countersign", Actor.SYSTEM: "Countersign", Actor.PAYER: "Payer", Actor.PERSON: "A person"}


def _words(action: str) -> tuple[str, str]:
    if action == "case.worked" or action in _STEPS:
        return _WORKED, "plain"
    return _PLAIN.get(action, (phrases.sentence(action.replace(".", " ")).rstrip("."), "plain"))


def _step(action: str, detail: Mapping[str, object]) -> list[str]:
    """What one step found, in words; nothing where it found nothing worth telling."""
    match action:
        case "chart.read":
            read = phrases.plural(_count(detail, "documents"), "document")
            return [f"Read {read} and found {phrases.plural(_count(detail, 'facts'), 'statement')} that may bear on it"]
        case "policy.found":
            policy = str(detail.get("policy") or "")
            return (
                [f"Policy {policy.split('/')[1]}, version {policy.split('/')[2]}"] if policy else ["No policy in force"]
            )
        case "criteria.evaluated":
            checked = phrases.plural(_count(detail, "leaves"), "criterion", "criteria")
            return [f"Checked {checked}; {_count(detail, 'met')} met"]
        case "draft.made":
            return ["Drafted the letter and the packet"]
        case "gate.judged":
            held = detail.get("outcome") == "blocked"
            return ["Held back at the gate" if held else "Put to a person at the gate"]
    return []


def _count(detail: Mapping[str, object], name: str) -> int:
    value = detail.get(name)
    return value if isinstance(value, int) else 0
