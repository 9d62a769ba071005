"""The default codes are data with a source; NPIs are judged as US Core judges them."""

import pytest

from cases.chart import Coding, Order
from formats.pas import codes
from tests import pas_samples as samples


def hcpcs(code: str, kind: str = "DeviceRequest") -> Order:
    return samples.device_order(resource_type=kind, codes=(Coding(system=samples.HCPCS_AS_SENT, code=code),))


@pytest.mark.parametrize(
    ("order", "service_type", "place"),
    [
        (hcpcs("E0424"), "18", "12"),
        (hcpcs("E0601"), "18", "12"),
        (hcpcs("E0607"), "12", "12"),
        (hcpcs("A4217"), "12", "12"),
        (hcpcs("G0155", "ServiceRequest"), "42", "12"),
        (hcpcs("70553", "ServiceRequest"), "1", None),
        (samples.medication_order(), "88", "01"),
    ],
)
def test_orders_are_filed_under_the_first_row_that_applies(order: Order, service_type: str, place: str | None) -> None:
    row = codes.service_default(order)
    assert row is not None
    assert row.service_type.coding.code == service_type
    assert (row.place.coding.code if row.place else None) == place


def test_an_order_pas_does_not_take_has_no_default() -> None:
    assert codes.service_default(hcpcs("B4150", "NutritionOrder")) is None


def test_every_default_has_a_source() -> None:
    rows = [code for row in codes.SERVICE_DEFAULTS for code in (row.service_type, row.place) if code]
    assert all(code.source for code in (*rows, *codes.RELATIONSHIP.values(), codes.REPORT_TYPE, codes.INSURER_ROLE))


@pytest.mark.parametrize(
    ("npi", "formed", "holds"),
    [
        ("1234567893", True, True),
        ("1122334455", True, True),
        ("1122334467", True, False),
        ("123456789", False, False),
        ("12345678930", False, False),
        ("12345678a3", False, False),
        ("", False, False),
    ],
)
def test_npi(npi: str, formed: bool, holds: bool) -> None:
    assert codes.npi_well_formed(npi) is formed
    assert codes.npi_check_digit_holds(npi) is holds


def test_codings_are_named_as_pas_does_and_kept_once() -> None:
    given = (
        Coding(system=samples.HCPCS_AS_SENT, code="E0424 "),
        Coding(system="http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets", code="E0424"),
        Coding(system="http://snomed.info/sct", code="1"),
    )
    assert [c.code for c in codes.codings_in(given, (codes.canonical_system(samples.HCPCS_AS_SENT),))] == ["E0424"]
