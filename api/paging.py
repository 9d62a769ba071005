"""Pages of a list: an opaque cursor that names the last item seen, so that nothing is skipped or counted."""

import base64
import binascii
import json
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Query

from cases.errors import InputError

_LARGEST = 2**31
_FOREIGN = "cursor: not one that was given out here"

Limit = Annotated[int, Query(ge=1, le=200, description="How many at most.", examples=[50])]
Cursor = Annotated[
    str | None, Query(max_length=512, description="The next_cursor of the page before; none for the first page.")
]


def cursor_of(*place: str | int) -> str:
    """The cursor of the item that stands at this place of the order."""
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode()


def place_of(cursor: str, *kinds: type[str] | type[int]) -> tuple[str | int, ...]:
    """The place again, of values of these types. Raises InputError for a cursor that was not given out here."""
    try:
        place = json.loads(base64.urlsafe_b64decode(cursor.encode()))
    except (binascii.Error, ValueError, RecursionError):
        place = None
    fits = isinstance(place, list) and len(place) == len(kinds)
    if not fits or not all(type(one) is kind and _plain(one) for one, kind in zip(place, kinds, strict=True)):
        raise InputError(_FOREIGN)
    return tuple(place)


def _plain(one: str | int) -> bool:
    """Whether every database can take it."""
    return one.isascii() and one.isprintable() if isinstance(one, str) else 0 <= one < _LARGEST


def instant_of(text: str | int) -> datetime:
    """An instant in a cursor. Raises InputError like `place_of`."""
    try:
        at = datetime.fromisoformat(str(text))
        if at.tzinfo is None:
            raise ValueError("no time zone")
        return at.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InputError(_FOREIGN) from error
