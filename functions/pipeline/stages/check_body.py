"""What a caller of check_release may ask for: read strictly, with every problem listed at once."""

from __future__ import annotations

import base64
import binascii
import json
from collections import Counter
from dataclasses import dataclass
from typing import Any

from pipeline.errors import ErrorCode, PermanentError
from pipeline.releases import InvalidVersionError, Version, parse_version

_FLAGS = ("force", "rollback", "accept_shrink", "dry_run")
_MAX_BODY_BYTES = 64 * 1024
_MAX_TOLD = 20  # of the keys that are wrong: whoever sends ten thousand need not be told of each


@dataclass(frozen=True, slots=True)
class CheckRequest:
    """One call of check_release; `release` is None for the latest."""

    release: Version | None = None
    force: bool = False
    rollback: bool = False
    accept_shrink: bool = False
    dry_run: bool = False

    @property
    def is_special(self) -> bool:
        """Whether it asks for more than happens by itself, and so needs a request object."""
        return self.force or self.rollback or self.accept_shrink


def parse_check_request(method: str, body: bytes) -> CheckRequest:
    """Read a call; GET and an empty body are a tick.

    Raises:
        PermanentError: `method_not_allowed`, or `malformed_request` listing every problem.
    """
    if method == "GET":
        return CheckRequest()
    if method != "POST":
        raise PermanentError(ErrorCode.METHOD_NOT_ALLOWED, f"{_shown(method)} is not allowed: use GET or POST")
    if not body.strip():
        return CheckRequest()
    problems: list[str] = []
    fields = _fields(body, problems)
    known = ("release", *_FLAGS)
    unknown = [key for key in fields if key not in known]
    problems.extend(f"{_shown(key)}: unknown; known are {', '.join(known)}" for key in unknown[:_MAX_TOLD])
    release = _release(fields, problems)
    flags = {name: _flag(fields, name, problems) for name in _FLAGS}
    if flags["rollback"] and not problems and release is None:
        problems.append("rollback: needs a release to go back to, such as 2026.10.0")
    if problems:
        raise PermanentError(ErrorCode.MALFORMED_REQUEST, "; ".join(problems), problems=problems)
    return CheckRequest(release=release, **flags)


def caller_of(authorization: str) -> str:
    """Return who called, by the token that Cloud Run's ingress has checked already; `unknown` where it says nothing."""
    parts = authorization.removeprefix("Bearer ").split(".")
    if len(parts) < 2:
        return "unknown"
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        return "unknown"
    caller = (claims.get("email") or claims.get("sub")) if isinstance(claims, dict) else None
    return caller[:200] if caller and isinstance(caller, str) else "unknown"


def _shown(key: str) -> str:
    """Show a key as it is, unless it would break the line that it is told in."""
    return key[:80] if key.isprintable() else repr(key[:80])


def _fields(body: bytes, problems: list[str]) -> dict[str, Any]:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        twice = [key for key, times in Counter(key for key, _ in pairs).items() if times > 1]
        problems.extend(f"{_shown(key)}: given twice" for key in twice[: max(0, _MAX_TOLD - len(problems))])
        return dict(pairs)

    if len(body) > _MAX_BODY_BYTES:
        problems.append(f"body: more than {_MAX_BODY_BYTES} bytes")
        return {}
    try:
        document = json.loads(body, object_pairs_hook=unique)
    except (ValueError, RecursionError):
        problems.append("body: no JSON")
        return {}
    if not isinstance(document, dict):
        problems.append("body: no JSON object")
        return {}
    return document


def _release(fields: dict[str, Any], problems: list[str]) -> Version | None:
    value = fields.get("release", "latest")
    if not isinstance(value, str):
        problems.append("release: must be text: latest, sample, or a version such as 2026.11.0")
        return None
    if value == "latest":
        return None
    try:
        return parse_version(value)
    except InvalidVersionError as error:
        problems.append(f"release: {error}")
        return None


def _flag(fields: dict[str, Any], name: str, problems: list[str]) -> bool:
    value = fields.get(name, False)
    if not isinstance(value, bool):
        problems.append(f"{name}: must be true or false")
        return False
    return value
