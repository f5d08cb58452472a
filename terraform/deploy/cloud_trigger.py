"""`make cloud-trigger`: the manual trigger in the cloud, with the token of whoever is logged in."""

from __future__ import annotations

import argparse
import json
from typing import Any

import requests

from deploy.arguments import read_target
from deploy.deployed import find_deployed
from deploy.tools import ask, gcloud
from localcloud.cli.exits import CommandError, Exit, UsageError
from localcloud.cli.local_http import Answer
from localcloud.cli.release_asked import read_release
from localcloud.cli.trigger import finish

_TIMEOUT_S = (10, 960)
_FLAGS = ("force", "rollback", "accept_shrink", "dry_run")


class RefusedError(CommandError):
    """Cloud Run does not let this person call the function."""


def cloud_trigger(arguments: argparse.Namespace) -> Exit:
    """POST to check_release and print its answer."""
    target = read_target(arguments)
    asked = read_release(arguments.release)
    if asked.archive is not None:
        raise UsageError(f"RELEASE={arguments.release}: the cloud takes releases from GitHub, not from this machine")
    flags = {name: True for name in _FLAGS if getattr(arguments, name)}
    return finish(call(find_deployed(target).url, {"release": asked.name, **flags}))


def call(url: str, body: dict[str, Any]) -> Answer:
    """Call check_release as the person who is logged in.

    Raises:
        RefusedError: there is no right.
        CommandError: there is no token or no answer.
    """
    headers = {"Authorization": f"Bearer {_identity_token(url)}"}
    try:
        response = requests.post(url, json=body, headers=headers, timeout=_TIMEOUT_S)
    except requests.RequestException as error:
        raise CommandError(f"check_release gave no answer: {error}") from error
    if response.status_code in (401, 403):
        raise RefusedError(
            f"check_release refuses you ({response.status_code}): put yourself into `invokers` in "
            'terraform/terraform.tfvars, as "user:you@example.com", and deploy'
        )
    try:
        content: Any = json.loads(response.text)
    except ValueError:
        content = response.text
    return Answer(response.status_code, content, dict(response.headers))


def _identity_token(url: str) -> str:
    """Ask gcloud for a token in each way that some kind of login needs.

    A person's token carries gcloud's own audience, which Cloud Run accepts; a service account has to name one; who is a
    service account by federation, as on GitHub, has to ask as that account.
    """
    command, audience = ("gcloud", "auth", "print-identity-token", "--quiet"), f"--audiences={url}"
    token = ask(*command)
    if not token.is_ok:
        token = ask(*command, audience)
    if not token.is_ok:
        active = gcloud("auth", "list", "--filter=status:ACTIVE")
        account = str((active.json() or [{}])[0].get("account", "")) if active.is_ok else ""
        if account.endswith(".gserviceaccount.com"):
            token = ask(*command, audience, f"--impersonate-service-account={account}", "--include-email")
    if not token.is_ok:
        raise CommandError(f"no identity token ({token.reason}): `gcloud auth login`")
    return token.out.strip()
