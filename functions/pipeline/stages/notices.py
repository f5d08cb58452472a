"""A trouble that lasts is an ERROR once: a notice in the state bucket keeps the ticks that follow from repeating it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pipeline.documents import format_utc
from pipeline.logs import StageLog
from pipeline.objects import notice_name
from pipeline.records import FORMAT
from pipeline.releases import Version
from pipeline.stages.deployment import Deployment


@dataclass(frozen=True, slots=True)
class Notices:
    """What one check says loudly; a dry run leaves no notice, and so says nothing loudly."""

    deployment: Deployment
    log: StageLog
    dry_run: bool

    def tell(self, version: Version, error_code: str, about: str, message: str, **fields: Any) -> None:
        """Log an ERROR when nobody has yet said this of `about`, and an INFO line otherwise.

        The line comes before the notice: a crash between them says it twice, never not at all.

        Raises:
            TransientError: from the bucket.
        """
        name = notice_name(version, error_code, hashlib.sha256(about.encode()).hexdigest())
        state, release = self.deployment.state, str(version)
        if self.dry_run or state.find(name) is not None:
            self.log.info(message, release=release, **fields)
            return
        self.log.error(message, release=release, error_code=error_code, **fields)
        document = {"format": FORMAT, "version": release, "error_code": error_code, "about": about, "message": message}
        state.create_json(name, {**document, "at_utc": format_utc(datetime.now(UTC))})
