"""What every run would make again from the same code: kept beside the project under the name of all that decides it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

_FOLDER = Path(__file__).resolve().parent.parent / "target" / "made-once"
_KEPT = 16


def made_once(name: str, make: Callable[[], bytes]) -> bytes:
    """Return what was kept under a file's name, or what `make` makes, which is kept for the next process.

    Where nothing can be written, like in an image that runs as another user, it is made each time.
    """
    kept = _FOLDER / name
    try:
        return kept.read_bytes()
    except OSError:
        content = make()
    try:
        _keep(kept, content)
    except OSError:
        return content  # only the next process's clock misses it
    return content


def _keep(kept: Path, content: bytes) -> None:
    """Put a file there whole; of what is there already, only the newest stay."""
    _FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=_FOLDER, delete=False) as arriving:
        try:
            arriving.write(content)
            arriving.flush()
            os.replace(arriving.name, kept)
        finally:
            Path(arriving.name).unlink(missing_ok=True)  # of a full disk
    for superfluous in sorted(_FOLDER.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)[_KEPT:]:
        superfluous.unlink(missing_ok=True)
