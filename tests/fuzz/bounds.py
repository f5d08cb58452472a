"""What every fuzzer holds its target to: declared errors only, one readable message, little time, little memory."""

from __future__ import annotations

import os
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pyarrow as pa
from hypothesis import HealthCheck, settings

MIB = 1024 * 1024
_MAX_MESSAGE_CHARS = 20_000

# One for all examples: what an example leaves behind may outlive it, and must not outlive its pool.
_ARROW = pa.proxy_memory_pool(pa.system_memory_pool())

# `make test` tries the same examples each time: it turns red for a change, never by luck. `make fuzz` makes new ones.
_SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)
_PER_EXAMPLE = timedelta(seconds=5)  # a parser that runs wild takes minutes; a busy machine no five seconds
settings.register_profile(
    "share", max_examples=300, derandomize=True, database=None, deadline=_PER_EXAMPLE, suppress_health_check=_SLOW
)
settings.register_profile(
    "fuzz", max_examples=2_000, deadline=_PER_EXAMPLE, suppress_health_check=_SLOW, print_blob=True
)
PROFILE = os.environ.get("FUZZ_PROFILE", "share")


def fuzzed(share_of_examples: float = 1.0) -> settings:
    """Return the settings of a fuzzer; those whose examples are dear take a share of the examples only."""
    profile = settings.get_profile(PROFILE)
    return settings(profile, max_examples=max(10, round(profile.max_examples * share_of_examples)))


@contextmanager
def within_memory(mib: int) -> Iterator[None]:
    """Fail when Python holds more than `mib` MiB at once on top of what was there before, or Arrow more than that."""
    before = pa.default_memory_pool()
    pa.set_memory_pool(_ARROW)
    tracemalloc.start()
    try:
        yield
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        pa.set_memory_pool(before)
    assert peak < mib * MIB, f"Python held {peak:,} bytes"
    assert (_ARROW.max_memory() or 0) < mib * MIB, f"Arrow held {_ARROW.max_memory():,} bytes"


def is_one_clear_message(message: str) -> bool:
    """Tell whether a message is one line that a terminal and a log can show as it is."""
    return bool(message.strip()) and message.isprintable() and len(message) <= _MAX_MESSAGE_CHARS
