"""`countersign authorize`: work each order to the gate and write its artefacts."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli import context

if TYPE_CHECKING:
    from agents.casework.working import Worked


def authorize(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="Chart: files or folders of FHIR JSON, notes (text, PDF, Word, HTML, e-mail) and scans."),
    ] = None,
    case: Annotated[str | None, typer.Option("--case", help="Go on with a case that exists.")] = None,
    order: Annotated[
        str | None, typer.Option("--order", help="Only this order, such as DeviceRequest/devreq013.")
    ] = None,
    out: Annotated[Path, typer.Option("--out", help="Folder for the artefacts; one folder per case.")] = Path("out"),
) -> None:
    """Work each order in a chart (or the one named) to the gate, and write what was made.

    A case that stopped, by a crash or because a payer could not be reached, goes on from where it stood.

    Example: countersign authorize chart/ --order DeviceRequest/devreq013 --out out
    """
    if bool(files) == bool(case):
        raise typer.BadParameter("give FILE... or --case ID, one of the two")
    with context.toolbox() as box:
        from agents.casework.exporting import export_case
        from agents.casework.opening import open_cases
        from agents.casework.working import open_graph, work_case
        from cases.ids import CaseId

        opened = None if case else open_cases(box, files or [], order)
        case_ids = opened.case_ids if opened else (CaseId(case or ""),)
        with open_graph(box) as graph:
            for case_id in case_ids:
                worked = work_case(box, graph, case_id)
                folder = export_case(box, case_id, out)
                _print(worked, folder)
        if opened and opened.refused:
            typer.echo(f"{opened.refused} files or resources were not used; case.json names them (not_used).", err=True)


def _print(worked: "Worked", folder: Path) -> None:
    import json

    case = worked.case
    gate = json.loads((folder / "gate.json").read_text()) if (folder / "gate.json").exists() else {}
    code = case.order.codes[0].code if case.order.codes else "no code"
    payer = case.payer.name if case.payer else "payer not resolved"
    reasons = ", ".join(reason.replace("_", " ") for reason in gate.get("reasons", []))
    context.heading(f"{case.id}  {case.order.reference}  {code}  {payer}")
    typer.echo(
        f"  state: {case.state.replace('_', ' ')}   gate: {gate.get('outcome', 'not reached')}"
        + (f" ({reasons})" if reasons else "")
    )
    for flag in case.flags:
        if flag.severity != "info":
            typer.echo(f"  flag: {flag.message}")
        if flag.code == "model_not_used":
            typer.echo(f"  model: {flag.message}")
    if worked.waiting_for:
        typer.echo(f"  waiting: {worked.waiting_for}")
    typer.echo(f"  written: {folder}")
