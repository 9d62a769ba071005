"""Names for the identifiers that cross rooms, so that one is never passed for another."""

import hashlib
from typing import NewType

TenantId = NewType("TenantId", str)
CaseId = NewType("CaseId", str)
DocumentId = NewType("DocumentId", str)
"""A chart document: `Observation/obs013` for a FHIR resource, else the path inside the folder given."""
PatientId = NewType("PatientId", str)
PayerId = NewType("PayerId", str)
PolicyDocId = NewType("PolicyDocId", str)
FactId = NewType("FactId", str)
ConceptId = NewType("ConceptId", str)
UserId = NewType("UserId", str)
EffectKey = NewType("EffectKey", str)
Digest = NewType("Digest", str)
"""Lower-case hexadecimal SHA-256 of exact bytes."""

DEFAULT_TENANT = TenantId("default")


def digest_of(content: bytes) -> Digest:
    return Digest(hashlib.sha256(content).hexdigest())
