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


@app.command()
def password(
    user: str,
    acting: Annotated[str | None, typer.Option("--as", help="The user himself or herself, or an admin.")] = None,
) -> None:
    """Set a user's password (asked for, or one line of standard input), and end the user's sessions.

    Example: countersign users password lee --as lee
    """
    import sys

    with context.toolbox() as box:
        from api.sign_in import set_password
        from cases.errors import NotAllowed
        from cases.ids import UserId
        from cases.review import UserRole
        from runtime import review_store

        with box.database.read() as transaction:
            by = review_store.get_user(transaction, UserId(context.acting_user(box, acting)))
        if not by.active or (by.id != user and by.role is not UserRole.ADMIN):
            raise NotAllowed(f"{by.id} may not set the password of {user}; an admin may.")
        asked = sys.stdin.isatty()
        new = typer.prompt("Password", hide_input=True, confirmation_prompt=True) if asked else sys.stdin.readline()
        set_password(box, UserId(user), new.rstrip("\n"), by.id)
        typer.echo(f"The password of {user} is set.")


@app.command()
def link(
    user: str,
    acting: Annotated[str | None, typer.Option("--as", help="An admin; default COUNTERSIGN_USER.")] = None,
) -> None:
    """Print the path of a link that signs a user in, once, within 15 minutes.

    Example: countersign users link lee --as admin
    """
    with context.toolbox() as box:
        from api.sign_in import make_link
        from cases.errors import NotAllowed
        from cases.ids import UserId
        from cases.review import UserRole
        from runtime import review_store

        with box.database.read() as transaction:
            by = review_store.get_user(transaction, UserId(context.acting_user(box, acting)))
        if not by.active or by.role is not UserRole.ADMIN:
            raise NotAllowed(f"{by.id} is a {by.role}; only an admin may make sign-in links.")
        typer.echo(f"/sign-in/{make_link(box, UserId(user), by.id)}")


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
