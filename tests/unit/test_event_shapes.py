"""Events as Eventarc delivers them, with all documented attributes and fields, in our own words.

Source: https://cloud.google.com/eventarc/docs/cloudevents and google.events.cloud.storage.v1.StorageObjectData
"""

import json

import pytest
from cloudevents.http import from_http

from pipeline.stages.events import ObjectFinalized, parse_object_finalized

LANDED = "releases/2026.11.0/e55e843c0000/f1db-csv.zip"
MANIFEST = "runs/2026.11.0/f1db-2026-11-0-e55e843c-60237fc5-0/manifest.json"


def _headers(bucket: str, name: str) -> dict[str, str]:
    return {
        "ce-id": "11340182645102345",
        "ce-source": f"//storage.googleapis.com/projects/_/buckets/{bucket}",
        "ce-specversion": "1.0",
        "ce-type": "google.cloud.storage.object.v1.finalized",
        "ce-subject": f"objects/{name}",
        "ce-time": "2026-11-23T19:39:57.123456Z",
        "ce-dataschema": "https://googleapis.github.io/google-cloudevents/jsonschema/google/events/cloud/storage/v1/StorageObjectData.json",
        "ce-bucket": bucket,
        "content-type": "application/json",
        "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    }


def _body(bucket: str, name: str, content_type: str) -> dict[str, object]:
    link = f"https://www.googleapis.com/storage/v1/b/{bucket}/o/object"
    return {
        "kind": "storage#object",
        "id": f"{bucket}/{name}/1763926797120045",
        "selfLink": link,
        "name": name,
        "bucket": bucket,
        "generation": "1763926797120045",  # 64-bit numbers are texts in Google's JSON
        "metageneration": "1",
        "contentType": content_type,
        "timeCreated": "2026-11-23T19:39:57.120Z",
        "updated": "2026-11-23T19:39:57.120Z",
        "storageClass": "STANDARD",
        "timeStorageClassUpdated": "2026-11-23T19:39:57.120Z",
        "size": "5307488",
        "md5Hash": "XUFAKrxLKna5cZ2REBfFkg==",
        "mediaLink": f"{link}?alt=media",
        "crc32c": "mnG7TA==",
        "etag": "CK3Q1e6Uh5EDEAE=",
        "metadata": {"sha256": "e5" * 32, "version": "2026.11.0", "published_at": "", "writer": "0123"},
    }


@pytest.mark.parametrize(
    ("bucket", "name", "content_type"),
    [
        ("demo-project-f1db-landing", LANDED, "application/zip"),
        ("demo-project-f1db-state", MANIFEST, "application/json"),
    ],
)
def test_documented_event_is_read_when_it_comes_in_binary_mode(bucket: str, name: str, content_type: str) -> None:
    event = from_http(_headers(bucket, name), json.dumps(_body(bucket, name, content_type)).encode())
    found = parse_object_finalized(event, bucket)
    assert found == ObjectFinalized("11340182645102345", bucket, name, 1763926797120045)
