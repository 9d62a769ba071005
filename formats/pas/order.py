"""The order itself, as the PAS profile of its kind, and the code of the requested line."""

from typing import Final

from cases.chart import Coding, Order, Quantity
from formats.pas.bundle import BundleDraft, Json, concept
from formats.pas.codes import codings_in
from formats.pas.parties import practitioner_reference
from formats.pas.request import PasRequest
from formats.pas.systems import DATA_ABSENT, PRODUCT_SYSTEMS, PROFILE, REVENUE, canonical_system

ORDER_INTENTS: Final = ("order", "original-order", "reflex-order", "filler-order", "instance-order")
"""Intents that are an order (R4 request-intent); PAS fixes the value to `order`."""
LIVE_STATUS: Final = ("draft", "active", "on-hold", "completed", "unknown")
"""Statuses of an order that may still be asked for; a revoked, stopped or mistaken one may not."""
MEDICATION_STATUS: Final = ("draft", "active")
"""PAS fixes MedicationRequest.status to `active`: one that is waiting for this answer is sent so."""


def product_codings(order: Order) -> tuple[Coding, ...]:
    """The order's HCPCS, CPT and NDC codes (value set X12278RequestedServiceType)."""
    return codings_in(order.codes, PRODUCT_SYSTEMS)


def revenue_codings(order: Order) -> tuple[Coding, ...]:
    """The order's NUBC revenue codes (value set AHANUBCRevenueCodes): stays are asked for by them."""
    return codings_in(order.codes, (REVENUE,))


def line_codings(order: Order) -> tuple[Coding, ...]:
    """What the line is coded in; a stay that has a revenue code alone says that no product code applies."""
    absent = Coding(system=DATA_ABSENT, code="not-applicable", display="Not Applicable")
    return product_codings(order) or ((absent,) if revenue_codings(order) else ())


def order_reference(draft: BundleDraft, request: PasRequest, patient: Json) -> Json:
    """Add the order and give the reference to it."""
    order = request.order
    write = {
        "DeviceRequest": _device,
        "ServiceRequest": _service,
        "MedicationRequest": _medication,
    }[order.resource_type]
    resource: Json = {
        "resourceType": order.resource_type,
        "meta": {"profile": [f"{PROFILE}profile-{order.resource_type.lower()}"]},
        "status": order.status,
        "intent": "order",
        "subject": patient,
        **({"authoredOn": order.authored_on.isoformat()} if order.authored_on else {}),
        "requester": practitioner_reference(draft, request.requester),
        **write(order),
    }
    return draft.add("order", resource)


def _device(order: Order) -> Json:
    return {"codeCodeableConcept": _concept(order, product_codings(order))}


def _service(order: Order) -> Json:
    quantity = {"quantityQuantity": quantity_json(order.quantity)} if order.quantity else {}
    return {"code": _concept(order, (*line_codings(order), *revenue_codings(order))), **quantity}


def _medication(order: Order) -> Json:
    """Every coding as sent: a drug is often named in RxNorm beside the NDC that the line is asked for by."""
    systems = tuple(canonical_system(coding.system) for coding in order.codes if coding.system.strip())
    quantity = {"dispenseRequest": {"quantity": quantity_json(order.quantity)}} if order.quantity else {}
    named = _concept(order, codings_in(order.codes, systems))
    return {"status": "active", "medicationCodeableConcept": named, **quantity}


def _concept(order: Order, codings: tuple[Coding, ...]) -> Json:
    return {**concept(*codings), **({"text": order.text.strip()} if order.text.strip() else {})}


def quantity_json(quantity: Quantity) -> Json:
    """profile-quantity: a plain value; the unit in words, since X12 673 codes are not ours to choose."""
    return {"value": quantity.value, **({"unit": quantity.unit.strip()} if quantity.unit.strip() else {})}
