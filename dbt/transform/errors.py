"""How a transform can end badly: the data's fault, ours, or a lease that has passed to somebody else."""

from __future__ import annotations

from typing import Any


class RefusalError(Exception):
    """The release's data may not be published: a failed test, a difference, an unknown driver."""

    def __init__(self, code: str, reason: str, details: list[dict[str, Any]]) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.details = details


class FaultError(Exception):
    """Something of ours went wrong; it may pass, or another image mends it."""

    def __init__(self, code: str, reason: str, details: list[dict[str, Any]] | None = None) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.details = details or []


class LeaseLostError(Exception):
    """Another holder has a greater fence: nothing may be published any more, and nothing has been."""


class LeaseHeldError(Exception):
    """Somebody else holds a live lease; they ask for pending work again before they let go."""
