"""Answers: the decision comes from review actions and from nothing else, and broken bodies are refused."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from cases.chart import NamedIdentifier
from cases.decision import PayerAnswer, ReviewAction
from cases.errors import InputError
from formats.pas.answer import read_inquiry_answer, read_response

AT = datetime(2026, 11, 2, tzinfo=UTC)
PAS = "http://hl7.org/fhir/us/davinci-pas/StructureDefinition/"
ASKED = NamedIdentifier(system="urn:x", value="case-1.1")
A1, A3, A4, A6 = (
    ReviewAction.CERTIFIED, ReviewAction.NOT_CERTIFIED, ReviewAction.PENDED, ReviewAction.MODIFIED,
)  # fmt: skip

PUBLISHED = {
    "davinci-pas-ig-2.2.1/Bundle-ReferralAuthorizationResponseBundleExample.json": [(1, A1, "A1", "AUTH0001")],
    "davinci-pas-ig-2.2.1/Bundle-ReferralPendingAuthorizationResponseBundleExample.json": [(1, A4, "A4", "")],
    "davinci-pas-ig-2.2.1/Bundle-RejectionResponseBundleExample.json": [(1, A3, "A3", "")],
    "davinci-pas-ig-2.2.1/Bundle-ErrorResponseBundleExample.json": [],
    "davinci-pas-ig-2.2.1/Bundle-PASClaimInquiryResponseBundleExample.json": [(1, A1, "A1", "AUTH0001")],
    "davinci-pas-ig-2.2.1/Bundle-PASSubscriptionNotification.json": [(1, A1, "A1", "AUTH0001")],
    "davinci-pas-ig-2.2.1/Parameters-PASClaimInquiryOperationResponseExample.json": [(1, A1, "A1", "AUTH0001")],
    "davinci-pas-ig-2.2.1/ClaimResponse-ErrorResponseExample.json": [],
    "davinci-pas-ig-2.2.1/ClaimResponse-PASClaimInquiryResponseExample.json": [(1, A1, "A1", "AUTH0001")],
    "davinci-pas-ig-2.2.1/ClaimResponse-PractitionerRequestorAdditionalContentResponseExample.json": [
        (1, A1, "A1", "AUTH0001"),
        (2, A1, "A1", "AUTH0001"),
    ],
    "davinci-pas-ig-2.2.1/ClaimResponse-PractitionerRequestorPendingResponseExample.json": [(1, A4, "A4", "")],
    "davinci-pas-ig-2.2.1/ClaimResponse-PractitionerRequestorResponseExample.json": [(1, A1, "A1", "AUTH0001")],
    "davinci-pas-ig-2.2.1/ClaimResponse-RejectionResponseExample.json": [(1, A3, "A3", "")],
    "davinci-pas-ig-2.0.1/Bundle-ErrorResponseBundleExample.json": [(1, A1, "A1", "AUTH0001")],
    "davinci-pas-ig-2.0.1/Bundle-PASClaimInquiryResponseBundleExample.json": [(1, A1, "A1", "AUTH0001")],
    "davinci-pas-ig-2.0.1/Bundle-ReferralAuthorizationResponseBundleExample.json": [(1, A1, "A1", "AUTH0001")],
    "davinci-pas-ig-2.0.1/ClaimResponse-ErrorResponseExample.json": [],
    "davinci-pas-ig-2.0.1/ClaimResponse-PASClaimInquiryResponseExample.json": [(1, A1, "A1", "AUTH0001")],
    "davinci-pas-ig-2.0.1/ClaimResponse-PractitionerRequestorResponseExample.json": [(1, A1, "A1", "AUTH0001")],
    "davinci-pas-ig-2.0.1/ClaimResponse-ReferralAuthorizationResponseExample.json": [(1, A1, "A1", "AUTH0001")],
}
_RI = "hl7-davinci-prior-auth-ri/src/main/resources/DatabaseResources/"
REFERENCE_PAYER = {
    _RI + "DeniedResponse.json": [(0, A3, "A3", "")],
    _RI + "GrantedResponse.json": [(0, A1, "A1", "ee7f76f8-5e4e-4733-8f85-3fe3c29cf30f")],
    _RI + "PendedClaimResponse.json": [(0, A4, "A4", "")],
    _RI + "PendedFinalResponse.json": [(0, A1, "A1", "8373b834-7369-4a11-a2bf-0b72614cf1e9")],
    "hl7-davinci-prior-auth-ri/src/test/resources/bundle-response.json": [(0, None, "", "")],
    "hl7-davinci-prior-auth-ri/src/test/resources/claimresponse-only.json": [(0, None, "", "")],
}
INFERNO = {
    ("pas_client_v221_run_against_pas_server", "denial_json_response"): [(1, A3), (2, A1)],
    ("pas_client_v221_run_against_pas_server", "pended_json_response"): [(1, A4)],
    ("pas_client_v221_run_against_pas_server", "approval_json_response"): [(1, A1)],
    ("pas_client_v221_run_against_pas_server", "modification_json_response"): [(1, A6)],
    ("pas_client_v221_run_against_pas_server", "processing_error_response"): [],
    ("pas_client_v201_run_against_pas_server", "denial_json_response"): [(1, A3), (2, A1)],
    ("pas_client_v201_run_against_pas_server", "pended_json_response"): [(1, A4)],
    ("pas_client_example", "denial_json_response"): [(1, None), (2, A1)],
    ("pas_client_example", "pended_json_response"): [(1, None)],
}


def read(body: bytes | dict[str, Any]) -> PayerAnswer:
    return read_response(body if isinstance(body, bytes) else json.dumps(body).encode(), AT)


@pytest.mark.parametrize("name", [*PUBLISHED, *REFERENCE_PAYER])
def test_published_answers(shared: Path, name: str) -> None:
    answer = read((shared / "data/standards" / name).read_bytes())
    found = [(item.sequence, item.action, item.action_code, item.authorization_number) for item in answer.items]
    assert found == (PUBLISHED | REFERENCE_PAYER)[name]


def test_every_published_answer_is_in_the_table(shared: Path) -> None:
    root = shared / "data/standards"
    found = {
        str(path.relative_to(root))
        for folder in ("davinci-pas-ig-2.2.1", "davinci-pas-ig-2.0.1")
        for path in (root / folder).glob("*.json")
        if b'"resourceType":"ClaimResponse"' in path.read_bytes().replace(b" ", b"")
    }
    assert found == set(PUBLISHED)


@pytest.mark.parametrize(("preset", "name"), INFERNO)
def test_inferno_answers(shared: Path, preset: str, name: str) -> None:
    path = shared / f"data/standards/inferno-pas-test-kit/config/presets/{preset}.json"
    value = next(i["value"] for i in json.loads(path.read_bytes())["inputs"] if i["name"] == name)
    answer = read(value.encode())
    assert [(item.sequence, item.action) for item in answer.items] == INFERNO[preset, name]


def test_details_of_a_published_approval_and_error(shared: Path) -> None:
    folder = shared / "data/standards/davinci-pas-ig-2.2.1"
    (item,) = read((folder / "ClaimResponse-PractitionerRequestorResponseExample.json").read_bytes()).items
    assert (item.authorized_from, item.authorized_to) == (date(2005, 5, 2), date(2005, 6, 2))
    assert [c.code for c in item.authorized_codes] == ["3"]
    error = read((folder / "ClaimResponse-ErrorResponseExample.json").read_bytes())
    assert error.errors == ("04", "T4, follow-up C, at Bundle.entry[1].Organization.name")
    assert error.outcome == "error"


@pytest.mark.parametrize("name", ["claimresponse-minimal.json", "claimresponse-pended.json"])
def test_a_draft_answer_is_no_answer(shared: Path, name: str) -> None:
    path = shared / "data/standards/hl7-davinci-prior-auth-ri/src/test/resources" / name
    with pytest.raises(InputError, match="status"):
        read(path.read_bytes())


def review(*codes: str, number: str = "", reasons: tuple[str, ...] = ()) -> dict[str, Any]:
    parts: list[dict[str, Any]] = [
        {
            "url": PAS + "extension-reviewActionCode",
            "valueCodeableConcept": {"coding": [{"system": "https://codesystem.x12.org/005010/306", "code": code}]},
        }
        for code in codes
    ]
    parts += [{"url": "number", "valueString": number}] if number else []
    parts += [{"url": "reasonCode", "valueCodeableConcept": {"coding": [{"code": code}]}} for code in reasons]
    return {"adjudication": [{"extension": [{"url": PAS + "extension-reviewAction", "extension": parts}]}]}


def response(**changes: Any) -> dict[str, Any]:
    return {"resourceType": "ClaimResponse", "status": "active", "use": "preauthorization", **changes}


@pytest.mark.parametrize("outcome", ["complete", "queued", "partial", "error", ""])
def test_outcome_never_decides(outcome: str) -> None:
    denied = read(response(outcome=outcome, item=[{"itemSequence": 1, **review("A3")}]))
    silent = read(response(outcome=outcome, disposition="Approved", item=[{"itemSequence": 1, "adjudication": [{}]}]))
    assert (denied.items[0].action, denied.outcome) == (A3, outcome)
    assert silent.items[0].action is None


@pytest.mark.parametrize(
    ("codes", "action", "kept"),
    [
        (("A2",), ReviewAction.PARTIALLY_CERTIFIED, "A2"),
        (("CT",), ReviewAction.CONTACT_PAYER, "CT"),
        (("NA",), ReviewAction.NOT_REQUIRED, "NA"),
        (("C",), ReviewAction.CANCELLED, "C"),
        (("A1", "A1"), A1, "A1"),
        (("A1", "A3"), None, "A1,A3"),
        (("A9",), None, "A9"),
        (("a1",), None, "a1"),
        ((), None, ""),
    ],
)
def test_only_one_known_code_is_a_decision(codes: tuple[str, ...], action: ReviewAction | None, kept: str) -> None:
    (item,) = read(response(item=[{"itemSequence": 1, **review(*codes)}])).items
    assert (item.action, item.action_code) == (action, kept)


def test_a_look_alike_extension_is_no_review_action() -> None:
    spoofed = json.loads(json.dumps(review("A1")).replace("hl7.org", "hl7.example"))
    assert read(response(item=[{"itemSequence": 1, **spoofed}])).items[0].action is None


def test_modified_line_says_what_was_authorised_instead() -> None:
    added = {
        "itemSequence": [2],
        "productOrService": {"coding": [{"system": "http://h", "code": "E1390"}]},
        "quantity": {"value": 3, "unit": "month"},
        "extension": [
            {
                "url": PAS + "extension-itemPreAuthPeriod",
                "valuePeriod": {"start": "2026-01-01", "end": "2026-03-31T00:00:00Z"},
            }
        ],
        **review("A1", number="AUTH9"),
    }
    answer = read(
        response(
            item=[{"itemSequence": 1, **review("A1", number="AUTH8")}, {"itemSequence": 2, **review("A6")}],
            addItem=[added],
        )
    )
    first, second = answer.items
    assert (first.action, first.authorization_number, first.authorized_codes) == (A1, "AUTH8", ())
    assert (second.action, second.authorization_number) == (A6, "AUTH9")
    assert [c.code for c in second.authorized_codes] == ["E1390"]
    assert second.authorized_quantity is not None
    assert (second.authorized_quantity.value, second.authorized_quantity.unit) == (3, "month")
    assert (second.authorized_from, second.authorized_to) == (date(2026, 1, 1), date(2026, 3, 31))


def test_denial_carries_reasons_and_its_own_notes() -> None:
    answer = read(
        response(
            item=[
                {"itemSequence": 1, "noteNumber": [1], **review("A3", reasons=("0V", "0N"))},
                {"itemSequence": 2, "noteNumber": [2], **review("A1")},
            ],
            processNote=[
                {"number": 1, "text": "No blood gas."},
                {"number": 2, "text": "Three months."},
                {"number": 3, "text": "Call us."},
            ],
        )
    )
    assert answer.items[0].reason_codes == ("0V", "0N")
    assert answer.items[0].notes == ("No blood gas.", "Call us.")
    assert answer.items[1].notes == ("Three months.", "Call us.")


def test_request_for_information_is_read() -> None:
    asks = {
        "resourceType": "CommunicationRequest",
        "category": [{"coding": [{"code": "15"}]}],
        "extension": [{"url": PAS + "extension-serviceLineNumber", "valuePositiveInt": 1}],
        "payload": [{"contentString": "18776-5"}, {"contentString": "11503-0"}],
    }
    entries = [{"resource": response(item=[{"itemSequence": 1, **review("A4")}])}, {"resource": asks}]
    answer = read({"resourceType": "Bundle", "entry": entries})
    assert answer.requested_information == ("15 18776-5 for line 1", "15 11503-0 for line 1")


BROKEN: dict[str, bytes] = {
    "nothing": b"",
    "a page": b"<html>502 Bad Gateway</html>",
    "cut off": b'{"resourceType":"ClaimResponse","status":"act',
    "not UTF-8": b'{"resourceType":"\xff\xfe"}',
    "a list": b"[]",
    "a number": b"1",
    "a key twice": b'{"resourceType":"ClaimResponse","status":"active","status":"active","item":[]}',
    "NaN": b'{"resourceType":"ClaimResponse","x":NaN}',
    "half a pair": b'{"resourceType":"ClaimResponse","status":"active","outcome":"\\ud800"}',
    "deep": b'{"a":' * 5000 + b"1" + b"}" * 5000,
    "deeper than FHIR": b'{"a":' * 90 + b"1" + b"}" * 90,
    "a huge number": b'{"resourceType":"ClaimResponse","x":' + b"9" * 5000 + b"}",
    "another resource": b'{"resourceType":"OperationOutcome"}',
    "no resource": b"{}",
    "a bundle of nothing": b'{"resourceType":"Bundle","entry":[]}',
    "entries of a wrong shape": b'{"resourceType":"Bundle","entry":[1,"x",null,{"resource":"y"}]}',
    "a cancelled answer": json.dumps(response(status="cancelled")).encode(),
    "a mistake taken back": json.dumps(response(status="entered-in-error")).encode(),
    "an answer of no status": json.dumps(response(status=None, item=[{"itemSequence": 1, **review("A1")}])).encode(),
    "an answer to a bill": json.dumps(response(use="claim", item=[{"itemSequence": 1, **review("A1")}])).encode(),
    "a line without a number": json.dumps(response(item=[review("A1")])).encode(),
    "a line with a word for a number": json.dumps(response(item=[{"itemSequence": "1", **review("A1")}])).encode(),
    "one line decided twice": json.dumps(
        response(item=[{"itemSequence": 1, **review("A1")}, {"itemSequence": 1, **review("A3")}])
    ).encode(),
    "two answers": json.dumps(
        {"resourceType": "Bundle", "entry": [{"resource": response()}, {"resource": response()}]}
    ).encode(),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_answer_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="unreadable payer answer"):
        read(BROKEN[name])


@pytest.mark.parametrize("junk", [None, 1, "x", [], [1], {}, {"a": 1}, [[{}]], True, 1e400])
def test_junk_in_any_place_never_becomes_a_decision(junk: object) -> None:
    whole = response(
        identifier=[{"value": "1"}], item=[{"itemSequence": 1, "noteNumber": [1], **review("A1", number="N")}],
        addItem=[{"itemSequence": [1], "quantity": {"value": 1}, "productOrService": {"coding": [{"code": "E"}]}}],
        processNote=[{"number": 1, "text": "t"}], preAuthPeriod={"start": "2026-01-01"}, error=[{"code": {}}],
    )  # fmt: skip
    for path in _places(whole):
        spoilt = json.loads(json.dumps(whole))
        holder = spoilt
        for key in path[:-1]:
            holder = holder[key]
        holder[path[-1]] = junk
        body = json.dumps(spoilt).replace("Infinity", "1e400").encode()
        try:
            answer = read_response(body, AT)
        except InputError:
            continue
        assert all(item.action in (A1, None) for item in answer.items)


def _places(value: Any, above: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for key, content in inside for place in ((*above, key), *_places(content, (*above, key)))]


def parameters(*resources: dict[str, Any]) -> bytes:
    return json.dumps(
        {"resourceType": "Parameters", "parameter": [{"name": "return", "resource": r} for r in resources]}
    ).encode()


def held(value: str, *codes: str, created: str = "2026-11-01T00:00:00Z") -> dict[str, Any]:
    identifier = [{"system": "urn:payer", "value": value}]
    answer = response(identifier=identifier, created=created, item=[{"itemSequence": 1, **review(*codes)}])
    return {"resourceType": "Bundle", "entry": [{"resource": answer}]}


def test_inquiry_finds_its_own_among_others() -> None:
    answer = read_inquiry_answer(parameters(held("other", "A3"), held("case-1.1", "A1")), AT, ASKED)
    assert answer is not None
    assert answer.items[0].action is A1


def test_inquiry_takes_the_latest_of_its_own() -> None:
    older, newer = held("case-1.1", "A4"), held("case-1.1", "A1", created="2026-11-02T00:00:00Z")
    for body in (parameters(older, newer), parameters(newer, older)):
        answer = read_inquiry_answer(body, AT, ASKED)
        assert answer is not None
        assert answer.items[0].action is A1


@pytest.mark.parametrize(
    "body", [parameters(), parameters(held("case-1.10", "A1")), b'{"resourceType":"Bundle","type":"collection"}']
)
def test_inquiry_about_what_the_payer_does_not_hold_is_none(body: bytes) -> None:
    assert read_inquiry_answer(body, AT, ASKED) is None


@pytest.mark.parametrize(
    "body",
    [
        parameters({"resourceType": "OperationOutcome", "issue": [{"severity": "warning", "code": "suppressed"}]}),
        parameters(response(item=[{"itemSequence": 1, **review("A1")}])),
        b'{"resourceType":"OperationOutcome"}',
        b"gateway",
    ],
    ids=["something is withheld", "an answer to no one", "an outcome", "a page"],
)
def test_inquiry_that_leaves_the_doubt_is_refused(body: bytes) -> None:
    with pytest.raises(InputError, match="unreadable payer answer"):
        read_inquiry_answer(body, AT, ASKED)


def test_inquiry_reads_the_claim_that_an_answer_encloses(shared: Path) -> None:
    body = (
        shared / "data/standards/davinci-pas-ig-2.2.1/Parameters-PASClaimInquiryOperationResponseExample.json"
    ).read_bytes()
    assert read_inquiry_answer(body, AT, NamedIdentifier(system="http://any", value="111099")) is not None
    assert read_inquiry_answer(body, AT, NamedIdentifier(system="http://any", value="11109")) is None
