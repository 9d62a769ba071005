"""Orders of a chart: device, service, medication and nutrition requests, whatever their intent, as sent."""

from cases.chart import Coding, Order, Party
from formats.fhir.elements import (
    Days,
    all_codings,
    child,
    children,
    choice,
    codings_of,
    concept_words,
    days_of,
    first_present,
    notes_of,
    quantity_of,
    sites_of,
    text_of,
)
from formats.fhir.references import References
from formats.fhir.resource import ChartResource
from formats.json_places import JsonObject

ORDER_TYPES = ("DeviceRequest", "ServiceRequest", "MedicationRequest", "NutritionOrder")
_OPEN_MEDICATION_ORDERS = ("active", "draft")
_NUTRITION_CODES = (("oralDiet", "type"), ("supplement", "type"), ("enteralFormula", "baseFormulaType"))


def is_order(resource: ChartResource) -> bool:
    """Whether the resource is an order; a medication request only while it is active or a draft."""
    if resource.type == "MedicationRequest":
        return text_of(resource.body, "status") in _OPEN_MEDICATION_ORDERS
    return resource.type in ORDER_TYPES


def order_from(resource: ChartResource, references: References) -> Order:
    """The order as sent. Dates of service are the occurrence, or the validity of a prescription."""
    body = resource.body
    concepts = ordered_concepts(resource, references)
    service = _service_days(body)
    quantity = child(child(body, "dispenseRequest"), "quantity") or choice(body, "quantity")[1]
    return Order(
        id=resource.id,
        resource_type=resource.type,
        document_id=resource.document_id,
        status=text_of(body, "status"),
        intent=text_of(body, "intent"),
        codes=_codes(concepts),
        text="; ".join(text for text in map(concept_words, concepts) if text),
        patient_id=references.patient_id(resource),
        authored_on=days_of(body.get(first_present(body, "authoredOn", "dateTime"))).on,
        service_date=service.on,
        service_end=service.until,
        priority=text_of(body, "priority"),
        quantity=quantity_of(quantity),
        requester=references.party(child(body, first_present(body, "requester", "orderer")), resource),
        performer=_performer(resource, references),
        coverage_ids=tuple(
            references.id_of(item, resource) for item in children(body, "insurance") if "reference" in item
        ),
        reasons=references.reason_codings(resource, "reasonCode", "reasonReference"),
        body_sites=sites_of(body, "bodySite"),
        places=_places(resource, references),
        notes=notes_of(body),
    )


def ordered_concepts(resource: ChartResource, references: References) -> list[JsonObject]:
    """What is ordered, as CodeableConcepts: the code itself, or that of the device or medication referred to."""
    body = resource.body
    if resource.type == "NutritionOrder":
        return [
            concept
            for part, key in _NUTRITION_CODES
            for item in children(body, part)
            for concept in children(item, key)
        ]
    return coded_element(resource, references, first_present(body, "code") or choice_name(body, "code", "medication"))


def choice_name(body: JsonObject, *stems: str) -> str:
    return next((name for name, _ in (choice(body, stem) for stem in stems) if name), "")


def coded_element(resource: ChartResource, references: References, key: str) -> list[JsonObject]:
    """The concepts of an element that is a CodeableConcept or a Reference to something with a code or type."""
    concepts = []
    for item in children(resource.body, key):
        if "reference" in item or "display" in item:
            target = references.body(item, resource)
            found = children(target, first_present(target, "code", "type"))
            concepts += found or [{"text": text_of(item, "display")}]
        else:
            concepts.append(item)
    return concepts


def _codes(concepts: list[JsonObject]) -> tuple[Coding, ...]:
    return tuple(coding for concept in concepts for coding in codings_of(concept))


def _service_days(body: JsonObject) -> Days:
    occurrence = days_of(choice(body, "occurrence")[1])
    return occurrence if occurrence.on else days_of(child(body, "dispenseRequest").get("validityPeriod"))


def _places(resource: ChartResource, references: References) -> tuple[Coding, ...]:
    """Codes of the place: the order's own, else the type of the location it refers to."""
    own = all_codings(resource.body, "locationCode")
    referred = (references.body(item, resource) for item in children(resource.body, "locationReference"))
    return own or tuple(coding for location in referred for coding in all_codings(location, "type"))


def _performer(resource: ChartResource, references: References) -> Party | None:
    body = resource.body
    performer = child(child(body, "dispenseRequest"), "performer") or child(body, "performer")
    return references.party(performer, resource)
