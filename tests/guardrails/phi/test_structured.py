"""FHIR, X12, HL7 v2, C-CDA, tables and logs are redacted by field, and stay what they are."""

import json

import pytest

from guardrails.phi.guard import PhiGuard
from guardrails.phi.masking import mask_text, restore_text
from guardrails.phi.surrogates import Surrogates

FHIR = json.dumps(
    {
        "resourceType": "Patient", "id": "pat-8842",
        "identifier": [{"system": "http://hospital.example/mrn", "value": "00482913"}],
        "name": [{"family": "Zzyzx", "given": ["Qorl"]}], "birthDate": "1931-02-03", "gender": "female",
        "address": [{"line": ["9 Foo Row"], "city": "Blarg", "state": "OH", "postalCode": "45402"}],
        "extension": [{"valueInteger": 4}], "active": True, "accountNumber": 7714402281,
    }
)  # fmt: skip
X12 = (
    "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *260101*1200*^*00501*000000001*0*P*:~"
    "NM1*IL*1*ZZYZX*QORL****MI*W12345678901~N3*9 FOO ROW~N4*BLARG*OH*45402~DMG*D8*19310203*F~"
    "REF*EA*00482913~HI*ABK:E119~SV1*HC:99213*100*UN*1~"
)
HL7 = (
    "MSH|^~\\&|APP|FAC|APP2|FAC2|202601011200||ADT^A04|1|P|2.5\r"
    "PID|1||00482913^^^HOSP^MR||ZZYZX^QORL^A||19310203|F|||9 FOO ROW^^BLARG^OH^45402||2125550134\r"
    "OBX|1|NM|4548-4^HbA1c^LN||7.8|%|||||F\r"
)
CCDA = (
    "<ClinicalDocument><recordTarget><patientRole><id root='1.2' extension='00482913'/>"
    "<patient><name><given>Qorl</given><family>Zzyzx</family></name><birthTime value='19310203'/></patient>"
    "</patientRole></recordTarget><text>HbA1c 7.8</text></ClinicalDocument>"
)
TABLE = "last_name,first_name,dob,mrn,hba1c\nZzyzx,Qorl,02/03/1931,00482913,7.8\n"
LOG = '{"level":"info","event":"x","patient_name":"Qorl Zzyzx","mrn":"00482913","ms":88}\n' * 2


@pytest.mark.parametrize("text", [FHIR, X12, HL7, CCDA, TABLE, LOG], ids=["fhir", "x12", "hl7", "ccda", "table", "log"])
def test_fields_that_identify_are_masked_and_come_back(guard: PhiGuard, text: str) -> None:
    masked = mask_text(text, guard.find(text), Surrogates(b"secret", "case"))
    for shown in ("Zzyzx", "ZZYZX", "Qorl", "QORL", "00482913", "19310203", "02/03/1931", "1931-02-03", "9 Foo Row"):
        assert shown not in masked.text
    assert restore_text(masked.text, masked.map) == text


def test_medicine_in_fields_stays(guard: PhiGuard) -> None:
    for text, kept in ((X12, ("ABK:E119", "HC:99213")), (HL7, ("4548-4^HbA1c", "7.8")), (CCDA, ("HbA1c 7.8",))):
        masked = mask_text(text, guard.find(text), Surrogates(b"secret", "case"))
        assert all(item in masked.text for item in kept)


def test_json_stays_json_and_keeps_its_types(guard: PhiGuard) -> None:
    masked = json.loads(mask_text(FHIR, guard.find(FHIR), Surrogates(b"secret", "case")).text)
    assert masked["active"] is True
    assert isinstance(masked["accountNumber"], int)
    assert masked["accountNumber"] != 7714402281
    assert masked["gender"] == "female"
    assert masked["address"][0]["state"] == "OH"


def test_short_number_without_quotes_comes_back_too(guard: PhiGuard) -> None:
    text = '{"age": 94, "seen": "2025-07-31", "room": 31, "scores": [1, 2, 31, 94], "said": "a 94F, 94 years"}'
    masked = mask_text(text, guard.find(text), Surrogates(b"secret", "case"))
    assert restore_text(masked.text, masked.map) == text
    assert json.loads(masked.text)["age"] != 94
