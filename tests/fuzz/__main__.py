"""`make fuzz`: rounds of the fuzzers and of the state machine, each with new examples, until something is found."""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

FUZZERS = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "unit" / "test_state_machine.py")]


def main(argv: Sequence[str]) -> int:
    """Fuzz; return pytest's status of the round that found something, else 0."""
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    parser.add_argument("--time-s", type=int, default=300, help="seconds (default: %(default)s); a round is finished")
    given = parser.parse_args(argv)
    os.environ["FUZZ_PROFILE"] = "fuzz"
    ends_s = time.monotonic() + given.time_s
    rounds = 0
    while rounds == 0 or time.monotonic() < ends_s:
        seed = random.SystemRandom().randrange(2**32)
        status = pytest.main(["-q", "-n2", "--dist=load", f"--hypothesis-seed={seed}", *FUZZERS])
        if status != pytest.ExitCode.OK:
            print(f"found in a round with --hypothesis-seed={seed}; the example is kept in .hypothesis and comes first")
            return int(status)
        rounds += 1
    print(f"{rounds} rounds, nothing found")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
