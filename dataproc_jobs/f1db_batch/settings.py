"""What one batch is asked to do: its arguments, checked all at once before anything is started."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from dataclasses import dataclass, fields

from f1db_batch.limits import Limits

_GS = re.compile(r"gs://([a-z0-9][a-z0-9._-]{1,220}[a-z0-9])/([^\s#?\[\]*]+)")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_DESCRIPTION = "Turn one F1DB release, a ZIP of CSV files, into checked Parquet files and a manifest."
_LIMIT_HELP = {
    "max_zip_bytes": "refuse a larger ZIP",
    "max_members": "refuse a ZIP with more files",
    "max_member_bytes": "refuse a ZIP with a larger file, unpacked",
    "max_total_bytes": "refuse a ZIP that is larger, unpacked",
    "max_ratio": "refuse a file that unpacks to more than this many times its size",
    "max_lines": "refuse a file with more lines",
    "max_columns": "refuse a file with more columns",
    "max_field_bytes": "refuse a file with a longer field",
    "max_reject_share": "share of a table's rows that may be unreadable where no mart needs them",
    "max_findings": "findings kept per table; all are counted",
}


@dataclass(frozen=True, slots=True)
class GsUri:
    """The address of an object, or of a folder of objects."""

    bucket: str
    name: str

    def __str__(self) -> str:
        return f"gs://{self.bucket}/{self.name}"

    @property
    def path(self) -> str:
        """The address as pyarrow wants it."""
        return f"{self.bucket}/{self.name}"

    def child(self, name: str) -> GsUri:
        return GsUri(self.bucket, f"{self.name}/{name}")


@dataclass(frozen=True, slots=True)
class Settings:
    """One attempt at one run."""

    version: str
    run: str
    attempt: int
    batch_id: str
    request: int
    zip_uri: GsUri
    zip_generation: int
    zip_sha256: str
    code_digest: str
    curated: GsUri
    manifest: GsUri
    limits: Limits


def parse_arguments(argv: Sequence[str]) -> Settings:
    """Read the arguments; what is wrong with them ends the process with status 2 and a usage line."""
    given = _parser().parse_args(argv)
    return Settings(
        version=given.version,
        run=given.run,
        attempt=given.attempt,
        batch_id=given.batch_id,
        request=given.request,
        zip_uri=given.zip_uri,
        zip_generation=given.zip_generation,
        zip_sha256=given.zip_sha256,
        code_digest=given.code_digest,
        curated=given.curated,
        manifest=given.manifest,
        limits=Limits(**{field.name: getattr(given, field.name) for field in fields(Limits)}),
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="process_release.py", description=_DESCRIPTION, allow_abbrev=False)
    wanted = parser.add_argument_group("what to process")
    wanted.add_argument("--version", required=True, help="the release, without v: 2026.11.0")
    wanted.add_argument("--run", required=True, help="the run's name")
    wanted.add_argument("--attempt", required=True, type=_count, help="1, 2, …")
    wanted.add_argument("--batch-id", required=True, help="the batch's own id")
    wanted.add_argument(
        "--request", required=True, type=int, help="number of the request that asked for it, 0 for none"
    )
    wanted.add_argument("--zip-uri", required=True, type=_gs_uri, help="gs:// address of the ZIP")
    wanted.add_argument("--zip-generation", required=True, type=_count, help="the ZIP's generation")
    wanted.add_argument("--zip-sha256", required=True, type=_sha256, help="the ZIP's SHA-256, 64 hex digits")
    wanted.add_argument("--code-digest", required=True, type=_sha256, help="digest of what is executed")
    wanted.add_argument("--curated", required=True, type=_gs_uri, help="gs:// folder for Parquet, rejects and findings")
    wanted.add_argument("--manifest", required=True, type=_gs_uri, help="gs:// address of the manifest, written last")
    limits = parser.add_argument_group("limits")
    for field in fields(Limits):
        option = f"--{field.name.replace('_', '-')}"
        default = field.default
        kind = _share if isinstance(default, float) else _count
        help_ = f"{_LIMIT_HELP[field.name]} (default: %(default)s)"
        limits.add_argument(option, type=kind, default=default, help=help_)
    return parser


def _gs_uri(text: str) -> GsUri:
    match = _GS.fullmatch(text.rstrip("/"))
    if match is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no gs:// address of an object")
    return GsUri(match[1], match[2])


def _sha256(text: str) -> str:
    if not _SHA256.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no SHA-256 in lower-case hex")
    return text


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number above 0")
    return int(text)


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no share between 0 and 1")
    return share
