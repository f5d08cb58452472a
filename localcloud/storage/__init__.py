"""Stands in for Cloud Storage: the JSON API over plain files, because PyPI's emulators ignore preconditions.

Honours: buckets (get, insert, list); media, multipart and resumable uploads (308 with Range, status query, overlap
after a lost answer, cancel; sessions survive a restart); downloads with Range; listing with prefix, delimiter, offsets
and pages; metadata patch and update; delete; rewrite and copy in one call; if(Meta)Generation(Not)Match; growing
generations; CRC32C and MD5; GCS's error bodies. An object appears whole or not at all, also when the process is killed.

Does not check or do: who calls (no auth, IAM, ACLs, signed URLs), quotas and rates, object versions and soft delete,
retention, holds, lifecycle, encryption keys, gzip transcoding, compose, batch requests, `fields`, and the XML API.
One process at a time may write below a root. Objects are files, so an object `a` cannot exist beside `a/b`, parts of
a name are at most 255 bytes, and on a file system that ignores case two names that differ in case are one.
A file that somebody else puts into a bucket's folder becomes an object when it is next looked at; no event tells of
it. A kill harms nothing; when power is lost the data is synced, the newest records (custom metadata) may be lost.
"""

from localcloud.storage.errors import StorageError
from localcloud.storage.listing import Query
from localcloud.storage.records import Conditions, Expected, ObjectRecord
from localcloud.storage.server import StorageServer
from localcloud.storage.store import ObjectStore

__all__ = ["Conditions", "Expected", "ObjectRecord", "ObjectStore", "Query", "StorageError", "StorageServer"]
