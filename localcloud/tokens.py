"""ID tokens: who may call a function, proven the way Google's front end wants it proven.

Honours: signature, audience, issuer and expiry. A token carries the caller's account in `email`.
Does not check: roles (every account of this localcloud may call every function), and it signs with HS256 and a
key in the state directory, where Google signs with RS256 and published certificates.
"""

import base64
import binascii
import hashlib
import hmac
import json
import secrets
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from localcloud import durable

ISSUER = "https://accounts.google.com"
# What `gcloud auth print-identity-token` of a person carries; Cloud Run accepts it for every service.
GCLOUD_AUDIENCE = "32555940559.apps.googleusercontent.com"
LIFETIME_S = 3600


class InvalidTokenError(Exception):
    """Says why a token was not accepted."""


@dataclass(frozen=True, slots=True)
class TokenSigner:
    """Signs and verifies ID tokens with one key."""

    key: bytes

    def sign(self, email: str, audience: str, lifetime_s: int = LIFETIME_S) -> str:
        """Make an ID token of an account for an audience."""
        now = int(time.time())
        claims = {
            "iss": ISSUER,
            "aud": audience,
            "azp": email,
            "sub": str(int(hashlib.sha256(email.encode()).hexdigest()[:16], 16)),
            "email": email,
            "email_verified": True,
            "iat": now,
            "exp": now + lifetime_s,
        }
        header = {"alg": "HS256", "kid": "localcloud", "typ": "JWT"}
        signed = f"{_encode(json.dumps(header).encode())}.{_encode(json.dumps(claims).encode())}"
        return f"{signed}.{_encode(self._signature(signed))}"

    def verify(self, token: str, audiences: frozenset[str]) -> dict[str, Any]:
        """Return the claims of a token.

        Raises:
            InvalidTokenError: malformed, not signed here, expired, or for another audience.
        """
        signed, _, signature = token.rpartition(".")
        try:
            if not hmac.compare_digest(_decode(signature), self._signature(signed)):
                raise InvalidTokenError("the signature is unknown")
            claims: dict[str, Any] = json.loads(_decode(signed.partition(".")[2]))
        except (ValueError, binascii.Error) as error:
            raise InvalidTokenError("not a JSON web token") from error
        if claims["exp"] <= time.time():
            raise InvalidTokenError("the token has expired")
        if claims["aud"] not in audiences:
            raise InvalidTokenError(f"the token is for the audience {claims['aud']}")
        return claims

    def _signature(self, signed: str) -> bytes:
        return hmac.new(self.key, signed.encode(), hashlib.sha256).digest()


def load_signer(path: Path) -> TokenSigner:
    """Read the key of a state directory, made at its first use."""
    if not path.exists():
        durable.write_bytes(path, secrets.token_bytes(32))
        path.chmod(0o600)
    return TokenSigner(path.read_bytes())


def _encode(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4))
