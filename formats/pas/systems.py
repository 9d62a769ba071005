"""Addresses that PAS, US Core and R4 give to profiles, extensions and code systems, and the aliases senders use."""

from typing import Final

PAS: Final = "http://hl7.org/fhir/us/davinci-pas/"
PROFILE: Final = PAS + "StructureDefinition/"
PAS_CODES: Final = PAS + "CodeSystem/PASTempCodes"
HL7: Final = "http://terminology.hl7.org/CodeSystem/"
X12: Final = "https://codesystem.x12.org/005010/"
"""X12 code systems are named by their data element number: `X12 + "1365"` is service type."""
REVIEW_ACTION: Final = X12 + "306"
IDENTIFIER_KIND: Final = HL7 + "v2-0203"
PAYER_ID_KIND: Final = "http://hl7.org/fhir/us/carin-bb/CodeSystem/C4BBIdentifierType"
NPI: Final = "http://hl7.org/fhir/sid/us-npi"
LOINC: Final = "http://loinc.org"
ICD_10_CM: Final = "http://hl7.org/fhir/sid/icd-10-cm"
HCPCS: Final = "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"
CPT: Final = "http://www.ama-assn.org/go/cpt"
NDC: Final = "http://hl7.org/fhir/sid/ndc"
REVENUE: Final = "https://www.nubc.org/CodeSystem/RevenueCodes"
DATA_ABSENT: Final = HL7 + "data-absent-reason"
PLACE_OF_SERVICE: Final = "https://www.cms.gov/Medicare/Coding/place-of-service-codes/Place_of_Service_Code_Set"

PRODUCT_SYSTEMS: Final = (HCPCS, CPT, NDC)
"""What a requested line may be coded in (value set X12278RequestedServiceType), less the lists nobody orders from."""

ALIASES: Final = {
    "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets": HCPCS,
    "https://www.cms.gov/medicare/coding/hcpcsreleasecodesets": HCPCS,
    "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets/": HCPCS,
    "urn:oid:2.16.840.1.113883.6.285": HCPCS,
    "urn:oid:2.16.840.1.113883.6.12": CPT,
    "http://www.ama-assn.org/go/cpt/": CPT,
    "urn:oid:2.16.840.1.113883.6.69": NDC,
    "urn:oid:2.16.840.1.113883.6.301.3": REVENUE,
    "https://www.nubc.org/CodeSystem/RevenueCodes/": REVENUE,
    "urn:oid:2.16.840.1.113883.6.90": ICD_10_CM,
    "http://hl7.org/fhir/sid/icd-10": ICD_10_CM,
    "http://hl7.org/fhir/sid/icd-10-us": ICD_10_CM,
}
"""Other names in use for the same code systems; the OIDs are those of the HL7 registry."""


def canonical_system(system: str) -> str:
    """The name PAS binds to for a code system, where the sender used another for the same one."""
    return ALIASES.get(system.strip(), system.strip())
