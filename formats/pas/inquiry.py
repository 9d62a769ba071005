"""The PAS 2.2.1 inquiry about a request already sent (profile-pas-inquiry-request-bundle), made from its own bytes."""

import uuid
from datetime import datetime

from cases.chart import NamedIdentifier
from cases.errors import InputError
from formats.pas.bundle import Json, encode, identifier, instant
from formats.pas.reading import child, entries, objects, parse, reachable, text
from formats.pas.systems import PROFILE

_ASKED_BY = ("type", "patient", "insurer", "provider", "priority")


def claim_identifier(bundle: bytes) -> NamedIdentifier:
    """The identifier a request or inquiry goes by (Claim.identifier). Raises InputError where it has none."""
    claim = _claim(parse(bundle, "PAS bundle"))
    named = child(claim, "identifier")
    if not text(named, "system") or not text(named, "value"):
        raise InputError("unreadable PAS bundle: Claim.identifier has no system and value")
    return NamedIdentifier(system=text(named, "system"), value=text(named, "value"))


def write_inquiry(submitted: bytes, asked_at: datetime) -> bytes:
    """Ask for what exactly these submitted bytes asked: same identifier, patient, insurer, provider and coverage.

    The resources are the submitted ones under their own GUIDs (PAS spec-17 allows it); claim and bundle are new.
    Raises InputError where the bytes are not a PAS request.
    """
    request = parse(submitted, "PAS bundle")
    claim = _claim(request)
    namespace = uuid.uuid5(uuid.NAMESPACE_URL, f"{text(request, 'id')}/inquiry/{instant(asked_at)}")
    asked = _inquiry_claim(claim, str(uuid.uuid5(namespace, "claim")), asked_at)
    held = dict(entries(request))
    reached = [{"fullUrl": url, "resource": held[url]} for url in reachable(asked, held)]
    bundle: Json = {
        "resourceType": "Bundle",
        "id": str(uuid.uuid5(namespace, "bundle")),
        "meta": {"profile": [PROFILE + "profile-pas-inquiry-request-bundle"]},
        "identifier": identifier(NamedIdentifier(system="urn:ietf:rfc:3986", value=f"urn:uuid:{namespace}")),
        "type": "collection",
        "timestamp": instant(asked_at),
        "entry": [{"fullUrl": f"urn:uuid:{asked['id']}", "resource": asked}, *reached],
    }
    return encode(bundle)


def _inquiry_claim(claim: Json, own_id: str, asked_at: datetime) -> Json:
    return {
        "resourceType": "Claim",
        "id": own_id,
        "meta": {"profile": [PROFILE + "profile-claim-inquiry"]},
        "identifier": objects(claim, "identifier")[:1],
        "status": "active",
        "use": "preauthorization",
        **{name: claim[name] for name in _ASKED_BY if name in claim},
        "created": instant(asked_at),
        "insurance": objects(claim, "insurance"),
    }


def _claim(bundle: Json) -> Json:
    first = next((resource for _, resource in entries(bundle)), {})
    if text(first, "resourceType") != "Claim":
        raise InputError("unreadable PAS bundle: its first entry is not a Claim")
    return first
