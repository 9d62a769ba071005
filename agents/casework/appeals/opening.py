"""Open appeals: for the denials of a case that is held, or from a folder that mixes a denial with its chart."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from agents.appeal_products import (
    DENIAL_DOCUMENT,
    EVIDENCE_MAP,
    EVIDENCE_SOURCE,
    HANDED_OVER,
    OUTCOME,
    PROOFS,
    EvidenceSource,
)
from agents.casework.appeals.earlier import earlier_acts
from agents.casework.denials.appealed import settle_earlier
from agents.casework.denials.timers import timers_of
from agents.casework.opening import HandOver, open_from
from agents.casework.payer_messages import take_message
from agents.products import ANSWER
from agents.reading.appeals.denial_document import denial_document, readable
from agents.reading.denial_letter.kind import LetterKind
from agents.reading.denial_letter.reader import read_letter
from agents.reading.packet_contents import chart_extracts
from agents.toolbox import Toolbox
from cases.audit_event import Actor, AuditEvent
from cases.case import AppealRef, Case, Flag
from cases.chart import Chart
from cases.decision import PayerAnswer
from cases.denial import Denial, DenialFacts, DenialStatus
from cases.document import Document, DocumentKind
from cases.errors import InputError, NotFound
from cases.frozen import Frozen
from cases.ids import CaseId, DocumentId, digest_of
from cases.lifecycle import WORKABLE, CaseEvent, CaseState, move
from formats.chart_files import ChartFile, read_files
from formats.media_type import MediaType, media_type_of
from formats.pas.answer import is_response
from knowledge import library
from knowledge.coverage_payer import payer_of
from knowledge.denial_clocks import clocks_of
from runtime import case_store, chart_store, denial_store, work_store
from runtime.database import Transaction
from runtime.work_store import CRITERIA, GATE

_NOT_TAKEN_OVER = frozenset({"denied", "send_refused", "payer_rejected", "payer_item", "payer_asks", "payer_error"})
"""Flags of the refused case that are about its request, not about the order and chart."""


class Appeals(Frozen):
    """What a hand-over opened: appeals to work, denials that no case was found for, and notes for a person."""

    appeal_ids: tuple[CaseId, ...]
    unjoined: tuple[Denial, ...] = ()
    notes: tuple[str, ...] = ()


def open_for_case(toolbox: Toolbox, case_id: CaseId) -> Appeals:
    """Appeals of a case's open denials; an appeal's own id gives that appeal. Raises NotFound where none is open."""
    with toolbox.database.read() as transaction:
        case = case_store.get(transaction, case_id)
        if case.appeal is not None:
            return Appeals(appeal_ids=(case_id,))
        held = denial_store.of_case(transaction, case_id)
    denials = [denial for denial in held if denial.status is not DenialStatus.CLOSED]
    if not denials:
        raise NotFound(f"Case {case_id} has no open denial; read the payer's message with 'countersign intake' first.")
    return Appeals(appeal_ids=tuple(open_appeal(toolbox, denial.id) for denial in denials))


def open_from_files(toolbox: Toolbox, paths: Sequence[Path], order: str | None = None) -> Appeals:
    """Tell the payer's messages from the chart, open or join the case, and open an appeal for each denial.

    Raises InputError where nothing among the files is a denial.
    """
    files, refused = read_files(paths)
    messages = [file for file in files if is_message(toolbox, file)]
    if not messages:
        raise InputError("Among the files given is no denial letter, remittance or payer's answer; nothing to appeal.")
    chart = [file for file in files if file not in messages]
    opened: tuple[CaseId, ...] = ()
    if chart:
        hand_over = HandOver.read(toolbox.scans, chart, refused)
        with toolbox.database.begin() as transaction:
            opened = open_from(toolbox, transaction, hand_over, order).case_ids
    denials: list[Denial] = []
    notes: list[str] = []
    for file in messages:
        reading = take_message(toolbox, file.name, file.content)
        denials += reading.denials
        notes += [f"{file.name}: {note}" for note in reading.notes]
        if not reading.denials:
            notes.append(f"{file.name}: {reading.kind.replace('_', ' ')}; no denial")
    joined = [_joined(toolbox, denial, opened) for denial in denials]
    return Appeals(
        appeal_ids=tuple(open_appeal(toolbox, denial.id) for denial in joined if denial.case_id),
        unjoined=tuple(denial for denial in joined if not denial.case_id),
        notes=tuple(dict.fromkeys(notes)),
    )


def is_message(toolbox: Toolbox, file: ChartFile) -> bool:
    """Whether a file is a payer's message and no part of a chart: by its form, and letters by what they decide."""
    media = media_type_of(file.content)
    if media is MediaType.X12:
        return True
    if media is MediaType.JSON:
        return is_response(file.content)
    text = readable(file.content, file.name, toolbox.scans)
    if not text.strip():
        return False
    with toolbox.database.read() as transaction:
        reading = read_letter(text, library.payer_directory(transaction))
    facts = reading.facts
    return reading.kind is LetterKind.DENIAL and facts is not None and bool(facts.payer_id or facts.printed_words)


def _joined(toolbox: Toolbox, denial: Denial, opened: Sequence[CaseId]) -> Denial:
    """The denial on its case: as it was found, else the one case it was handed in with, unless they contradict."""
    if denial.case_id is not None:
        _refused_elsewhere(toolbox, denial.case_id, opened)
        return denial
    with toolbox.database.begin() as transaction:
        fitting = [case for case in (case_store.get(transaction, one) for one in opened) if _fits(case, denial)]
        if len(fitting) != 1:
            return denial
        facts = _with_payer(transaction, denial, fitting[0])
        status = DenialStatus.NEEDS_PERSON if facts.doubts else DenialStatus.OPEN
        zone = denial.zone or toolbox.settings.time_zone
        joined = denial.model_copy(
            update={
                "case_id": fitting[0].id,
                "joined_by": "handed in together",
                "status": status,
                "facts": facts,
                "clocks": clocks_of(facts, zone),
            }
        )
        saved = denial_store.save(transaction, joined)
        denial_store.set_timers(transaction, timers_of(saved, toolbox.clock.now()))
    _refused_elsewhere(toolbox, fitting[0].id, opened)
    return saved


def _with_payer(transaction: Transaction, denial: Denial, case: Case) -> DenialFacts:
    """The facts of a message that names no payer, completed from the coverage of the case it came with."""
    facts = denial.facts
    if facts.payer_id is not None or case.coverage is None:
        return facts
    payer = payer_of(library.payer_directory(transaction), case.coverage).payer
    if payer is None or (facts.line is not None and facts.line != payer.line_of_business):
        return facts
    doubts = tuple(doubt for doubt in facts.doubts if "payer" not in doubt and "line of business" not in doubt)
    named = {"payer_id": payer.id, "payer_name": facts.payer_name or payer.name, "line": payer.line_of_business}
    return facts.model_copy(update={**named, "doubts": doubts})


def _fits(case: Case, denial: Denial) -> bool:
    numbers = denial.facts.numbers
    member = case.coverage.member_id if case.coverage else ""
    names = {word.casefold() for word in case.patient.full_name.split() if len(word) > 1}
    given = {word.casefold() for word in numbers.patient.replace(",", " ").split() if len(word) > 1}
    codes = {coding.code for coding in case.order.codes}
    return (
        (not numbers.member_id or not member or _plain(member) == _plain(numbers.member_id))
        and (not given or given <= names or names <= given)
        and (not numbers.birth_date or numbers.birth_date == case.patient.birth_date)
        and (not numbers.service_codes or not codes or bool(codes & set(numbers.service_codes)))
    )


def _plain(number: str) -> str:
    return "".join(letter for letter in number.casefold() if letter.isalnum())


def _refused_elsewhere(toolbox: Toolbox, case_id: CaseId, opened: Sequence[CaseId]) -> None:
    """A case that was opened together with its denial was asked for elsewhere, and is denied."""
    if case_id not in opened:
        return
    with toolbox.database.begin() as transaction:
        case = case_store.get(transaction, case_id)
        if case.state is CaseState.OPENED:
            denied = case.model_copy(update={"state": move(case.state, CaseEvent.PAYER_DENIES)})
            case_store.save(transaction, denied, toolbox.clock.now())


@dataclass(frozen=True)
class _Start:
    """What an appeal starts from, read from the refused case outside of its own writing."""

    parent: Case
    chart: Chart
    sources: tuple[bytes, ...]
    document: Document
    message: bytes
    earlier: tuple[Document, ...] = ()


def appeal_id_for(denial: Denial) -> CaseId:
    """The id of a denial's appeal: a digest, so that it names nobody and one denial has one appeal."""
    return CaseId("a-" + digest_of(f"appeal:{denial.id}".encode())[:16])


def open_appeal(toolbox: Toolbox, denial_id: str) -> CaseId:
    """Open the appeal of a denial that has a case, or take up the one there is; one approved or sent stays as it is."""
    with toolbox.database.read() as transaction:
        denial = denial_store.get(transaction, denial_id)
        if denial.case_id is None:
            raise InputError(f"Denial {denial_id} has no case; hand in its chart and order together with it.")
        start = _start(toolbox, transaction, denial, denial.case_id)
    with toolbox.database.begin() as transaction:
        return _open(toolbox, transaction, denial, start)


def open_appeal_soon(toolbox: Toolbox, denial_id: str) -> CaseId:
    """Open the appeal of a denial and have the worker work it; asked again, it is neither opened nor worked twice."""
    appeal_id = open_appeal(toolbox, denial_id)
    with toolbox.database.begin() as transaction:
        case = case_store.get(transaction, appeal_id)
        if toolbox.queue is not None and case.state is CaseState.OPENED:
            toolbox.queue.enqueue(transaction, "work_case", appeal_id, key=f"{appeal_id}:opened:{case.revision}")
    return appeal_id


def appeal_held(transaction: Transaction, denial: Denial) -> CaseId | None:
    """The appeal of a denial, where one was opened."""
    appeal_id = appeal_id_for(denial)
    return appeal_id if case_store.is_held(transaction, appeal_id) else None


def _start(toolbox: Toolbox, transaction: Transaction, denial: Denial, parent_id: CaseId) -> _Start:
    parent = case_store.get(transaction, parent_id)
    digest = parent.chart_digest
    chart = chart_store.get_chart(transaction, parent_id, digest) if digest else Chart()
    name, message = denial_store.source(transaction, denial.source_digest)
    return _Start(
        parent=parent,
        chart=chart,
        sources=tuple(_sources(transaction, parent_id, chart)),
        document=denial_document(denial, name, message, parent.patient.id, toolbox.scans),
        message=message,
        earlier=earlier_acts(transaction, _before(transaction, denial, parent_id), parent.patient.id),
    )


def _sources(transaction: Transaction, case_id: CaseId, chart: Chart) -> Iterable[bytes]:
    for digest in dict.fromkeys(document.digest for document in chart.documents if document.pages or document.text):
        try:
            yield chart_store.get_source(transaction, case_id, digest)
        except NotFound:
            continue


def _open(toolbox: Toolbox, transaction: Transaction, denial: Denial, start: _Start) -> CaseId:
    now, parent = toolbox.clock.now(), start.parent
    appeal_id = appeal_id_for(denial)
    held = case_store.get(transaction, appeal_id) if case_store.is_held(transaction, appeal_id) else None
    if held is not None and (held.state not in WORKABLE or _same(held, parent, transaction)):
        return appeal_id
    before = next(reversed(_before(transaction, denial, parent.id)), None)
    reference = AppealRef(
        denial_id=denial.id, parent=parent.id, level=denial.facts.level or 1, procedure=denial.facts.procedure,
        previous=before,
    )  # fmt: skip
    if held is None:
        state = CaseState.OPENED
        made = Case(
            id=appeal_id, tenant_id=transaction.tenant_id, state=state, patient=parent.patient, order=parent.order,
            opened_at=now, appeal=reference,
        )  # fmt: skip
        held = case_store.create(transaction, made, now)
    else:
        state = move(held.state, CaseEvent.REOPEN)
    digest = chart_store.put_chart(transaction, appeal_id, start.chart, now)
    held_bytes = (*start.sources, start.message, *_messages(transaction, start))
    chart_store.put_sources(transaction, appeal_id, held_bytes, now)
    case = held.model_copy(
        update={
            "patient": parent.patient, "order": parent.order, "coverage": parent.coverage,
            "requester": parent.requester, "performer": parent.performer, "payer": parent.payer, "chart_digest": digest,
            "urgency": denial.facts.urgency, "flags": _flags(parent), "state": state, "appeal": reference,
        }
    )  # fmt: skip
    case_store.save(transaction, case, now)
    _hand_over(toolbox, transaction, denial, start, appeal_id)
    if before is not None:
        settle_earlier(toolbox, transaction, before, f"refused again by denial {denial.id}")
    transaction_event = AuditEvent(
        tenant_id=transaction.tenant_id, at=now, actor=Actor.SYSTEM, actor_id="casework", action="appeal.opened",
        subject=appeal_id, detail={"denial": denial.id, "parent": parent.id, "level": reference.level, "chart": digest},
    )  # fmt: skip
    toolbox.audit.append(transaction, transaction_event)
    return appeal_id


def _messages(transaction: Transaction, start: _Start) -> Iterable[bytes]:
    """The bytes of earlier decisions, which are enclosed as they came."""
    for document in start.earlier:
        if document.id.startswith("denial/"):
            yield denial_store.source(transaction, document.digest)[1]


def _same(held: Case, parent: Case, transaction: Transaction) -> bool:
    """Whether it waits for a person on this very chart."""
    gated = work_store.newest_revision(transaction, held.id, GATE) is not None
    return held.state is CaseState.AWAITING_REVIEW and gated and held.chart_digest == parent.chart_digest


def _before(transaction: Transaction, denial: Denial, parent_id: CaseId) -> list[CaseId]:
    """The appeals of earlier levels, of the same case, in their order."""
    level = denial.facts.level or 1
    others = [one for one in denial_store.of_case(transaction, parent_id) if (one.facts.level or 1) < level]
    found = [appeal_id_for(one) for one in others if case_store.is_held(transaction, appeal_id_for(one))]
    return found


def _flags(parent: Case) -> tuple[Flag, ...]:
    kept = (flag for flag in parent.flags if flag.code not in _NOT_TAKEN_OVER and not flag.code.startswith("appeal_"))
    return tuple(kept)


def _hand_over(toolbox: Toolbox, transaction: Transaction, denial: Denial, start: _Start, appeal_id: CaseId) -> None:
    """The denial as a document, and the evidence map of the authorization where it stands on this very chart."""
    now, parent = toolbox.clock.now(), start.parent
    for kind in EVIDENCE_MAP:
        found = work_store.get_product(transaction, parent.id, kind)
        if found is not None:
            work_store.put_product(transaction, appeal_id, HANDED_OVER, kind, found, now)
    answer = work_store.get_product(transaction, parent.id, ANSWER)
    source = EvidenceSource(
        case_id=parent.id,
        requested_here=work_store.newest_submission(transaction, parent.id) is not None,
        sent=_sent(transaction, start),
        authorization=_authorization(parent, answer),
    )
    work_store.put_product(transaction, appeal_id, HANDED_OVER, EVIDENCE_SOURCE, source, now)
    work_store.put_product(transaction, appeal_id, HANDED_OVER, DENIAL_DOCUMENT, start.document, now)
    proofs = (*_proofs(parent, answer), *start.earlier)
    if proofs:
        work_store.put_product(transaction, appeal_id, HANDED_OVER, PROOFS, proofs, now)


def _sent(transaction: Transaction, start: _Start) -> tuple[DocumentId, ...]:
    """The chart documents that went with the request, where it was made here."""
    if work_store.newest_submission(transaction, start.parent.id) is None:
        return ()
    result = work_store.get_product(transaction, start.parent.id, CRITERIA)
    if result is None:
        return ()
    documents = {document.id: document for document in start.chart.documents}
    return tuple(extract.document.id for extract in chart_extracts(start.parent, result, documents))


def _authorization(parent: Case, answer: PayerAnswer | None) -> str:
    if answer is None or parent.state not in (CaseState.AUTHORIZED, CaseState.CLOSED):
        return ""
    return next((item.authorization_number for item in answer.items if item.authorization_number), "")


def _proofs(parent: Case, answer: PayerAnswer | None) -> tuple[Document, ...]:
    """The payer's own answer to the request, in words, as a document that can be cited and enclosed."""
    if answer is None or not answer.items:
        return ()
    lines = [f"Answer to the request of case {parent.id}, received {answer.received_at:%Y-%m-%d %H:%M} UTC."]
    for item in answer.items:
        until = f", valid {item.authorized_from} to {item.authorized_to}" if item.authorized_from else ""
        number = f", authorization number {item.authorization_number}" if item.authorization_number else ""
        lines.append(f"Line {item.sequence}: decision {item.action_code}{number}{until}.")
        lines += item.notes
    text = "\n".join(lines) + "\n"
    return (
        Document(
            id=DocumentId(f"answer/{parent.id}"), kind=DocumentKind.NOTE, title="The payer's answer to the request",
            source="payer's answer", media_type="text/plain", digest=digest_of(text.encode()), text=text,
            patient_id=parent.patient.id, dated=answer.received_at.date(),
        ),
    )  # fmt: skip


def outcome_known(toolbox: Toolbox, appeal_id: CaseId) -> bool:
    """Whether what came of an appeal is recorded."""
    with toolbox.database.read() as transaction:
        return work_store.get_product(transaction, appeal_id, OUTCOME) is not None
