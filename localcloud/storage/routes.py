"""Speaks the JSON API's paths: reads a request, asks the store, shapes the answer; nothing is decided here."""

import logging
from typing import Any
from urllib.parse import unquote

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException
from werkzeug.http import parse_range_header

from localcloud.storage import errors, parameters
from localcloud.storage.errors import StorageError
from localcloud.storage.multipart import json_object
from localcloud.storage.records import ObjectRecord, Target, writable_fields
from localcloud.storage.staging import blocks_of
from localcloud.storage.store import ObjectStore
from localcloud.storage.upload_routes import UploadRoutes

LOG = logging.getLogger(__name__)
MAX_JSON_BYTES = 1 << 20
OBJECT = "/storage/v1/b/<bucket>/o/<name>"


def create_app(store: ObjectStore) -> Flask:
    """Return the WSGI app. It wants PATH_INFO as it was sent: object names keep their encoded slashes."""
    app = Flask("localcloud.storage", static_folder=None)
    app.url_map.merge_slashes = False
    app.json.sort_keys = False  # type: ignore[attr-defined]  # of the default provider
    buckets, objects, uploads = BucketRoutes(store), ObjectRoutes(store), UploadRoutes(store)
    for path, method, view in (
        ("/storage/v1/b", "GET", buckets.list),
        ("/storage/v1/b", "POST", buckets.insert),
        ("/storage/v1/b/<bucket>", "GET", buckets.get),
        ("/storage/v1/b/<bucket>/o", "GET", objects.list),
        (OBJECT, "GET", objects.get),
        (OBJECT, "PATCH", objects.patch),
        (OBJECT, "PUT", objects.update),
        (OBJECT, "DELETE", objects.delete),
        (f"/download{OBJECT}", "GET", objects.download),
        (f"{OBJECT}/rewriteTo/b/<to_bucket>/o/<to_name>", "POST", objects.rewrite),
        (f"{OBJECT}/copyTo/b/<to_bucket>/o/<to_name>", "POST", objects.copy),
        ("/upload/storage/v1/b/<bucket>/o", "POST", uploads.insert),
        ("/upload/storage/v1/b/<bucket>/o", "PUT", uploads.resume),
        ("/upload/storage/v1/b/<bucket>/o", "DELETE", uploads.cancel),
    ):
        app.add_url_rule(path, f"{method} {path}", view, methods=[method])
    app.register_error_handler(StorageError, answer_error)
    app.register_error_handler(HTTPException, answer_http_error)
    app.register_error_handler(OSError, answer_os_error)
    return app


def answer_error(error: StorageError) -> Response:
    response = jsonify(error.body())
    response.status_code = error.status
    response.headers.update(error.headers)
    return response


def answer_http_error(error: HTTPException) -> Response:
    """Answer what Flask refuses, or what failed (Flask has logged it), in the API's shape."""
    if error.code in (404, 405):
        return answer_error(errors.not_offered(f"{request.method} {request.path}"))
    if error.code is not None and error.code < 500:
        return answer_error(StorageError(error.code, "badRequest", error.description or error.name))
    return answer_error(errors.backend_error())


def answer_os_error(error: OSError) -> Response:
    """Answer a full disk as such; whatever else the file system says is a failure of ours."""
    if not errors.is_disk_full(error):
        raise error
    LOG.error("%s %s: %s", request.method, request.path, error)
    return answer_error(errors.disk_full(error))


def base_url() -> str:
    return request.host_url.rstrip("/")


def decoded(name: str) -> str:
    """Return a name from the path as the caller meant it. Raises: StorageError 400."""
    try:
        return unquote(name, errors="strict")
    except UnicodeDecodeError as error:
        raise errors.invalid_object_name(name, "is not valid UTF-8") from error


def json_body() -> dict[str, Any]:
    body = request.stream.read(MAX_JSON_BYTES + 1)
    if len(body) > MAX_JSON_BYTES:
        raise errors.invalid_argument("The request body is too large")
    return json_object(body)


class BucketRoutes:
    """Answer requests on buckets."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def list(self) -> Response:
        prefix = request.args.get("prefix", "")
        items = [bucket for bucket in self._store.list_buckets() if bucket["name"].startswith(prefix)]
        return jsonify({"kind": "storage#buckets", "items": items})

    def insert(self) -> Response:
        resource = json_body()
        name, location = resource.get("name"), resource.get("location") or "US"
        if not isinstance(name, str):
            raise errors.required("name")
        return jsonify(self._store.create_bucket(name, str(location)))

    def get(self, bucket: str) -> Response:
        return jsonify(self._store.get_bucket(bucket))


class ObjectRoutes:
    """Answer requests on objects that are there."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def list(self, bucket: str) -> Response:
        page = self._store.list(bucket, parameters.query(request.args))
        document: dict[str, Any] = {"kind": "storage#objects"}
        if page.next_page_token:
            document["nextPageToken"] = page.next_page_token
        if page.prefixes:
            document["prefixes"] = page.prefixes
        if page.items:
            document["items"] = [record.resource(base_url()) for record in page.items]
        return jsonify(document)

    def get(self, bucket: str, name: str) -> Response:
        if request.args.get("alt") == "media":
            return self.download(bucket, name)
        return _answer_object(self._store.get(bucket, decoded(name), parameters.conditions(request.args)))

    def patch(self, bucket: str, name: str) -> Response:
        return self._change(bucket, name, keep_others=True)

    def update(self, bucket: str, name: str) -> Response:
        return self._change(bucket, name, keep_others=False)

    def delete(self, bucket: str, name: str) -> Response:
        self._store.delete(bucket, decoded(name), parameters.conditions(request.args))
        return Response(status=204)

    def copy(self, bucket: str, name: str, to_bucket: str, to_name: str) -> Response:
        return _answer_object(self._copied(bucket, name, to_bucket, to_name))

    def rewrite(self, bucket: str, name: str, to_bucket: str, to_name: str) -> Response:
        record = self._copied(bucket, name, to_bucket, to_name)
        return jsonify(
            {
                "kind": "storage#rewriteResponse",
                "totalBytesRewritten": str(record.size),
                "objectSize": str(record.size),
                "done": True,
                "resource": record.resource(base_url()),
            }
        )

    def download(self, bucket: str, name: str) -> Response:
        """Stream the object or the one range that was asked for; several ranges get the whole, as in HTTP."""
        record, file = self._store.open(bucket, decoded(name), parameters.conditions(request.args))
        try:
            wanted = _wanted_bytes(record.size)
            start, stop = wanted or (0, record.size)
            file.seek(start)
        except BaseException:
            file.close()
            raise
        response = Response(blocks_of(file, stop - start))
        response.call_on_close(file.close)
        response.content_length = stop - start
        if wanted:
            response.status_code = 206
            response.headers["Content-Range"] = f"bytes {start}-{stop - 1}/{record.size}"
        response.headers.update(_media_headers(record))
        return response

    def _change(self, bucket: str, name: str, *, keep_others: bool) -> Response:
        fields = writable_fields(json_body())
        conditions = parameters.conditions(request.args)
        record = self._store.change_fields(bucket, decoded(name), fields, conditions, keep_others=keep_others)
        return _answer_object(record)

    def _copied(self, bucket: str, name: str, to_bucket: str, to_name: str) -> ObjectRecord:
        fields = writable_fields(json_body())
        target = Target(to_bucket, decoded(to_name), fields, parameters.conditions(request.args))
        source_conditions = parameters.conditions(request.args, of_source=True)
        return self._store.copy(self._store.open(bucket, decoded(name), source_conditions), target)


def _answer_object(record: ObjectRecord) -> Response:
    response = jsonify(record.resource(base_url()))
    response.headers["ETag"] = record.etag
    return response


def _wanted_bytes(size: int) -> tuple[int, int] | None:
    header = request.headers.get("Range")
    wanted = parse_range_header(header)
    if header is None or wanted is None or wanted.units != "bytes" or len(wanted.ranges) > 1:
        return None
    start, stop = wanted.ranges[0]
    if start < 0:  # the last bytes
        return max(0, size + start), size
    if start >= size:
        raise errors.range_not_satisfiable(size)
    return start, min(stop or size, size)


def _media_headers(record: ObjectRecord) -> dict[str, str]:
    headers = {
        "Accept-Ranges": "bytes",
        "ETag": record.etag,
        "X-Goog-Hash": f"crc32c={record.crc32c},md5={record.md5}",
        "X-Goog-Generation": str(record.generation),
        "X-Goog-Metageneration": str(record.metageneration),
        "X-Goog-Storage-Class": "STANDARD",
        "X-Goog-Stored-Content-Encoding": record.fields.get("contentEncoding", "identity"),
        "X-Goog-Stored-Content-Length": str(record.size),
    }
    for header, key in (
        ("Content-Type", "contentType"),
        ("Content-Encoding", "contentEncoding"),
        ("Content-Disposition", "contentDisposition"),
        ("Content-Language", "contentLanguage"),
        ("Cache-Control", "cacheControl"),
    ):
        if key in record.fields:
            headers[header] = record.fields[key]
    return headers
