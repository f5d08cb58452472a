"""The stand-in for Terraform's providers, with the facts of a type that it knows by name only.

`google_logging_saved_query.json` has what the provider's public source and documentation say of the type, in the form
in which the stand-in has the others: arguments, blocks, enums, relations. Once it has the type itself, that is used.
Source: google/services/logging/resource_logging_saved_query.go and website/docs/r/logging_saved_query.html.markdown of
https://github.com/hashicorp/terraform-provider-google
"""

from __future__ import annotations

import functools
import json
import os
import shutil
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
_ADDED = "google_logging_saved_query"
_FACTS = Path(__file__).parent / f"{_ADDED}.json"


def stand_in() -> Path:
    """Return the stand-in's command, or skip: nothing passes because a tool is missing."""
    if shutil.which("terraform") is None:
        pytest.skip("terraform is not installed")
    command = Path(os.environ.get("TERRAFORM_OFFLINE") or ROOT / "../shared/tools/terraform-offline/terraform-offline")
    if not command.is_file():
        pytest.skip(f"the terraform stand-in is not at {command.name} (TERRAFORM_OFFLINE names it)")
    schema = json.loads((command.parent / "google.json").read_text(encoding="utf-8"))
    if _ADDED not in schema["other_resource_schemas"]:
        return command.resolve()
    return Path(_with_added_type(command.resolve().parent).name) / command.name


@functools.cache
def _with_added_type(tool: Path) -> tempfile.TemporaryDirectory[str]:
    """Copy the stand-in and add the type to the copy's schema; the copy goes when the process ends."""
    folder = tempfile.TemporaryDirectory(prefix="terraform-stand-in-")
    for source in tool.iterdir():
        if source.is_file():
            Path(shutil.copy(source, folder.name)).chmod(0o755)  # the original may be read-only
    schema_file = Path(folder.name) / "google.json"
    schema = json.loads(schema_file.read_text(encoding="utf-8"))
    schema["other_resource_schemas"].remove(_ADDED)
    schema["resource_schemas"][_ADDED] = json.loads(_FACTS.read_text(encoding="utf-8"))
    schema_file.write_text(json.dumps(schema), encoding="utf-8")
    return folder
