"""The PAS request of a case: its parties, diagnoses and identifiers, out of the chart and the settings."""

from datetime import datetime

from cases.case import Case
from cases.chart import Chart, Coding, NamedIdentifier, Party
from cases.errors import InputError
from formats.pas.bundle import submission_namespace
from formats.pas.codes import CERTIFICATION_INITIAL
from formats.pas.request import PasRequest

TRANSACTION_SYSTEM = "urn:countersign:submission"
_LIVE = frozenset({"active", "recurrence", "relapse", ""})


def pas_request(
    case: Case,
    chart: Chart,
    packet: bytes,
    revision: int,
    created: datetime,
    organization: Party | None,
    certification: Coding = CERTIFICATION_INITIAL.coding,
) -> PasRequest:
    """The request for one order. Raises InputError naming what the chart lacks."""
    if case.payer is None or case.coverage is None:
        raise InputError("the case has no payer and coverage")
    if case.requester is None:
        raise InputError("DeviceRequest.requester: the order names no clinician (name who ordered it)")
    namespace = submission_namespace(case.tenant_id, case.id, revision)
    return PasRequest(
        namespace=namespace,
        transaction=NamedIdentifier(system=TRANSACTION_SYSTEM, value=str(namespace)),
        created=created,
        patient=case.patient,
        coverage=case.coverage,
        payer=case.payer,
        order=case.order,
        requester=case.requester,
        performer=case.performer,
        organization=organization,
        packet_pdf=packet,
        attachment_title=f"Prior authorization packet, case {case.id}",
        diagnoses=diagnoses(chart),
        urgency=case.urgency,
        certification_type=certification,
    )


def diagnoses(chart: Chart) -> tuple[Coding, ...]:
    """Codes of the patient's confirmed, live conditions, each once, in the chart's order."""
    codings = [
        coding
        for entry in chart.entries
        if entry.resource_type == "Condition" and entry.status in _LIVE and entry.verification in ("confirmed", "")
        for coding in entry.codes
    ]
    return tuple({(coding.system, coding.code): coding for coding in codings}.values())
