"""`countersign model`: the model that is set, if any: may it be asked, does it answer, what would be sent to it."""

from typing import TYPE_CHECKING

import typer

from api.cli import context

if TYPE_CHECKING:
    from agents.casework.model_checking import ModelCheck

app = typer.Typer(
    help="The model that may read and phrase beside the rules.\n\nExample: countersign model check",
    no_args_is_help=True,
)

_EXAMPLE = """  agreements:
    - party: Who runs the endpoint, as in the signed agreement
      endpoint: {endpoint}
      from: 2026-01-01
      until: 2026-12-31
      subcontractors: []
      retention: none
      no_training: true
      trusted: false   # true only for a model on your own premises: it then gets text that identifies people"""

_CONTENTS = {
    "chart": "passages of the patient's record",
    "question": "the question as asked",
    "policy": "policy text",
    "rules": "our own wording of criteria",
}


@app.command("check")
def check() -> None:
    """Say in plain words whether the model may be asked, whether it answers and how, and what would be sent to it.

    Where no agreement for the endpoint is on file, nothing is sent, not even this test. The test names nobody.

    Example: countersign model check
    """
    with context.toolbox() as box:
        from agents.casework.model_checking import check_model

        found = check_model(box)
    context.heading(f"{found.model} at {found.endpoint}")
    _print_agreement(found)
    _print_modes(found)
    _print_sent(found)
    if found.refused or found.charts_refused or not any(mode.works for mode in found.modes):
        raise typer.Exit(1)


def _print_agreement(found: "ModelCheck") -> None:
    held = found.agreement
    if held is None:
        typer.echo(f"Agreement: {found.refused} Nothing is sent to it, not even this test.")
        typer.echo(f"Once an agreement is signed, write it into {found.agreements_file}:")
        typer.echo(_EXAMPLE.format(endpoint=found.endpoint))
        return
    typer.echo(
        f"Agreement: with {held.party}, from {held.starts} until {held.until}, on file in {found.agreements_file}"
    )
    passed_on = ", ".join(held.subcontractors) or "nobody"
    typer.echo(
        f"  passed on to: {passed_on}; kept: {held.retention}; used for training: no; trusted: {_yes(held.trusted)}"
    )


def _print_modes(found: "ModelCheck") -> None:
    for mode in found.modes:
        says = f"answers in {mode.seconds:.1f} s" if mode.works else f"does not work: {mode.why_not}"
        typer.echo(f"Asked by {mode.mode}: {says}")
    working = [mode.mode for mode in found.modes if mode.works]
    if working and found.set_mode not in working:
        typer.echo(f"{found.set_mode} is set and does not work: set COUNTERSIGN_LLM_SCHEMA_MODE={working[0]}")
    elif working:
        typer.echo(f"{found.set_mode} is set and works.")
    elif found.modes:
        typer.echo("No way of asking works: every case is read by rules alone until one does.")


def _print_sent(found: "ModelCheck") -> None:
    if found.identified:
        typer.echo("Text goes there as it stands, with what identifies people: the endpoint is marked trusted.")
    elif found.charts_refused:
        typer.echo(f"Nothing of a chart is sent: {found.charts_refused}, and the endpoint is not marked trusted.")
    elif found.agreement is not None:
        typer.echo("What identifies people is replaced before anything of a chart is sent, and put back afterwards.")
    typer.echo("What each task sends, and nothing else:")
    for task in found.tasks:
        kinds = ", ".join(_CONTENTS[content] for content in task.contents)
        typer.echo(f"  {task.name:<18}{kinds}  (prompt {task.prompt[:12]})")
    typer.echo("Every question leaves an entry in the audit log before it leaves the house.")


def _yes(value: bool) -> str:
    return "yes" if value else "no"
