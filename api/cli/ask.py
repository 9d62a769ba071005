"""`countersign ask`: an answer from the policies held, with its quotes, or an abstention with its reason."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from api.cli import context


def ask(
    question: Annotated[str | None, typer.Argument(help="What you want to know.")] = None,
    case: Annotated[str | None, typer.Option("--case", help="Case whose payer and date of service count.")] = None,
    payer: Annotated[str | None, typer.Option("--payer", help="Payer or plan, by id or any of its names.")] = None,
    lob: Annotated[str | None, typer.Option("--lob", help="Line of business, such as medicare_advantage.")] = None,
    date: Annotated[
        datetime | None, typer.Option("--date", formats=["%Y-%m-%d"], help="In force on this day (YYYY-MM-DD).")
    ] = None,
    code: Annotated[str | None, typer.Option("--code", help="HCPCS or CPT code the policy must speak of.")] = None,
    jsonl: Annotated[
        Path | None,
        typer.Option("--jsonl", help="One question a line: {id, question, payer?, lob?, date?, code?, case?}."),
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Where the answers of --jsonl go.")] = None,
) -> None:
    """Answer a question from the policies held, in their own words, with number, version and effective date.

    Example: countersign ask "How long is the first CPAP trial?" --payer "Original Medicare"
    """
    if bool(question) == bool(jsonl) or bool(jsonl) != bool(out):
        raise typer.BadParameter("give a QUESTION, or --jsonl IN with --out OUT")
    with context.toolbox() as box:
        from agents.casework.asking import PolicyDesk, PolicyQuestion
        from api.cli.policy_search import ask_lines, line_of_business

        desk = PolicyDesk(box)
        if jsonl is not None and out is not None:
            ask_lines(desk, jsonl, out)
            return
        asked = PolicyQuestion(
            question=question or "",
            payer=payer,
            lob=line_of_business(lob),
            date=date.date() if date else None,
            code=code,
            case=case,
        )
        found = desk.ask(asked)
        if found.abstained:
            typer.echo(f"No answer: {found.reason}")
            return
        if found.by_model:
            typer.echo(f"{found.answer}\n")
        named = None
        for one in found.citations:
            if (one.doc_id, one.version) != named:
                effective = one.effective or "effective date not known"
                context.heading(f"{one.payer} · {one.number} {one.title} · version {one.version} · {effective}")
                named = (one.doc_id, one.version)
            page = f", page {one.page}" if one.page else ""
            typer.echo(f"  “{' '.join(one.quote.split())}”  [{one.start}–{one.end}{page}]")
        for note in found.notes:
            typer.echo(f"  Note: {note}")
