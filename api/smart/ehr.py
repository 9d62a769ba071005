"""What is said between us and the EHR in a launch: where to ask, the code for a token, who the user is, which patient.

SMART App Launch 2.2.0 (STU 2.2): authorization code with PKCE S256, EHR launch, confidential or public client. The
token is used once, for the patient's name, and kept nowhere.
"""

import base64
import hashlib
import re
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

import httpx
import jwt
from pydantic import ConfigDict, Field, ValidationError

from api.door_errors import SignInRefused
from cases.frozen import Frozen
from runtime.settings import SmartEhr, Url

SCOPE = "launch openid fhirUser patient/Patient.rs"
_SECONDS = 10.0
_MOST_BYTES = 512 * 1024
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_SIGNED_BY = ("RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "PS256", "PS384", "PS512")
_SLACK_SECONDS = 60
_RELATIVE = re.compile(r"[A-Za-z]+/[A-Za-z0-9.-]{1,64}")
_FHIR_ID = re.compile(r"[A-Za-z0-9.-]{1,64}")


class _Said(Frozen):
    """What an EHR says: fields that we do not know are passed over."""

    model_config = ConfigDict(extra="ignore")


class Launch(Frozen):
    """A launch under way, in the cookie of the browser that began it."""

    iss: str
    state: str
    nonce: str
    verifier: str


class Endpoints(_Said):
    """What an EHR says of itself at `.well-known/smart-configuration` (section "Conformance", 2.2.0)."""

    authorization_endpoint: Url
    token_endpoint: Url
    code_challenge_methods_supported: tuple[str, ...] = ()
    issuer: str = ""
    jwks_uri: Url | None = None


class ContextItem(_Said):
    """One entry of `fhirContext`: a resource that the EHR has in view."""

    reference: str = ""


class Token(_Said):
    """The token answer's launch context. The access token serves one request and is kept nowhere."""

    access_token: str = Field(min_length=1, repr=False)
    id_token: str = Field(default="", repr=False)
    patient: str = ""
    fhirContext: tuple[ContextItem, ...] = ()
    smart_style_url: str = ""


class LaunchedPatient(Frozen):
    """The patient as the EHR names her or him: what a chart here is compared with."""

    id: str
    family: str = ""
    birth_date: str = ""


def endpoints_of(iss: str) -> Endpoints:
    """Ask an EHR where it authorizes. Raises SignInRefused where it cannot be reached, is not SMART 2 or not safe."""
    found = _json(_asked("GET", f"{iss}/.well-known/smart-configuration"), "its SMART configuration")
    try:
        endpoints = Endpoints.model_validate(found)
    except ValidationError:
        raise SignInRefused("The EHR's SMART configuration names no usable endpoints.") from None
    if "S256" not in endpoints.code_challenge_methods_supported:
        raise SignInRefused("The EHR does not offer PKCE by S256, which SMART App Launch 2 asks for.")
    for address in (endpoints.authorization_endpoint, endpoints.token_endpoint, endpoints.jwks_uri or iss):
        if not is_safe(address):
            raise SignInRefused("The EHR's SMART configuration names an address without https.")
    return endpoints


def is_safe(address: str) -> bool:
    """Whether an address is https, or plain http on this very machine."""
    parts = urlsplit(address)
    return parts.scheme == "https" or parts.hostname in _LOOPBACK


def challenge_of(verifier: str) -> str:
    """The PKCE challenge of a verifier (RFC 7636, S256)."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def authorize_address(
    endpoints: Endpoints, ehr: SmartEhr, iss: str, *, launch: str, state: str, nonce: str, verifier: str, back: str
) -> str:
    """Where the browser goes to be authorized."""
    asked = {
        "response_type": "code",
        "client_id": ehr.client_id,
        "redirect_uri": back,
        "launch": launch,
        "scope": SCOPE,
        "state": state,
        "nonce": nonce,
        "aud": iss,
        "code_challenge": challenge_of(verifier),
        "code_challenge_method": "S256",
    }
    joint = "&" if urlsplit(endpoints.authorization_endpoint).query else "?"
    return f"{endpoints.authorization_endpoint}{joint}{urlencode(asked)}"


def token_for(endpoints: Endpoints, ehr: SmartEhr, *, code: str, verifier: str, back: str) -> Token:
    """Exchange the code. Raises SignInRefused where the EHR gives no token."""
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": verifier}
    secret = ehr.client_secret.get_secret_value()
    auth = httpx.BasicAuth(ehr.client_id, secret) if secret else None
    if auth is None:
        form["client_id"] = ehr.client_id
    answer = _asked("POST", endpoints.token_endpoint, form=form, auth=auth)
    try:
        return Token.model_validate(_json(answer, "a token"))
    except ValidationError:
        raise SignInRefused("The EHR's token answer cannot be read.") from None


def user_of(token: Token, endpoints: Endpoints, ehr: SmartEhr, begun: Launch) -> str:
    """The `fhirUser` of a verified id_token, as `Practitioner/123`. Raises SignInRefused for anything unproven.

    An absolute address must lie under the EHR that was launched from: another server's user of the same id is another.
    """
    if not token.id_token or endpoints.jwks_uri is None or not endpoints.issuer:
        raise SignInRefused("The EHR did not say who its user is (openid, fhirUser), so nobody is signed in.")
    keys = _json(_asked("GET", endpoints.jwks_uri), "its keys")
    try:
        found = jwt.PyJWKSet.from_dict(keys)
        kid = jwt.get_unverified_header(token.id_token).get("kid")
        key = found[kid] if kid else found.keys[0]
        claims = jwt.decode(
            token.id_token,
            key,
            algorithms=_SIGNED_BY,
            audience=ehr.client_id,
            issuer=endpoints.issuer,
            leeway=_SLACK_SECONDS,
            options={"require": ["exp", "iat", "aud", "iss"]},
        )
    except (jwt.PyJWTError, KeyError, IndexError):
        raise SignInRefused("The EHR's statement of who its user is does not verify.") from None
    if claims.get("nonce") != begun.nonce:
        raise SignInRefused("The EHR's statement of who its user is belongs to another launch.")
    user = str(claims.get("fhirUser", "")).removeprefix(f"{begun.iss}/")
    if user and not _RELATIVE.fullmatch(user):
        raise SignInRefused("The EHR names a user of another server.")
    return user


def patient_of(token: Token, iss: str) -> LaunchedPatient | None:
    """The patient in context by name and birth date; None where the launch names none."""
    if not _FHIR_ID.fullmatch(token.patient):
        return None
    answer = _asked("GET", f"{iss}/Patient/{token.patient}", bearer=token.access_token)
    resource = _json(answer, "the patient in view")
    if resource.get("resourceType") != "Patient" or resource.get("id") != token.patient:
        raise SignInRefused("The EHR answered with another resource than the patient in view.")
    given = resource.get("name")
    names = [name for name in given if isinstance(name, Mapping)] if isinstance(given, list) else []
    family = next((str(name["family"]) for name in names if name.get("family")), "")
    return LaunchedPatient(id=token.patient, family=family, birth_date=str(resource.get("birthDate") or ""))


def orders_of(token: Token) -> tuple[str, ...]:
    """Ids of the orders in context (`fhirContext` references of requests)."""
    found = (item.reference.rstrip("/").split("/")[-2:] for item in token.fhirContext)
    return tuple(parts[1] for parts in found if len(parts) == 2 and parts[0].endswith("Request"))


def wanted_theme(token: Token) -> str:
    """`light` or `dark` by the background that the EHR's style asks for; empty where it says nothing usable."""
    if not token.smart_style_url or not is_safe(token.smart_style_url):
        return ""
    try:
        style = _json(_asked("GET", token.smart_style_url), "its style")
    except SignInRefused:
        return ""
    found = re.fullmatch(r"#?([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})", str(style.get("color_background", "")))
    if found is None:
        return ""
    red, green, blue = (int(part, 16) for part in found.groups())
    return "dark" if 0.2126 * red + 0.7152 * green + 0.0722 * blue < 128 else "light"


def _asked(
    method: str,
    address: str,
    *,
    form: Mapping[str, str] | None = None,
    auth: httpx.BasicAuth | None = None,
    bearer: str = "",
) -> httpx.Response:
    headers = {"Accept": "application/fhir+json, application/json"}
    if bearer:
        headers["Authorization"] = f"Bearer {bearer}"
    if not is_safe(address):
        raise SignInRefused("The EHR names an address without https.")
    try:
        with httpx.Client(timeout=_SECONDS, follow_redirects=False, trust_env=False) as client:
            return client.request(method, address, data=form, auth=auth, headers=headers)
    except (httpx.HTTPError, httpx.InvalidURL):
        raise SignInRefused("The EHR cannot be reached from here now. Open the panel from it again later.") from None


def _json(answer: httpx.Response, what: str) -> dict[str, object]:
    refused = SignInRefused(f"The EHR did not give {what} (it answered {answer.status_code}).")
    if answer.status_code != httpx.codes.OK or len(answer.content) > _MOST_BYTES:
        raise refused
    try:
        found = answer.json()
    except ValueError:
        raise refused from None
    if not isinstance(found, dict):
        raise refused
    return found
