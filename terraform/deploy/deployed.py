"""What is deployed, asked of the cloud itself: the address of check_release and the environment that it runs with."""

from __future__ import annotations

from dataclasses import dataclass

from deploy.arguments import Target
from deploy.tools import gcloud
from localcloud.cli.exits import CommandError, UsageError
from pipeline.errors import PermanentError
from pipeline.settings import Settings, read_settings


@dataclass(frozen=True, slots=True)
class Deployed:
    """The trigger's address, and the settings of the functions."""

    url: str
    settings: Settings


def find_deployed(target: Target) -> Deployed:
    """Ask Cloud Run for check_release as it is deployed.

    Raises:
        UsageError: it is not there.
        CommandError: its environment is not one that the functions would accept.
    """
    where = [f"--project={target.project}", f"--region={target.region}"]
    reply = gcloud("run", "services", "describe", "check-release", *where)
    if not reply.is_ok:
        raise UsageError(
            f"check_release is not in {target.project}, {target.region} ({reply.reason}): "
            f"`make deploy PROJECT={target.project} REGION={target.region}`"
        )
    service = reply.json()
    [container] = service["spec"]["template"]["spec"]["containers"]
    # A secret has no value here, and nobody needs one.
    environment = {variable["name"]: variable.get("value", "") for variable in container.get("env", [])}
    try:
        return Deployed(str(service["status"]["url"]), read_settings(environment))
    except PermanentError as error:
        raise CommandError(f"{target.project} has another state of the code: {error.message}; deploy again") from error
