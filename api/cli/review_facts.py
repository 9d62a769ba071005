"""`countersign review fact`: see what was read from a chart, and accept, correct or reject it with a reason."""

from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli import context

app = typer.Typer(
    help="Decide on single facts of a case.\n\nExample: countersign review fact list c-0123456789abcdef",
    no_args_is_help=True,
)

As = Annotated[str | None, typer.Option("--as", help="The user who decides; default COUNTERSIGN_USER.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; kept with the decision.")]
Out = Annotated[Path | None, typer.Option("--out", help="Write the case's artefacts here afterwards.")]
Concept = Annotated[str, typer.Option("--concept", help="Only facts of this concept.")]


@app.command("list")
def list_facts(case: str, concept: Concept = "") -> None:
    """The facts read from a case's chart, with the words each rests on.

    Example: countersign review fact list c-0123456789abcdef --concept spo2
    """
    with context.toolbox() as box:
        from agents.casework.fact_reviews import facts_of
        from cases.ids import CaseId

        facts = [fact for fact in facts_of(box, CaseId(case)) if concept in ("", fact.concept)]
        for fact in facts:
            dated = fact.when.on.isoformat() if fact.when else "undated"
            typer.echo(f"{fact.id}  {dated}  {fact.assertion}  {fact.statement}")
            typer.echo(f"    {' '.join(fact.context.quote.split())[:140]}")
            if fact.rejected:
                typer.echo(f"    rejected: {fact.rejected}")
        if not facts:
            typer.echo("No such fact was read.")


@app.command()
def accept(case: str, fact: str, reason: Reason, user: As = None, out: Out = None) -> None:
    """Stand by a fact as read; one read as uncertain counts from now on.

    Example: countersign review fact accept c-0123456789abcdef FACT --reason "seen in the original" --as pat
    """
    _decide(case, fact, "accept", user, reason, out, {})


@app.command()
def reject(case: str, fact: str, reason: Reason, user: As = None, out: Out = None) -> None:
    """Let a fact settle nothing from now on.

    Example: countersign review fact reject c-0123456789abcdef FACT --reason "of the other knee" --as pat
    """
    _decide(case, fact, "reject", user, reason, out, {})


@app.command()
def correct(
    case: str,
    fact: str,
    reason: Reason,
    value: Annotated[str | None, typer.Option("--value", help="The right value, in the fact's unit.")] = None,
    on: Annotated[datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="The right day.")] = None,
    assertion: Annotated[str | None, typer.Option("--assertion", help="affirmed, negated or uncertain.")] = None,
    side: Annotated[str | None, typer.Option("--side", help="left, right or bilateral.")] = None,
    user: As = None,
    out: Out = None,
) -> None:
    """Say what a fact should have been read as.

    Example: countersign review fact correct c-0123456789abcdef FACT --value 86 --reason "misread digit" --as pat
    """
    changes = {"value": _number(value), "on": on.date() if on else None, "assertion": assertion, "laterality": side}
    _decide(case, fact, "correct", user, reason, out, changes)


def _number(value: str | None) -> Decimal | None:
    try:
        return Decimal(value) if value is not None else None
    except InvalidOperation as error:
        raise typer.BadParameter(f"--value: {value} is not a number") from error


def _decide(
    case: str, fact: str, act: str, user: str | None, reason: str, out: Path | None, changes: dict[str, Any]
) -> None:
    from pydantic import ValidationError

    from cases.fact_review import Correction

    try:
        correction = Correction.model_validate(changes)
    except ValidationError as error:
        first = error.errors()[0]
        raise typer.BadParameter(f"--{first['loc'][0]}: {first['msg']}") from error
    with context.toolbox() as box:
        from agents.casework.exporting import export_case
        from agents.casework.fact_reviews import FactRequest, record_fact_decision
        from agents.casework.working import open_graph, work_case
        from cases.fact_review import FactAct
        from cases.ids import CaseId, FactId, UserId

        case_id = CaseId(case)
        record_fact_decision(
            box,
            FactRequest(
                case_id=case_id, fact_id=FactId(fact), act=FactAct(act), reason=reason, correction=correction,
                user_id=UserId(context.acting_user(box, user)),
            ),
        )  # fmt: skip
        with open_graph(box) as graph:
            worked = work_case(box, graph, case_id)
        typer.echo(f"{case}: {act} recorded; the case is {worked.case.state.replace('_', ' ')}.")
        if out is not None:
            typer.echo(f"written: {export_case(box, case_id, out)}")
