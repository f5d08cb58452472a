"""Shapes every refusal as Cloud Storage words it, since clients decide by status and reason whether to retry."""

import errno
from collections.abc import Mapping
from typing import Any

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class StorageError(Exception):
    """Carry one API error from where it is found to the answer."""

    def __init__(
        self,
        status: int,
        reason: str,
        message: str,
        location: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason
        self.message = message
        self.location = location
        self.headers = headers or {}

    def body(self) -> dict[str, Any]:
        """Return the JSON error document."""
        detail = {"message": self.message, "domain": "global", "reason": self.reason}
        if self.location:
            detail |= {"locationType": "header", "location": self.location}
        return {"error": {"code": self.status, "message": self.message, "errors": [detail]}}


def bucket_not_found(bucket: str) -> StorageError:
    return StorageError(404, "notFound", f"The specified bucket does not exist: {bucket}")


def object_not_found(bucket: str, name: str) -> StorageError:
    return StorageError(404, "notFound", f"No such object: {bucket}/{name}")


def upload_not_found(session_id: str) -> StorageError:
    return StorageError(404, "notFound", f"No such resumable upload: {session_id}")


def bucket_exists(bucket: str) -> StorageError:
    return StorageError(409, "conflict", f"Your previous request to create the named bucket succeeded: {bucket}")


def name_blocked(name: str) -> StorageError:
    message = f"Objects are files here: {name!r} cannot be both an object and a folder of objects."
    return StorageError(409, "conflict", message)


def invalid_bucket_name(bucket: str) -> StorageError:
    return StorageError(400, "invalid", f"Invalid bucket name: {bucket!r}")


def invalid_object_name(name: str, why: str) -> StorageError:
    return StorageError(400, "invalid", f"Invalid object name: {name[:80]!r} {why}.")


def invalid_argument(message: str) -> StorageError:
    return StorageError(400, "invalid", message)


def required(parameter: str) -> StorageError:
    return StorageError(400, "required", f"Required parameter: {parameter}")


def checksum_mismatch(algorithm: str, provided: str, calculated: str) -> StorageError:
    message = f'Provided {algorithm} "{provided}" doesn\'t match calculated {algorithm} "{calculated}".'
    return StorageError(400, "invalid", message)


def upload_gap(start: int, persisted: int) -> StorageError:
    message = (
        "Invalid request. According to the Content-Range header, the upload offset is "
        f"{start} byte(s), which exceeds already uploaded size of {persisted} byte(s)."
    )
    return StorageError(400, "invalid", message)


def precondition_failed() -> StorageError:
    message = "At least one of the pre-conditions you specified did not hold."
    return StorageError(412, "conditionNotMet", message, "If-Match")


def not_modified() -> StorageError:
    return StorageError(304, "notModified", "Not Modified", "If-None-Match")


def range_not_satisfiable(size: int) -> StorageError:
    message = "Request range not satisfiable"
    headers = {"Content-Range": f"bytes */{size}"}
    return StorageError(416, "requestedRangeNotSatisfiable", message, "Range", headers)


def not_offered(what: str) -> StorageError:
    return StorageError(501, "notImplemented", f"localcloud's storage does not offer {what}")


def backend_error() -> StorageError:
    return StorageError(500, "backendError", "localcloud's storage failed; its log has the traceback")


def is_disk_full(error: BaseException | None) -> bool:
    """Tell whether the file system, a quota or a limit on files has no room left."""
    return isinstance(error, OSError) and error.errno in _NO_ROOM


def disk_full(error: OSError) -> StorageError:
    """Say what the real service never says; 507 is an error that its clients do not try again."""
    return StorageError(507, "insufficientStorage", f"there is no room left where localcloud keeps objects: {error}")
