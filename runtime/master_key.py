"""The master key: given by a setting, or kept in a file that is made on first use; every other key derives from it."""

import contextlib
import os
import secrets
import stat
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import SecretStr

from cases.errors import InputError, StoreDamaged
from runtime.settings import Settings

KEY_BYTES = 32


class MasterKey:
    """Thirty-two secret bytes, used only to derive a key for each purpose (HKDF-SHA-256, RFC 5869)."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) != KEY_BYTES:
            raise InputError(f"The encryption key must be {KEY_BYTES} bytes, not {len(secret)}.")
        self._secret = secret

    def derive(self, purpose: str) -> bytes:
        """Thirty-two bytes for this purpose; they give away neither the master nor another purpose's key."""
        kdf = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=b"countersign " + purpose.encode())
        return kdf.derive(self._secret)

    def as_setting(self) -> SecretStr:
        """For the settings of a copy of the store, which then needs no key file of its own."""
        return SecretStr(self._secret.hex())


def master_key(settings: Settings) -> MasterKey:
    """The key of the setting, else of `home/secret.key` (64 hexadecimal digits, mode 0600, made if absent).

    A missing key file beside an existing database is refused: a new key would open nothing.
    """
    if settings.encryption_key is not None:
        given = settings.encryption_key.get_secret_value()
        return MasterKey(_from_hex(given, "COUNTERSIGN_ENCRYPTION_KEY"))
    path = settings.home / "secret.key"
    had_database = settings.holds_database
    if not path.exists():
        if had_database:
            raise StoreDamaged(f"{path} is missing and the database beside it needs it. Restore it from a backup.")
        _make(path)
    return MasterKey(_from_hex(_read(path), str(path)))


def _make(path: Path) -> None:
    """Written whole before it has its name, so that a process starting at the same time reads all or nothing."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_hex(KEY_BYTES) + "\n")
        file.flush()
        os.fsync(file.fileno())
    with contextlib.suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def _read(path: Path) -> str:
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise InputError(f"{path} can be read by others: run `chmod 600 {path}`.")
    return path.read_text().strip()


def _from_hex(text: str, name: str) -> bytes:
    try:
        secret = bytes.fromhex(text)
    except ValueError:
        secret = b""
    if len(secret) != KEY_BYTES:
        raise InputError(f"{name}: must be {2 * KEY_BYTES} hexadecimal digits (`openssl rand -hex {KEY_BYTES}`).")
    return secret
