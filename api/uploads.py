"""Files as they are handed in: a few at a time, of types that have a reader, each under a plain name."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from api.auth import Me
from api.boundary import allow_body
from api.door_errors import TooLarge, TypeNotTaken
from cases.errors import InputError
from formats.chart_folder import NOTE_READERS
from formats.media_type import MediaType, media_type_of

MOST_BYTES = 64 * 1024 * 1024
"""Of one request: what formats read of one file at most."""
MOST_FILES = 50
_MULTIPART, _JSON = "multipart/form-data", ("application/json", "application/fhir+json")
_UNPLAIN = re.compile(r"[^\w. ()+,=@-]")
_LONGEST_NAME = 128


@dataclass(frozen=True)
class HandedIn:
    """One file: a plain name, and its bytes, which are of a type we can read."""

    name: str
    content: bytes


async def _files(request: Request, _caller: Me) -> tuple[HandedIn, ...]:
    """The files of a multipart form, whatever their fields are called, or the one body of JSON."""
    allow_body(request.scope, MOST_BYTES)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in _JSON:
        return _readable([HandedIn("chart.json", await request.body())])
    if kind != _MULTIPART:
        raise TypeNotTaken(f"Content-Type: send {_MULTIPART} or {' or '.join(_JSON)}.")
    return _readable(await _parts(request))


async def _parts(request: Request) -> list[HandedIn]:
    try:
        async with request.form(max_files=MOST_FILES, max_fields=0) as form:
            given = [part for _, part in form.multi_items() if isinstance(part, UploadFile)]
            return [HandedIn(_plain_name(part.filename or ""), await part.read()) for part in given]
    except HTTPException as error:
        if error.status_code != 400:
            raise
        raise InputError(
            f"files: the form cannot be read; send at most {MOST_FILES} parts, each a file with a name"
        ) from error


Files = Annotated[tuple[HandedIn, ...], Depends(_files)]


def _plain_name(name: str) -> str:
    """The last part of a path, without what could mean something to a system."""
    bare = _UNPLAIN.sub("_", name.replace("\\", "/").rsplit("/", 1)[-1]).lstrip(". ")
    return bare[-_LONGEST_NAME:] or "document"


def _readable(files: Sequence[HandedIn]) -> tuple[HandedIn, ...]:
    if not files:
        raise InputError("files: none was sent; give at least one part with a file name")
    for number, file in enumerate(files, 1):
        if not file.content:
            raise InputError(f"file {number}: it is empty")
        kind = media_type_of(file.content)
        if kind is not MediaType.JSON and kind not in NOTE_READERS:
            taken = ", ".join(sorted({MediaType.JSON, *NOTE_READERS}))
            raise TypeNotTaken(f"file {number}: {kind} is not taken; send {taken}.")
    return tuple(files)


def one_of(files: Sequence[HandedIn]) -> HandedIn:
    """The only file; raises TooLarge where there are more."""
    if len(files) > 1:
        raise TooLarge("files: send one document at a time.")
    return files[0]


MULTIPART_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            _MULTIPART: {
                "schema": {
                    "type": "object",
                    "properties": {"files": {"type": "array", "items": {"type": "string", "format": "binary"}}},
                    "required": ["files"],
                }
            }
        },
    }
}
"""How an upload is documented; FastAPI cannot tell, because the form is read only once the caller is known."""
