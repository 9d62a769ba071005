"""What the fields of a case know is found in its texts: bare first names, misspellings, numbers with other marks."""

from datetime import UTC, date, datetime

import pytest

from cases.case import Case
from cases.chart import Address, Coverage, NamedIdentifier, Order, Party, Patient
from cases.ids import DEFAULT_TENANT, CaseId, DocumentId, PatientId
from cases.lifecycle import CaseState
from cases.ports import CaseMemory, KnownIdentifier
from guardrails.phi.guard import PhiGuard
from guardrails.phi.memory import find_known, memory_of_case

PATIENT = Patient(
    id=PatientId("p1"), document_id=DocumentId("Patient/p1"), family="Qorlathen", given=("Zefira",),
    birth_date=date(1961, 3, 14), gender="female", phone="212-555-7788",
    identifiers=(NamedIdentifier(system="urn:mrn", value="AB-4471-220", kind="MR"),),
    address=Address(line=("9 Vexlumpen Row",), city="Blargton", state="OH"),
)  # fmt: skip
CASE = Case(
    id=CaseId("c1"), tenant_id=DEFAULT_TENANT, state=CaseState.OPENED, patient=PATIENT,
    order=Order(
        id="o1", resource_type="DeviceRequest", document_id=DocumentId("DeviceRequest/o1"), status="active",
        intent="order", codes=(), text="oxygen", patient_id=PatientId("p1"), authored_on=None,
    ),
    opened_at=datetime(2026, 3, 2, tzinfo=UTC),
    coverage=Coverage(
        id="v1", document_id=DocumentId("Coverage/v1"), status="active", beneficiary_id=PatientId("p1"), payors=(),
        member_id="NLA5510023",
    ),
    requester=Party(name="Dr. Uldren Wexmoor", family="Wexmoor", given=("Uldren",), npi="1234567893"),
)  # fmt: skip
MEMORY = memory_of_case(CASE)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("zefira slept well last night", "zefira"),
        ("plan discussed with Zefira today", "Zefira"),
        ("pt Qorlathan is improving", "Qorlathan"),
        ("QORLATHEN,ZEFIRA seen", "QORLATHEN,ZEFIRA"),
        ("chart AB4471220 pulled", "AB4471220"),
        ("chart ab 4471 220 pulled", "ab 4471 220"),
        ("card nla-5510023 scanned", "nla-5510023"),
        ("text 2125557788 instead", "2125557788"),
        ("lives on 9  Vexlumpen Row now", "9  Vexlumpen Row"),
        ("moved away from Blargton", "Blargton"),
        ("per Wexmoor continue", "Wexmoor"),
        ("born 1961.03.14", "1961.03.14"),
    ],
)
def test_known_identifier_is_found(text: str, shown: str) -> None:
    start = text.index(shown)
    covered = [(span.start, span.end) for span in find_known(text, MEMORY)]
    merged = set().union(*(range(a, b) for a, b in covered)) if covered else set()
    letters = {at for at in range(start, start + len(shown)) if text[at].isalnum()}
    assert letters <= merged, covered


def test_everyday_word_that_is_a_name_is_only_masked_as_a_name() -> None:
    memory = CaseMemory(known=(KnownIdentifier(kind="NAME", text="Will White"),))
    assert find_known("white blood cells 7.4; will follow up", memory) == []
    assert find_known("White count is up. Will return.", memory) == []
    text = "spoke to Will and Mrs. White"
    assert [text[span.start : span.end] for span in find_known(text, memory)] == ["Will", "White"]


def test_nothing_known_finds_nothing() -> None:
    assert find_known("Zefira Qorlathen", CaseMemory()) == []


def test_guard_masks_what_the_memory_knows_in_fields_it_would_keep(guard: PhiGuard) -> None:
    text = '{"code": {"coding": [{"display": "per Qorlathen"}]}}'
    assert any(text[span.start : span.end] == "Qorlathen" for span in guard.find(text, MEMORY))
