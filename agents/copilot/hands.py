"""One question's tools: those the registry grants the copilot, counted and timed, as langchain-core tools."""

import time
from collections.abc import Callable
from typing import Any

from langchain_core.tools import BaseTool, StructuredTool

from agents.copilot.answer import ToolCall
from agents.copilot.tool_inputs import INPUTS
from agents.copilot.tools import CopilotTools
from agents.model_session import ModelSession
from cases.errors import NotAllowed, ToolNotGranted
from cases.ids import CaseId
from tools.registry import granted, require

STEP = "copilot"
MOST_CALLS = 8
MOST_SECONDS = 20.0
"""For all tools of one question; the model's own time is bounded by its session."""


class RunStopped(NotAllowed):
    """The person stopped the run."""

    code = "run_stopped"


class CopilotHands:
    """Calls tools until they are spent; `told` hears of each call as it ends. Another tool raises ToolNotGranted."""

    def __init__(
        self, tools: CopilotTools, told: Callable[[tuple[ToolCall, ...]], None], stopped: Callable[[], bool]
    ) -> None:
        functions = tools.by_name()
        self.copilot = tools
        self.calls: tuple[ToolCall, ...] = ()
        self._told, self._stopped = told, stopped
        self._until = time.monotonic() + MOST_SECONDS
        self._tools: dict[str, BaseTool] = {
            spec.name: StructuredTool.from_function(
                functions[spec.name], name=spec.name, description=spec.description, args_schema=INPUTS[spec.name]
            )
            for spec in granted(STEP)
            if spec.name in functions
        }

    @property
    def spent(self) -> bool:
        """Whether no further call will be made."""
        return len(self.calls) >= MOST_CALLS or time.monotonic() > self._until

    def go_on(self) -> None:
        """Raises RunStopped where the person has stopped the run."""
        if self._stopped():
            raise RunStopped("The run was stopped.")

    def call(self, name: str, arguments: dict[str, Any]) -> Any:
        """What the tool returns; its type is the tool's own."""
        require(STEP, name)
        self.go_on()
        if self.spent:
            raise ToolNotGranted(f"The copilot called tools more than {MOST_CALLS} times, or for too long.")
        found = self._tools[name].invoke(dict(arguments))
        said = {key: str(value) for key, value in arguments.items() if key != "question" and value not in ("", None)}
        count = _count(found)
        self.calls += (ToolCall(name=name, arguments=said, found=count, outcome="found" if count else "nothing"),)
        self._told(self.calls)
        return found

    def model_session(self, case_id: CaseId | None) -> ModelSession | None:
        """Guarded questions to the model; None where no model is set."""
        require(STEP, "model_session")
        self.go_on()
        return self.copilot.shelves.toolbox.model_session(case_id)


def _count(found: object) -> int:
    """How much a tool found, as a number that tells nothing of it."""
    for name in ("citations", "lines"):
        held = getattr(found, name, None)
        if held is not None:
            return len(held)
    if isinstance(found, tuple):
        return len(found)
    tree = getattr(found, "tree", None)
    if tree is not None:
        return len(tree.root.leaves())
    return int(getattr(found, "need", None) is not None)
