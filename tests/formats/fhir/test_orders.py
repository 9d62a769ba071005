from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from cases.chart import Quantity
from formats.fhir.orders import is_order, order_from
from formats.fhir.references import References
from formats.fhir.resource import ChartResource
from formats.json_places import JsonObject

ReadAll = Callable[..., tuple[list[ChartResource], References]]
SUBJECT = {"reference": "Patient/p1"}
HCPCS = {"coding": [{"system": "http://x/hcpcs", "code": "E1390", "display": "Concentrator"}]}
ORDER: JsonObject = {
    "resourceType": "DeviceRequest", "id": "d1", "status": "active", "intent": "order", "codeCodeableConcept": HCPCS,
    "subject": SUBJECT, "authoredOn": "2024-03-01T09:00:00Z",
}  # fmt: skip


def test_a_device_request_is_kept_whole(read_all: ReadAll) -> None:
    body = {
        **ORDER, "priority": "urgent", "occurrencePeriod": {"start": "2024-03-05", "end": "2024-06-05"},
        "requester": {"reference": "Practitioner/n1"}, "performer": {"display": "Any supplier"},
        "insurance": [{"reference": "Coverage/c1"}, {"display": "none"}], "note": [{"text": "at night"}],
        "reasonReference": [{"reference": "Condition/k1"}], "reasonCode": [{"text": "words only"}],
    }  # fmt: skip
    doctor = {"resourceType": "Practitioner", "id": "n1", "name": [{"family": "Ito", "given": ["Ken"]}]}
    hypoxia = {"resourceType": "Condition", "id": "k1", "subject": SUBJECT, "code": {"coding": [{"code": "R09.02"}]}}
    resources, references = read_all(body, doctor, hypoxia)
    order = order_from(resources[0], references)
    assert (order.reference, order.status, order.intent, order.priority) == (
        "DeviceRequest/d1",
        "active",
        "order",
        "urgent",
    )
    assert [coding.code for coding in order.codes] == ["E1390"]
    assert (order.authored_on, order.service_date, order.service_end) == (
        date(2024, 3, 1),
        date(2024, 3, 5),
        date(2024, 6, 5),
    )
    assert order.requester
    assert order.performer
    assert (order.requester.name, order.requester.family) == ("Ken Ito", "Ito")
    assert (order.performer.name, order.performer.reference) == ("Any supplier", "")
    assert (order.coverage_ids, order.notes) == (("c1",), ("at night",))
    assert [coding.code for coding in order.reasons] == ["R09.02"]
    assert order.patient_id == "p1"


@pytest.mark.parametrize(
    ("body", "text", "quantity"),
    [
        ({**ORDER, "codeCodeableConcept": None, "codeReference": {"reference": "Device/v1"}}, "Hospital bed", None),
        (
            {"resourceType": "ServiceRequest", "code": {"text": "Nursing visit"}, "quantityQuantity": {"value": 12}},
            "Nursing visit",
            Quantity(value=Decimal(12), unit=""),
        ),
        (
            {
                "resourceType": "MedicationRequest",
                "medicationCodeableConcept": {"text": "Adalimumab"},
                "dispenseRequest": {"quantity": {"value": 2, "unit": "pen"}},
            },
            "Adalimumab",
            Quantity(value=Decimal(2), unit="pen"),
        ),
        (
            {
                "resourceType": "NutritionOrder",
                "dateTime": "2024-03-01",
                "patient": SUBJECT,
                "enteralFormula": {"baseFormulaType": {"text": "Peptide formula"}},
            },
            "Peptide formula",
            None,
        ),
    ],
)
def test_what_is_ordered_is_found_in_each_type(
    read_all: ReadAll, body: JsonObject, text: str, quantity: Quantity | None
) -> None:
    shared: JsonObject = {"id": "x1", "status": "active", "intent": "order"}
    whole = {key: item for key, item in {**shared, **body}.items() if item is not None}
    whole |= {} if "patient" in body else {"subject": SUBJECT}
    bed = {"resourceType": "Device", "id": "v1", "type": {"text": "Hospital bed"}}
    resources, references = read_all(whole, bed)
    order = order_from(resources[0], references)
    assert (order.text, order.quantity, order.patient_id) == (text, quantity, "p1")


@pytest.mark.parametrize("intent", ["proposal", "plan", "order", "original-order"])
def test_every_intent_is_kept_as_it_is(read_all: ReadAll, intent: str) -> None:
    resources, references = read_all({**ORDER, "intent": intent})
    assert order_from(resources[0], references).intent == intent


@pytest.mark.parametrize(
    ("status", "is_one"), [("active", True), ("draft", True), ("stopped", False), ("completed", False)]
)
def test_a_medication_request_is_an_order_only_while_it_is_open(read_all: ReadAll, status: str, is_one: bool) -> None:
    body = {
        "resourceType": "MedicationRequest", "id": "m1", "status": status, "intent": "order", "subject": SUBJECT,
        "medicationCodeableConcept": {"text": "Roflumilast"},
    }  # fmt: skip
    assert is_order(read_all(body)[0][0]) is is_one
