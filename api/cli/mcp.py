"""`countersign mcp`: the copilot's read-only tools over standard input and output, for a client on this machine."""

from typing import Annotated

import typer

from api.cli import context


def mcp(
    acting: Annotated[str | None, typer.Option("--as", help="Who asks; default COUNTERSIGN_USER.")] = None,
    case: Annotated[list[str] | None, typer.Option("--case", help="Only this case; give it again for more.")] = None,
) -> None:
    """Serve the read-only tools as an MCP server over standard input and output.

    Example: countersign mcp --as ines
    """
    with context.toolbox() as box:
        import anyio
        from mcp.server.stdio import stdio_server

        from agents.casework.asking import PolicyDesk
        from agents.casework.panel.worklist import WorklistReader
        from agents.copilot.question import Asker
        from agents.copilot.running import Copilot
        from agents.copilot.tools import Shelves
        from api.copilot.mcp_tools import mcp_server
        from api.scopes import SCOPES_OF_ROLE, Scope
        from cases.errors import InputError
        from cases.ids import CaseId, UserId
        from runtime import review_store

        user_id = UserId(acting or box.settings.user)
        with box.database.read() as transaction:
            users = {user.id: user for user in review_store.all_users(transaction)}
        if user_id not in users:
            raise InputError("--as: name a user; `countersign users list` shows them.")
        asker = Asker(
            user_id=user_id,
            reads_cases=Scope.CASES_READ in SCOPES_OF_ROLE[users[user_id].role],
            cases=frozenset(map(CaseId, case)) if case else None,
        )
        server = mcp_server(Copilot(Shelves(box, PolicyDesk(box), WorklistReader(box))), lambda _: asker)

        async def serve() -> None:
            async with stdio_server() as (incoming, outgoing):
                await server.run(incoming, outgoing, server.create_initialization_options())

        anyio.run(serve)
