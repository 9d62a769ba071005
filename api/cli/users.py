"""`countersign users`: local users and their roles."""

from typing import Annotated

import typer

from api.cli import context

app = typer.Typer(
    help="Local users and their roles.\n\nExample: countersign users add dr-lee --role reviewer", no_args_is_help=True
)


@app.command()
def add(
    user: str,
    role: Annotated[str, typer.Option("--role", help="viewer, specialist, reviewer, supervisor or admin.")],
    name: Annotated[str, typer.Option("--name", help="Full name; default the user's id.")] = "",
    npi: Annotated[str, typer.Option("--npi", help="For a clinician who signs.")] = "",
    licence: Annotated[str, typer.Option("--licence", help="For a clinician who signs.")] = "",
    acting: Annotated[str | None, typer.Option("--as", help="An admin; not needed for the very first user.")] = None,
) -> None:
    """Add a user, or change one. The first user may be made by whoever holds the folder; later ones by an admin.

    Example: countersign users add dr-lee --role reviewer --name "Dana Lee" --npi 1234567893
    """
    with context.toolbox() as box:
        from agents.casework.people import add_user
        from cases.errors import InputError
        from cases.ids import UserId
        from cases.review import User, UserRole

        if role not in list(UserRole):
            raise InputError(f"--role: '{role}' is none of {', '.join(UserRole)}.")
        added = User(id=UserId(user), name=name or user, role=UserRole(role), npi=npi, licence=licence)
        add_user(box, added, UserId(acting or box.settings.user))
        typer.echo(f"{user} is a {role}.")


@app.command("list")
def list_users() -> None:
    """Every user with role.

    Example: countersign users list
    """
    with context.toolbox() as box:
        from runtime import review_store

        with box.database.read() as transaction:
            for user in review_store.all_users(transaction):
                typer.echo(f"{user.id}  {user.role}  {user.name}" + ("" if user.active else "  (inactive)"))
