"""`countersign appeals`: what persons do to an appeal after it was drafted, and what came of appeals."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from api.cli import context

app = typer.Typer(
    help="Appeals at work: filing, consent, calls, outcomes.\n\nExample: countersign appeals list", no_args_is_help=True
)
As = Annotated[str | None, typer.Option("--as", help="The user who acts; default COUNTERSIGN_USER.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line instead of words.")]


@app.command("list")
def list_appeals() -> None:
    """Appeals with their level, state and date.

    Example: countersign appeals list
    """
    with context.toolbox() as box:
        from agents.casework.appeals.views import appeal_lines

        lines = appeal_lines(box)
        typer.echo("\n".join(lines) if lines else "No appeal is open.")


@app.command()
def filed(
    appeal: str,
    how: Annotated[str, typer.Option("--how", help="fax, mail, portal or courier.")],
    reference: Annotated[str, typer.Option("--reference", help="The confirmation's number.")],
    user: As = None,
) -> None:
    """Record that the approved letter and enclosures were filed by hand.

    Example: countersign appeals filed a-0123456789abcdef --how fax --reference 555-0142/20261126-1402 --as lee
    """
    with context.toolbox() as box:
        from agents.casework.appeals.acts import record_filing
        from agents.casework.working import open_graph, work_case
        from cases.ids import CaseId, UserId

        record_filing(box, CaseId(appeal), UserId(context.acting_user(box, user)), how, reference)
        with open_graph(box) as graph:
            worked = work_case(box, graph, CaseId(appeal))
        typer.echo(f"{appeal}: {worked.case.state.replace('_', ' ')}.")


@app.command()
def consent(
    appeal: str,
    signed_by: Annotated[str, typer.Option("--signed-by", help="Who signed the form.")],
    on: Annotated[str, typer.Option("--on", help="The day, such as 2026-11-26.")],
    user: As = None,
) -> None:
    """Record the representative's form or written consent.

    Example: countersign appeals consent a-0123456789abcdef --signed-by "Jo Doe" --on 2026-11-26
    """
    with context.toolbox() as box:
        from agents.casework.appeals.acts import record_consent
        from cases.ids import CaseId, UserId

        kept = record_consent(box, CaseId(appeal), UserId(context.acting_user(box, user)), signed_by, on)
        typer.echo(f"{appeal}: {kept.form}, signed by {kept.signed_by} on {kept.signed_on}.")


@app.command()
def slot(
    appeal: str,
    at: Annotated[datetime, typer.Option("--at", formats=["%Y-%m-%d %H:%M"], help="In the organization's time zone.")],
    physician: Annotated[str, typer.Option("--physician", help="Who takes the call.")],
    agreed_with: Annotated[str, typer.Option("--agreed-with", help="Who of the payer agreed to this time.")] = "",
    user: As = None,
) -> None:
    """Record a time of the physician for a peer-to-peer call; the same time again replaces what was said of it.

    Example: countersign appeals slot a-0123456789abcdef --at "2026-11-30 10:00" --physician "Dr. Lee"
    """
    with context.toolbox() as box:
        from zoneinfo import ZoneInfo

        from agents.casework.appeals.acts import record_slot
        from cases.appeal import Slot
        from cases.ids import CaseId, UserId

        time = at.replace(tzinfo=ZoneInfo(box.settings.time_zone))
        said = Slot(at=time, physician=physician.strip(), agreed_with=agreed_with.strip())
        warning = record_slot(box, CaseId(appeal), UserId(context.acting_user(box, user)), said)
        typer.echo(f"{appeal}: {time:%Y-%m-%d %H:%M %Z} with {said.physician} is on record. {warning}".rstrip())


@app.command()
def call(
    appeal: str,
    with_whom: Annotated[str, typer.Option("--with", help="Who was spoken to.")],
    outcome: Annotated[str, typer.Option("--outcome", help="overturned, upheld, no answer, rescheduled …")],
    specialty: Annotated[str, typer.Option("--specialty", help="The reviewer's specialty.")] = "",
    kind: Annotated[str, typer.Option("--kind", help="peer_to_peer or status.")] = "peer_to_peer",
    note: Annotated[str, typer.Option("--note", help="What was said.")] = "",
    user: As = None,
) -> None:
    """Record a call. It never stops the clock of the appeal.

    Example: countersign appeals call a-0123456789abcdef --with "Dr. Roe" --specialty pulmonology --outcome upheld
    """
    with context.toolbox() as box:
        from agents.casework.appeals.acts import record_call
        from cases.appeal import Call
        from cases.ids import CaseId, UserId

        said = Call(at=box.clock.now(), kind=kind, with_whom=with_whom, specialty=specialty, outcome=outcome, note=note)
        calls = record_call(box, CaseId(appeal), UserId(context.acting_user(box, user)), said)
        typer.echo(f"{appeal}: {len(calls)} call{'' if len(calls) == 1 else 's'} on record.")


@app.command()
def outcome(
    appeal: str,
    result: Annotated[str, typer.Argument(help="overturned, partly, upheld, dismissed or withdrawn.")],
    said: Annotated[str, typer.Option("--said", help="The decision's letter, number or call.")],
    user: As = None,
) -> None:
    """Record a decision that came on paper or by telephone; the case and the denial follow it.

    Example: countersign appeals outcome a-0123456789abcdef overturned --said "IRO letter 7741" --as lee
    """
    with context.toolbox() as box:
        from agents.casework.denials.appealed import record_outcome
        from cases.appeal import Result
        from cases.ids import CaseId, UserId

        if result not in list(Result):
            raise typer.BadParameter(f"'{result}' is none of {', '.join(Result)}")
        kept = record_outcome(box, CaseId(appeal), Result(result), UserId(context.acting_user(box, user)), said)
        typer.echo(f"{appeal}: {kept.result}; case {kept.parent}, denial {kept.denial_id}.")


@app.command("write-off")
def write_off_denial(
    denial: str, reason: Annotated[str, typer.Option("--reason", help="Why it is given up.")], user: As = None
) -> None:
    """Give a denial up: a supervisor's act, with a reason.

    Example: countersign appeals write-off d-0123456789abcdef --reason "below the cost of a copy" --as sam
    """
    with context.toolbox() as box:
        from agents.casework.appeals.acts import write_off
        from cases.ids import UserId

        write_off(box, denial, UserId(context.acting_user(box, user)), reason)
        typer.echo(f"{denial}: written off.")


@app.command()
def rates(as_json: Json = False) -> None:
    """Our own outcomes by payer, service and reason: what is refused, and what came of appealing it.

    Example: countersign appeals rates
    """
    with context.toolbox() as box:
        from agents.casework.appeals.rates import own_rates

        rows = own_rates(box)
        for row in rows:
            typer.echo(row.model_dump_json() if as_json else row.words)
        if not rows and not as_json:
            typer.echo("No appeal was decided yet.")


@app.command()
def worth(as_json: Json = False) -> None:
    """Open denials in the order to work them: by date and urgency first, then by what they are worth.

    Example: countersign appeals worth
    """
    with context.toolbox() as box:
        from agents.casework.appeals.worth import worklist_by_worth

        for row in worklist_by_worth(box):
            typer.echo(row.model_dump_json() if as_json else row.words)


@app.command()
def brief(
    appeal: str, out: Annotated[Path | None, typer.Option("--out", help="Write it to this file.")] = None
) -> None:
    """The physician's page for a peer-to-peer call.

    Example: countersign appeals brief a-0123456789abcdef
    """
    with context.toolbox() as box:
        from agents.casework.appeals.views import brief_of
        from cases.ids import CaseId

        text = brief_of(box, CaseId(appeal))
        if out is None:
            typer.echo(text)
        else:
            out.write_text(text, "utf-8")
            typer.echo(f"written: {out}")
