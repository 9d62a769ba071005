"""Which step holds which tool: only submit can act, and no step that reads strangers' text can."""

import pytest

from cases.errors import ToolNotGranted
from tools.registry import GRANTS, TOOLS, granted, require

STEPS = {
    "triage", "gather", "who_decides", "find_policy", "evaluate", "list_gaps", "draft", "check", "gate",
    "await_review", "submit", "follow", "take_up", "choose_pathway", "answer", "copilot",
}  # fmt: skip
READS_STRANGERS = {"gather", "evaluate", "draft", "answer", "copilot"}


def test_the_table_names_every_step_of_the_graph_and_no_other() -> None:
    assert set(GRANTS) == STEPS


def test_every_grant_is_of_a_tool_that_exists_and_every_tool_is_granted() -> None:
    assert set().union(*GRANTS.values()) == set(TOOLS)


@pytest.mark.parametrize("step", sorted(STEPS))
def test_only_submit_may_act(step: str) -> None:
    acts = {spec.name for spec in granted(step) if spec.kind == "act"}
    assert acts == ({"payer_submit"} if step == "submit" else set())


@pytest.mark.parametrize("step", sorted(READS_STRANGERS))
def test_a_step_that_reads_strangers_text_reaches_no_payer(step: str) -> None:
    assert not {"payer_submit", "payer_inquire"} & {spec.name for spec in granted(step)}


def test_waiting_for_a_person_holds_nothing() -> None:
    assert granted("await_review") == ()


def test_granted_and_required_agree() -> None:
    for step in STEPS:
        held = {spec.name for spec in granted(step)}
        for tool in TOOLS:
            if tool in held:
                require(step, tool)
            else:
                with pytest.raises(ToolNotGranted, match=f"{step}.*{tool}"):
                    require(step, tool)


@pytest.mark.parametrize(
    ("step", "tool"), [("draft", "payer_submit"), ("submit", "shell"), ("Submit", "payer_submit"), ("", "read_chart")]
)
def test_what_the_table_does_not_say_is_refused(step: str, tool: str) -> None:
    with pytest.raises(ToolNotGranted):
        require(step, tool)


def test_a_step_nobody_knows_has_no_tools() -> None:
    assert granted("improvise") == ()


def test_every_tool_says_what_it_does() -> None:
    assert all(spec.name == name and spec.description.endswith(".") for name, spec in TOOLS.items())
