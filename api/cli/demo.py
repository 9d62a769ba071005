"""`countersign demo`: work the sample charts that ship and say what came of each."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli import context

SAMPLES = Path(__file__).parents[2] / "evals" / "datasets" / "samples"


def demo(
    out: Annotated[Path, typer.Option("--out", help="Folder for the artefacts.")] = Path("out/demo"),
) -> None:
    """Work every sample chart end to end and print what was made. All samples are synthetic.

    Example: countersign demo --out out/demo
    """
    import json
    import time

    with context.toolbox() as box:
        from agents.casework.exporting import export_case
        from agents.casework.opening import open_cases
        from agents.casework.policies import import_shipped
        from agents.casework.working import open_graph, work_case

        import_shipped(box)
        typer.echo(f"{'case':<20}{'payer':<22}{'code':<8}{'gate':<10}{'state':<20}seconds  what is missing")
        with open_graph(box) as graph:
            for folder in sorted(path for path in SAMPLES.iterdir() if path.is_dir()):
                for case_id in open_cases(box, [folder]).case_ids:
                    started = time.perf_counter()
                    case = work_case(box, graph, case_id).case
                    written = export_case(box, case_id, out)
                    seconds = time.perf_counter() - started
                    gate = json.loads((written / "gate.json").read_text())
                    gaps = json.loads((written / "gaps.json").read_text())["gaps"]
                    payer = case.payer.name if case.payer else "not resolved"
                    missing = (
                        "; ".join(dict.fromkeys(gap["document"] for gap in gaps))
                        or ", ".join(gate["reasons"]).replace("_", " ")
                        or "nothing"
                    )
                    typer.echo(
                        f"{case_id:<20}{payer[:20]:<22}{case.order.codes[0].code:<8}{gate['outcome']:<10}"
                        f"{case.state.replace('_', ' '):<20}{seconds:>7.2f}  {missing}"
                    )
        typer.echo(
            f"\nArtefacts of each case: {out}/<case>/  (packet.pdf, letter.md, criteria.json, gaps.json, gate.json)"
        )
        typer.echo("Decide a case: countersign users add YOU --role reviewer; countersign review list")
