"""Statements that bind how a case is worked, with look-alikes that must not be taken for them."""

import pytest

from knowledge.chart_signals import EXPEDITED, RESTRICTED, shipped_signals

HASTE = (
    "Applying the standard review time could seriously jeopardize this patient's ability to regain maximum function.",
    "I am asking the plan for an expedited decision: waiting the ordinary time could\nseriously jeopardize his life.",
    "In my judgment the standard timeframe would seriously jeopardise the health of the enrollee.",
    "Waiting may gravely jeopardize the limb.",
    "Delay would place her life in serious jeopardy.",
)
NO_HASTE = (
    "Waiting would not seriously jeopardize the patient's health.",
    "There is nothing that could jeopardize her health.",
    "Check this box if the standard time could seriously jeopardize the life or health of the patient.",
    "[ ] Expedited: the standard time could seriously jeopardize the life or health of the enrollee",
    "An expedited request is one where waiting could seriously jeopardize, when a physician says so, life or health.",
    "☐ waiting could seriously jeopardize life",
    "Expedited requests are defined as those whose delay could seriously jeopardize the member's health.",
    "She fears that surgery could jeopardize her job.",
    "Priority: stat. Please call.",
    "Unless waiting could seriously jeopardize the patient's life, use the standard form.",
)
RESTRICTIONS = (
    "SELF-PAY, PAID IN FULL 11/06/2026. 45 CFR 164.522(a)(1)(vi) restriction on file.",
    "Pt paid package price in full today.\nDO NOT send auth, claim or notes for this service to the health plan.",
    "Paid in full by the patient, who does not want her insurance to be told of it.",
    "Self-pay. Do not bill insurance for this procedure.",
    "HIPAA restriction - self pay. Paid in full.",
)
NO_RESTRICTIONS = (
    "Do not send records to the plan until the note is signed.",
    "Patient paid the copay in full today.",
    "Self-pay quote given; patient decided to use insurance.",
    "Paid in full. No restriction on file; bill insurance as usual.",
    "The HIPAA restriction was withdrawn on 11/09. Paid in full earlier, refunded; self-pay cancelled.",
    "If the patient paid in full, she may ask you not to tell the health plan.",
    "Tell the health plan that the patient paid in full for the earlier service.",
)


@pytest.mark.parametrize("text", HASTE)
def test_a_physicians_statement_is_found_with_its_place(text: str) -> None:
    before = "Assessment: foot drop.\n\n"
    (found,) = shipped_signals().statements(EXPEDITED, before + text)
    assert "jeopard" in found.quote
    assert " ".join((before + text)[found.start : found.end].split()) == found.quote


@pytest.mark.parametrize("text", NO_HASTE)
def test_a_form_a_definition_or_a_denial_is_no_statement(text: str) -> None:
    assert list(shipped_signals().statements(EXPEDITED, text)) == []


@pytest.mark.parametrize("text", RESTRICTIONS)
def test_a_restriction_because_the_patient_paid_is_found(text: str) -> None:
    assert list(shipped_signals().statements(RESTRICTED, text))


@pytest.mark.parametrize("text", NO_RESTRICTIONS)
def test_what_only_sounds_like_a_restriction_is_none(text: str) -> None:
    assert list(shipped_signals().statements(RESTRICTED, text)) == []


def test_every_signal_names_its_source_and_long_text_is_read_in_time() -> None:
    signals = shipped_signals()
    for signal_id in (EXPEDITED, RESTRICTED):
        assert signals.signal(signal_id).citation
        assert list(signals.statements(signal_id, "self-pay not the plan bill " * 20_000)) == []
