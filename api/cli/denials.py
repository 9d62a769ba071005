"""`countersign denials` and `countersign intake`: what payers refused, by when to answer, and what to do about it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli import context

if TYPE_CHECKING:
    from datetime import date

    from agents.casework.denials.views import DenialView
    from agents.casework.payer_messages import MessageReading

app = typer.Typer(
    help="What payers refused and by when to answer.\n\nExample: countersign denials list", no_args_is_help=True
)

Json = Annotated[bool, typer.Option("--json", help="One JSON object a line instead of words.")]
As = Annotated[str | None, typer.Option("--as", help="The user who decides; default COUNTERSIGN_USER.")]


_APPEAL = {"yes": "may be appealed", "no": "may not be appealed", "person": "a person decides"}


def intake(
    files: Annotated[
        list[Path], typer.Argument(help="Denial letters (PDF, scan, text), X12 835, 277, 278, PAS answers.")
    ],
    as_json: Json = False,
) -> None:
    """Read payers' messages: open a denial for what is refused, join it to its case, say what is none.

    Example: countersign intake letter.pdf remit.835 --json
    """
    failed = 0
    with context.toolbox() as box:
        from agents.casework.payer_messages import take_message
        from cases.errors import InputError

        for path in files:
            try:
                reading = take_message(box, path.name, _content(path))
            except InputError as error:
                failed += 1
                typer.echo(f"countersign: {error.message}", err=True)
                continue
            typer.echo(_json_of(reading) if as_json else _words_of(reading))
            if not as_json:
                for denial in reading.denials:
                    from agents.casework.denials.views import view_of

                    _line(view_of(denial, box.clock.now()))
    if failed:
        raise typer.Exit(1)


def _content(path: Path) -> bytes:
    from cases.errors import UnreadableFile

    try:
        return path.read_bytes()
    except OSError as error:
        raise UnreadableFile(path.name, f"cannot be read: {error.strerror}", fix="check the path") from None


def _json_of(reading: "MessageReading") -> str:
    return reading.model_dump_json()


def _words_of(reading: "MessageReading") -> str:
    kind = reading.kind.replace("_", " ")
    opened = f"{len(reading.denials)} denial{'' if len(reading.denials) == 1 else 's'} opened"
    notes = "".join(f"\n  note: {note}" for note in reading.notes)
    return f"{reading.file}: {kind}; {opened if reading.denials else 'no denial'}{notes}"


@app.command("list")
def list_denials(
    payer: Annotated[str | None, typer.Option("--payer", help="Only this payer's id.")] = None,
    closed: Annotated[bool, typer.Option("--closed", help="Closed ones instead of open ones.")] = False,
    as_json: Json = False,
) -> None:
    """Denials by what is due first.

    Example: countersign denials list --payer northlake-advantage
    """
    with context.toolbox() as box:
        from agents.casework.denials.views import OPEN, denial_list
        from cases.denial import DenialStatus
        from cases.ids import PayerId

        statuses = (DenialStatus.CLOSED,) if closed else OPEN
        found = denial_list(box, statuses, PayerId(payer) if payer else None)
        for view in found:
            if as_json:
                typer.echo(view.model_dump_json())
            else:
                _line(view)
        if not found and not as_json:
            typer.echo("No denial is open." if not closed else "No denial is closed.")


def _line(view: "DenialView") -> None:
    clock = view.clocks[0] if view.clocks else None
    due = f"due {clock.day}" if clock and clock.day else f"no date ({clock.why_none if clock else 'no clock'})"
    mark = " !" if clock and clock.is_defect else ""
    amount = f"  ${view.amount:,.2f}" if view.amount is not None else ""
    status = "" if view.status == "open" else f"  [{view.status.replace('_', ' ')}]"
    typer.echo(
        f"{view.id}  {due}{mark}  {view.pathway.replace('_', ' ')}  {view.payer}  {view.patient}{amount}{status}"
    )


@app.command()
def show(denial: str, as_json: Json = False) -> None:
    """One denial: every reason, both clocks, who may file, where to.

    Example: countersign denials show d-0123456789abcdef
    """
    with context.toolbox() as box:
        from agents.casework.denials.views import denial_view

        view = denial_view(box, denial)
        if as_json:
            typer.echo(view.model_dump_json(indent=2))
            return
        _show(view)


def _show(view: "DenialView") -> None:
    context.heading(f"{view.id}  {view.payer}  {view.patient} ({view.member_id or 'no member number'})")
    rows = {
        "case": f"{view.case_id} (by {view.joined_by})" if view.case_id else "none found",
        "status": view.status.replace("_", " "),
        "what to do": f"{view.pathway.replace('_', ' ')}: {view.to_do}",
        "appeal": _APPEAL[view.appealable],
        "who may file": ", ".join(view.who_may_file).replace("_", " "),
        "form": view.form,
        "consent": view.consent,
        "send to": "; ".join(filter(None, (view.appeal_address, f"fax {view.appeal_fax}" if view.appeal_fax else ""))),
        "next level": view.next_level,
        "amount": f"${view.amount:,.2f}" if view.amount is not None else "",
    }  # fmt: skip
    for name, value in rows.items():
        if value:
            typer.echo(f"{name:<13}{value}")
    for clock in view.clocks:
        _show_clock(clock.model_dump())
    for number, reason in enumerate(view.reasons, start=1):
        codes = f" [{' '.join(reason.codes)}]" if reason.codes else ""
        policy = f" (policy {reason.policy_cited})" if reason.policy_cited else ""
        typer.echo(f"reason {number:<6}{reason.wording}{codes}{policy}")
        typer.echo(
            f"{'':<13}{reason.pathway.replace('_', ' ')}: {reason.why}{' ' + reason.advice if reason.advice else ''}"
        )
    for text in (text for reason in view.reasons for text in reason.official):
        typer.echo(f"code text    {text}")
    for doubt in view.doubts:
        typer.echo(f"doubt        {doubt}")


def _show_clock(clock: dict[str, object]) -> None:
    name = str(clock["kind"]).replace("_", " ")
    if clock["day"] is None:
        typer.echo(f"{name:<13}no date: {str(clock['why_none']).replace('_', ' ')}  {clock['citation']}")
        return
    beside = f"printed {clock['printed'] or 'none'}, computed {clock['computed'] or 'none'}"
    defect = "  DEFECT: less time than the rule leaves" if clock["is_defect"] else ""
    unverified = "" if clock["verified"] or not clock["citation"] else " (not yet checked in the source)"
    typer.echo(f"{name:<13}{clock['day']}, {clock['days_left']} days left; {beside}{defect}")
    typer.echo(f"{'':<13}{clock['arithmetic']}  {clock['citation']}{unverified}".rstrip())


@app.command()
def due(as_json: Json = False) -> None:
    """What is due, by day and payer.

    Example: countersign denials due
    """
    with context.toolbox() as box:
        from agents.casework.denials.views import due_by_day

        for row in due_by_day(box):
            if as_json:
                typer.echo(row.model_dump_json())
            else:
                typer.echo(f"{str(row.day or 'no date'):<12}{row.count:>4}  {row.payer:<44}  ${row.amount:,.2f}")


@app.command()
def reclock() -> None:
    """Reckon open denials again under the rules that ship now; says which dates moved.

    Example: countersign denials reclock
    """
    with context.toolbox() as box:
        from agents.casework.denials.opening import reclock as reckon_again

        moved = reckon_again(box)
        typer.echo("\n".join(moved) if moved else "No date moved.")


@app.command()
def close(denial: str, reason: Annotated[str, typer.Option("--reason", help="Why.")], user: As = None) -> None:
    """Close a denial, with a reason; needs a reviewer or supervisor.

    Example: countersign denials close d-0123456789abcdef --reason "paid on appeal" --as dr-lee
    """
    with context.toolbox() as box:
        from agents.casework.denials.opening import close_denial
        from cases.ids import UserId

        close_denial(box, denial, UserId(context.acting_user(box, user)), reason)
        typer.echo(f"{denial}: closed.")


@app.command()
def windows(
    payer: Annotated[str | None, typer.Argument(help="The payer, by id or name; none lists what is held.")] = None,
    days: Annotated[int | None, typer.Option("--days", help="Days to dispute, from the remittance or notice.")] = None,
    effective: Annotated[str, typer.Option("--effective", help="First day it is in force, YYYY-MM-DD.")] = "",
    expires: Annotated[str, typer.Option("--expires", help="Last day it is in force, YYYY-MM-DD.")] = "",
    source: Annotated[str, typer.Option("--source", help="The contract and its passage.")] = "",
    user: As = None,
) -> None:
    """What contracts leave to dispute a payment; with --days, keep a new window. A member's appeal is never changed.

    Example: countersign denials windows northlake --days 120 --effective 2026-01-01 --source "Agreement 7.2" --as sol
    """
    with context.toolbox() as box:
        from agents.casework.denials.terms import set_window, windows_held
        from cases.ids import UserId

        if payer is None or days is None:
            for held in windows_held(box):
                if payer is None or held.payer_id == payer:
                    until = f" to {held.expires}" if held.expires else ""
                    typer.echo(f"{held.payer_id:<28}{held.days:>4} days  from {held.effective}{until}  {held.source}")
            return
        acting = UserId(context.acting_user(box, user))
        start, end = _day("effective", effective), _day("expires", expires) if expires else None
        window, moved = set_window(box, payer, days, start, end, source, acting)
        typer.echo(f"{window.payer_id}: {window.days} days from {window.effective}.")
        typer.echo("\n".join(f"{denial}: its date moved" for denial in moved) if moved else "No date moved.")


def _day(option: str, words: str) -> "date":
    from datetime import date

    from cases.errors import InputError

    try:
        return date.fromisoformat(words)
    except ValueError:
        raise InputError(f"--{option}: give a day as YYYY-MM-DD") from None


@app.command("import-codes")
def import_codes(file: Path, user: As = None) -> None:
    """Keep the licensed text of reason and remark codes (CODE,TEXT or CODE=TEXT, one a line) beside our wording.

    Example: countersign denials import-codes Codes.ini --as sol
    """
    with context.toolbox() as box:
        from agents.casework.denials.terms import import_code_texts
        from cases.ids import UserId

        acting = UserId(context.acting_user(box, user))
        kept, others = import_code_texts(box, file.name, _content(file), acting)
        typer.echo(f"{kept} codes have their licensed text; {others} of the list are not in our table.")
