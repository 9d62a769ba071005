"""`countersign demo`: work the sample charts that ship and say what came of each."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli import context
from api.cli.demo_table import Worked, appeal_block, block, head, totals

if TYPE_CHECKING:
    from collections.abc import Iterator

    from agents.casework.working import Graphs
    from agents.toolbox import Toolbox
    from cases.case import Case

SAMPLES = Path(__file__).parents[2] / "evals" / "datasets" / "samples"
DENIALS = SAMPLES.parent / "denials"
"""Denials of sample charts, each named as its sample."""


def demo(
    out: Annotated[Path, typer.Option("--out", help="Folder for the artefacts.")] = Path("out/demo"),
) -> None:
    """Work every sample chart end to end and print what was made. All samples are synthetic.

    Example: countersign demo --out out/demo
    """
    import time

    started = time.perf_counter()
    with context.toolbox() as box:
        from agents.casework.exporting import export_case
        from agents.casework.opening import open_cases
        from agents.casework.policies import import_shipped
        from agents.casework.working import open_graph, work_case

        import_shipped(box)
        typer.echo("\n".join(head()))
        worked: list[Worked] = []
        with open_graph(box) as graph:
            for folder in sorted(path for path in SAMPLES.iterdir() if path.is_dir()):
                begun = time.perf_counter()
                for case_id in open_cases(box, [folder]).case_ids:
                    case = work_case(box, graph, case_id).case
                    written = export_case(box, case_id, out)
                    worked.append(_worked(folder.name, case, written, time.perf_counter() - begun))
                    typer.echo("\n".join(block(worked[-1])))
                    begun = time.perf_counter()
            for letter in sorted(DENIALS.glob("*.txt")):
                typer.echo("\n".join(_appeals(box, graph, letter, out)))
    typer.echo(f"\n{totals(worked, time.perf_counter() - started)}")
    typer.echo(
        f"Artefacts of each case: {out}/<case>/  (packet.pdf, letter.md, criteria.json, gaps.json, gate.json, …)"
    )
    typer.echo("Decide a case: countersign users add YOU --role reviewer; countersign review list")


def _appeals(box: "Toolbox", graph: "Graphs", letter: Path, out: Path) -> "Iterator[str]":
    """A denial that comes back, and its appeal on the evidence of the authorization."""
    import json
    import time

    from agents.casework.appeals.exporting import export_appeal
    from agents.casework.appeals.opening import open_for_case
    from agents.casework.payer_messages import take_message
    from agents.casework.working import work_case

    begun = time.perf_counter()
    for denial in take_message(box, letter.name, letter.read_bytes()).denials:
        if denial.case_id is None:
            continue
        for appeal_id in open_for_case(box, denial.case_id).appeal_ids:
            case = work_case(box, graph, appeal_id).case
            written = export_appeal(box, appeal_id, out / "appeals")
            gate, plan, rebuttal = (
                json.loads((written / f"{name}.json").read_text("utf-8")) for name in ("gate", "pathway", "rebuttal")
            )
            yield from appeal_block(case, gate, plan, rebuttal, time.perf_counter() - begun, letter.stem)


def _worked(sample: str, case: "Case", written: Path, seconds: float) -> Worked:
    import json

    gate, gaps, criteria, record = (
        json.loads((written / f"{name}.json").read_text("utf-8")) for name in ("gate", "gaps", "criteria", "case")
    )
    unmet = [gap for gap in gaps["gaps"] if gap["state"] == "NOT_MET"]
    open_ones = [gap for gap in gaps["gaps"] if gap["state"] != "NOT_MET"]
    return Worked(
        sample=sample,
        case_id=case.id,
        payer=case.payer.name if case.payer else "not resolved",
        code=case.order.codes[0].code if case.order.codes else "none",
        tree=criteria["tree"]["state"] if criteria["policy"] else "",
        outcome=gate["outcome"],
        reasons=tuple(gate["reasons"]),
        missing=tuple(dict.fromkeys(gap["document"] for gap in open_ones)),
        not_met=tuple(dict.fromkeys(f"{gap['statement']} ({gap['why']})" for gap in unmet)),
        need={key: value for key, value in (record["authorization_need"] or {}).items() if isinstance(value, str)},
        flags=tuple(flag.message for flag in case.flags if flag.severity == "blocking"),
        set_aside=tuple(
            f"{item['file']} {item['pointer']}".strip() + f" {item['reason']}" for item in record["not_used"]
        ),
        expedited=case.urgency == "expedited",
        state=case.state.replace("_", " "),
        seconds=seconds,
    )
