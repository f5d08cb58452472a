"""`make cloud-status`: the table of `make status`, read from the buckets in the cloud."""

from __future__ import annotations

import argparse
import os

from deploy.arguments import read_target
from deploy.deployed import find_deployed
from localcloud.cli.exits import CommandError, Exit
from localcloud.cli.standing import standing_of
from localcloud.cli.status import write_status
from pipeline.clients.warehouse import published_fence
from pipeline.errors import PipelineError
from pipeline.stages.deployment import open_deployment
from pipeline.state import World


def cloud_status(arguments: argparse.Namespace) -> Exit:
    """Print every release, where it stands and what comes next; nothing is changed."""
    target = read_target(arguments)
    # A person's own login names no project that pays for calls of some of Google's services.
    os.environ.setdefault("GOOGLE_CLOUD_QUOTA_PROJECT", target.project)
    deployed = find_deployed(target)
    deployment = open_deployment(deployed.settings)
    try:
        world: World = deployment.read_world()
        standings = [
            standing_of(
                world,
                version,
                lambda: published_fence(deployed.settings.warehouse_url),
                deployment.dataproc.find_batch,
            )
            for version in sorted(world.zips)
        ]
    except PipelineError as error:
        raise CommandError(f"{error.message}: your own account needs to read buckets, batches and datasets") from error
    found = [standing for standing in standings if standing is not None]
    write_status(
        found,
        world,
        second_line=f"deployed   {target.project}, {target.region}: {deployed.url}",
        no_release=f"no release is landed yet: `make cloud-trigger PROJECT={target.project}`",
        document={"project": target.project, "region": target.region, "trigger_url": deployed.url},
        as_json=arguments.json,
    )
    return Exit.DONE
