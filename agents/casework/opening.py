"""Open cases from files: one case for each order, the same order under the same coverage always the same case."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from agents.casework.page_identity import identified
from agents.toolbox import Toolbox
from cases.audit_event import Actor, AuditEvent
from cases.case import Case
from cases.chart import Chart, Coverage, Order, Patient, Refusal
from cases.document import Document
from cases.errors import InputError, NotFound
from cases.frozen import Frozen
from cases.ids import DEFAULT_TENANT, CaseId, DocumentId, PatientId, TenantId
from cases.lifecycle import WORKABLE, CaseEvent, CaseState, move
from formats.chart_files import ChartFile, read_files
from formats.chart_folder import chart_of_files
from formats.notes.attribution import ANOTHER_PERSON
from formats.scan.reading import ScanReader
from runtime import case_records, case_store, chart_store
from runtime.database import Transaction


class Opened(Frozen):
    """The cases of one hand-over, in the chart's order of orders, and what of it could not be used."""

    case_ids: tuple[CaseId, ...]
    refused: int


@dataclass(frozen=True)
class HandOver:
    """Files handed in, and what was read out of them: outside any transaction, for reading may take long."""

    files: Sequence[ChartFile]
    chart: Chart
    sources: Mapping[DocumentId, bytes]

    @classmethod
    def read(cls, scans: ScanReader, files: Sequence[ChartFile], refused: Sequence[Refusal] = ()) -> Self:
        """Raises InputError where nothing at all could be read."""
        return cls(files, *chart_of_files(files, refused, scans))


def open_cases(toolbox: Toolbox, paths: Sequence[Path], order: str | None = None) -> Opened:
    """Read files and folders, and open or join a case for each order in them; see `open_from`."""
    hand_over = HandOver.read(toolbox.scans, *read_files(paths))
    with toolbox.database.begin() as transaction:
        return open_from(toolbox, transaction, hand_over, order)


def open_from(toolbox: Toolbox, transaction: Transaction, hand_over: HandOver, order: str | None) -> Opened:
    """Open or join a case for each order in a hand-over, or for the one named.

    `order` is a reference (`DeviceRequest/devreq013`) or the bare id. The files given are the chart: they
    replace what a case stood on before, and it is worked anew, unless it awaits review on this very chart or has
    been approved or sent. Raises InputError where there is no order.
    """
    chart, sources = hand_over.chart, hand_over.sources
    ids = [_open(toolbox, transaction, chart, sources, one) for one in _wanted(chart, order)]
    for case_id in ids:
        own = own_files(case_store.get(transaction, case_id).patient.id, hand_over)
        case_records.put_files(transaction, case_id, own, toolbox.clock.now())
    return Opened(case_ids=tuple(ids), refused=len(chart.refusals))


def cases_in(tenant_id: TenantId, chart: Chart, order: str | None) -> tuple[tuple[CaseId, Order], ...]:
    """The orders of a chart, or the one named, each with the id its case has or would have."""
    wanted = _wanted(chart, order)
    return tuple((case_id_for(tenant_id, one, _coverage(chart, one)), one) for one in wanted)


def own_files(patient_id: PatientId | None, hand_over: HandOver) -> dict[str, bytes]:
    """The files a patient's case is kept with, so that it can be read again with a further one.

    Of a file that also holds other patients, only this patient's own resources are kept, each as a file. A fax with
    somebody else's page among its own is kept whole: its pages are read, and set aside, again.
    """
    chart = hand_over.chart
    readable = {patient_id, None, ANOTHER_PERSON}
    whose: dict[str, set[PatientId | None]] = {}
    for document in chart.documents:
        whose.setdefault(_file_of(document), set()).add(document.patient_id)
    own = {file.name: file.content for file in hand_over.files if whose.get(file.name, set()) <= readable}
    for document in chart.documents:
        if document.patient_id in (patient_id, None) and _file_of(document) not in own and "#" not in document.id:
            own[f"{document.id.replace('/', '_')}.json"] = hand_over.sources[document.id]
    return own


def _file_of(document: Document) -> str:
    return document.source.split("#", 1)[0]


def _wanted(chart: Chart, order: str | None) -> tuple[Order, ...]:
    own = tuple(one for one in chart.orders if _patient(chart, one) is not None)
    found = tuple(one for one in own if order in (None, one.id, one.reference))
    if found:
        return found
    held = ", ".join(one.reference for one in own) or "none"
    if order is not None:
        raise NotFound(f"No order '{order}' in the files given. Orders found: {held}.")
    raise InputError("The files given hold no order of a patient who is in them; nothing to authorize.")


def _patient(chart: Chart, order: Order) -> Patient | None:
    return next((patient for patient in chart.patients if patient.id == order.patient_id), None)


def _coverage(chart: Chart, order: Order) -> Coverage | None:
    """The coverage the order names, else the patient's only active one."""
    own = [c for c in chart.coverages if c.beneficiary_id == order.patient_id]
    named = [c for c in own if c.id in order.coverage_ids]
    if named:
        return named[0]
    active = [c for c in own if c.status == "active"]
    return active[0] if len(active) == 1 else None


def case_id_for(tenant_id: TenantId, order: Order, coverage: Coverage | None) -> CaseId:
    """The id of the case for an order under a coverage: a digest, so that it names nobody."""
    payors = tuple((payor.reference, payor.name) for payor in coverage.payors) if coverage else ()
    member = coverage.member_id if coverage else ""
    classes = tuple((item.kind, item.value) for item in coverage.classes) if coverage else ()
    key = repr((tenant_id, order.reference, order.patient_id, payors, member, classes))
    return CaseId("c-" + hashlib.sha256(key.encode()).hexdigest()[:16])


def _open(
    toolbox: Toolbox, transaction: Transaction, chart: Chart, sources: Mapping[DocumentId, bytes], order: Order
) -> CaseId:
    patient = _patient(chart, order)
    assert patient is not None
    coverage = _coverage(chart, order)
    case_id = case_id_for(transaction.tenant_id, order, coverage)
    own = _own_chart(chart, patient)
    held = _held(transaction, case_id)
    if held is not None and held.state not in WORKABLE:
        return case_id
    now = toolbox.clock.now()
    opened = held or case_store.create(
        transaction,
        Case(
            id=case_id, tenant_id=transaction.tenant_id, state=CaseState.OPENED, patient=patient, order=order,
            opened_at=now,
        ),
        now,
    )  # fmt: skip
    chart_digest = chart_store.put_chart(transaction, case_id, own, now)
    if opened.chart_digest == chart_digest and opened.state is CaseState.AWAITING_REVIEW:
        return case_id
    chart_store.put_sources(transaction, case_id, _contents(chart, sources, own), now)
    case = opened.model_copy(
        update={
            "patient": patient, "order": order, "coverage": coverage, "requester": order.requester,
            "performer": order.performer, "chart_digest": chart_digest, "payer": None, "flags": (),
            "state": move(held.state, CaseEvent.REOPEN) if held else CaseState.OPENED,
        }
    )  # fmt: skip
    case_store.save(transaction, case, now)
    _audit(toolbox, transaction, case, "case.opened" if held is None else "case.reopened")
    return case_id


def _contents(chart: Chart, sources: Mapping[DocumentId, bytes], own: Chart) -> list[bytes]:
    """The bytes behind this patient's documents; pages parted from one file share its bytes."""
    held = {document.digest: sources[document.id] for document in chart.documents if document.id in sources}
    wanted = dict.fromkeys(document.digest for document in own.documents if document.pages or document.text)
    return [held[digest] for digest in wanted if digest in held]


def _own_chart(chart: Chart, patient: Patient) -> Chart:
    """The chart as this patient's case keeps it: of other patients' documents only that they were there."""
    chart = identified(chart, patient)
    own = chart.for_patient(patient.id)
    others = tuple(
        document.model_copy(update={"title": "", "text": "", "pages": (), "fields": (), "hidden": ()})
        for document in chart.documents
        if document.patient_id not in (patient.id, None)
    )
    return own.model_copy(update={"documents": (*own.documents, *others)})


def _held(transaction: Transaction, case_id: CaseId) -> Case | None:
    try:
        return case_store.get(transaction, case_id)
    except NotFound:
        return None


def _audit(toolbox: Toolbox, transaction: Transaction, case: Case, action: str) -> None:
    toolbox.audit.append(
        transaction,
        AuditEvent(
            tenant_id=transaction.tenant_id or DEFAULT_TENANT,
            at=toolbox.clock.now(),
            actor=Actor.SYSTEM,
            actor_id="casework",
            action=action,
            subject=case.id,
            detail={"order": case.order.reference, "chart": case.chart_digest},
        ),
    )
