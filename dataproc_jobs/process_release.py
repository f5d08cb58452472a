"""Entry point of the Spark batch: `spark-submit --py-files f1db_batch.zip process_release.py --help`."""

from __future__ import annotations

import sys

from f1db_batch.logs import BatchLog
from f1db_batch.runtime import RuntimeUnfitError, check_runtime
from f1db_batch.settings import parse_arguments


def main(argv: list[str]) -> int:
    """Process one release; the status is 0 also for one that was rejected, as that is an answer."""
    settings = parse_arguments(argv)
    log = BatchLog(settings.version, settings.run)
    try:
        check_runtime()
    except RuntimeUnfitError as error:
        log.outcome("ERROR", "failed", str(error), error_code="runtime_unfit")
        return 1
    # Imported only now: what it imports has just been checked.
    from f1db_batch.job import run_batch
    from f1db_batch.storage import WrongObjectError

    try:
        run_batch(settings, log)
    except WrongObjectError as error:
        log.outcome("ERROR", "failed", str(error), error_code="wrong_object")
        return 1
    except Exception as error:
        log.outcome("ERROR", "failed", f"{type(error).__name__}: {error}", error_code="internal")
        raise
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
