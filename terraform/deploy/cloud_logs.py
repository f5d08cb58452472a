"""`make cloud-logs`: the structured logs of all stages out of Cloud Logging, printed as `make logs` prints them."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from deploy.arguments import Target, read_target
from deploy.tools import must_gcloud
from localcloud.cli.exits import Exit, UsageError
from localcloud.cli.log_lines import SEVERITIES, Record
from localcloud.cli.logs import write_records

_LIMIT = 1000
_FRESHNESS = "30d"
_FUNCTIONS = {"check_release": "check-release", "start_batch": "start-batch", "start_dbt": "start-dbt"}
_STAGES = (*_FUNCTIONS, "batch", "transform")


def cloud_logs(arguments: argparse.Namespace) -> Exit:
    """Print what the last thirty days have logged, the newest thousand lines at most."""
    target = read_target(arguments)
    query = log_filter(arguments.release.removeprefix("v"), arguments.stage, arguments.severity.upper())
    write_records(sorted(read(target, query), key=lambda record: str(record["time"])))
    return Exit.DONE


def read(target: Target, query: str) -> list[Record]:
    """Read the lines that a filter lets through."""
    options = [f"--project={target.project}", f"--limit={_LIMIT}", f"--freshness={_FRESHNESS}"]
    entries = must_gcloud("logging", "read", query, *options) or []
    if len(entries) == _LIMIT:
        sys.stderr.write(f"these are the newest {_LIMIT} lines: RELEASE=, STAGE= or SEVERITY= show less\n")
    return [record_of(entry) for entry in entries]


def log_filter(release: str, stage: str, severity: str) -> str:
    """Build the query of Cloud Logging.

    Raises:
        UsageError: there is no such stage or severity.
    """
    if stage and stage not in _STAGES:
        raise UsageError(f"STAGE={stage} is none of {', '.join(_STAGES)}")
    if severity and severity not in SEVERITIES:
        raise UsageError(f"SEVERITY={severity} is none of {', '.join(SEVERITIES)}")
    parts = [" OR ".join(_source(one) for one in ([stage] if stage else _STAGES))]
    if release:
        # Dataproc does not read the driver's JSON: its lines are found by the batch's name.
        batches = f"f1db-{release.replace('.', '-')}-"
        parts.append(f'jsonPayload.release="{release}" OR resource.labels.batch_id:"{batches}"')
    if severity:
        parts.append(f"severity>={severity}")
    return " AND ".join(f"({part})" for part in parts)


def record_of(entry: dict[str, Any]) -> Record:
    """Turn one of Cloud Logging's entries into a line of ours."""
    payload = entry.get("jsonPayload") or {}
    labels = entry.get("resource", {}).get("labels", {})
    service = labels.get("service_name") or labels.get("job_name") or ("batch" if "batch_id" in labels else "")
    text = entry.get("textPayload") or entry.get("protoPayload", {}).get("status", {}).get("message", "")
    return {
        "stage": service.replace("-", "_"),
        "message": text,
        **payload,
        "severity": entry.get("severity", "DEFAULT").replace("DEFAULT", "INFO"),
        "time": entry.get("timestamp", ""),
    }


def _source(stage: str) -> str:
    if stage == "batch":
        return 'resource.type="cloud_dataproc_batch"'
    if stage == "transform":
        return '(resource.type="cloud_run_job" AND resource.labels.job_name="transform")'
    return f'(resource.type="cloud_run_revision" AND resource.labels.service_name="{_FUNCTIONS[stage]}")'
