import json
import subprocess
import sys
from pathlib import Path

import pytest

from cases.errors import InputError
from runtime.settings import Settings, load_settings

_REPORT = """
import json, os, sys
from runtime.settings import load_settings
from cases.errors import InputError
try:
    load_settings()
except InputError as error:
    print(json.dumps({"error": error.message}))
else:
    heavy = [name for name in ("torch", "transformers", "sqlalchemy", "openai") if name in sys.modules]
    print(json.dumps({"environment": dict(os.environ), "heavy": heavy}))
"""


def loaded_in_a_process(**variables: str) -> dict[str, object]:
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", _REPORT], cwd=root, env=variables, capture_output=True, text=True, check=True
    )
    report: dict[str, object] = json.loads(done.stdout)
    return report


def test_defaults_need_no_variable(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    assert settings.store_url == f"sqlite:///{tmp_path / 'countersign.db'}"
    assert settings.approval_hours == 72
    assert settings.embedding_folder is not None
    assert (settings.embedding_folder / "modules.json").is_file()
    assert not settings.payer_endpoints


def test_libraries_are_kept_quiet_and_offline_before_any_is_imported() -> None:
    report = loaded_in_a_process()
    wanted = {
        "HF_HUB_OFFLINE": "1",
        "TRANSFORMERS_OFFLINE": "1",
        "DO_NOT_TRACK": "1",
        "SCARF_NO_ANALYTICS": "1",
        "UNSTRUCTURED_DISABLE_NOTICE": "1",
        "LANGSMITH_TRACING": "false",
        "ANONYMIZED_TELEMETRY": "False",
        "TOKENIZERS_PARALLELISM": "false",
    }
    environment = report["environment"]
    assert isinstance(environment, dict)
    assert {name: environment.get(name) for name in wanted} == wanted
    assert report["heavy"] == []


def test_a_hub_model_alone_lets_the_model_libraries_go_online() -> None:
    report = loaded_in_a_process(COUNTERSIGN_EMBEDDING_MODEL="some-lab/some-model")
    environment = report["environment"]
    assert isinstance(environment, dict)
    assert "HF_HUB_OFFLINE" not in environment
    assert environment["DO_NOT_TRACK"] == "1"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("COUNTERSIGN_EMBEDDING_MODEL", "/no/such/folder"),
        ("COUNTERSIGN_EMBEDDING_MODEL", "no-such-folder"),
        ("COUNTERSIGN_APPROVAL_HOURS", "-72"),
        ("COUNTERSIGN_APPROVAL_HOURS", "soon"),
        ("COUNTERSIGN_FIXED_TIME", "2026-03-02T09:30:00"),
        ("COUNTERSIGN_LLM_TIMEOUT_SECONDS", "-1"),
        ("COUNTERSIGN_LLM_BASE_URL", "localhost:8000"),
        ("COUNTERSIGN_PAYER_ENDPOINTS", "{not json"),
        ("COUNTERSIGN_PAYER_ENDPOINTS", '{"payer1": "ftp://payer"}'),
        ("COUNTERSIGN_LOG_LEVEL", "chatty"),
    ],
)
def test_a_wrong_value_names_the_variable_and_hides_the_value(
    variable: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(InputError) as refused:
        load_settings()
    assert refused.value.message.startswith(f"{variable}")
    assert value not in refused.value.message


def test_an_empty_variable_is_as_good_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUNTERSIGN_LLM_BASE_URL", "")
    monkeypatch.setenv("COUNTERSIGN_FIXED_TIME", "")
    assert Settings().llm_base_url is None
    assert Settings().fixed_time is None


def test_payer_endpoints_are_read_from_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUNTERSIGN_PAYER_ENDPOINTS", '{"payer1": "http://127.0.0.1:8700/fhir"}')
    assert Settings().payer_endpoints == {"payer1": "http://127.0.0.1:8700/fhir"}


def test_secrets_do_not_show_when_settings_are_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUNTERSIGN_ENCRYPTION_KEY", "ab" * 32)
    monkeypatch.setenv("COUNTERSIGN_LLM_API_KEY", "sk-hidden")
    shown = repr(Settings())
    assert "abab" not in shown
    assert "sk-hidden" not in shown
