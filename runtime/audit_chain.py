"""The arithmetic of the audit log: hash chain, right edge of the Merkle tree, and the sealed head that holds both."""

import hashlib
import hmac
from dataclasses import dataclass, replace
from typing import Self

from cases.audit_event import node_hash, tree_root

ERASED = "audit.note_erased"
"""The action of an entry that vouches for the erasure of an earlier entry's note."""

GENESIS = bytes(32)
"""What stands before the first entry in the chain."""

_HASH_BYTES = 32


def chain_hash(previous: bytes, leaf: bytes) -> bytes:
    """SHA-256 over the previous entry's chain hash and this entry's leaf hash."""
    return hashlib.sha256(previous + leaf).digest()


@dataclass(frozen=True)
class Frontier:
    """The roots of the perfect subtrees that make up an RFC 6962 tree of `size` leaves, largest first.

    They are all that is needed to add a leaf and to compute the root, and there are at most log2(size) + 1.
    """

    size: int = 0
    nodes: tuple[bytes, ...] = ()

    def add(self, leaf: bytes) -> "Frontier":
        nodes, merged, rest = list(self.nodes), leaf, self.size
        while rest & 1:
            merged = node_hash(nodes.pop(), merged)
            rest >>= 1
        return Frontier(self.size + 1, (*nodes, merged))

    def root(self) -> bytes:
        if not self.nodes:
            return tree_root([])
        *left, root = self.nodes
        for node in reversed(left):
            root = node_hash(node, root)
        return root

    def packed(self) -> bytes:
        return b"".join(self.nodes)

    @classmethod
    def unpack(cls, size: int, packed: bytes) -> "Frontier":
        return cls(size, tuple(packed[at : at + _HASH_BYTES] for at in range(0, len(packed), _HASH_BYTES)))


@dataclass(frozen=True)
class Head:
    """Where the log of one tenant ends; `mac` is an HMAC-SHA-256 over all the rest under a key outside the database."""

    size: int
    chain_hash: bytes
    root: bytes
    frontier: bytes
    mac: bytes = b""

    @classmethod
    def empty(cls) -> Self:
        return cls(size=0, chain_hash=GENESIS, root=tree_root([]), frontier=b"")

    def after(self, leaf: bytes) -> "Head":
        """The head once this leaf hash is added; not yet sealed."""
        frontier = Frontier.unpack(self.size, self.frontier).add(leaf)
        return Head(frontier.size, chain_hash(self.chain_hash, leaf), frontier.root(), frontier.packed())

    def sealed(self, tenant: str, key: bytes) -> "Head":
        return replace(self, mac=self._mac(tenant, key))

    def is_sealed(self, tenant: str, key: bytes) -> bool:
        return hmac.compare_digest(self.mac, self._mac(tenant, key))

    def _mac(self, tenant: str, key: bytes) -> bytes:
        parts = (tenant.encode(), str(self.size).encode(), self.chain_hash, self.root, self.frontier)
        message = b"".join(len(part).to_bytes(8, "big") + part for part in parts)
        return hmac.digest(key, message, "sha256")
