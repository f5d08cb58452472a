"""The lease, over a real socket: racing holders, times by GCS's clock, fences that only grow."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier

import pytest

from pipeline.clients.storage import Bucket
from pipeline.state import is_lease_live, read_world
from tests.integration.transform_world import LANDING, PROJECT, STATE, storage
from transform import lease
from transform.errors import LeaseHeldError, LeaseLostError


@pytest.fixture
def state(tmp_path: Path) -> Iterator[Bucket]:
    with storage(tmp_path / "gcs"):
        yield Bucket(STATE, PROJECT)


def is_alive(_: str) -> bool:
    return False


def is_over(_: str) -> bool:
    return True


def take(state: Bucket, holder: str, *, floor: int = 0, ttl_s: int = 600, ended: object = is_alive) -> lease.HeldLease:
    assert callable(ended)
    return lease.take(state, holder, ttl_s, fence_floor=floor, has_ended=ended)


def test_the_first_fence_exceeds_every_known_one_when_there_is_no_lease(state: Bucket) -> None:
    assert take(state, "a", floor=41).fence == 42


def test_a_second_holder_is_turned_away_when_the_lease_is_live(state: Bucket) -> None:
    take(state, "a")

    with pytest.raises(LeaseHeldError, match="a holds the lease"):
        take(state, "b")


def test_the_fence_grows_when_a_released_lease_is_taken(state: Bucket) -> None:
    held = take(state, "a")

    assert lease.release(state, held)
    assert state.read_json("lease.json")[0] == {"format": 1, "holder": None, "fence": 1, "ttl_s": 600}  # type: ignore[index]
    assert take(state, "b").fence == 2


def test_the_lease_is_taken_when_its_holders_execution_has_ended(state: Bucket) -> None:
    take(state, "a")

    assert take(state, "b", ended=is_over).fence == 2


def test_the_lease_is_taken_without_asking_when_it_has_expired_by_the_buckets_clock(state: Bucket) -> None:
    take(state, "a", ttl_s=0)

    def never_asked(holder: str) -> bool:
        raise AssertionError(holder)

    assert take(state, "b", ended=never_asked).fence == 2


def test_the_same_holder_takes_it_again_when_it_was_started_again(state: Bucket) -> None:
    take(state, "a")

    assert take(state, "a").fence == 2


def test_a_release_changes_nothing_when_the_lease_has_passed_on(state: Bucket) -> None:
    lost = take(state, "a")
    take(state, "b", ended=is_over)

    assert not lease.release(state, lost)
    assert state.read_json("lease.json")[0]["holder"] == "b"  # type: ignore[index]


def test_a_renewal_takes_the_next_fence_when_the_lease_is_still_ours(state: Bucket) -> None:
    held = take(state, "a")

    renewed = lease.renew(state, held)

    assert (renewed.fence, renewed.lease.holder) == (2, "a")
    with pytest.raises(LeaseLostError):
        lease.renew(state, held)


def test_a_contender_moves_no_generation_when_it_only_asks(state: Bucket) -> None:
    held = take(state, "a")
    with pytest.raises(LeaseHeldError):
        take(state, "b")

    assert lease.release(state, held)


def seems_live(state: Bucket, *, after: timedelta, skew: timedelta) -> bool:
    """Say what a function thinks of the lease that was taken a while ago, by a clock that is wrong."""
    now = datetime.now(UTC) + after + skew
    landing = Bucket(LANDING, PROJECT)
    world = read_world(landing, state, code_digest="c" * 64, transform_digest="d" * 64, now=now)
    return is_lease_live(world, is_alive)


@pytest.mark.parametrize(
    ("minutes", "skew_minutes", "wakes"),
    [
        (1, 10, False),
        (15, 10, True),
        (15, 0, False),
        (19, -10, False),
        (25, 0, True),
        (25, -10, False),
        (31, -10, True),
    ],
)
def test_a_wrong_clock_wakes_early_or_late_and_never_shares_the_lease_when_it_is_off_by_ten_minutes(
    state: Bucket, minutes: int, skew_minutes: int, wakes: bool
) -> None:
    """Who is woken too early finds the lease held, as only the bucket's clock counts; who is woken late is late."""
    held = take(state, "a", ttl_s=1200)
    is_live = seems_live(state, after=timedelta(minutes=minutes), skew=timedelta(minutes=skew_minutes))
    assert is_live is not wakes

    with pytest.raises(LeaseHeldError):
        take(state, "b", ttl_s=1200)
    assert lease.is_ours(state, held)


def test_the_lease_is_no_longer_ours_when_it_was_taken_over_or_is_gone(state: Bucket) -> None:
    held = take(state, "a", ttl_s=0)
    successor = take(state, "b", ttl_s=0)
    assert [lease.is_ours(state, one) for one in (held, successor)] == [False, True]
    state.delete("lease.json")
    assert not lease.is_ours(state, successor)


@pytest.mark.parametrize("is_free", [True, False], ids=["no lease", "a dead holder"])
def test_one_of_eight_wins_when_they_race(state: Bucket, is_free: bool) -> None:
    if not is_free:
        take(state, "dead")
    start = Barrier(8)

    def contend(number: int) -> int | None:
        start.wait()
        try:
            return take(state, f"holder-{number}", ended=lambda holder: holder == "dead").fence
        except LeaseHeldError:
            return None

    with ThreadPoolExecutor(8) as pool:
        fences = [fence for fence in pool.map(contend, range(8)) if fence is not None]

    assert fences == [1 if is_free else 2]
