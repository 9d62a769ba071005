"""A bundle in the making: entries by role, their GUIDs, references between them, and the final bytes."""

import json
import uuid
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from cases.chart import Coding, NamedIdentifier
from cases.errors import InputError
from cases.ids import CaseId, TenantId
from formats.pas.systems import IDENTIFIER_KIND, PAYER_ID_KIND

Json = dict[str, Any]

_SUBMISSIONS = uuid.UUID("6f2b8f6e-5d0c-5c39-9c55-0e6f3b6d1f0a")


def submission_namespace(tenant_id: TenantId, case_id: CaseId, revision: int) -> uuid.UUID:
    """The namespace of one submission's GUIDs (PAS spec-17: unique across independent submissions)."""
    return uuid.uuid5(_SUBMISSIONS, json.dumps([tenant_id, case_id, revision]))


class BundleDraft:
    """Resources under role names; a role added twice is one entry (PAS spec-14: each instance once)."""

    def __init__(self, namespace: uuid.UUID) -> None:
        self._namespace = namespace
        self._resources: dict[str, Json] = {}

    def guid(self, role: str) -> str:
        return str(uuid.uuid5(self._namespace, role))

    def reference(self, role: str) -> Json:
        return {"reference": f"urn:uuid:{self.guid(role)}"}

    def add(self, role: str, resource: Json) -> Json:
        """Add a resource and give the reference to it."""
        self._resources.setdefault(role, resource)
        return self.reference(role)

    def to_bytes(self, profile: str, transaction: NamedIdentifier, created: datetime, first: Json) -> bytes:
        """The collection bundle with `first` (a Claim) in front, as UTF-8 JSON."""
        entries = {"claim": first, **self._resources}
        bundle = {
            "resourceType": "Bundle",
            "id": self.guid("bundle"),
            "meta": {"profile": [profile]},
            "identifier": identifier(transaction),
            "type": "collection",
            "timestamp": instant(created),
            "entry": [
                {"fullUrl": f"urn:uuid:{self.guid(role)}", "resource": _with_id(resource, self.guid(role))}
                for role, resource in entries.items()
            ],
        }
        return encode(bundle)


def encode(resource: Json) -> bytes:
    """UTF-8 JSON, laid out for reading, the same for the same content. Raises InputError on text that is none."""
    try:
        return json.dumps(resource, ensure_ascii=False, indent=1, default=_number).encode("utf-8")
    except UnicodeEncodeError:
        raise InputError("PAS bundle: a text holds half of a surrogate pair (mend the source's encoding)") from None


def _number(value: object) -> int | float:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(f"{type(value).__name__} has no FHIR form")


def _with_id(resource: Json, own_id: str) -> Json:
    return {"resourceType": resource["resourceType"], "id": own_id, **resource}


def instant(moment: datetime) -> str:
    """A FHIR instant in UTC, to the second."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def concept(*codings: Coding) -> Json:
    """A CodeableConcept of codings."""
    return {"coding": [coding_json(coding) for coding in codings]}


def coding_json(coding: Coding) -> Json:
    display = {"display": coding.display.strip()} if coding.display.strip() else {}
    return {"system": coding.system, "code": coding.code.strip(), **display}


def identifier(named: NamedIdentifier) -> Json:
    """An Identifier; `kind` is a v2-0203 type, or `payerid` for CARIN's."""
    system = PAYER_ID_KIND if named.kind == "payerid" else IDENTIFIER_KIND
    kind = {"type": concept(Coding(system=system, code=named.kind))} if named.kind else {}
    return {**kind, "system": named.system.strip(), "value": named.value.strip()}
