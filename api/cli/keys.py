"""`countersign keys`: API keys for machines."""

from typing import TYPE_CHECKING, Annotated

import typer

from api.cli import context

if TYPE_CHECKING:
    from agents.toolbox import Toolbox
    from cases.ids import UserId

app = typer.Typer(
    help="API keys for machines.\n\nExample: countersign keys add ehr --scope events:write --as lee",
    no_args_is_help=True,
)
As = Annotated[str | None, typer.Option("--as", help="An administrator; default COUNTERSIGN_USER.")]


@app.command()
def add(
    name: str,
    scope: Annotated[list[str], typer.Option("--scope", help="What it may do; give it again for more.")],
    days: Annotated[int, typer.Option("--days", min=1, max=366, help="How long it is good.")] = 90,
    case: Annotated[list[str] | None, typer.Option("--case", help="Only this case; give it again for more.")] = None,
    acting: As = None,
) -> None:
    """Make a key and print it, once. It is kept by its digest only.

    Example: countersign keys add ehr --scope events:write --scope documents:write --as lee
    """
    with context.toolbox() as box:
        from api.machine_keys import make_key
        from api.scopes import KEY_SCOPES, Scope
        from cases.errors import InputError
        from cases.ids import CaseId

        if not set(scope) <= set(KEY_SCOPES):
            raise InputError(f"--scope: a key may hold {', '.join(sorted(KEY_SCOPES))}.")
        cases = [CaseId(one) for one in case] if case else None
        key, secret = make_key(box, name, [Scope(one) for one in scope], days, _admin(box, acting), cases)
        typer.echo(f"{key.id} is good until {key.expires_at:%Y-%m-%d}. Keep this; it is not shown again:", err=True)
        typer.echo(secret)


@app.command("list")
def list_keys() -> None:
    """Every key: id, whether it is good, scopes, end, last use, name.

    Example: countersign keys list
    """
    with context.toolbox() as box:
        from runtime import api_key_store

        now = box.clock.now()
        with box.database.read() as transaction:
            keys = api_key_store.all_keys(transaction)
        for key in keys:
            state = "good" if key.is_good(now) else "revoked" if key.revoked_at else "expired"
            used = f"{key.last_used_at:%Y-%m-%d}" if key.last_used_at else "never used"
            typer.echo(f"{key.id}  {state:<8}{','.join(key.scopes)}  {key.expires_at:%Y-%m-%d}  {used}  {key.name}")
        if not keys:
            typer.echo("There are no keys. Make one with `countersign keys add`.")


@app.command()
def revoke(key: str, acting: As = None) -> None:
    """Close a key for good.

    Example: countersign keys revoke 0a1b2c3d4e5f --as lee
    """
    with context.toolbox() as box:
        from api.machine_keys import revoke_key

        revoke_key(box, key, _admin(box, acting))
        typer.echo(f"{key} opens nothing any more.")


def _admin(box: "Toolbox", acting: str | None) -> "UserId":
    from cases.errors import NotAllowed
    from cases.ids import UserId
    from cases.review import UserRole
    from runtime import review_store

    with box.database.read() as transaction:
        user = review_store.get_user(transaction, UserId(context.acting_user(box, acting)))
    if not user.active or user.role is not UserRole.ADMIN:
        raise NotAllowed(f"{user.id} is a {user.role}; only an admin may make or revoke keys.")
    return user.id
