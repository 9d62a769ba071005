"""A typed task for a model: its prompt, the shape of its answer, and for each variable what kind of text it carries."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, Literal, TypeVar

from agents.prompts.prompt_file import Prompt, shipped_prompt
from cases.frozen import Frozen


class Content(StrEnum):
    """What a variable of a prompt carries. Chart text and questions may identify people; the others do not."""

    CHART = "chart"
    QUESTION = "question"
    POLICY = "policy"
    RULES = "rules"

    @property
    def may_identify(self) -> bool:
        return self in (Content.CHART, Content.QUESTION)


class Abstention(Frozen):
    """That the model cannot do the task, and why, out of a closed set."""

    reason: Literal["not_in_text", "unreadable", "ambiguous", "outside_task", "other"]


class ModelAnswer(Frozen):
    """What every task's answer has: an abstention, or null where there is none."""

    abstain: Abstention | None


S = TypeVar("S", bound=ModelAnswer)


@dataclass(frozen=True)
class ModelTask(Generic[S]):
    """One kind of question. `contents` names every variable of the prompt: what is not in it cannot be sent."""

    name: str
    shape: type[S]
    contents: Mapping[str, Content]

    @property
    def prompt(self) -> Prompt:
        """The prompt file of the task's own name; raises ValueError where its variables are not the task's."""
        prompt = shipped_prompt(self.name)
        if prompt.variables != set(self.contents):
            raise ValueError(f"{self.name}: the prompt's variables are not those the task declares")
        return prompt
