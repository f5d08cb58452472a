"""Which libraries the batch runs on: refused at once when they cannot serve, recorded in every manifest."""

from __future__ import annotations

import platform
import re
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.metadata import PackageNotFoundError, version
from types import ModuleType
from typing import Any, Final

MIN_PYTHON: Final = (3, 11)
MIN_VERSIONS: Final = {"pyarrow": (15,), "pyspark": (3, 5), "google-cloud-storage": (2,)}
_NUMBERS: Final = re.compile(r"\d+(?:\.\d+)*")


class RuntimeUnfitError(Exception):
    """The runtime lacks something; the message names all of it and says what to do."""


def check_runtime() -> None:
    """Check Python and libraries before anything imports them.

    Raises:
        RuntimeUnfitError: one is missing or too old.
    """
    problems = [problem for name, least in MIN_VERSIONS.items() if (problem := _problem(name, least))]
    if sys.version_info[:2] < MIN_PYTHON:
        problems.insert(0, f"Python {platform.python_version()} is older than {_dotted(MIN_PYTHON)}")
    if problems:
        raise RuntimeUnfitError(
            f"this runtime cannot run the batch: {'; '.join(problems)}. "
            "Dataproc Serverless 2.3 has all of it: set BATCH_RUNTIME_VERSION to 2.3, or mend the container image."
        )


def leave_pandas_out() -> None:
    """Keep pyarrow from importing pandas to look whether a value is one of its own: a fifth of a second a process."""
    sys.meta_path.insert(0, _WithoutPandas())


def describe_runtime(context: Any) -> dict[str, str]:
    """Name the versions in use, for the manifest."""
    return {
        "spark": str(context.version),
        "python": platform.python_version(),
        "pyarrow": version("pyarrow"),
        "java": str(context._jvm.java.lang.System.getProperty("java.version")),
    }


class _WithoutPandas(MetaPathFinder):
    """A finder that says that there is no pandas; pyarrow takes its word."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        del path, target
        if fullname == "pandas":
            raise ModuleNotFoundError("pandas is left out of the batch", name=fullname)
        return None


def _problem(name: str, least: tuple[int, ...]) -> str | None:
    try:
        found = version(name)
    except PackageNotFoundError:
        return f"{name} {_dotted(least)} or newer is missing"
    match = _NUMBERS.match(found)
    if match and tuple(map(int, match[0].split("."))) >= least:
        return None
    return f"{name} {found} is older than {_dotted(least)}"


def _dotted(numbers: tuple[int, ...]) -> str:
    return ".".join(map(str, numbers))
