"""The one way PHI is kept at rest: column types that seal with AES-256-GCM under a key from outside the database."""

import hashlib
import os
from typing import TypeVar
from weakref import WeakKeyDictionary

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import BaseModel, ValidationError
from sqlalchemy import Dialect, LargeBinary
from sqlalchemy.types import TypeDecorator

from cases.errors import StoreDamaged
from runtime.master_key import MasterKey

_NONCE_BYTES, _ID_BYTES = 12, 4
_FORMAT = b"\x01"
_PREFIX_BYTES = len(_FORMAT) + _ID_BYTES

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)


class Cipher:
    """Seals and opens column values.

    A sealed value is: format (1 byte), key id (4), nonce (12, random), ciphertext and tag. `context` names
    what is sealed and is authenticated, so that a value moved to another kind of column does not open.
    """

    def __init__(self, key: MasterKey) -> None:
        secret = key.derive("columns")
        self._aead = AESGCM(secret)
        self._prefix = _FORMAT + hashlib.sha256(secret).digest()[:_ID_BYTES]

    def seal(self, plain: bytes, context: str) -> bytes:
        nonce = os.urandom(_NONCE_BYTES)
        return self._prefix + nonce + self._aead.encrypt(nonce, plain, self._prefix + context.encode())

    def open(self, sealed: bytes, context: str) -> bytes:
        """The plain value; raises StoreDamaged where one byte of it, its place or its key is not what it was."""
        if sealed[: len(_FORMAT)] == _FORMAT and sealed[:_PREFIX_BYTES] != self._prefix:
            was, now = sealed[1:_PREFIX_BYTES].hex(), self._prefix[1:].hex()
            raise StoreDamaged(f"A stored {context} was sealed with key {was}, and this process holds key {now}.")
        nonce, body = sealed[_PREFIX_BYTES : _PREFIX_BYTES + _NONCE_BYTES], sealed[_PREFIX_BYTES + _NONCE_BYTES :]
        try:
            return self._aead.decrypt(nonce, body, sealed[:_PREFIX_BYTES] + context.encode())
        except (InvalidTag, ValueError):
            raise StoreDamaged(f"A stored {context} does not decrypt: its bytes were changed.") from None


_CIPHERS: WeakKeyDictionary[Dialect, Cipher] = WeakKeyDictionary()


def attach(dialect: Dialect, cipher: Cipher) -> None:
    """Give the encrypted columns of one engine their cipher; an engine without one can write and read none."""
    _CIPHERS[dialect] = cipher


def _cipher(dialect: Dialect) -> Cipher:
    try:
        return _CIPHERS[dialect]
    except KeyError:
        raise StoreDamaged("An encrypted column was used without an encryption key.") from None


def open_column(dialect: Dialect, sealed: bytes, context: str) -> bytes:
    """Open a value read in its sealed form, for proofs that must name what does not open."""
    return _cipher(dialect).open(sealed, context)


class Sealed(TypeDecorator[T]):
    """A column whose values are kept sealed; `context` says what they are, for the seal and for people."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, context: str) -> None:
        super().__init__()
        self.context = context

    def process_bind_param(self, value: T | None, dialect: Dialect) -> bytes | None:
        return None if value is None else _cipher(dialect).seal(self.encode(value), self.context)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> T | None:
        return None if value is None else self.decode(_cipher(dialect).open(value, self.context))

    def encode(self, value: T) -> bytes:
        raise TypeError(f"{type(self).__name__} does not say how it is written")

    def decode(self, plain: bytes) -> T:
        raise TypeError(f"{type(self).__name__} does not say how it is read")


class EncryptedBytes(Sealed[bytes]):
    """Bytes kept sealed."""

    cache_ok = True

    def encode(self, value: bytes) -> bytes:
        return value

    def decode(self, plain: bytes) -> bytes:
        return plain


class EncryptedText(Sealed[str]):
    """Text kept sealed as UTF-8."""

    cache_ok = True

    def encode(self, value: str) -> bytes:
        return value.encode()

    def decode(self, plain: bytes) -> str:
        return plain.decode()


class EncryptedModel(Sealed[M]):
    """A pydantic model kept sealed as its JSON."""

    cache_ok = True

    def __init__(self, model: type[M], context: str) -> None:
        super().__init__(context)
        self.model = model

    def encode(self, value: M) -> bytes:
        return value.model_dump_json().encode()

    def decode(self, plain: bytes) -> M:
        try:
            return self.model.model_validate_json(plain)
        except ValidationError as error:
            field = ".".join(str(part) for part in error.errors()[0]["loc"])
            raise StoreDamaged(f"A stored {self.context} is not in the shape this version reads: {field}.") from None
