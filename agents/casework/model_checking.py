"""Says of the model that is set whether it may be asked, whether it answers, and what would be sent to it."""

import time
from collections.abc import Sequence

from agents.guarded_model import GuardedModel
from agents.reading.model_reader.tasks import TASKS
from agents.toolbox import Toolbox
from cases.errors import GuardFailed, ModelError, ModelNotCleared, NotFound
from cases.frozen import Frozen
from guardrails.disclosure_agreements import Agreement
from runtime.settings import SchemaMode

_MODES: tuple[SchemaMode, ...] = ("json_schema", "json_object", "text")


class ModeChecked(Frozen):
    """One way to ask for JSON: whether an answer of the right shape came, after how many seconds, or why not."""

    mode: SchemaMode
    works: bool
    seconds: float = 0.0
    why_not: str = ""


class TaskSent(Frozen):
    """One task: which kinds of text it sends, and the digest of its prompt file."""

    name: str
    contents: tuple[str, ...]
    prompt: str


class ModelCheck(Frozen):
    """What was found. `refused` says why nothing at all is sent; then no mode was tried and nothing left."""

    endpoint: str
    model: str
    agreements_file: str
    agreement: Agreement | None
    refused: str
    masks: bool
    screens: bool
    modes: tuple[ModeChecked, ...]
    tasks: tuple[TaskSent, ...]
    set_mode: SchemaMode

    @property
    def identified(self) -> bool:
        """Whether text would go there as it stands."""
        return self.agreement is not None and self.agreement.trusted

    @property
    def charts_refused(self) -> str:
        """Why chart text would not be sent although the endpoint may be asked; empty where it would."""
        if self.agreement is None or self.identified or (self.masks and self.screens):
            return ""
        return "there is no masking of identifiers" if not self.masks else "no check for specially protected records"


def check_model(toolbox: Toolbox) -> ModelCheck:
    """Try the model that is set; raises NotFound where none is. Where no agreement is in force nothing is sent."""
    model = toolbox.model
    if model is None:
        raise NotFound("No model is set: everything is read by rules. Set COUNTERSIGN_LLM_BASE_URL to use one.")
    agreement, refused = None, ""
    try:
        agreement = model.agreement()
    except (ModelNotCleared, GuardFailed) as error:
        refused = error.message
    return ModelCheck(
        endpoint=model.endpoint,
        model=model.model,
        agreements_file=str(model.guards.agreements.path),
        agreement=agreement,
        refused=refused,
        masks=model.guards.masker_of is not None,
        screens=model.guards.sensitive is not None,
        modes=() if refused else tuple(_tried(model, _MODES)),
        tasks=tuple(_sent()),
        set_mode=toolbox.settings.llm_schema_mode,
    )


def _tried(model: GuardedModel, modes: Sequence[SchemaMode]) -> list[ModeChecked]:
    found = []
    for mode in modes:
        started = time.monotonic()
        try:
            model.probe(mode)
        except (ModelError, GuardFailed) as error:
            found.append(ModeChecked(mode=mode, works=False, why_not=error.message))
        else:
            found.append(ModeChecked(mode=mode, works=True, seconds=time.monotonic() - started))
    return found


def _sent() -> list[TaskSent]:
    return [
        TaskSent(
            name=task.name,
            contents=tuple(sorted({content.value for content in task.contents.values()})),
            prompt=task.prompt.digest,
        )
        for task in TASKS
    ]
