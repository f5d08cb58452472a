"""Keeps `<state>/report/` the pages of what is published, so that a browser needs no bucket."""

import json
import logging
from pathlib import Path

from localcloud import durable
from localcloud.storage import ObjectStore
from localcloud.storage.errors import StorageError

_LOG = logging.getLogger("localcloud")


def copy_report(store: ObjectStore, state_dir: Path) -> bool:
    """Copy the page that the pointer names and those of further drivers beside it; tells whether there is one."""
    try:
        pointer = json.loads(store.read_bytes("state", "published.json"))
        bucket, _, name = str(pointer["report"]).removeprefix("gs://").partition("/")
        pages = {"index.html": store.read_bytes(bucket, name)}
        for driver in pointer["drivers"][1:]:
            pages[f"{driver}.html"] = store.read_bytes(bucket, name.replace("index.html", f"{driver}.html"))
    except StorageError as error:
        if error.status != 404:
            raise
        return False
    except (ValueError, KeyError, TypeError) as error:
        _LOG.warning("the pointer names no report: %r", error)
        return False
    try:
        for page, content in pages.items():
            durable.write_bytes(state_dir / "report" / page, content)
    except OSError as error:  # the pages are in their bucket: for want of a copy nothing else must stop
        _LOG.error("the pages of %s could not be copied to %s: %s", pointer["run"], state_dir / "report", error)
        return False
    return True
