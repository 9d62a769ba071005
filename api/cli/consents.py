"""`countersign consents`: the signed consents on which protected records may be enclosed."""

from datetime import datetime
from typing import Annotated

import typer

from api.cli import context

app = typer.Typer(
    help="Consents for records that the law protects beyond HIPAA.\n\n"
    "Example: countersign consents list c-0123456789abcdef",
    no_args_is_help=True,
)

As = Annotated[str | None, typer.Option("--as", help="The user who records; default COUNTERSIGN_USER.")]
_DAY = ["%Y-%m-%d"]


@app.command()
def record(
    case: str,
    category: Annotated[
        list[str], typer.Option("--category", help="hiv, genetic, substance_use_part2, …; repeatable.")
    ],
    signed_by: Annotated[str, typer.Option("--signed-by", help="The patient, or who acts for the patient.")],
    signed_on: Annotated[datetime, typer.Option("--signed-on", formats=_DAY, help="The day of signing.")],
    purpose: Annotated[str, typer.Option("--purpose", help="What the records may be used for.")] = "payment",
    recipient: Annotated[str, typer.Option("--recipient", help="Who may have them; default the case's payer.")] = "",
    expires: Annotated[datetime | None, typer.Option("--expires", formats=_DAY, help="The last day.")] = None,
    notice: Annotated[bool, typer.Option("--notice", help="The notice of 42 CFR 2.32 goes with the records.")] = False,
    user: As = None,
) -> None:
    """Record a signed consent, and have the case worked anew on it.

    Example: countersign consents record c-0123456789abcdef --category hiv --signed-by patient --signed-on 2026-11-20
    """
    with context.toolbox() as box:
        from agents.casework.consents import ConsentRequest, record_consent
        from cases.consent import SensitiveCategory
        from cases.errors import InputError
        from cases.ids import CaseId, UserId

        unknown = [name for name in category if name not in list(SensitiveCategory)]
        if unknown:
            raise InputError(f"--category: '{unknown[0]}' is none of {', '.join(SensitiveCategory)}.")
        kept = record_consent(
            box,
            ConsentRequest(
                case_id=CaseId(case), user_id=UserId(context.acting_user(box, user)), purpose=purpose,
                categories=tuple(SensitiveCategory(name) for name in category), signed_by=signed_by,
                recipient=recipient, signed_on=signed_on.date(),
                expires_on=expires.date() if expires else None, notice=notice,
            ),
        )  # fmt: skip
        typer.echo(f"{kept.id}: {', '.join(kept.categories)} to {kept.recipient} for {kept.purpose}.")


@app.command("list")
def list_consents(case: str) -> None:
    """The consents of a case, also those that have ended.

    Example: countersign consents list c-0123456789abcdef
    """
    with context.toolbox() as box:
        from agents.casework.consents import consents_of
        from cases.ids import CaseId

        held = consents_of(box, CaseId(case))
        for one in held:
            ends = (
                f", revoked {one.revoked_on}"
                if one.revoked_on
                else f", until {one.expires_on}"
                if one.expires_on
                else ""
            )
            kinds = ", ".join(one.categories)
            typer.echo(f"{one.id}  {kinds} to {one.recipient} for {one.purpose}, from {one.signed_on}{ends}")
        if not held:
            typer.echo("No consent is recorded.")


@app.command()
def revoke(
    case: str,
    consent: str,
    on: Annotated[datetime | None, typer.Option("--on", formats=_DAY, help="From this day on; default today.")] = None,
    user: As = None,
) -> None:
    """End a consent; what rests on it and was not sent is held back.

    Example: countersign consents revoke c-0123456789abcdef consent-0123456789abcdef
    """
    with context.toolbox() as box:
        from agents.casework import consents
        from cases.ids import CaseId, UserId

        day = on.date() if on else box.clock.now().date()
        ended = consents.revoke(box, CaseId(case), consent, UserId(context.acting_user(box, user)), day)
        typer.echo(f"{ended.id} has ended from {ended.revoked_on} on.")
