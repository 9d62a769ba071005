"""One step's questions to the model about one case: bounded, counted, and stopped for good once it does not work."""

import time
from collections import Counter
from collections.abc import Mapping
from typing import Literal

from agents.guarded_model import GuardedModel, ModelCall, Subject
from agents.model_task import ModelTask, S
from cases.errors import GuardFailed, ModelAnswerInvalid, ModelError, ModelNotCleared, ModelUnavailable
from cases.frozen import Frozen

_MOST_BAD_ANSWERS = 3
StoppedBy = Literal[
    "",
    "model_not_cleared",
    "guard_failed",
    "model_unavailable",
    "model_answers_invalid",
    "too_many_questions",
    "too_slow",
]


class ModelLog(Frozen):
    """What one step's questions came to.

    `dropped` counts what the model proposed and code did not find supported, `unread` what it was not asked or gave no
    usable answer to, each by reason. `stopped` says why it was not asked further, `why` in words how it failed.
    """

    calls: tuple[ModelCall, ...] = ()
    dropped: dict[str, int] = {}
    unread: dict[str, int] = {}
    stopped: StoppedBy = ""
    why: str = ""


class ModelSession:
    """Asks on behalf of one step. A model that fails leaves the step to the rules; nothing here ever raises for it."""

    def __init__(self, model: GuardedModel, subject: Subject) -> None:
        self._model = model
        self.subject = subject
        self._calls: list[ModelCall] = []
        self._dropped: Counter[str] = Counter()
        self._unread: Counter[str] = Counter()
        self._stopped: StoppedBy = ""
        self._why = ""
        self._bad = 0
        self._until = time.monotonic() + model.settings.llm_step_seconds

    @property
    def context_chars(self) -> int:
        """How many characters of passages one question may carry."""
        return self._model.settings.llm_context_chars

    @property
    def stopped(self) -> bool:
        return bool(self._stopped)

    def ask(self, task: ModelTask[S], variables: Mapping[str, str]) -> S | None:
        """The model's answer; None where it gave none that can be used, was stopped, or abstained."""
        self._stop_if_spent()
        if self._stopped:
            self._unread[self._stopped] += 1
            return None
        if any(self.withholds(text) for name, text in variables.items() if task.contents[name].may_identify):
            return None
        try:
            answer = self._model.ask(task, variables, self.subject, self._calls.append)
        except (ModelError, GuardFailed) as error:
            self._failed(error)
            return None
        self._bad = 0
        if answer.abstain is not None:
            self._unread[f"abstained_{answer.abstain.reason}"] += 1
            return None
        return answer

    def withholds(self, text: str) -> bool:
        """Whether a text is of specially protected records; it is then counted as unread and must not be sent."""
        try:
            found = self._model.withheld(text, self.subject)
        except GuardFailed as error:
            self._failed(error)
            return True
        if found:
            self._unread[f"withheld_{found}"] += 1
        return bool(found)

    def drop(self, reason: str) -> None:
        """Count something the model proposed that is not used."""
        self._dropped[reason] += 1

    def leave_out(self, reason: str, count: int = 1) -> None:
        """Count something that was not put to the model."""
        self._unread[reason] += count

    def log(self) -> ModelLog:
        return ModelLog(
            calls=tuple(self._calls),
            dropped=dict(sorted(self._dropped.items())),
            unread=dict(sorted(self._unread.items())),
            stopped=self._stopped,
            why=self._why,
        )

    def _failed(self, error: ModelError | GuardFailed) -> None:
        self._unread[error.code] += 1
        if isinstance(error, ModelUnavailable):
            self._stop("model_unavailable", error.message)
        elif isinstance(error, ModelNotCleared):
            self._stop("model_not_cleared", error.message)
        elif isinstance(error, GuardFailed):
            self._stop("guard_failed", error.message)
        else:
            self._bad += 1
            self._why = error.message
            if self._bad >= _MOST_BAD_ANSWERS:
                words = "gave no usable answer" if isinstance(error, ModelAnswerInvalid) else "declined"
                self._stop("model_answers_invalid", f"The model {words} {self._bad} times in a row. {error.message}")

    def _stop_if_spent(self) -> None:
        if self._stopped:
            return
        if len(self._calls) >= self._model.settings.llm_most_calls:
            self._stop("too_many_questions", f"More than {len(self._calls)} questions would have been needed.")
        elif time.monotonic() > self._until:
            self._stop("too_slow", f"The model took longer than {self._model.settings.llm_step_seconds:.0f} seconds.")

    def _stop(self, by: StoppedBy, why: str) -> None:
        self._stopped, self._why = by, why
