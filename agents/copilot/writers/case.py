"""Answers about one case, from the lines of its record and the passages its criteria rest on."""

from datetime import date

from agents.casework.panel.documents import key_of
from agents.casework.panel.standing import SETTLED, Standing
from agents.copilot.answer import AnswerPart, AnswerSentence, ChartSource, Source, part
from agents.copilot.wording import closed, day, lower_first
from agents.copilot.writers.desk import Desk, Written, of_span
from cases.criteria import Judgement
from cases.document import DocumentKind
from cases.lifecycle import CaseState
from cases.packet import Gap

_NEXT: dict[CaseState, str] = {
    CaseState.OPENED: "Nothing yet: it is worked by itself.",
    CaseState.WORKING: "Nothing yet: the chart is being read.",
    CaseState.WAITING_DOCUMENTS: "Ask for what is missing; nothing is sent until it is shown.",
    CaseState.NEEDS_PERSON: "Settle what holds it back.",
    CaseState.AWAITING_REVIEW: "Read the packet and decide; only approving sends it.",
    CaseState.APPROVED: "Nothing: it is being sent.",
    CaseState.SUBMITTING: "Nothing: it is being sent.",
    CaseState.SUBMITTED: "Wait for the payer until its time runs out.",
    CaseState.PENDED: "Wait for the payer, or answer what it asks.",
    CaseState.AUTHORIZED: "Schedule the service within what was authorized.",
    CaseState.MODIFIED: "Compare what was authorized with what was ordered.",
    CaseState.DENIED: "Read the denial and decide on an appeal or a peer-to-peer call.",
    CaseState.NOT_REQUIRED: "Nothing is to be sent.",
    CaseState.RETURNED: "Take it up again, or close it.",
    CaseState.CLOSED: "Nothing: the case is closed.",
}
_MOST_DOCUMENTS = 12


def missing(desk: Desk) -> Written:
    """Each document to ask for, from whom, and the policy's words that it would meet."""
    gaps = desk.record.sheet.gaps
    if gaps:
        return Written(parts=(part("", *(_gap(desk, number, gap) for number, gap in enumerate(gaps, 1))),))
    if desk.record.sheet.result is None:
        held = desk.lines("gate") or (desk.line("state"),)
        remark = AnswerSentence(text="No criteria could be checked, so what is missing is not known.")
        return Written(parts=(part("", remark, *held),))
    done = AnswerSentence(text="No document is asked for: no criterion of the policy waits for one.")
    return Written(parts=(part("", done, desk.line("policy"), desk.line("state"), *desk.lines("gate")),))


def _gap(desk: Desk, number: int, gap: Gap) -> AnswerSentence:
    leaf = _leaf(desk, gap.criterion_id)
    policy = desk.record.sheet.result.policy if desk.record.sheet.result else None
    place: tuple[Source, ...] = of_span(policy, leaf.policy_span) if leaf and policy else ()
    dated = f", {gap.dated}" if gap.dated else ""
    demanded = " The payer demands it." if gap.required_document else ""
    text = closed(f"Ask {gap.holder} for {gap.document}{dated}, to show: {lower_first(gap.statement)}") + demanded
    return AnswerSentence(text=text, sources=(desk.record.source(f"gap.{number}"), *place))


def _leaf(desk: Desk, criterion_id: str) -> Judgement | None:
    leaves = desk.record.sheet.result.root.leaves() if desk.record.sheet.result else ()
    return next((leaf for leaf in leaves if leaf.id == criterion_id), None)


def criteria(desk: Desk) -> Written:
    """How each criterion stands, with the chart's and the policy's words; open ones first."""
    sheet = desk.record.sheet
    if sheet.result is None:
        held = desk.lines("gate") or (desk.line("state"),)
        return Written(parts=(part("No criteria were checked", *held),))
    stands = sheet.stands()
    leaves = sheet.result.root.leaves()
    open_ones = [leaf for leaf in leaves if stands[leaf.id] not in SETTLED]
    settled = [leaf for leaf in leaves if stands[leaf.id] in SETTLED]
    counted = [leaf for leaf in leaves if stands[leaf.id] is not Standing.NOT_NEEDED]
    shown = len([leaf for leaf in counted if stands[leaf.id] in SETTLED])
    head = AnswerSentence(
        text=f"{shown} of {len(counted)} points are shown under {sheet.result.policy.number or 'the policy'}.",
        sources=(desk.record.source("policy"),),
        reckoned=(str(shown), str(len(counted))),
    )
    parts = [part("", head)]
    for heading, group in (("Open", open_ones), ("Settled", settled)):
        if group:
            parts.append(part(heading, *(criterion(desk, leaf) for leaf in group)))
    return Written(parts=tuple(parts))


def criterion(desk: Desk, leaf: Judgement) -> AnswerSentence:
    """One criterion as a sentence: its line of the record, the chart's words, the policy's place."""
    policy = desk.record.sheet.result.policy if desk.record.sheet.result else None
    place = of_span(policy, leaf.policy_span) if policy else ()
    return desk.line(f"criterion.{leaf.id}", *desk.evidence(leaf), *place)


def deadlines(desk: Desk) -> Written:
    """Every clock that runs, with its rule."""
    clocks = desk.lines("clock")
    if clocks:
        return Written(parts=(part("", *clocks),))
    case = desk.record.sheet.case
    why = "the order gives no date of service" if case.order.service_date is None else "no rule binds this payer’s time"
    remark = AnswerSentence(text=closed(f"No clock is known for this case: {why}"))
    return Written(parts=(part("", remark, desk.line("order"), desk.line("state")),))


def status(desk: Desk) -> Written:
    """Where it stands, what the payer said, what holds it back, and the last thing that happened."""
    keys = [*desk.record.keys("answer"), *desk.record.keys("gate"), *desk.record.keys("clock")]
    last = desk.record.keys("event")[-1:]
    return Written(parts=(part("", desk.line("state"), *(desk.line(key) for key in (*keys, *last))),))


def timeline(desk: Desk) -> Written:
    """The chart's dated documents, then what happened to the case, oldest first."""
    parts = [part("Referral history", *history(desk)), part("What happened to the case", *desk.lines("event"))]
    return Written(parts=tuple(one for one in parts if one.sentences))


def history(desk: Desk) -> tuple[AnswerSentence, ...]:
    """Orders, notes and results of the chart by their date, oldest first."""
    case = desk.record.sheet.case
    own = desk.chart.for_patient(case.patient.id).documents
    dated = sorted((document for document in own if document.dated), key=lambda one: one.dated or date.min)
    told = []
    for document in dated[-_MOST_DOCUMENTS:]:
        first = document.text.partition("\n")[0].rstrip() or document.text[:80]
        source = ChartSource(
            case_id=case.id, document_id=document.id, key=key_of(document.id), start=0, end=len(first), quote=first,
            page=document.page_at(0), label=document.title or document.source,
        )  # fmt: skip
        kind = "" if document.kind is DocumentKind.FHIR_RESOURCE else f" ({document.kind.value})"
        on = document.dated or date.min
        text = closed(f"{day(on)}: {document.title or document.source}{kind}")
        told.append(AnswerSentence(text=text, sources=(source,), reckoned=(on.isoformat(),)))
    return tuple(told)


def next_actions(desk: Desk) -> Written:
    """What a person does next, each with the line it follows from."""
    sheet = desk.record.sheet
    first = AnswerSentence(text=_NEXT[sheet.case.state], sources=(desk.record.source("state"),))
    parts = [part("", first)]
    for heading, sentences in (
        ("What holds it back", desk.lines("gate")),
        ("Ask for", tuple(_gap(desk, number, gap) for number, gap in enumerate(sheet.gaps, 1))),
        ("Time", desk.lines("clock")),
        ("Look at", desk.lines("flag", most=6)),
    ):
        if sentences:
            parts.append(AnswerPart(heading=heading, sentences=sentences))
    return Written(parts=tuple(parts))


def summary(desk: Desk) -> Written:
    """The whole case on one page: who, what, where it stands, what is open, what is missing, what came before."""
    sheet = desk.record.sheet
    stands = sheet.stands()
    leaves = sheet.result.root.leaves() if sheet.result else ()
    open_ones = tuple(criterion(desk, leaf) for leaf in leaves if stands[leaf.id] not in SETTLED)
    about = tuple(desk.line(key) for key in ("patient", "order", "coverage"))
    state = tuple(desk.line(key) for key in ("state", *desk.record.keys("need"), *desk.record.keys("answer")))
    next_step = AnswerSentence(text=_NEXT[sheet.case.state], sources=(desk.record.source("state"),))
    sections: tuple[tuple[str, tuple[AnswerSentence, ...]], ...] = (
        ("The request", about),
        ("Where it stands", (*state, *desk.lines("clock"))),
        ("Criteria", criteria(desk).parts[0].sentences if sheet.result else ()),
        ("Open points", open_ones),
        ("What is missing", tuple(_gap(desk, number, gap) for number, gap in enumerate(sheet.gaps, 1))),
        ("What holds it back", desk.lines("gate")),
        ("Referral history", history(desk)),
        ("Next", (next_step,)),
    )
    return Written(parts=tuple(AnswerPart(heading=name, sentences=told) for name, told in sections if told))
