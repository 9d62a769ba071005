"""The panel's own style sheets and scripts, under an address that changes with their content."""

from functools import cache
from hashlib import sha256
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOLDER = Path(__file__).parent / "static"
ADDRESS = "/panel/static"
_FOR_EVER = "public, max-age=31536000, immutable"


@cache
def version() -> str:
    """Twelve letters that stand for all the files as they are now."""
    content = b"".join(path.name.encode() + path.read_bytes() for path in sorted(FOLDER.iterdir()))
    return f"v-{sha256(content).hexdigest()[:12]}"


class Assets(StaticFiles):
    """Files below `/panel/static/v-…/`, kept by browsers for ever, and below `/panel/static/`, asked for each time."""

    def __init__(self) -> None:
        super().__init__(directory=FOLDER)

    async def get_response(self, path: str, scope: Scope) -> Response:
        first, _, rest = path.partition("/")
        versioned = first == version()
        response = await super().get_response(rest if versioned else path, scope)
        response.headers["Cache-Control"] = _FOR_EVER if versioned else "no-cache"
        return response
