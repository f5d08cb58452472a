"""Reads preconditions, digests and numbers out of a request, refusing what cannot be meant."""

from collections.abc import Mapping
from typing import Any

from werkzeug.datastructures import Headers

from localcloud.storage import errors
from localcloud.storage.listing import Query
from localcloud.storage.records import Conditions, Expected

Parameters = Mapping[str, str]


def integer(parameters: Parameters, name: str) -> int | None:
    """Return a non-negative number or None. Raises: StorageError 400."""
    text = parameters.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit()):
        raise errors.invalid_argument(f"Invalid value for {name}: {text!r}")
    return int(text)


def conditions(parameters: Parameters, *, of_source: bool = False) -> Conditions:
    """Return the preconditions and the generation asked for; those of a copy's source say so in their names."""
    prefix = "ifSource" if of_source else "if"
    return Conditions(
        integer(parameters, f"{prefix}GenerationMatch"),
        integer(parameters, f"{prefix}GenerationNotMatch"),
        integer(parameters, f"{prefix}MetagenerationMatch"),
        integer(parameters, f"{prefix}MetagenerationNotMatch"),
        integer(parameters, "sourceGeneration" if of_source else "generation"),
    )


def expected(resource: Mapping[str, Any], headers: Headers) -> Expected:
    """Return the digests that the resource, x-goog-hash or Content-MD5 promise."""
    pairs = (item.strip().partition("=") for item in headers.get("X-Goog-Hash", "").split(","))
    hashes = {key: value for key, _, value in pairs}
    return Expected(
        resource.get("crc32c") or hashes.get("crc32c"),
        resource.get("md5Hash") or hashes.get("md5") or headers.get("Content-MD5"),
    )


def query(parameters: Parameters) -> Query:
    """Return what a listing asks for. Raises: StorageError 400 or 501."""
    for name in ("versions", "softDeleted", "includeTrailingDelimiter", "includeFoldersAsPrefixes"):
        if parameters.get(name, "false").lower() == "true":
            raise errors.not_offered(f"{name} in a listing")
    if parameters.get("matchGlob"):
        raise errors.not_offered("matchGlob in a listing")
    max_results = integer(parameters, "maxResults")
    return Query(
        prefix=parameters.get("prefix", ""),
        delimiter=parameters.get("delimiter", ""),
        start_offset=parameters.get("startOffset", ""),
        end_offset=parameters.get("endOffset", ""),
        page_token=parameters.get("pageToken", ""),
        max_results=min(max_results or 1000, 1000),
    )
