"""Names of every object in the buckets: built here, parsed here, nowhere else."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.releases import InvalidVersionError, Version, parse_version

LEASE = "lease.json"
POINTER = "published.json"
ZIP_NAME = "f1db-csv.zip"

_ZIP = re.compile(r"releases/([^/]+)/([0-9a-f]{12})/" + re.escape(ZIP_NAME))
_REQUEST = re.compile(r"requests/([^/]+)/([1-9]\d{0,5})\.json")
_RUN_OBJECT = re.compile(r"runs/([^/]+)/([a-z0-9-]+)/(?:(batch|transform)-([1-9]\d{0,5})|(manifest|outcome))\.json")
_RUN = re.compile(r"f1db-([a-z0-9-]+)-([0-9a-f]{8})-([0-9a-f]{8})-(0|[1-9]\d{0,5})")


@dataclass(frozen=True, slots=True)
class Run:
    """One processing of one ZIP by one state of the batch's code, for one request (0: nobody asked)."""

    version: Version
    zip8: str
    code8: str
    request: int

    def __str__(self) -> str:
        return f"f1db-{self.version.slug}-{self.zip8}-{self.code8}-{self.request}"

    @property
    def prefix(self) -> str:
        return f"runs/{self.version}/{self}/"

    @property
    def manifest(self) -> str:
        return f"{self.prefix}manifest.json"

    @property
    def outcome(self) -> str:
        return f"{self.prefix}outcome.json"

    def batch(self, attempt: int) -> str:
        return f"{self.prefix}batch-{attempt}.json"

    def batch_id(self, attempt: int) -> str:
        return f"{self}-{attempt}"

    @property
    def history_prefix(self) -> str:
        return f"history/{self.version}/{self}/"

    def changes_since(self, previous: Run | None) -> str:
        return f"{self.history_prefix}changes-since-{previous or 'nothing'}.parquet"

    def summaries_since(self, previous: Run | None) -> str:
        return f"{self.history_prefix}summaries-since-{previous or 'nothing'}.parquet"

    def headlines(self, fence: int) -> str:
        return f"{self.history_prefix}headlines-{fence}.parquet"

    def findings(self, attempt: int) -> str:
        return f"{self.curated_prefix(attempt)}findings/findings.parquet"

    def transform(self, number: int) -> str:
        return f"{self.prefix}transform-{number}.json"

    def curated_prefix(self, attempt: int) -> str:
        return f"runs/{self}/{attempt}/"


@dataclass(frozen=True, slots=True)
class ZipName:
    version: Version
    zip12: str

    def __str__(self) -> str:
        return f"releases/{self.version}/{self.zip12}/{ZIP_NAME}"


@dataclass(frozen=True, slots=True)
class RunObject:
    """An object below `runs/`: kind is batch, transform, manifest or outcome; number is 0 for the last two."""

    run: Run
    kind: str
    number: int


def run_of(version: Version, zip_sha256: str, code_digest: str, request: int) -> Run:
    return Run(version, zip_sha256[:8], code_digest[:8], request)


def zip_name(version: Version, zip_sha256: str) -> str:
    return str(ZipName(version, zip_sha256[:12]))


def request_name(version: Version, number: int) -> str:
    return f"requests/{version}/{number}.json"


def notice_name(version: Version, error_code: str, about_sha256: str) -> str:
    return f"notices/{version}/{error_code}-{about_sha256[:12]}.json"


def _version(text: str) -> Version | None:
    try:
        version = parse_version(text)
    except InvalidVersionError:
        return None
    return version if str(version) == text else None


def parse_zip_name(name: str) -> ZipName | None:
    """Return what a landing object's name says, or None when it is no release's ZIP."""
    match = _ZIP.fullmatch(name)
    version = _version(match[1]) if match else None
    return ZipName(version, match[2]) if match and version else None


def parse_request_name(name: str) -> tuple[Version, int] | None:
    """Return the version and number of a request object's name, or None."""
    match = _REQUEST.fullmatch(name)
    version = _version(match[1]) if match else None
    return (version, int(match[2])) if match and version else None


def parse_run(text: str, version: Version) -> Run | None:
    """Return the run named `text` of `version`, or None when it is none."""
    match = _RUN.fullmatch(text)
    if match is None or match[1] != version.slug:
        return None
    return Run(version, match[2], match[3], int(match[4]))


def parse_run_object(name: str) -> RunObject | None:
    """Return what a state object's name below `runs/` says, or None for any other name."""
    match = _RUN_OBJECT.fullmatch(name)
    version = _version(match[1]) if match else None
    run = parse_run(match[2], version) if match and version else None
    if match is None or run is None:
        return None
    return RunObject(run, match[3] or match[5], int(match[4] or 0))


def report_name(run: Run, fence: int) -> str:
    return f"reports/{run}/{fence}/index.html"
