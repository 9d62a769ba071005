"""A run as AG-UI events: always the same list for the same run, so that a number names the same event after a crash."""

import json

from ag_ui.core import (
    BaseEvent,
    CustomEvent,
    RunErrorEvent,
    RunFinishedCancelledOutcome,
    RunFinishedEvent,
    RunFinishedSuccessOutcome,
    RunStartedEvent,
    TextMessageContentEvent,
    TextMessageEndEvent,
    TextMessageStartEvent,
    ToolCallArgsEvent,
    ToolCallEndEvent,
    ToolCallResultEvent,
    ToolCallStartEvent,
)

from agents.copilot.answer import CopilotAnswer
from agents.copilot.running import Run
from api.copilot.citations import citation_of, lines_of, numbered
from runtime.copilot_store import RunStatus


def events_of(run: Run) -> list[BaseEvent]:
    """What has happened so far: the beginning, each tool call, and when it has ended the answer with its citations.

    No word of an answer is in it before the answer is stored.
    """
    run_id, thread_id = run.stored.id, run.stored.thread_id
    events: list[BaseEvent] = [RunStartedEvent(thread_id=thread_id, run_id=run_id)]
    for number, call in enumerate(run.tools, 1):
        name = f"{run_id}-tool-{number}"
        events += [
            ToolCallStartEvent(tool_call_id=name, tool_call_name=call.name),
            ToolCallArgsEvent(tool_call_id=name, delta=json.dumps(call.arguments)),
            ToolCallEndEvent(tool_call_id=name),
            ToolCallResultEvent(
                message_id=f"{name}-result", tool_call_id=name, content=json.dumps({"found": call.found}), role="tool"
            ),
        ]
    if not run.ended:
        return events
    if run.answer is not None:
        events += _answer(run_id, run.answer)
    if run.stored.status is RunStatus.FAILED:
        return [*events, RunErrorEvent(message="Something failed inside; nothing further was done.", code="failed")]
    stopped = run.stored.status is RunStatus.STOPPED
    outcome = RunFinishedCancelledOutcome() if stopped else RunFinishedSuccessOutcome()
    return [*events, RunFinishedEvent(thread_id=thread_id, run_id=run_id, outcome=outcome)]


def _answer(run_id: str, answer: CopilotAnswer) -> list[BaseEvent]:
    message_id, numbers = f"{run_id}-answer", numbered(answer)
    events: list[BaseEvent] = [TextMessageStartEvent(message_id=message_id, role="assistant")]
    for text, fresh in lines_of(answer):
        events.append(TextMessageContentEvent(message_id=message_id, delta=f"{text}\n"))
        events += [
            CustomEvent(name="citation", value={**citation_of(source, numbers[source]), "message_id": message_id})
            for source in fresh
        ]
    events.append(TextMessageEndEvent(message_id=message_id))
    about = {
        "kind": answer.kind.value, "abstained": answer.abstained, "reason": answer.reason,
        "would_help": list(answer.would_help), "notes": list(answer.notes), "reader": answer.reader,
        "model_note": answer.model_note, "dropped": answer.dropped,
        "draft": answer.draft.model_dump() if answer.draft else None,
    }  # fmt: skip
    return [*events, CustomEvent(name="answer", value=about)]
