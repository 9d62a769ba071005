"""A step's hands hold what it was granted and hand a tool no more than the tool declares to need."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from agents.toolbox import CaseTools, Toolbox, build_toolbox
from cases.case import LineOfBusiness, PayerRef
from cases.errors import GuardFailed, ToolNotGranted
from cases.ids import CaseId, PayerId
from guardrails.minimum_necessary import DECLARED
from runtime.settings import Settings
from tools.registry import GRANTS

PAYER = PayerRef(id=PayerId("nobody"), name="Nobody", line_of_business=LineOfBusiness.COMMERCIAL_INSURED)


@pytest.fixture
def box(tmp_path: Path) -> Toolbox:
    return build_toolbox(Settings(home=tmp_path, fixed_time=datetime(2026, 11, 23, tzinfo=UTC)))


def test_more_than_a_tool_needs_is_refused_before_it_runs(box: Toolbox) -> None:
    hands = box.hands("find_policy", CaseId("c-1"))
    with pytest.raises(GuardFailed, match="does not need: patient"):
        hands.call("find_policy", payer=PAYER, codes=("E1390",), patient="Quzzlefrith")


def test_what_it_declares_goes_through(box: Toolbox) -> None:
    assert box.hands("draft", CaseId("c-1")).call("payer_address", payer=PAYER) == ()


def test_tool_of_another_step_is_refused(box: Toolbox) -> None:
    with pytest.raises(ToolNotGranted):
        box.hands("draft", CaseId("c-1")).call("payer_submit", payer=PAYER, bundle=b"x")


def test_every_tool_declares_what_it_needs_and_takes_nothing_else(box: Toolbox) -> None:
    functions = CaseTools(box, CaseId("c-1")).by_name()
    of_cases = set().union(*(tools for step, tools in GRANTS.items() if step != "copilot"))
    assert set(DECLARED) == of_cases == set(functions)
    for name, function in functions.items():
        taken = set(function.__annotations__) - {"return"}
        assert taken == DECLARED[name], name
