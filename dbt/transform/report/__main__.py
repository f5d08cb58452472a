"""`python -m transform.report`: the published drivers' pages again, from the published warehouse and nothing else."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from pipeline.clients.warehouse import published_fence
from pipeline.records import Pointer
from transform.publication import page_name, stamp_of
from transform.report import render_report
from transform.warehouses.open import open_warehouse


class StaleWarehouseError(Exception):
    """The warehouse holds another publication than the pointer names."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the pages and say where they are; 1 when there is nothing sound to write them from."""
    parser = argparse.ArgumentParser(prog="transform.report", description=__doc__)
    parser.add_argument("--pointer", type=Path, required=True, help="the pointer, published.json")
    parser.add_argument("--warehouse", required=True, help="the published warehouse's address")
    parser.add_argument("--to", type=Path, required=True, help="the folder for the pages")
    options = parser.parse_args(arguments)
    pointer = Pointer.from_json(json.loads(options.pointer.read_text("utf-8")))
    try:
        pages = write_pages(pointer, options.warehouse, options.to)
    except StaleWarehouseError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for page in pages:
        sys.stdout.write(f"{page}\n")
    return 0


def write_pages(pointer: Pointer, warehouse: str, folder: Path) -> list[Path]:
    """Render every deployed driver's page into a folder, each in one step.

    Raises:
        StaleWarehouseError: the page's stamp would not be that of its figures.
    """
    fence = published_fence(warehouse)
    if fence != pointer.fence:
        raise StaleWarehouseError(
            f"the warehouse was published with fence {fence}, the pointer names {pointer.fence}: publish again first"
        )
    stamp = stamp_of(pointer)
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    with open_warehouse(warehouse).published_marts() as marts:
        for driver_id in pointer.drivers:
            page = folder / page_name(pointer.drivers, driver_id)
            arriving = page.with_name(f".{page.name}.new")
            arriving.write_text(render_report(marts, driver_id, stamp), "utf-8")
            os.replace(arriving, page)
            written.append(page)
    return written


if __name__ == "__main__":
    sys.exit(main())
