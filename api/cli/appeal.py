"""`countersign appeal`: work a denial to the gate and write its artefacts."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli import context

if TYPE_CHECKING:
    from agents.casework.working import Worked
    from cases.denial import Denial


def appeal(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="A denial letter, 835 or payer's answer, with the chart and order it is about."),
    ] = None,
    case: Annotated[
        str | None, typer.Option("--case", help="A case with an open denial, or an appeal's own id.")
    ] = None,
    order: Annotated[str | None, typer.Option("--order", help="Only this order of the chart.")] = None,
    out: Annotated[Path, typer.Option("--out", help="Folder for the artefacts; one folder per case.")] = Path("out"),
) -> None:
    """Answer a denial point by point to the gate, and write letter, enclosures, rebuttal and pathway.

    An appeal of a case that was worked here starts from its evidence; a person always countersigns before it leaves.

    Example: countersign appeal denial.pdf chart/ --out out
    """
    if bool(files) == bool(case):
        raise typer.BadParameter("give FILE... or --case ID, one of the two")
    with context.toolbox() as box:
        from agents.casework.appeals.exporting import export_appeal, export_unjoined
        from agents.casework.appeals.opening import open_for_case, open_from_files
        from agents.casework.working import open_graph, work_case
        from cases.ids import CaseId

        opened = open_for_case(box, CaseId(case)) if case else open_from_files(box, files or [], order)
        folders: dict[str, int] = {}
        with open_graph(box) as graph:
            for appeal_id in opened.appeal_ids:
                worked = work_case(box, graph, appeal_id)
                parent = worked.case.appeal.parent if worked.case.appeal else appeal_id
                folders[parent] = folders.get(parent, 0) + 1
                name = parent if folders[parent] == 1 else f"{parent}-{folders[parent]}"
                _print(worked, export_appeal(box, appeal_id, out, name))
        for denial in opened.unjoined:
            _unjoined(denial, export_unjoined(box, denial, out))
        for note in opened.notes:
            typer.echo(f"note: {note}", err=True)


def _print(worked: "Worked", folder: Path) -> None:
    import json

    case = worked.case
    read = {
        name: json.loads((folder / f"{name}.json").read_text("utf-8"))
        for name in ("gate", "pathway", "rebuttal")
        if (folder / f"{name}.json").exists()
    }
    gate, plan, rebuttal = read.get("gate", {}), read.get("pathway", {}), read.get("rebuttal", {"reasons": []})
    payer = case.payer.name if case.payer else "payer not resolved"
    code = case.order.codes[0].code if case.order.codes else "no code"
    level = f", {plan['level_name']} (level {plan['level']})" if plan.get("level_name") else ""
    context.heading(f"{case.id}  {code}  {payer}: {str(plan.get('filing', '')).replace('_', ' ')}{level}")
    reasons = ", ".join(reason.replace("_", " ") for reason in gate.get("reasons", []))
    typer.echo(
        f"  state: {case.state.replace('_', ' ')}   gate: {gate.get('outcome', 'not reached')}"
        + (f" ({reasons})" if reasons else "")
    )
    if plan.get("due"):
        typer.echo(f"  due: {plan['due']} (printed {plan['printed'] or 'none'}, computed {plan['computed'] or 'none'})")
    for reason in rebuttal["reasons"]:
        typer.echo(f"  reason {reason['number']}: {reason['stance'].replace('_', ' ')}: {reason['wording'][:90]}")
        typer.echo(f"    {(reason['why'] + ' ' + reason['instead']).strip()[:180]}")
    if worked.waiting_for:
        typer.echo(f"  waiting: {worked.waiting_for}")
    if gate.get("outcome") == "review":
        typer.echo(f"  decide: countersign review show {case.id}")
    typer.echo(f"  written: {folder}")


def _unjoined(denial: "Denial", folder: Path) -> None:
    context.heading(f"{denial.id}  {denial.facts.payer_name or 'payer not known'}: no case found")
    typer.echo("  Hand in the chart and order together with it; nothing is argued without them.")
    typer.echo(f"  written: {folder}")
