"""An EHR that speaks SMART App Launch over HTTP: configuration, PKCE, signed id_token, patient, framing page."""

import base64
import hashlib
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

CLIENT, SECRET = "countersign-test", "a secret of the test"


@dataclass
class EhrServer:
    """`patient` is who is in view; `spoil_*` change what is said, so that a test can make one thing wrong."""

    patient: dict[str, Any]
    order: str = ""
    spoil_configuration: Callable[[dict[str, Any]], dict[str, Any]] = lambda found: found
    spoil_claims: Callable[[dict[str, Any]], dict[str, Any]] = lambda claims: claims
    spoil_patient: Callable[[dict[str, Any]], dict[str, Any]] = lambda found: found
    token_status: int = 200
    foreign_key: bool = False
    style: dict[str, str] = field(default_factory=lambda: {"color_background": "#101418"})
    asked: list[dict[str, str]] = field(default_factory=list)
    bearers: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._other_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def iss(self) -> str:
        return f"{self.origin}/fhir"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def configuration(self) -> dict[str, Any]:
        found = {
            "issuer": self.iss, "jwks_uri": f"{self.iss}/jwks",
            "authorization_endpoint": f"{self.iss}/auth", "token_endpoint": f"{self.iss}/token",
            "code_challenge_methods_supported": ["S256"], "capabilities": ["launch-ehr", "sso-openid-connect"],
        }  # fmt: skip
        return self.spoil_configuration(found)

    def documents(self) -> dict[str, dict[str, Any]]:
        """What is read by GET, by path."""
        key = json.loads(RSAAlgorithm.to_jwk(self.key.public_key()))
        return {
            "/fhir/.well-known/smart-configuration": self.configuration(),
            "/fhir/jwks": {"keys": [{**key, "kid": "k1", "use": "sig", "alg": "RS256"}]},
            f"/fhir/Patient/{self.patient['id']}": self.spoil_patient(self.patient),
            "/style.json": self.style,
        }

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """The token for a code, where client, redirect and verifier are those of the authorization."""
        begun = self.asked[-1]
        wanted = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=")
        right = authorization == wanted and challenge.decode() == begun["code_challenge"]
        if not right or form["redirect_uri"] != begun["redirect_uri"] or form["code"] != "code-1":
            return 400, {"error": "invalid_grant"}
        claims = self.spoil_claims({
            "iss": self.iss, "aud": CLIENT, "sub": "u1", "nonce": begun["nonce"],
            "fhirUser": f"{self.iss}/Practitioner/p1", "iat": int(time.time()), "exp": int(time.time()) + 300,
        })  # fmt: skip
        key = self._other_key if self.foreign_key else self.key
        return self.token_status, {
            "access_token": "access-1", "token_type": "Bearer", "expires_in": 300, "scope": begun["scope"],
            "patient": self.patient["id"], "smart_style_url": f"{self.origin}/style.json",
            "fhirContext": [{"reference": f"ServiceRequest/{self.order}"}] if self.order else [],
            "id_token": jwt.encode(claims, key, algorithm="RS256", headers={"kid": "k1"}),
        }  # fmt: skip

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        ehr = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, format: str, *args: object) -> None:
                pass

            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                query = {name: values[0] for name, values in parse_qs(parts.query).items()}
                if parts.path == "/fhir/auth":
                    ehr.asked.append(query)
                    back = urlencode({"code": "code-1", "state": query["state"]})
                    self.send_response(302)
                    self.send_header("Location", f"{query['redirect_uri']}?{back}")
                    self.end_headers()
                elif parts.path == "/chart":
                    self.framing(query["app"])
                else:
                    if "/Patient/" in parts.path:
                        ehr.bearers.append(self.headers.get("Authorization", ""))
                    found = ehr.documents().get(parts.path)
                    self.json(200 if found is not None else 404, found or {})

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                form = {name: values[0] for name, values in parse_qs(body).items()}
                self.json(*ehr.token(form, self.headers.get("Authorization", "")))

            def framing(self, app: str) -> None:
                address = f"{app}/smart/launch?{urlencode({'iss': ehr.iss, 'launch': 'xyz'})}".replace("&", "&amp;")
                page = f'<!doctype html><title>Chart</title><h1>EHR</h1><iframe name="app" src="{address}" '
                page += 'style="width:420px;height:800px"></iframe>'
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(page.encode())

            def json(self, status: int, body: dict[str, Any]) -> None:
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps(body).encode())

        return Handler
