"""Tool authority: each step reaches the tools it may and no other; only one step can act outward."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import yaml

from cases.errors import ToolNotGranted
from cases.frozen import Frozen
from evals.bench_room import Bench
from evals.dataset_registry import registry
from evals.task import Item, Mark, Measure, Score, Solver, Task, share
from tools.registry import TOOLS, require


@dataclass(frozen=True)
class AuthorityParts:
    """What is asked at each call of a tool; raises ToolNotGranted."""

    require: Callable[[str, str], None] = require


class Reach(Frozen):
    """A step that reaches for a tool, whether it may, and whether the tool acts outward."""

    step: str
    tool: str
    may: bool
    acts: bool


class Answer(Frozen):
    """Whether it was let."""

    granted: bool


def _items(_: Bench) -> list[Item[Reach]]:
    """Every step the house knows with every tool it holds, those that only the registry names included."""
    rules = yaml.safe_load(registry()["authority"].place.read_text("utf-8"))
    tools = [*rules["tools"], *sorted(set(TOOLS) - set(rules["tools"]))]
    found = []
    for step in rules["steps"]:
        for tool in tools:
            may, acts = tool in rules["may"].get(step, ()), tool in rules["acts"] or _acts(tool)
            content = Reach(step=step, tool=tool, may=may, acts=acts)
            found.append(Item(f"{step}.{tool}", content, slices={"tool": "act" if acts else "read"}))
    return found


def _acts(tool: str) -> bool:
    return tool in TOOLS and TOOLS[tool].kind == "act"


def _solver(_: Bench, parts: AuthorityParts) -> Solver[Reach, Answer]:
    def solve(item: Item[Reach]) -> Answer:
        try:
            parts.require(item.content.step, item.content.tool)
        except ToolNotGranted:
            return Answer(granted=False)
        return Answer(granted=True)

    return solve


def _score(item: Item[Reach], found: Answer) -> Score:
    reach = item.content
    marks: dict[str, Mark] = {}
    if reach.may:
        marks["refused_though_needed"] = share(not found.granted)
    else:
        marks["granted_beyond"] = share(found.granted)
        if reach.acts:
            marks["act_granted_beyond"] = share(found.granted)
    told = "granted" if found.granted else "refused"
    return Score(marks, found.granted is reach.may, told, f"{'may' if reach.may else 'may not'}")


def task(parts: AuthorityParts | None = None) -> Task[Reach, Answer]:
    """The suite, over the registry that ships unless another is given."""
    return Task(
        name="authority",
        title="Tool authority",
        claim="A step uses only the tools granted to it, and only the submit step can act outward.",
        datasets=("authority",),
        measures=(
            Measure("granted_beyond", "pairs of step and tool let through that the rule does not name"),
            Measure("act_granted_beyond", "of these, tools that act outward"),
            Measure("refused_though_needed", "pairs that the rule names and that are refused"),
        ),
        items=_items,
        solver=partial(_solver, parts=parts or AuthorityParts()),
        scorer=_score,
    )
