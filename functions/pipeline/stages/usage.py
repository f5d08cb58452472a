"""What Dataproc bills a batch for is counted after the batch, when its stages are over: a later tick logs it, once."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta

from pipeline.logs import StageLog
from pipeline.objects import Run
from pipeline.stages.deployment import Deployment
from pipeline.stages.notices import Notice
from pipeline.state import World

_LOOKED_FOR = timedelta(days=7)  # usage is counted within minutes; whatever never gets any is not asked for ever


def tell_usage(deployment: Deployment, world: World, log: StageLog) -> None:
    """Log the usage of every recent batch that nobody has told yet; a notice in the state bucket remembers it.

    Raises:
        TransientError: from Dataproc or the bucket; the next tick tries again.
    """
    for run, found in sorted(world.runs.items(), key=lambda item: str(item[0])):
        for attempt, record in sorted(found.batches.items()):
            if world.now - record.created_at < _LOOKED_FOR:
                _tell(deployment, run, attempt, log)


def _tell(deployment: Deployment, run: Run, attempt: int, log: StageLog) -> None:
    batch_id = run.batch_id(attempt)
    notice = Notice(deployment.state, run.version, "batch_usage", batch_id)
    if notice.is_left():
        return
    batch = deployment.dataproc.find_batch(batch_id)
    if batch.usage is None:
        return
    usage = asdict(batch.usage)
    message = (
        f"batch {batch_id} is billed for {batch.usage.milli_dcu_seconds / 3_600_000:.3f} DCU hours "
        f"and {batch.usage.shuffle_storage_gb_seconds / 3600:.1f} GB hours of shuffle storage"
    )
    log.info(message, release=str(run.version), run=str(run), attempt=attempt, step="usage", batch_usage=usage)
    notice.leave(batch_id=batch_id, **usage)
