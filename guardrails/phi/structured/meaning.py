"""What a field holds, by its name and its parents' names: FHIR and C-CDA elements, and columns of systems."""

import re
from collections.abc import Sequence
from typing import Literal

from guardrails.phi.gazetteer.lexicon import listed
from guardrails.phi.recognizers.label_words import words_of
from guardrails.phi.spans import PhiType

Handling = PhiType | Literal["keep", "scan"]

_NAME_FIELDS = listed(
    "family given family_name given_name first_name last_name middle_name first fname lname mname firstname "
    "lastname middlename surname forename maiden_name maiden full_name fullname middle_initial legal_name "
    "preferred_name nickname alias aka last patient_nm pt_name nok_name nok next_of_kin member_first member_last "
    "emergency_contact attending referring ordering_provider pcp surgeon attending_physician referring_physician "
    "primary_care_provider spouse mothers_maiden_name mother_maiden_name signed_by dictated_by responsible_party "
    "pcp_name patient_full_name name_first name_last"
)
_PERSONS = listed(
    "patient pt member subscriber insured guarantor provider physician doctor attending contact spouse mother "
    "father guardian employee caller agent nurse author person individual practitioner beneficiary dependent "
    "enrollee client claimant applicant relative emergency referring rendering ordering requester prescriber "
    "surgeon performer reviewer signer witness proxy representative customer holder cardholder owner user "
    "recipient sender pcp billing child parent caregiver policyholder account kin consultant assignee reporter "
    "staff clinician therapist"
)
_STREET_FIELDS = listed(
    "line address address1 address2 address_line address_line1 address_line2 address_line_1 street street_address "
    "street_address_line street1 street2 street_name addr addr1 addr2 home_address mailing_address line1 line2 "
    "patient_address member_address residence street_line address_street permanent_address"
)
_CITY_FIELDS = listed(
    "city town municipality city_name district county patient_city member_city home_city birth_city locality "
    "village borough city_of_birth address_city"
)
_ZIP_FIELDS = listed(
    "zip zip_code zipcode postal_code postalcode postcode zip5 zip4 patient_zip address_zip member_zip postal"
)
_USER_FIELDS = listed(
    "username user_name user_id userid login login_name screen_name handle uid created_by updated_by modified_by "
    "user actor account_name login_id"
)
_KEPT_FIELDS = listed(
    "system code status resource_type unit use intent gender mode priority version version_id language "
    "code_system code_system_name code_system_version display_name null_flavor class_code mood_code type_code "
    "media_type content_type level severity currency state country state_code sex race ethnicity marital_status "
    "prefix suffix profile comparator root encoding contained_type logger thread module http_method method icd10 "
    "icd cpt hcpcs ndc loinc snomed rxnorm diagnosis_code procedure_code drg revenue_code modifier "
    "place_of_service payer_id title_code color hash digest sha256 md5 signature_algorithm representation "
    "integrity_check"
)
_CODED_PARENTS = listed(
    "coding code category vital status security tag type meta profile unit template id translation interpretation "
    "body site route method relationship"
)
_ID_KINDS = (
    ("us-ssn", PhiType.SSN), ("113883.4.1", PhiType.SSN), ("us-npi", PhiType.LICENSE), ("113883.4.6",
    PhiType.LICENSE), ("us-mbi", PhiType.MEMBER_ID),
    ("us-medicare", PhiType.MEMBER_ID), ("us-dea", PhiType.LICENSE), ("driver", PhiType.LICENSE), ("113883.4.3",
    PhiType.LICENSE), ("passport", PhiType.LICENSE),
    ("member", PhiType.MEMBER_ID), ("subscriber", PhiType.MEMBER_ID), ("medicaid", PhiType.MEMBER_ID),
    ("license", PhiType.LICENSE), ("serial", PhiType.DEVICE_ID),
    ("account", PhiType.ACCOUNT), ("claim", PhiType.ACCOUNT), ("visit", PhiType.ACCOUNT), ("encounter",
    PhiType.ACCOUNT), ("order", PhiType.ACCOUNT), ("mrn", PhiType.MRN), ("patient", PhiType.MRN),
)  # fmt: skip


_PAYER_FIELDS = frozenset({"payer id", "payor id", "plan", "plan id", "payer", "code"})
_CARD_FORM = re.compile(r"[A-Z]{1,3}\d{8,12}")
"""A member's number, which some systems put into the payer's field."""
_REFERRED = listed(
    "actor subject patient practitioner performer requester author recorder asserter beneficiary subscriber "
    "participant individual member sender recipient attester collector interpreter enterer informant source provider "
    "prescriber dispenser consenter grantor signer who guarantor policyholder"
)
"""FHIR references whose `display` is a person's name."""


def handling_of(path: Sequence[str], value: str) -> Handling:
    """How the value of the last field of `path` is handled: a type, "keep", or "scan" where its text decides."""
    name = " ".join(words_of(path[-1])) if path else ""
    parents = {word for key in path[-3:-1] for word in words_of(key)}
    for fields, kind in (
        (_NAME_FIELDS, PhiType.NAME),
        (_CITY_FIELDS, PhiType.CITY),
        (_ZIP_FIELDS, PhiType.ZIP),
        (_STREET_FIELDS, PhiType.STREET),
    ):
        if name in fields:
            return kind if _fits(kind, value) else "scan"
    if _is_person_name(name, path, parents):
        return PhiType.NAME if _fits(PhiType.NAME, value) else "scan"
    if name in _USER_FIELDS:
        return _user(value)
    if name in _PAYER_FIELDS and _CARD_FORM.fullmatch(value):
        return PhiType.MEMBER_ID
    if name == "display" and len(path) > 1 and words_of(path[-2])[-1:] and words_of(path[-2])[-1] in _REFERRED:
        return PhiType.NAME if _fits(PhiType.NAME, value) and not any(c.isdigit() for c in value) else "scan"
    if name in _KEPT_FIELDS or (
        name in ("display", "text", "value", "name") and parents & _CODED_PARENTS and "identifier" not in parents
    ):
        return "keep"
    return "scan"


def identifier_kind(about: str) -> PhiType:
    """The type of an identifier by what its system, type or root says; a medical record number where that is silent."""
    lowered = about.lower()
    return next((kind for mark, kind in _ID_KINDS if mark in lowered), PhiType.MRN)


def _is_person_name(name: str, path: Sequence[str], parents: set[str]) -> bool:
    words = name.split()
    if name in ("text", "name", "value") and len(path) > 1 and words_of(path[-2])[-1:] == ["name"]:
        return not parents & {"organization", "payer", "device", "plan", "facility"}
    if words and words[-1] == "name":
        return bool(set(words[:-1]) & _PERSONS) or (len(words) == 1 and bool(parents & _PERSONS))
    return False


def _fits(kind: PhiType, value: str) -> bool:
    """Whether a value can be what its field says; a sentence in a name field is scanned instead."""
    if kind is PhiType.ZIP:
        return any(c.isdigit() for c in value) and len(value) <= 12
    if kind is PhiType.NAME:
        return (
            any(c.isalpha() for c in value) and len(value) <= 60 and value.lower() not in _EMPTY and not value.isdigit()
        )
    return any(c.isalnum() for c in value) and len(value) <= 120 and value.lower() not in _EMPTY


_EMPTY = listed(
    "unknown none null n/a na nil - not_provided not_on_file undefined true false redacted masked anonymous self "
    "string test"
)
_MACHINES = listed(
    "system admin root service batch daemon worker scheduler api guest anonymous nobody postgres www-data cron "
    "job default"
)


def _user(value: str) -> Handling:
    lowered = value.lower()
    if (
        lowered in _MACHINES
        or lowered in _EMPTY
        or lowered.startswith(("svc", "service", "system"))
        or not value.strip()
    ):
        return "scan"
    return (
        PhiType.ACCOUNT
        if " " not in value and len(value) <= 40 and "@" not in value and any(c.isalpha() for c in value)
        else "scan"
    )
