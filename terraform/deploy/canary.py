"""A batch that changes nothing: it tells which libraries the runtime has, and reads and writes gs:// as a task does.

Submitted by `make deploy` under the batch's own account: a missing right or library shows before a release comes.
"""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any


def main(argv: list[str]) -> int:
    """Read one object and write another in a Spark task; print what the runtime is as one line of JSON."""
    parser = argparse.ArgumentParser(prog="canary")
    parser.add_argument("--read", required=True, help="bucket/name of an object that is there")
    parser.add_argument("--write", required=True, help="bucket/name of an object to write")
    given = parser.parse_args(argv)
    from f1db_batch.runtime import check_runtime, describe_runtime

    check_runtime()
    from pyspark import SparkConf, SparkContext

    context = SparkContext.getOrCreate(SparkConf())
    read, write = given.read, given.write

    def copy(_: Any) -> int:
        from pyarrow import fs

        gcs = fs.GcsFileSystem()
        with gcs.open_input_file(read) as source:
            content: bytes = source.read()
        with gcs.open_output_stream(write) as sink:
            sink.write(content)
        return len(content)

    [size_bytes] = context.parallelize([0], 1).map(copy).collect()
    print(json.dumps({"canary": "ok", "copied_bytes": size_bytes, **describe_runtime(context)}))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
