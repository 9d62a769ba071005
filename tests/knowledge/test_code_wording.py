"""A display that says another item than its code is flagged; one in other words is not."""

import pytest

from knowledge.code_wording import shipped_codes


@pytest.mark.parametrize(
    ("code", "display", "fits"),
    [
        ("E0601", "Respiratory assist device (CPAP), bi-level w/o backup", ["E0470"]),
        ("E0601", "BiPAP ST", ["E0471", "E0472"]),
        ("E0601", "bilevel positive airway pressure", ["E0470", "E0471", "E0472"]),
        ("E0471", "Respiratory assist device, bi-level, without backup rate", ["E0470"]),
        ("E0424", "Portable gaseous oxygen system, rental", ["E0431"]),
        ("E0434", "Portable gaseous oxygen", ["E0431"]),
        ("E1390", "Portable oxygen concentrator", ["E1392"]),
        ("E0250", "Hospital bed, semi-electric, with side rails, with mattress", ["E0260"]),
        ("E0250", "Hospital bed, fixed height, with side rails, without mattress", ["E0251"]),
        ("E0466", "Home ventilator with invasive interface", ["E0465"]),
        ("E0601", "Power wheelchair", []),
        ("E0607", "Hospital bed", []),
    ],
)
def test_contradicting_display_is_flagged_with_codes_that_fit(code: str, display: str, fits: list[str]) -> None:
    flag = shipped_codes().contradiction(code, display)
    assert flag is not None
    assert flag.code == "display_contradicts_code"
    assert [code for code in fits if code not in flag.message] == []


@pytest.mark.parametrize(
    ("code", "display"),
    [
        ("E0601", "CPAP device"),
        ("E0601", "Continuous positive airway pressure (CPAP) device"),
        ("E0601", "CPAP, not bi-level"),
        ("E0601", ""),
        ("E0601", "Device"),
        ("E0424", "Stationary Compressed Gaseous Oxygen System, Rental"),
        ("E0439", "Stationary liquid oxygen system"),
        ("E0250", "Hospital bed fixed height with any type of side rails, mattress"),
        ("E0465", "Ventilator"),
        ("E0466", "Home ventilator, any type, used with non-invasive interface (mask, chest shell)"),
        ("E0470", "Respiratory assist device, bi-level pressure capability, without backup rate feature"),
        ("E0471", "Respiratory assist device, bi-level, with back-up rate feature, used with noninvasive interface"),
        ("E0562", "Humidifier, heated, used with positive airway pressure device"),
        ("E0607", "Home blood glucose monitor"),
        ("A4217", "Sterile water/saline, 500 ml"),
        ("G0155", "Services of clinical social worker in home health or hospice settings, each 15 minutes"),
        ("Z9999", "bi-level anything"),
    ],
)
def test_display_in_its_own_words_is_not(code: str, display: str) -> None:
    assert shipped_codes().contradiction(code, display) is None


def test_every_code_agrees_with_its_own_wording() -> None:
    codes = shipped_codes()
    wrong = {code: codes.contradiction(code, entry.wording) for code, entry in codes.entries.items()}
    assert {code: flag.message for code, flag in wrong.items() if flag} == {}


@pytest.mark.parametrize(
    ("code", "parts"),
    [("E0424", {"B"}), ("G0155", {"A", "B"}), ("K0823", {"B"}), ("A4253", {"B"}), ("99213", set()), ("Elbow", set())],
)
def test_part_that_pays(code: str, parts: set[str]) -> None:
    assert shipped_codes().parts(code) == parts
