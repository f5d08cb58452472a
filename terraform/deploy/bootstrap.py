"""What has to be there before the rest is planned: services, the state's bucket, repositories, build account."""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path
from typing import Any

from deploy.applying import apply, read_plan
from deploy.arguments import Target
from deploy.tools import CONFIGURATION, ask, find_bucket, must_gcloud, terraform
from localcloud.cli.exits import CommandError

SERVICES = ("artifactregistry", "cloudbuild", "cloudresourcemanager", "compute", "iam", "serviceusage", "storage")
# Made before the first image; all of it is in the configuration, so a destroy takes it away again.
TARGETS = (
    "google_artifact_registry_repository.repository",
    "google_artifact_registry_repository_iam_member.build_writes",
    'google_service_account.account["build"]',
    'google_project_iam_member.grant["build-writes-its-log"]',
    'google_storage_bucket.bucket["code"]',
    'google_storage_bucket_iam_member.grant["build-reads-the-image-source"]',
)
_NOT_OURS = "Configuration for import target does not exist"
_PRIVATE = re.compile(r"__fence_[0-9]+_[0-9]+$")
# What a destroy without DATA=1 leaves: the next deployment takes it over. Address → the import's id.
DATA_BUCKETS = ("landing", "curated", "state")


def bootstrap(target: Target) -> bool:
    """Make what the image needs; whatever is there already stays. Return whether anything was new.

    Raises:
        CommandError: Google or Terraform refuses, or something that is there would have to go.
    """
    services = [f"{name}.googleapis.com" for name in SERVICES]
    must_gcloud("services", "enable", *services, f"--project={target.project}")
    make_state(target)
    initialise(target)
    targets = [f"-target={address}" for address in TARGETS]
    given = [f"-var=project_id={target.project}", f"-var=region={target.region}"]
    with tempfile.TemporaryDirectory() as folder:
        plan_file = Path(folder) / "bootstrap"
        reply = terraform("plan", "-input=false", f"-out={plan_file}", *targets, *given)
        if not reply.is_ok:
            raise CommandError(f"bootstrap: {reply.reason}; mend it, then the same command goes on from there")
        changes = read_plan(plan_file).get("resource_changes", [])
        # Nobody has agreed to a plan yet: with another region or other names than were deployed it would replace them.
        gone = [str(change["address"]) for change in changes if "delete" in change["change"]["actions"]]
        if gone:
            raise CommandError(
                f"what is deployed would have to go: {', '.join(gone)}. Is it REGION={target.region}, and "
                f"{target.bucket_prefix} what the buckets' names begin with? To move, see the runbook"
            )
        apply(plan_file, [*targets, *given])
    return any("create" in change["change"]["actions"] for change in changes)


def has_state(target: Target) -> bool:
    """Say whether Terraform's bucket is there."""
    return find_bucket(target.state_bucket) is not None


def make_state(target: Target) -> None:
    """Make Terraform's bucket: private, versioned, in the region; whatever of that an earlier try has not done."""
    found = find_bucket(target.state_bucket)
    bucket = f"gs://{target.state_bucket}"
    options = [f"--project={target.project}", f"--location={target.region}", "--uniform-bucket-level-access"]
    if found is None:
        must_gcloud("storage", "buckets", "create", bucket, *options, "--public-access-prevention")
        sys.stdout.write(f"made {bucket} for Terraform's state\n")
    if not (found or {}).get("versioning_enabled"):
        must_gcloud("storage", "buckets", "update", bucket, "--versioning")


def initialise(target: Target, configuration: Path = CONFIGURATION, prefix: str = "f1db") -> None:
    """Connect a configuration with its state, which lies under a prefix of its own in Terraform's bucket.

    Raises:
        CommandError: it cannot be read.
    """
    backend = [f"-backend-config=bucket={target.state_bucket}", f"-backend-config=prefix={prefix}"]
    reply = terraform("init", "-input=false", "-reconfigure", *backend, configuration=configuration)
    if not reply.is_ok:
        raise CommandError(f"terraform init: {reply.reason}")


def adopt(target: Target, image: str) -> bool:
    """Take over buckets and datasets that an earlier `make destroy` has left; return whether there were any.

    Raises:
        CommandError: one of them cannot be taken over.
    """
    known, is_any = set(_state_list()), False
    for address, name in left_behind(target).items():
        if address in known:
            continue
        given = [f"-var=project_id={target.project}", f"-var=region={target.region}", f"-var=transform_image={image}"]
        reply = terraform("import", "-input=false", *given, address, name)
        if _NOT_OURS in reply.said:  # of a driver who is deployed no more
            sys.stdout.write(f"{name} is not in the configuration, and stays as it is\n")
            continue
        if not reply.is_ok:
            raise CommandError(f"{name} is there and cannot be taken over: {reply.reason}")
        is_any = True
    return is_any


def left_behind(target: Target) -> dict[str, str]:
    """Find buckets and datasets of ours that exist, by their addresses in the configuration."""
    found: dict[str, str] = {}
    for part in DATA_BUCKETS:
        name = f"{target.bucket_prefix}-{part}"
        if find_bucket(name) is not None:
            found[f'google_storage_bucket.bucket["{part}"]'] = f"{target.project}/{name}"
    for name in _datasets(target.project):
        found[f'google_bigquery_dataset.dataset["{name}"]'] = f"projects/{target.project}/datasets/{name}"
    return found


def _datasets(project: str) -> list[str]:
    """List the datasets with our label; private ones of a build are labelled otherwise."""
    return _labelled(project, "labels.pipeline:f1db")


def private_datasets(project: str) -> list[str]:
    """List the transform's own datasets: places of builds, of which one is shown by the published views."""
    return [name for name in _labelled(project, "labels.component:transform") if _PRIVATE.search(name)]


def _labelled(project: str, query: str) -> list[str]:
    from google.api_core.exceptions import Forbidden, NotFound

    try:
        return sorted(str(found.dataset_id) for found in _bigquery(project).list_datasets(filter=query))
    except (Forbidden, NotFound):  # BigQuery is not switched on yet: nothing is left behind
        return []


def own_again(target: Target) -> None:
    """Make the transform's account the owner of its private datasets again.

    After a destroy it is another account under the same name, which has no right of the old one.
    """
    from google.cloud import bigquery

    account = f"f1db-transform@{target.project}.iam.gserviceaccount.com"
    for name in private_datasets(target.project):
        client = _bigquery(target.project)
        dataset = client.get_dataset(name)
        others = [entry for entry in dataset.access_entries if account not in str(entry.entity_id)]
        # In two steps: an entry that stays keeps the account that it was made for.
        dataset.access_entries = others
        dataset = client.update_dataset(dataset, ["access_entries"])
        dataset.access_entries = [*others, bigquery.AccessEntry("OWNER", "userByEmail", account)]
        client.update_dataset(dataset, ["access_entries"])
        sys.stdout.write(f"dataset {name} is {account}'s again\n")


def delete_dataset(project: str, name: str) -> None:
    """Delete a dataset with all that is in it."""
    _bigquery(project).delete_dataset(name, delete_contents=True, not_found_ok=True)


def _bigquery(project: str) -> Any:
    from google.cloud import bigquery

    # A person's own login names no project that pays for the calls.
    return bigquery.Client(project, client_options={"quota_project_id": project})


def _state_list() -> list[str]:
    return ask("terraform", f"-chdir={CONFIGURATION}", "state", "list").out.split()
