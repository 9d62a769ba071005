"""`countersign phi`: find identifiers in texts, mask them, and put them back."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from api.cli import context

app = typer.Typer(
    help="Identifiers in free text. Masked text is never de-identified: it is still PHI.\n\n"
    "Example: countersign phi scan --jsonl notes.jsonl --out spans.jsonl",
    no_args_is_help=True,
)

Text = Annotated[str | None, typer.Argument(help="The text; `-` or nothing reads standard input.")]
Lines = Annotated[Path | None, typer.Option("--jsonl", help="One text a line: {id, text}.")]
Out = Annotated[Path | None, typer.Option("--out", help="Where the answers of --jsonl go.")]


@app.command()
def scan(text: Text = None, jsonl: Lines = None, out: Out = None) -> None:
    """Find identifiers: {id, text} gives {id, spans: [{start, end, type, score}], seconds}.

    Example: countersign phi scan "Pt John Doe, MRN 448812"
    """
    from runtime import logs
    from runtime.settings import load_settings

    _check(text, jsonl, out)
    logs.configure(load_settings())
    from api.cli.json_lines import TextLine, work_lines
    from api.cli.phi_lines import scan as scan_line

    if jsonl is not None and out is not None:
        _report(work_lines(jsonl, out, scan_line, "scanning"))
        return
    _print(scan_line(TextLine(id="text", text=_given(text))))


@app.command()
def redact(
    text: Text = None,
    jsonl: Lines = None,
    out: Out = None,
    restore: Annotated[
        str | None, typer.Option("--restore", metavar="MAP_ID", help="Undo by this map; a line's own map_id wins.")
    ] = None,
    case: Annotated[str, typer.Option("--case", help="The case whose surrogates and known names are used.")] = "",
) -> None:
    """Replace identifiers by stable surrogates: {id, text} gives {id, text, map_id, seconds}.

    Without --case each call has surrogates of its own. The map stays encrypted in the store.

    Example: countersign phi redact --jsonl notes.jsonl --out masked.jsonl
    """
    _check(text, jsonl, out)
    with context.toolbox() as box:
        from api.cli.json_lines import TextLine, work_lines
        from api.cli.phi_lines import Redactions, Restorations
        from cases.ids import CaseId

        work = Redactions(box, CaseId(case)).redact if restore is None else Restorations(box, restore).restore
        if jsonl is not None and out is not None:
            _report(work_lines(jsonl, out, work, "masking" if restore is None else "restoring"))
            return
        _print(work(TextLine(id="text", text=_given(text))))


def _check(text: str | None, jsonl: Path | None, out: Path | None) -> None:
    if (text is not None and jsonl is not None) or bool(jsonl) != bool(out):
        raise typer.BadParameter("give a TEXT, or --jsonl IN with --out OUT")


def _given(text: str | None) -> str:
    return sys.stdin.read() if text in (None, "-") else str(text)


def _print(answer: dict[str, object]) -> None:
    import json

    typer.echo(json.dumps(answer, ensure_ascii=False))


def _report(refused: int) -> None:
    if refused:
        typer.echo(f"countersign: {refused} texts were refused; their lines say why.", err=True)
        raise typer.Exit(1)
