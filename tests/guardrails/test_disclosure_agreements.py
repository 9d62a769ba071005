"""Which endpoint may receive anything, on which day, under which agreement."""

from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml

from cases.errors import GuardFailed, ModelNotCleared
from guardrails.disclosure_agreements import Agreements

ZONE = ZoneInfo("America/New_York")
NOON = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
FIELDS = {
    "party": "Acme", "endpoint": "https://models.example/v1", "from": date(2026, 1, 1), "until": date(2026, 11, 23),
    "subcontractors": [], "retention": "none", "no_training": True,
}  # fmt: skip


def on_file(tmp_path: Path, *agreements: dict[str, object]) -> Agreements:
    path = tmp_path / "agreements.yaml"
    path.write_text(yaml.safe_dump({"agreements": [{**FIELDS, **one} for one in agreements]}), "utf-8")
    return Agreements(path, ZONE)


@pytest.mark.parametrize(
    ("endpoint", "covered"),
    [
        ("https://models.example/v1", True),
        ("https://MODELS.example/v1/", True),
        ("https://models.example:443/v1/chat", True),
        ("https://models.example/v10", False),
        ("https://models.example/", False),
        ("https://models.example:8443/v1", False),
        ("http://models.example/v1", False),
        ("https://models.example.evil/v1", False),
        ("https://evil.example/https://models.example/v1", False),
        ("https://models.example@evil.example/v1", False),
        ("https://models.example:99999/v1", False),
    ],
)
def test_an_agreement_covers_its_endpoint_and_what_lies_below(endpoint: str, covered: bool, tmp_path: Path) -> None:
    agreements = on_file(tmp_path, {})
    if covered:
        assert agreements.in_force(endpoint, NOON).party == "Acme"
    else:
        with pytest.raises(ModelNotCleared, match="No agreement"):
            agreements.in_force(endpoint, NOON)


@pytest.mark.parametrize(
    ("at", "held"),
    [
        (datetime(2026, 11, 24, 4, 59, tzinfo=UTC), True),
        (datetime(2026, 11, 24, 5, 0, tzinfo=UTC), False),
        (datetime(2026, 1, 1, 5, 0, tzinfo=UTC), True),
        (datetime(2026, 1, 1, 4, 59, tzinfo=UTC), False),
    ],
)
def test_days_are_those_of_the_organization(at: datetime, held: bool, tmp_path: Path) -> None:
    agreements = on_file(tmp_path, {})
    if held:
        agreements.in_force("https://models.example/v1", at)
    else:
        with pytest.raises(ModelNotCleared):
            agreements.in_force("https://models.example/v1", at)


def test_a_renewed_agreement_holds_beside_the_expired_one(tmp_path: Path) -> None:
    agreements = on_file(tmp_path, {"until": date(2026, 2, 1)}, {"party": "Acme renewed"})
    assert agreements.in_force("https://models.example/v1", NOON).party == "Acme renewed"


def test_of_two_that_hold_the_one_that_does_not_trust_decides(tmp_path: Path) -> None:
    agreements = on_file(tmp_path, {"trusted": True}, {"trusted": False})
    assert not agreements.in_force("https://models.example/v1", NOON).trusted


@pytest.mark.parametrize(
    ("endpoint", "trusted", "held"),
    [
        ("http://models.example/v1", False, False),
        ("http://models.lan/v1", True, True),
        ("http://127.0.0.1:8000/v1", False, True),
        ("http://localhost:8000/v1", False, True),
    ],
)
def test_plain_http_beyond_this_machine_needs_trust(endpoint: str, trusted: bool, held: bool, tmp_path: Path) -> None:
    agreements = on_file(tmp_path, {"endpoint": endpoint, "trusted": trusted})
    if held:
        agreements.in_force(endpoint, NOON)
    else:
        with pytest.raises(ModelNotCleared, match="not encrypted"):
            agreements.in_force(endpoint, NOON)


def test_a_change_of_the_file_holds_at_once(tmp_path: Path) -> None:
    agreements = on_file(tmp_path, {})
    agreements.in_force("https://models.example/v1", NOON)
    agreements.path.write_text("agreements: []", "utf-8")
    with pytest.raises(ModelNotCleared):
        agreements.in_force("https://models.example/v1", NOON)


def test_the_digest_tells_two_wordings_apart(tmp_path: Path) -> None:
    first = on_file(tmp_path, {}).on_file()[0].digest
    assert on_file(tmp_path, {}).on_file()[0].digest == first
    assert on_file(tmp_path, {"retention": "30 days"}).on_file()[0].digest != first


@pytest.mark.parametrize("content", ["- a list", "agreements: 3", "agreements: [", "\x00", "agreements: [{party: x}]"])
def test_a_file_that_cannot_be_used_is_refused_by_name(content: str, tmp_path: Path) -> None:
    path = tmp_path / "agreements.yaml"
    path.write_text(content, "utf-8")
    with pytest.raises(GuardFailed, match=r"agreements\.yaml"):
        Agreements(path, ZONE).in_force("https://models.example/v1", NOON)


def test_no_file_is_no_agreement(tmp_path: Path) -> None:
    with pytest.raises(ModelNotCleared, match="No agreement"):
        Agreements(tmp_path / "none.yaml", ZONE).in_force("https://models.example/v1", NOON)
