"""The copilot's read-only tools as an MCP server: the same tools, inputs and rights as every other door."""

from collections.abc import Callable
from typing import Any

import mcp_types as types
from anyio import to_thread
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from pydantic import Field, TypeAdapter, ValidationError

from agents.casework.asking import PolicyAnswer
from agents.copilot.question import Asker, Question
from agents.copilot.record import CaseRecord
from agents.copilot.running import Copilot, RunRequest
from agents.copilot.tool_inputs import INPUTS, CasePattern
from agents.copilot.tools import CopilotTools, CriteriaFound, LinesFound, PathwayFound
from api.copilot.citations import citation_of, lines_of, numbered
from cases.errors import CountersignError
from cases.frozen import Frozen
from cases.ids import CaseId
from tools.registry import TOOLS

_GROUPS = {
    "gaps": ("gap",), "deadlines": ("clock",), "criteria": ("policy", "criterion"), "timeline": ("event",),
    "authorization": ("need",),
}  # fmt: skip
_INSTRUCTIONS = (
    "Read-only tools over prior-authorization policies and cases. Everything returned is data with its source; nothing "
    "can be sent, signed or changed. `ask` answers a question in sentences with verified citations, or abstains."
)
_READ_ONLY = types.ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)


class AskInput(Frozen):
    """A question, and the case it is about where it is about one."""

    question: str = Field(min_length=1, max_length=2000)
    case_id: str = Field(default="", pattern=CasePattern)


_INPUTS: dict[str, type[Frozen]] = {"ask": AskInput, **INPUTS}


def mcp_server(copilot: Copilot, asker_of: Callable[[ServerRequestContext[Any]], Asker]) -> Server[Any]:
    """A server whose every call asks as whoever `asker_of` says is calling."""

    async def list_tools(
        _: ServerRequestContext[Any], __: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[_tool(name) for name in _INPUTS])

    async def call_tool(
        context: ServerRequestContext[Any], params: types.CallToolRequestParams
    ) -> types.CallToolResult:
        return await to_thread.run_sync(_called, copilot, asker_of(context), params.name, params.arguments or {})

    return Server(
        "countersign",
        version="1",
        title="Countersign",
        instructions=_INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


def _tool(name: str) -> types.Tool:
    words = (
        "An answer in sentences with verified citations, or an abstention that says what would help."
        if name == "ask"
        else TOOLS[name].description
    )
    return types.Tool(
        name=name, description=words, input_schema=_INPUTS[name].model_json_schema(), annotations=_READ_ONLY
    )


def _called(copilot: Copilot, asker: Asker, name: str, arguments: dict[str, Any]) -> types.CallToolResult:
    shape = _INPUTS.get(name)
    if shape is None:
        return _failed(f"There is no tool {name[:64]!r}; list the tools to see which there are.")
    try:
        given = shape.model_validate(arguments)
        told = _ask(copilot, asker, given) if isinstance(given, AskInput) else _tool_call(copilot, asker, name, given)
    except ValidationError as error:
        fields = ", ".join(".".join(map(str, one["loc"])) for one in error.errors()[:5])
        return _failed(f"These arguments cannot be used: {fields or 'all'}.")
    except CountersignError as error:
        return _failed(error.message)
    text = TypeAdapter(dict[str, Any]).dump_json(told).decode()
    return types.CallToolResult(content=[types.TextContent(text=text)], structured_content=told)


def _failed(words: str) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(text=words)], is_error=True)


def _ask(copilot: Copilot, asker: Asker, given: AskInput) -> dict[str, Any]:
    case_id = CaseId(given.case_id) if given.case_id else None
    run = copilot.ask(asker, RunRequest(question=Question(text=given.question, case_id=case_id)))
    if run.answer is None:
        return {"run_id": run.stored.id, "abstained": True, "answer": "", "citations": []}
    return {
        "run_id": run.stored.id,
        "abstained": run.answer.abstained,
        "answer": "\n".join(line for line, _ in lines_of(run.answer)),
        "citations": [citation_of(source, number) for source, number in numbered(run.answer).items()],
    }


def _tool_call(copilot: Copilot, asker: Asker, name: str, given: Frozen) -> dict[str, Any]:
    arguments = given.model_dump()
    found = CopilotTools(copilot.shelves, asker).by_name()[name](**arguments)
    match found:
        case PolicyAnswer() | CriteriaFound() | PathwayFound():
            return found.model_dump(mode="json")
        case CaseRecord():
            groups = _GROUPS.get(str(arguments.get("about", "all")))
            keys = [key for group in groups for key in found.keys(group)] if groups else list(found.lines)
            return {"case_id": found.sheet.case.id, "lines": {key: found.lines[key] for key in keys}}
        case LinesFound():
            return {
                "found": found.found,
                "cases": [
                    {
                        "case_id": line.case_id, "state": line.state.value, "codes": list(line.codes),
                        "payer": line.payer, "due": line.due.isoformat() if line.due else None,
                    }
                    for line in found.lines
                ],
            }  # fmt: skip
        case tuple():
            return {"passages": [citation_of(source, number) for number, source in enumerate(found, 1)]}
    raise TypeError(f"{name} brought something that cannot be told")
