"""Where everything listens."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The URL of each stand-in and of each function."""

    storage: str
    metadata: str
    check_release: str
    start_batch: str
    start_dbt: str
    dataproc: str
    run: str
    github: str
    admin: str
