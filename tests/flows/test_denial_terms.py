"""A contract's window moves what the rule leaves to the contract, dated and cited; licensed texts stand beside ours."""

from datetime import date, timedelta

import pytest

from agents.casework.denials.terms import import_code_texts, set_window, windows_held
from agents.casework.denials.views import denial_view
from agents.casework.payer_messages import take_message
from cases.contract_window import ContractWindow, window_in_force
from cases.denial import Denial
from cases.errors import InputError, NotAllowed, NotFound, UnreadableFile
from cases.ids import PayerId, UserId
from tests.flows.clinic import NOW, Clinic
from tests.flows.test_denials import HOMEBOUND, REMIT, actions, take

SUPERVISOR = UserId("supervisor")
BRIGHTWATER = "brightwater-commercial"
DISPUTE = (
    "BRIGHTWATER HEALTH PLAN OF MINNESOTA - PROVIDER PAYMENT (synthetic)\nLetter date 10/02/2026\n"
    "Claim BWC-26-660121   Member Leonora Fitch BWM5510091   DOS 03/01/2026   97110\n"
    "This claim was received after the filing limit in your agreement (CARC 29).\n"
    "A provider may dispute this under the provider agreement.\n"
)


def disputed(clinic: Clinic, text: str = DISPUTE) -> Denial:
    (denial,) = take_message(clinic.box, "dispute.txt", text.encode()).denials
    return denial


def test_a_contracts_window_gives_the_day_that_the_rule_leaves_to_it(clinic: Clinic) -> None:
    denial, (other,) = disputed(clinic), take(clinic.box, HOMEBOUND)
    assert (denial.facts.procedure, denial.clocks[0].work.day) == ("contract", None)
    assert denial.clocks[0].why_none == "contract_window_not_on_file"
    window, moved = set_window(clinic.box, BRIGHTWATER, 120, date(2026, 1, 1), None, "Agreement, 7.2", SUPERVISOR)
    assert moved == (denial.id,)
    clock = denial_view(clinic.box, denial.id).clocks[0]
    assert clock.day == date(2026, 10, 2) + timedelta(days=120)
    assert (clock.citation.endswith("Agreement, 7.2"), clock.verified) == (True, True)
    assert denial_view(clinic.box, other.id).clocks[0].computed == other.clocks[0].work.computed
    assert actions(clinic.box, window.id) == ["contract.window_set"]
    assert "denial.clock_moved" in actions(clinic.box, denial.id)
    assert clinic.log_holds()


def test_a_window_counts_for_notices_of_its_own_time(clinic: Clinic) -> None:
    set_window(clinic.box, BRIGHTWATER, 120, date(2026, 1, 1), None, "Agreement of 2026", SUPERVISOR)
    set_window(clinic.box, BRIGHTWATER, 60, date(2026, 11, 1), None, "Amendment", SUPERVISOR)
    old, new = disputed(clinic), disputed(clinic, DISPUTE.replace("10/02/2026", "11/05/2026"))
    assert old.clocks[0].work.day == date(2027, 1, 30)
    assert new.clocks[0].work.day == date(2027, 1, 4)
    assert [held.days for held in windows_held(clinic.box)] == [120, 60]


def test_a_members_appeal_is_never_changed_by_a_contract(clinic: Clinic) -> None:
    (denial,) = take(clinic.box, HOMEBOUND)
    _, moved = set_window(clinic.box, "northlake-advantage", 30, date(2026, 1, 1), None, "Agreement, 9", SUPERVISOR)
    assert moved == ()
    assert denial_view(clinic.box, denial.id).clocks[0].day == denial.clocks[0].work.day


@pytest.mark.parametrize(
    ("named", "days", "expires", "source", "user", "error"),
    [
        ("nobody at all", 90, None, "x", "supervisor", NotFound),
        (BRIGHTWATER, 0, None, "x", "supervisor", InputError),
        (BRIGHTWATER, 90, date(2025, 1, 1), "x", "supervisor", InputError),
        (BRIGHTWATER, 90, None, "  ", "supervisor", InputError),
        (BRIGHTWATER, 90, None, "x", "specialist", NotAllowed),
    ],
)
def test_what_is_no_window_is_refused(
    clinic: Clinic, named: str, days: int, expires: date | None, source: str, user: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        set_window(clinic.box, named, days, date(2026, 1, 1), expires, source, UserId(user))
    assert windows_held(clinic.box) == ()


def window(days: int, effective: date, expires: date | None = None) -> ContractWindow:
    return ContractWindow(
        id=f"w-{days}", payer_id=PayerId("p"), days=days, effective=effective, expires=expires, source="s",
        set_by="x", set_at=NOW,
    )  # fmt: skip


def test_the_window_in_force_last_governs() -> None:
    held = [window(90, date(2026, 1, 1), date(2026, 6, 30)), window(60, date(2026, 3, 1)), window(30, date(2027, 1, 1))]
    found = {
        day: window_in_force(held, PayerId("p"), day)
        for day in (date(2025, 12, 31), date(2026, 2, 1), date(2026, 3, 1), date(2027, 1, 1))
    }
    assert [one.days if one else None for one in found.values()] == [None, 90, 60, 30]
    assert window_in_force(held, PayerId("q"), date(2026, 2, 1)) is None
    assert window_in_force(held, PayerId("p"), None) is None


def test_a_licensed_list_stands_beside_our_wording_and_a_new_one_takes_its_place(clinic: Clinic) -> None:
    (denial,) = take(clinic.box, REMIT)
    carc = denial.facts.reasons[0].carc
    assert denial_view(clinic.box, denial.id).reasons[0].official == ()
    content = f"{carc}=The payer's own text\r\nZ9=Not ours\r\n".encode()
    assert import_code_texts(clinic.box, "Codes.ini", content, SUPERVISOR) == (1, 1)
    assert denial_view(clinic.box, denial.id).reasons[0].official == (f"{carc}: The payer's own text",)
    import_code_texts(clinic.box, "Codes.ini", b"50=Another text\n", SUPERVISOR)
    assert denial_view(clinic.box, denial.id).reasons[0].official == ()
    with pytest.raises(UnreadableFile):
        import_code_texts(clinic.box, "Codes.ini", b"nothing here\n", SUPERVISOR)
    with pytest.raises(NotAllowed):
        import_code_texts(clinic.box, "Codes.ini", content, UserId("reviewer"))
