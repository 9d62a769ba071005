import multiprocessing
import stat
from pathlib import Path

import pytest
from pydantic import SecretStr

from cases.errors import InputError, StoreDamaged
from runtime.master_key import MasterKey, master_key
from runtime.settings import Settings


def test_key_file_is_made_once_for_the_owner_alone(settings: Settings) -> None:
    first = master_key(settings).derive("columns")
    path = settings.home / "secret.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(settings.home.stat().st_mode) == 0o700
    assert master_key(settings).derive("columns") == first
    assert [entry.name for entry in settings.home.iterdir()] == ["secret.key"]


def test_each_purpose_has_a_key_of_its_own() -> None:
    key = MasterKey(bytes(range(32)))
    assert key.derive("columns") != key.derive("audit head")
    assert key.derive("columns") == MasterKey(bytes(range(32))).derive("columns")
    assert key.derive("columns") != MasterKey(bytes(32)).derive("columns")


def test_the_setting_wins_over_the_file(tmp_path: Path) -> None:
    given = Settings(home=tmp_path, encryption_key=SecretStr("07" * 32))
    assert master_key(given).derive("columns") == MasterKey(b"\x07" * 32).derive("columns")
    assert not (tmp_path / "secret.key").exists()


@pytest.mark.parametrize("bad", ["", "07" * 31, "07" * 33, "zz" * 32, "seven"])
def test_a_key_of_another_shape_is_refused_without_being_shown(bad: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="64 hexadecimal digits") as refused:
        master_key(Settings(home=tmp_path, encryption_key=SecretStr(bad)))
    assert not bad or bad not in refused.value.message


def test_a_key_file_that_others_can_read_is_refused(settings: Settings) -> None:
    master_key(settings)
    (settings.home / "secret.key").chmod(0o644)
    with pytest.raises(InputError, match="chmod 600"):
        master_key(settings)


def test_a_damaged_key_file_is_refused_by_name(settings: Settings) -> None:
    master_key(settings)
    (settings.home / "secret.key").write_text("07\n")
    with pytest.raises(InputError, match=r"secret\.key"):
        master_key(settings)


def test_a_lost_key_is_not_replaced_beside_a_database(settings: Settings) -> None:
    settings.home.mkdir()
    (settings.home / "countersign.db").write_bytes(b"something")
    with pytest.raises(StoreDamaged, match=r"secret\.key is missing"):
        master_key(settings)
    assert not (settings.home / "secret.key").exists()


def test_processes_that_start_together_share_one_key(settings: Settings) -> None:
    context = multiprocessing.get_context("fork")
    with context.Pool(6) as pool:
        keys = pool.map(_derived, [settings] * 12)
    assert len(set(keys)) == 1


def _derived(settings: Settings) -> bytes:
    return master_key(settings).derive("columns")
