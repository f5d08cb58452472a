"""After a deployment: a dry run through the real trigger, and one canary batch under the batch's own account."""

from __future__ import annotations

import sys
import time

from deploy.arguments import Target
from deploy.cloud_trigger import RefusedError, call
from deploy.deployed import Deployed, find_deployed
from deploy.patience import TRIES, patiently, wait
from deploy.tools import CONFIGURATION, watch
from localcloud.cli.exits import CommandError
from localcloud.cli.local_http import Answer

_CANARY = CONFIGURATION / "deploy" / "canary.py"


def try_out(target: Target) -> None:
    """Try what cannot be known before: identities, rights, libraries.

    Raises:
        CommandError: something does not work as deployed.
    """
    deployed = find_deployed(target)
    answer = _dry_run(deployed.url)
    if answer.status != 200:
        raise CommandError(f"deployed, but a dry run answers {answer.status}: {str(answer.body)[:400]}")
    sys.stdout.write(
        f"dry run: {answer.document.get('outcome')}, {len(answer.document.get('releases', []))} releases\n"
    )
    reply = patiently(lambda: watch(canary_command(target, deployed, f"f1db-canary-{int(time.time())}")))
    if not reply.is_ok:
        raise CommandError(f"deployed, but the canary batch failed: {reply.reason} (docs/runbook.md, `batch_failed`)")


def _dry_run(url: str) -> Answer:
    """Call the trigger; the right to is as young as the deployment."""
    for number in range(1, TRIES):
        try:
            return call(url, {"dry_run": True})
        except RefusedError:
            wait(number)
    return call(url, {"dry_run": True})


def canary_command(target: Target, deployed: Deployed, batch_id: str) -> list[str]:
    """Build the command that runs the canary just as start_batch runs the batch."""
    batch, settings = deployed.settings.batch, deployed.settings
    command = ["gcloud", "dataproc", "batches", "submit", "pyspark", str(_CANARY), f"--batch={batch_id}", "--quiet"]
    command += [f"--project={target.project}", f"--region={target.region}", f"--version={batch.runtime_version}"]
    command += [f"--service-account={batch.service_account}", f"--ttl={batch.ttl_s}s"]
    command += [f"--py-files={settings.code_uri}/f1db_batch.zip"]
    if batch.properties:
        told = ";".join(f"{name}={value}" for name, value in sorted(batch.properties.items()))
        command.append(f"--properties=^;^{told}")
    if batch.subnetwork:
        command.append(f"--subnet={batch.subnetwork}")
    if batch.staging_bucket:
        command += [f"--deps-bucket=gs://{batch.staging_bucket}", f"--staging-bucket={batch.staging_bucket}"]
    if batch.container_image:
        command.append(f"--container-image={batch.container_image}")
    read = f"{settings.code_uri.removeprefix('gs://')}/process_release.py"
    return [*command, "--", f"--read={read}", f"--write={settings.curated_bucket}/runs/{batch_id}/canary.py"]
