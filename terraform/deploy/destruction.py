"""`make destroy`: takes the deployment down, keeps the data unless told otherwise, and names what the platform left."""

from __future__ import annotations

import argparse
import sys

from deploy.arguments import Target, read_target
from deploy.asking import agrees, answer_to
from deploy.bootstrap import DATA_BUCKETS, adopt, delete_dataset, has_state, initialise, private_datasets
from deploy.saved_queries import delete_saved_queries
from deploy.tools import CONFIGURATION, ask, find_bucket, must_gcloud, terraform
from localcloud.cli.exits import CommandError, Exit, UsageError

NO_IMAGE = f"not-needed@sha256:{'0' * 64}"  # a destroy makes no job


def destroy(arguments: argparse.Namespace) -> Exit:
    """Delete what costs money; status 1 when something is left that nobody agreed to delete."""
    target = read_target(arguments)
    if not has_state(target):
        raise UsageError(f"nothing of ours is in {target.project}: there is no gs://{target.state_bucket}")
    kept = "everything, with every release and the published data" if arguments.data else "everything but the data"
    question = f"This deletes {kept}. Type the project's name to go on: "
    named = arguments.confirm or answer_to(question, otherwise=f"CONFIRM={target.project}")
    if named != target.project:
        sys.stdout.write(f"{named or 'nothing'} is not {target.project}: nothing was deleted\n")
        return Exit.FAILED
    initialise(target)
    is_rid_of_queries = _let_queries_go(target)
    given = [f"-var=project_id={target.project}", f"-var=region={target.region}", f"-var=transform_image={NO_IMAGE}"]
    if arguments.data:
        adopt(target, NO_IMAGE)  # an earlier destroy may have kept it
        _let_data_go(given)
    else:
        _forget_data()
    reply = terraform("destroy", "-input=false", "-auto-approve", *given)
    if not reply.is_ok:
        raise CommandError(f"terraform destroy: {reply.reason}; mend it, then the same command goes on from there")
    # Terraform's state says which queries there are: it stays as long as they do.
    with_state = arguments.data and is_rid_of_queries
    _our_leftovers(target, with_data=arguments.data, with_state=with_state)
    ended = _platforms_leftovers(target, is_agreed=arguments.leftovers)
    return ended if is_rid_of_queries else Exit.FAILED


def _let_queries_go(target: Target) -> bool:
    """Delete the saved queries; as they cost nothing, one that cannot be deleted does not keep what does."""
    try:
        delete_saved_queries(target)
    except CommandError as error:
        sys.stdout.write(f"\nthe saved queries of the log stay, going on without them: {error}\n")
        return False
    return True


def _let_data_go(given: list[str]) -> None:
    """Let Terraform delete full buckets and datasets: it asks its state, not its variables, when it destroys."""
    targets = ["-target=google_storage_bucket.bucket", "-target=google_bigquery_dataset.dataset"]
    reply = terraform("apply", "-input=false", "-auto-approve", "-var=delete_data=true", *targets, *given)
    if not reply.is_ok:
        raise CommandError(f"terraform apply (delete_data): {reply.reason}")
    given.append("-var=delete_data=true")


def _forget_data() -> None:
    """Take buckets and datasets out of Terraform's state: they stay, and the next deployment takes them over."""
    known = ask("terraform", f"-chdir={CONFIGURATION}", "state", "list").out.split()
    kept = [f'google_storage_bucket.bucket["{part}"]' for part in DATA_BUCKETS]
    addresses = [one for one in known if one in kept or one.startswith("google_bigquery_dataset.dataset[")]
    if not addresses:
        return
    reply = terraform("state", "rm", *addresses)
    if not reply.is_ok:
        raise CommandError(f"terraform state rm: {reply.reason}")


def _our_leftovers(target: Target, *, with_data: bool, with_state: bool) -> None:
    """Delete what the transform and the bootstrap have made, which goes with the data, or say what stays."""
    if not with_data:
        kept = [f"{target.bucket_prefix}-{part}" for part in DATA_BUCKETS]
        sys.stdout.write(
            f"\nkept, and paid for by what is in them: {', '.join([*kept, target.state_bucket])}, and the datasets; "
            "the next `make deploy` takes them over, DATA=1 deletes them\n"
        )
        return
    sys.stdout.write("\nfor seven days what lay in our buckets can be had back, and costs 0.02 USD a GiB and month\n")
    # The published views show one of the private datasets: they go with the data, not before it.
    for name in private_datasets(target.project):
        delete_dataset(target.project, name)
        sys.stdout.write(f"dataset {name} is deleted\n")
    if with_state and find_bucket(target.state_bucket) is not None:
        _delete_bucket(target.state_bucket)


def _platforms_leftovers(target: Target, *, is_agreed: bool) -> Exit:
    """Offer what the platform has made, by exact name: other functions and batches of the project use it, too."""
    number = str(must_gcloud("projects", "describe", target.project)["projectNumber"])
    left = [name for name in _bucket_names(target, number) if find_bucket(name) is not None]
    if not left:
        sys.stdout.write("\nnothing is left that the platform has made\n")
        return Exit.DONE
    sys.stdout.write(
        "\nstill there, made by the platform for all functions and batches of this project and region:\n"
        + "".join(f"  gs://{name}\n" for name in left)
    )
    question = "Delete them, with all that is in them?"
    if not is_agreed and not sys.stdin.isatty():
        sys.stdout.write("LEFTOVERS=1 deletes them, with all that is in them\n")
        return Exit.FAILED
    if not agrees(question, is_agreed=is_agreed, otherwise="LEFTOVERS=1"):
        return Exit.FAILED
    for name in left:
        _delete_bucket(name)
    return Exit.DONE


def _delete_bucket(name: str) -> None:
    must_gcloud("storage", "rm", f"gs://{name}", "--recursive")
    sys.stdout.write(f"gs://{name} is deleted\n")


def _bucket_names(target: Target, number: str) -> list[str]:
    """Name the platform's buckets of this project and region; Dataproc's end in letters that only a listing tells."""
    exact = [
        f"gcf-v2-sources-{number}-{target.region}",
        f"gcf-v2-uploads-{number}.{target.region}.cloudfunctions.appspot.com",
    ]
    begun = (f"dataproc-staging-{target.region}-{number}-", f"dataproc-temp-{target.region}-{number}-")
    listed = must_gcloud("storage", "buckets", "list", f"--project={target.project}") or []
    return [*exact, *(str(bucket["name"]) for bucket in listed if str(bucket["name"]).startswith(begun))]
