import sqlite3
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import create_engine, insert

from cases.case import Case
from cases.errors import StoreDamaged
from cases.ids import CaseId
from runtime import case_store
from runtime.database import Database
from runtime.encryption import Cipher
from runtime.master_key import MasterKey
from runtime.settings import Settings
from runtime.tables import chart_sources

KEY = MasterKey(bytes(range(32)))


@pytest.mark.parametrize("plain", [b"", b"x", b"SpO2 85 %, room air" * 1000])
def test_what_is_sealed_opens_again_and_does_not_show(plain: bytes) -> None:
    sealed = Cipher(KEY).seal(plain, "note")
    assert Cipher(KEY).open(sealed, "note") == plain
    assert len(plain) < 8 or plain[:8] not in sealed  # a single letter stands in random bytes now and then


def test_the_same_value_is_never_sealed_twice_alike() -> None:
    cipher = Cipher(KEY)
    assert len({cipher.seal(b"same", "note") for _ in range(50)}) == 50


def test_every_single_changed_byte_is_refused() -> None:
    sealed = Cipher(KEY).seal(b"room air", "note")
    for position in range(len(sealed)):
        changed = bytearray(sealed)
        changed[position] ^= 0x01
        with pytest.raises(StoreDamaged, match="A stored note"):
            Cipher(KEY).open(bytes(changed), "note")


@pytest.mark.parametrize("cut", [0, 1, 5, 16, 17, 20])
def test_a_cut_value_is_refused(cut: int) -> None:
    sealed = Cipher(KEY).seal(b"room air", "note")
    with pytest.raises(StoreDamaged):
        Cipher(KEY).open(sealed[:cut], "note")


def test_a_value_does_not_open_in_the_place_of_another_kind() -> None:
    sealed = Cipher(KEY).seal(b"room air", "letter")
    with pytest.raises(StoreDamaged):
        Cipher(KEY).open(sealed, "note")


def test_another_key_is_named_as_the_reason() -> None:
    sealed = Cipher(KEY).seal(b"room air", "note")
    with pytest.raises(StoreDamaged, match="was sealed with key"):
        Cipher(MasterKey(bytes(32))).open(sealed, "note")


def test_no_word_of_a_case_reaches_the_disk(
    database: Database, settings: Settings, make_case: Callable[[str], Case], now: datetime
) -> None:
    with database.begin() as transaction:
        case_store.create(transaction, make_case("c1"), now)
    database.close()
    on_disk = b"".join(path.read_bytes() for path in settings.home.iterdir())
    assert b"c1" in on_disk
    for word in (b"Quillfeather", b"Odalys", b"home oxygen", b"E0424"):
        assert word not in on_disk


def test_a_database_opened_with_another_key_gives_nothing_away(
    database: Database, settings: Settings, make_case: Callable[[str], Case], now: datetime
) -> None:
    with database.begin() as transaction:
        case_store.create(transaction, make_case("c1"), now)
    stranger = Database.open(settings.model_copy(update={"encryption_key": SecretStr("07" * 32)}))
    with pytest.raises(StoreDamaged, match="A stored case was sealed with key"), stranger.read() as transaction:
        case_store.get(transaction, CaseId("c1"))
    stranger.close()


def test_a_damaged_value_in_the_database_names_what_it_was(
    database: Database, settings: Settings, make_case: Callable[[str], Case], now: datetime
) -> None:
    with database.begin() as transaction:
        case_store.create(transaction, make_case("c1"), now)
    with sqlite3.connect(settings.home / "countersign.db") as raw:
        (record,) = raw.execute("SELECT record FROM cases").fetchone()
        raw.execute("UPDATE cases SET record = ?", (record[:-1] + bytes([record[-1] ^ 1]),))
    raw.close()
    with pytest.raises(StoreDamaged, match="A stored case does not decrypt"), database.read() as transaction:
        case_store.get(transaction, CaseId("c1"))


def test_an_engine_without_a_key_writes_no_encrypted_column(tmp_path: Path, now: datetime) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'bare.db'}", hide_parameters=True)
    row = {"tenant_id": "t", "case_id": "c", "digest": "d", "stored_at": now, "content": b"PHI"}
    with engine.connect() as connection:
        chart_sources.create(connection)
        with pytest.raises(Exception, match="without an encryption key") as refused:
            connection.execute(insert(chart_sources).values(**row))
        assert "PHI" not in str(refused.value)
    engine.dispose()
