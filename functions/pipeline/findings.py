"""A batch's findings as people read them: the same words in the functions' logs and on the command line."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.manifests import Manifest


@dataclass(frozen=True, slots=True)
class Told:
    """One line to print; `severity` is `error` or `warning`."""

    severity: str
    message: str

    def __str__(self) -> str:
        return f"{self.severity}: {self.message}"


def tell_findings(manifest: Manifest) -> tuple[Told, ...]:
    """Tell every finding that a manifest carries, one line each, and then how many it does not."""
    told = [
        Told(str(finding.get("severity", "error")), " ".join(str(finding.get("message", "")).split()))
        for finding in manifest.findings
    ]
    more = manifest.errors + manifest.warnings - len(told)
    if more > 0:
        where = f": all are in {manifest.findings_json}" if manifest.findings_json else ""
        is_error = manifest.errors > sum(line.severity == "error" for line in told)
        told.append(Told("error" if is_error else "warning", f"and {more:,} more findings{where}"))
    return tuple(told)


def count_findings(manifest: Manifest) -> str:
    """Say how many there are: `5 errors, 1 warning`."""
    return f"{_counted(manifest.errors, 'error')}, {_counted(manifest.warnings, 'warning')}"


def _counted(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"
