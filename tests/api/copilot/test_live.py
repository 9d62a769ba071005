"""What a reader who was cut off still gets of a run."""

from datetime import UTC, datetime

import pytest
from ag_ui.core import RunFinishedEvent

from agents.copilot.question import Question
from agents.copilot.running import Run
from api.copilot.live import rest_of
from cases.ids import UserId
from runtime.copilot_store import RunStatus, StoredRun

NOW = datetime(2026, 11, 26, tzinfo=UTC)


@pytest.mark.parametrize("after", [0, 1, 2, 5, 9])
def test_whoever_saw_tool_calls_of_a_stopped_run_is_still_told_of_its_end(after: int) -> None:
    stored = StoredRun(
        id="r", thread_id="t", place=1, user_id=UserId("u"), status=RunStatus.STOPPED, asked_at=NOW, question="{}"
    )
    told = rest_of(Run(stored=stored, question=Question(text="x")), after)
    number, event = told[-1]
    assert number > after
    assert isinstance(event, RunFinishedEvent)
