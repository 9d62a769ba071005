"""What the stand-in payer says: PAS 2.2.1 response bundles, inquiry Parameters and OperationOutcomes.

Numbers and reasons are made up, and so is the choice of reason code: the X12 lists are not ours to quote.
"""

import copy
import uuid
from datetime import datetime, timedelta

from formats.pas.bundle import Json, instant
from formats.pas.reading import child, entries, objects, reachable, text
from formats.pas.systems import HL7, PROFILE, REVIEW_ACTION
from tools.payer.sandbox_script import Behaviour

_ACTION = {Behaviour.PEND: "A4", Behaviour.DENY: "A3", Behaviour.MODIFY: "A6"}
_REASON = {"system": "https://codesystem.x12.org/external/886", "code": "0V"}
_AUTHORIZED_FOR = timedelta(days=90)


def response_bundle(request: Json, behaviour: Behaviour, now: datetime, words: str = "") -> Json:
    """The decision about a request, as a profile-pas-response-bundle. What it echoes keeps its fullUrl (spec-33)."""
    held = dict(entries(request))
    claim = next(iter(held.values()))
    response = _claim_response(claim, _ACTION.get(behaviour, "A1"), now, words)
    echoed = [{"fullUrl": url, "resource": held[url]} for url in reachable(response, held)]
    return {
        "resourceType": "Bundle",
        "id": str(uuid.uuid4()),
        "meta": {"profile": [PROFILE + "profile-pas-response-bundle"]},
        "identifier": request.get("identifier"),
        "type": "collection",
        "timestamp": instant(now),
        "entry": [{"fullUrl": f"urn:uuid:{response['id']}", "resource": response}, *echoed],
    }


def inquiry_answer(held: list[Json]) -> Json:
    """The answers held, one bundle each, in the shape of 2.2.1; Parameters of nothing where there is none."""
    parameters = [{"name": "return", "resource": _as_inquiry_answer(bundle)} for bundle in held]
    return {"resourceType": "Parameters", **({"parameter": parameters} if parameters else {})}


def outcome(code: str, words: str) -> Json:
    return {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": "error", "code": code, "diagnostics": words}],
    }


def _as_inquiry_answer(bundle: Json) -> Json:
    found = copy.deepcopy(bundle)
    found["meta"] = {"profile": [PROFILE + "profile-pas-inquiry-response-bundle"]}
    found["entry"][0]["resource"]["meta"] = {"profile": [PROFILE + "profile-claiminquiryresponse"]}
    return found


def _claim_response(claim: Json, action: str, now: datetime, words: str) -> Json:
    number = uuid.uuid4().hex[:10].upper()
    lines = objects(claim, "item")
    return {
        "resourceType": "ClaimResponse",
        "id": str(uuid.uuid4()),
        "meta": {"profile": [PROFILE + "profile-claimresponse"]},
        "identifier": objects(claim, "identifier")[:1],
        "status": "active",
        "type": claim.get("type"),
        "use": "preauthorization",
        "patient": claim.get("patient"),
        "created": instant(now),
        "insurer": claim.get("insurer"),
        "requestor": claim.get("provider"),
        "request": {"type": "Claim", "identifier": child(claim, "identifier")},
        "outcome": "complete",
        "item": [_item(line, action, number, now) for line in lines],
        **({"addItem": [_instead(line, number, now) for line in lines]} if action == "A6" else {}),
        **({"processNote": [{"number": 1, "text": words or "Sandbox: not certified."}]} if action == "A3" else {}),
    }


def _item(line: Json, action: str, number: str, now: datetime) -> Json:
    extension = {
        "A1": _authorized_period(now),
        "A4": [{"url": PROFILE + "extension-administrationReferenceNumber", "valueString": f"PEND-{number}"}],
    }.get(action, [])
    return {
        **({"extension": extension} if extension else {}),
        "itemSequence": line.get("sequence"),
        **({"noteNumber": [1]} if action == "A3" else {}),
        "adjudication": [_review(action, number)],
    }


def _instead(line: Json, number: str, now: datetime) -> Json:
    """Half of what was asked for, and at least one."""
    asked = child(line, "quantity").get("value")
    half = asked / 2 if isinstance(asked, (int, float)) and asked > 1 else 1
    return {
        "extension": _authorized_period(now),
        "itemSequence": [line.get("sequence")],
        "productOrService": line.get("productOrService"),
        "quantity": {"value": half},
        "adjudication": [_review("A1", number)],
    }


def _authorized_period(now: datetime) -> list[Json]:
    today = now.date()
    period = {"start": today.isoformat(), "end": (today + _AUTHORIZED_FOR).isoformat()}
    return [
        {"url": PROFILE + "extension-itemPreAuthIssueDate", "valueDate": today.isoformat()},
        {"url": PROFILE + "extension-itemPreAuthPeriod", "valuePeriod": period},
    ]


def _review(action: str, number: str) -> Json:
    code = {"coding": [{"system": REVIEW_ACTION, "code": action}]}
    parts: list[Json] = [{"url": PROFILE + "extension-reviewActionCode", "valueCodeableConcept": code}]
    if action == "A1":
        parts.append({"url": "number", "valueString": f"AUTH-{number}"})
    if action == "A3":
        parts.append({"url": "reasonCode", "valueCodeableConcept": {"coding": [_REASON]}})
    return {
        "extension": [{"url": PROFILE + "extension-reviewAction", "extension": parts}],
        "category": {"coding": [{"system": HL7 + "adjudication", "code": "submitted"}]},
    }


def product_codes(claim: Json) -> tuple[str, ...]:
    """Codes of the requested lines."""
    concepts = [child(line, "productOrService") for line in objects(claim, "item")]
    return tuple(text(coding, "code") for concept in concepts for coding in objects(concept, "coding"))
