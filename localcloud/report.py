"""Keeps `<state>/report/index.html` the report of what is published, so that a browser needs no bucket."""

import json
import logging
from pathlib import Path

from localcloud import durable
from localcloud.storage import ObjectStore
from localcloud.storage.errors import StorageError

_LOG = logging.getLogger("localcloud")


def copy_report(store: ObjectStore, state_dir: Path) -> bool:
    """Copy the report that the pointer names; tells whether there is one."""
    try:
        pointer = json.loads(store.read_bytes("state", "published.json"))
        bucket, _, name = str(pointer["report"]).removeprefix("gs://").partition("/")
        content = store.read_bytes(bucket, name)
    except StorageError as error:
        if error.status != 404:
            raise
        return False
    except (ValueError, KeyError, TypeError) as error:
        _LOG.warning("the pointer names no report: %r", error)
        return False
    durable.write_bytes(state_dir / "report" / "index.html", content)
    return True
