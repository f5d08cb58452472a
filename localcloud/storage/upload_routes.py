"""Speaks the three ways to upload: media, multipart and resumable."""

from collections.abc import Iterable
from typing import Any

from flask import Response, jsonify, request

from localcloud.storage import errors, parameters
from localcloud.storage.multipart import RelatedBody, json_object
from localcloud.storage.records import ObjectRecord, Target, writable_fields
from localcloud.storage.sessions import Part, UploadSessions
from localcloud.storage.staging import blocks_of
from localcloud.storage.store import ObjectStore


class UploadRoutes:
    """Answer requests that bring bytes."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store
        self._sessions = UploadSessions(store)

    def insert(self, bucket: str) -> Response:
        """Begin an upload of the way that uploadType names; media and multipart end with it."""
        if "upload_id" in request.args:
            return self.resume(bucket)
        upload_type = request.args.get("uploadType")
        if upload_type == "media":
            return self._store_blocks(_target(bucket, {}, request.content_type), blocks_of(request.stream))
        if upload_type == "multipart":
            body = RelatedBody(request.stream, request.headers.get("Content-Type", ""))
            metadata = body.metadata()
            return self._store_blocks(_target(bucket, metadata, body.media_type()), body.media())
        if upload_type == "resumable":
            return self._begin(bucket)
        raise errors.invalid_argument(f"Invalid upload type: {upload_type}")

    def resume(self, bucket: str) -> Response:
        """Take one part of a resumable upload, or answer how much of it is safe."""
        del bucket  # the session knows it
        part = Part.parse(request.headers.get("Content-Range"))
        result = self._sessions.take(_upload_id(), part, request.stream, parameters.expected({}, request.headers))
        if isinstance(result, ObjectRecord):
            return _answer(result)
        response = Response(status=308)
        if result:
            response.headers["Range"] = f"bytes=0-{result - 1}"
        return response

    def cancel(self, bucket: str) -> Response:
        """Forget a resumable upload; GCS answers this with 499."""
        del bucket
        self._sessions.cancel(_upload_id())
        return Response(status=499)

    def _begin(self, bucket: str) -> Response:
        metadata = json_object(request.stream.read())
        target = _target(bucket, metadata, request.headers.get("X-Upload-Content-Type"))
        session_id = self._sessions.begin(target)
        response = Response(status=200)
        path = f"/upload/storage/v1/b/{bucket}/o?uploadType=resumable&upload_id={session_id}"
        response.headers["Location"] = f"{request.host_url.rstrip('/')}{path}"
        response.headers["X-GUploader-UploadID"] = session_id
        return response

    def _store_blocks(self, target: Target, blocks: Iterable[bytes]) -> Response:
        self._store.check_target(target)
        with self._store.stage() as staged:
            staged.append(blocks)
            return _answer(self._store.commit(staged, target))


def _answer(record: ObjectRecord) -> Response:
    return jsonify(record.resource(request.host_url.rstrip("/")))


def _upload_id() -> str:
    upload_id = request.args.get("upload_id")
    if upload_id is None:
        raise errors.required("upload_id")
    return upload_id


def _target(bucket: str, metadata: dict[str, Any], media_type: str | None) -> Target:
    name = request.args.get("name") or metadata.get("name")
    if not isinstance(name, str):
        raise errors.required("name")
    fields = ({"contentType": media_type} if media_type else {}) | writable_fields(metadata)
    expected = parameters.expected(metadata, request.headers)
    return Target(bucket, name, fields, parameters.conditions(request.args), expected)
