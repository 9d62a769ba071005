"""Which outside endpoints may receive anything at all: the agreements on file, read anew at each question."""

from datetime import date, datetime
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import yaml
from pydantic import AwareDatetime, Field, ValidationError

from cases.errors import GuardFailed, ModelNotCleared
from cases.frozen import Frozen
from cases.ids import Digest, digest_of

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_PORTS = {"https": 443, "http": 80}


class Agreement(Frozen):
    """One business associate agreement (45 CFR 164.504(e)) with whoever runs an endpoint, as the user wrote it down.

    `endpoint` is the base URL it covers, with whatever lies below it. It holds from the first day or instant
    `from` up to and including `until`; a day is one of the organization's time zone. `trusted` endpoints may receive
    text that identifies people; it is for a model that runs on the organization's own premises.
    """

    party: str = Field(min_length=1)
    endpoint: str = Field(pattern=r"^https?://[^\s/]+(/\S*)?$")
    starts: AwareDatetime | date = Field(alias="from")
    until: AwareDatetime | date
    subcontractors: tuple[str, ...]
    retention: str = Field(min_length=1)
    no_training: bool
    trusted: bool = False

    @property
    def digest(self) -> Digest:
        """Of the agreement's own words, so that a record says under which wording something left."""
        return digest_of(self.model_dump_json().encode())

    def covers(self, endpoint: str) -> bool:
        """Whether the endpoint is this one or lies below it."""
        scheme, host, port, path = _place(self.endpoint)
        asked = _place(endpoint)
        return (scheme, host, port) == asked[:3] and (asked[3] + "/").startswith(path + "/")

    def has_begun(self, at: datetime, zone: ZoneInfo) -> bool:
        return at >= self.starts if isinstance(self.starts, datetime) else at.astimezone(zone).date() >= self.starts

    def has_ended(self, at: datetime, zone: ZoneInfo) -> bool:
        return at > self.until if isinstance(self.until, datetime) else at.astimezone(zone).date() > self.until


class _File(Frozen):
    agreements: tuple[Agreement, ...] = ()


class Agreements:
    """The user's file. It is read at each question, so that a change or an expiry holds from that moment on."""

    def __init__(self, path: Path, zone: ZoneInfo) -> None:
        self.path = path
        self._zone = zone

    def on_file(self) -> tuple[Agreement, ...]:
        """Every agreement; none where there is no file. Raises GuardFailed for a file that cannot be used."""
        try:
            content = yaml.safe_load(self.path.read_text("utf-8")) or {}
            return _File.model_validate(content).agreements
        except FileNotFoundError:
            return ()
        except ValidationError as error:
            first = error.errors(include_input=False)[0]
            place = ".".join(str(part) for part in first["loc"])
            raise GuardFailed(f"{self.path}: {place}: {first['msg']}; nothing is sent until it is mended.") from None
        except (OSError, UnicodeDecodeError, yaml.YAMLError):
            raise GuardFailed(f"{self.path}: cannot be read as YAML; nothing is sent until it is mended.") from None

    def in_force(self, endpoint: str, at: datetime) -> Agreement:
        """The agreement under which this endpoint may receive something now; raises ModelNotCleared naming what lacks.

        Where several hold, the one that does not trust comes first, so that nothing is sent in clear by oversight.
        """
        covering = [agreement for agreement in self.on_file() if agreement.covers(endpoint)]
        held = [one for one in covering if one.has_begun(at, self._zone) and not one.has_ended(at, self._zone)]
        if not held:
            raise ModelNotCleared(_why_none(endpoint, covering, at, self._zone))
        chosen = min(held, key=lambda agreement: agreement.trusted)
        if not chosen.no_training:
            raise ModelNotCleared(f"The agreement for {endpoint} does not rule out training on what is sent.")
        if not _is_private(endpoint) and not chosen.trusted:
            raise ModelNotCleared(f"{endpoint} is not encrypted on the way (http); use https.")
        return chosen


def _why_none(endpoint: str, covering: list[Agreement], at: datetime, zone: ZoneInfo) -> str:
    if not covering:
        return f"No agreement for {endpoint} is on file."
    if all(agreement.has_ended(at, zone) for agreement in covering):
        return f"The agreement for {endpoint} has expired."
    return f"The agreement for {endpoint} has not begun."


def _place(url: str) -> tuple[str, str, int, str]:
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        port = -1
    return parts.scheme, (parts.hostname or "").lower(), port or _PORTS.get(parts.scheme, 0), parts.path.rstrip("/")


def _is_private(endpoint: str) -> bool:
    scheme, host, _, _ = _place(endpoint)
    return scheme == "https" or host in _LOOPBACK
