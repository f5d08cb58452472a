"""The transform's image: built by Cloud Build from exactly what its Dockerfile copies, once for each state of that."""

from __future__ import annotations

import hashlib
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from deploy.arguments import Target
from deploy.patience import patiently
from deploy.tools import CONFIGURATION, ROOT, gcloud, watch
from localcloud.cli.exits import CommandError

# What the Dockerfile copies, and itself; a test compares them.
SOURCES = ("dbt", "functions/pipeline", "requirements/transform.txt")
_LEFT_OUT = frozenset(("__pycache__", "target", "logs", "dbt_packages"))


def find_image(target: Target) -> str | None:
    """Return the image of this checkout by its digest, or None where it has not been built."""
    digest = _find(f"{target.images}/transform:{source_tag(ROOT)}")
    return f"{target.images}/transform@{digest}" if digest else None


def ensure_image(target: Target, *, is_fresh: bool = False) -> str:
    """Return the image of this checkout by its digest, building it where it is not there yet.

    With a `is_fresh` build account its rights may be too young for the first try.

    Raises:
        CommandError: the build fails.
    """
    name = f"{target.images}/transform:{source_tag(ROOT)}"
    digest = _find(name)
    if digest is None:
        _build(target, name, is_fresh=is_fresh)
        digest = _find(name)
    else:
        sys.stdout.write(f"image {name} is there\n")
    if digest is None:
        raise CommandError(f"{name} was built, and is not there: see the build's log")
    return f"{target.images}/transform@{digest}"


def source_tag(root: Path) -> str:
    """Name the state of the image's sources: the same sources are the same image, and are not built again."""
    lines = [
        f"{path.relative_to(root).as_posix()} {hashlib.sha256(path.read_bytes()).hexdigest()}\n"
        for path in context_files(root)
    ]
    return f"src-{hashlib.sha256(''.join(lines).encode()).hexdigest()[:16]}"


def context_files(root: Path) -> list[Path]:
    """List what the build needs, without what tools leave behind."""
    return sorted(path for source in SOURCES for path in _files(root / source))


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
        return
    for found in path.rglob("*"):
        parts = found.relative_to(path).parts
        is_hidden = any(part.startswith(".") or part in _LEFT_OUT for part in parts)
        if found.is_file() and not is_hidden and found.suffix != ".pyc":
            yield found


def _find(name: str) -> str | None:
    reply = gcloud("artifacts", "docker", "images", "describe", name)
    if reply.is_ok:
        return str(reply.json()["image_summary"]["digest"])
    if "not found" in reply.error.lower() or "NOT_FOUND" in reply.error:
        return None
    raise CommandError(f"{name}: {reply.reason}")


def _build(target: Target, name: str, *, is_fresh: bool) -> None:
    account = f"projects/{target.project}/serviceAccounts/f1db-build@{target.project}.iam.gserviceaccount.com"
    with tempfile.TemporaryDirectory(prefix="transform-image-") as folder:
        for path in context_files(ROOT):
            copy = Path(folder) / path.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
        command = ["gcloud", "builds", "submit", folder, f"--project={target.project}", f"--region={target.region}"]
        command += [f"--config={CONFIGURATION / 'cloudbuild.yaml'}", f"--substitutions=_IMAGE={name}"]
        command += [f"--service-account={account}"]
        command += [f"--gcs-source-staging-dir=gs://{target.bucket_prefix}-code/source", "--quiet"]
        reply = patiently(lambda: watch(command), is_fresh=is_fresh)
    if not reply.is_ok:
        raise CommandError(f"the image could not be built: {reply.reason}")
