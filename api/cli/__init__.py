"""The command line: thin doors over casework. Everything heavy is imported inside the command that needs it."""

import sys

import typer

from api.cli import audit, authorize, demo, policies, review, users
from cases.errors import CountersignError

app = typer.Typer(
    name="countersign",
    help="Prior-authorization packets with evidence, a gate and a person's countersignature.\n\n"
    "Example: countersign authorize chart/ --out out",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("authorize")(authorize.authorize)
app.command("demo")(demo.demo)
app.add_typer(policies.app, name="policies")
app.add_typer(review.app, name="review")
app.add_typer(users.app, name="users")
app.add_typer(audit.app, name="audit")


def main() -> None:
    """Run a command: 0 done, 1 something failed, 2 wrong use; a failure is one line on stderr, never a traceback."""
    try:
        app()
    except CountersignError as error:
        typer.echo(f"countersign: {error.message}", err=True)
        sys.exit(1)
    except (KeyboardInterrupt, BrokenPipeError):
        sys.exit(130)
    except Exception as error:  # noqa: BLE001
        typer.echo(
            f"countersign: an internal error ({type(error).__name__}); nothing further was done. "
            "Set COUNTERSIGN_LOG_LEVEL=debug to see where.",
            err=True,
        )
        sys.exit(1)
