"""Requests on their way into the state bucket: numbered by who comes first, and made anew when their ZIP has gone."""

from __future__ import annotations

from dataclasses import replace

from pipeline.clients.storage import Bucket
from pipeline.errors import ErrorCode, TransientError
from pipeline.objects import request_name
from pipeline.records import Request
from pipeline.releases import Version
from pipeline.state import World, read_request

_MAX_RIVALS = 20


def write_request(state: Bucket, request: Request) -> int:
    """Write a request under its number, or the next that is free; return the number.

    Raises:
        TransientError: `object_conflict`, when too many others ask at the same moment, or from the bucket.
    """
    for number in range(request.number, request.number + _MAX_RIVALS):
        document = replace(request, number=number).to_json()
        if state.create_json(request_name(request.version, number), document):
            return number
    raise TransientError(
        ErrorCode.OBJECT_CONFLICT, f"{_MAX_RIVALS} others are asking for {request.version} at this moment"
    )


def renew_request(world: World, version: Version, landed_sha256: str) -> int | None:
    """Ask once more for the ZIP that was landed, when the one that was asked for can no longer be had.

    GitHub may change a release between the request and its landing; without this the request would wait for ever.
    Returns the new request's number, None when there is nothing to renew.
    """
    number = world.last_request(version)
    if not world.is_request_open(version, number):
        return None
    request = read_request(world, version, number)
    if request is None or request.zip_sha256 in (None, landed_sha256):
        return None
    return write_request(world.state, replace(request, number=number + 1, zip_sha256=landed_sha256))
