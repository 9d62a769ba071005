"""Opening the product for one command, and words that several commands print."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

import typer

from cases.errors import InputError

if TYPE_CHECKING:
    from agents.toolbox import Toolbox

T = TypeVar("T")


@contextmanager
def toolbox() -> Iterator["Toolbox"]:
    """The toolbox of the settings, closed at the end of the command."""
    from runtime.settings import load_settings

    settings = load_settings()
    from agents.toolbox import build_toolbox
    from runtime import logs

    logs.configure(settings)
    box = build_toolbox(settings)
    try:
        yield box
    finally:
        box.database.close()


def acting_user(box: "Toolbox", named: str | None) -> str:
    """The user a command acts for: the one named, else the setting's; refuses to guess."""
    user = named or box.settings.user
    if not user:
        raise InputError(
            "No user named: add --as NAME or set COUNTERSIGN_USER "
            "(make one with `countersign users add NAME --role reviewer`)."
        )
    return user


def heading(text: str) -> None:
    typer.echo(typer.style(text, bold=True))


def progress(items: Iterable[T], total: int | None, what: str) -> Iterator[T]:
    """The items, with a progress bar on a terminal and nothing elsewhere."""
    from tqdm import tqdm

    yield from tqdm(items, total=total, desc=what, disable=None, leave=False)
