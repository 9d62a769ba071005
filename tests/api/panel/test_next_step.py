"""What staff are told to mend, in their words and not in the format's."""

from api.panel.next_step import fixes


def test_each_lack_of_a_request_becomes_one_sentence_without_element_names() -> None:
    detail = (
        "The PAS request cannot be written: Patient.gender (give the administrative gender: male, female, other or "
        "unknown); Practitioner.identifier (requester) (give the clinician's NPI, ten digits); Claim.item.category "
        "(give service_type (X12 1365))"
    )
    told = fixes(detail)
    assert "Patient." not in told
    assert told.startswith("Give the administrative gender: male, female, other or unknown. ")
    assert "Give the clinician's NPI, ten digits." in told
    assert "X12 1365" in told
