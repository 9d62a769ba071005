"""The signed bundle of a run: digests of its files and of all it rests on, under the installation's own key."""

import base64
import json
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from cases.errors import StoreDamaged, UnreadableFile
from cases.ids import digest_of
from evals.results import RunResult
from runtime.master_key import MasterKey

BUNDLE = "bundle.json"
_FILES = ("results.json", "report.html", "junit.xml")
_PURPOSE = "evaluation bundle"


def write_bundle(folder: Path, run: RunResult, key: MasterKey) -> Path:
    """bundle.json beside the run's files: what they hash to, what was used, seeds, and an Ed25519 signature."""
    private = Ed25519PrivateKey.from_private_bytes(key.derive(_PURPOSE))
    public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    datasets = {one.name: one.found for suite in run.suites for one in suite.datasets}
    content = {
        "product_version": run.product_version,
        "depth": run.depth,
        "seed": run.seed,
        "verdict": run.verdict,
        "finished": run.finished.isoformat(),
        "gates_version": run.gates_version,
        "files": {name: digest_of((folder / name).read_bytes()) for name in _FILES},
        "rests_on": dict(run.hashes),
        "datasets": datasets,
        "public_key": base64.b64encode(public).decode(),
    }
    signature = base64.b64encode(private.sign(_canonical(content))).decode()
    path = folder / BUNDLE
    path.write_text(json.dumps({**content, "signature": signature}, indent=2) + "\n", "utf-8")
    return path


def verify_bundle(folder: Path) -> str:
    """The public key that signed; raises StoreDamaged where the signature or a file is not what was signed."""
    try:
        content = json.loads((folder / BUNDLE).read_text("utf-8"))
        signature, public = base64.b64decode(content.pop("signature")), base64.b64decode(content["public_key"])
        files = dict(content["files"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UnreadableFile(str(folder / BUNDLE), f"is no bundle ({type(error).__name__})") from error
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, _canonical(content))
    except InvalidSignature:
        raise StoreDamaged(f"{BUNDLE}: its signature does not verify.") from None
    for name, digest in files.items():
        path = folder / name
        if not path.is_file() or digest_of(path.read_bytes()) != digest:
            raise StoreDamaged(f"{name} is not the file that was signed.")
    return str(content["public_key"])


def _canonical(content: object) -> bytes:
    return json.dumps(content, sort_keys=True, separators=(",", ":")).encode()
