"""Two writes that only the transform needs: a patch that reads GCS's clock, and a page of HTML."""

from __future__ import annotations

from typing import Any

from pipeline.storage import Bucket, StoredObject, _retry, _stored, _translated

_TIMEOUT_S = (5.0, 30.0)


def touch(bucket: Bucket, info: StoredObject) -> StoredObject | None:
    """Patch one generation's metadata, so that its `updated_at` is GCS's time now; None when it has been replaced."""
    from google.api_core.exceptions import NotFound, PreconditionFailed

    blob: Any = bucket._bucket.blob(info.name)
    blob.metadata = {**info.metadata, "contended": "yes"}
    with _translated(f"touch gs://{bucket.name}/{info.name}"):
        try:
            blob.patch(if_generation_match=info.generation, timeout=_TIMEOUT_S, retry=_retry())
        except (NotFound, PreconditionFailed):
            return None
    return _stored(blob)


def write_page(bucket: Bucket, name: str, html: str) -> str:
    """Write an HTML page; a name carries run and fence, so the same page may be written twice. Returns its address."""
    blob: Any = bucket._bucket.blob(name)
    with _translated(f"write gs://{bucket.name}/{name}"):
        blob.upload_from_string(
            html.encode(),
            content_type="text/html; charset=utf-8",
            checksum="crc32c",
            timeout=_TIMEOUT_S,
            retry=_retry(),
        )
    return f"gs://{bucket.name}/{name}"
