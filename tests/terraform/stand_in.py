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
    return _with_added_type(command.resolve()) if _ADDED in schema["other_resource_schemas"] else command.resolve()


@functools.cache
def _with_added_type(command: Path) -> Path:
    """Copy the stand-in, of which the original is only read, and add the type to the copy's schema."""
    folder = tempfile.TemporaryDirectory(prefix="terraform-stand-in-")
    _COPIES.append(folder)
    for source in command.parent.iterdir():
        if source.is_file():
            Path(shutil.copy(source, folder.name)).chmod(0o755)
    schema_file = Path(folder.name) / "google.json"
    schema = json.loads(schema_file.read_text(encoding="utf-8"))
    schema["other_resource_schemas"].remove(_ADDED)
    schema["resource_schemas"][_ADDED] = json.loads(_FACTS.read_text(encoding="utf-8"))
    schema_file.write_text(json.dumps(schema), encoding="utf-8")
    return Path(folder.name) / command.name


# Deleted when the process ends.
_COPIES: list[tempfile.TemporaryDirectory[str]] = []
