"""A trouble that lasts is an ERROR once: a notice in the state bucket keeps the ticks that follow from repeating it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pipeline.clients.storage import Bucket
from pipeline.documents import format_utc
from pipeline.logs import StageLog
from pipeline.objects import notice_name
from pipeline.records import FORMAT
from pipeline.releases import Version
from pipeline.stages.deployment import Deployment


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing that is logged once: `what` (an error code, or what else is told) of `about`, in the state bucket.

    The line comes before the notice: a crash between them says it twice, never not at all.
    """

    state: Bucket
    version: Version
    what: str
    about: str

    @property
    def _name(self) -> str:
        return notice_name(self.version, self.what, hashlib.sha256(self.about.encode()).hexdigest())

    def is_left(self) -> bool:
        """Say whether it has been told. Raises: TransientError, from the bucket."""
        return self.state.find(self._name) is not None

    def leave(self, **said: Any) -> None:
        """Remember that it has been told. Raises: TransientError, from the bucket."""
        document = {"format": FORMAT, "version": str(self.version), **said, "at_utc": format_utc(datetime.now(UTC))}
        self.state.create_json(self._name, document)


@dataclass(frozen=True, slots=True)
class Notices:
    """What one check says loudly; a dry run leaves no notice, and so says nothing loudly."""

    deployment: Deployment
    log: StageLog
    dry_run: bool

    def tell(self, version: Version, error_code: str, about: str, message: str, **fields: Any) -> None:
        """Log an ERROR when nobody has yet said this of `about`, and an INFO line otherwise.

        Raises:
            TransientError: from the bucket.
        """
        notice = Notice(self.deployment.state, version, error_code, about)
        if self.dry_run or notice.is_left():
            self.log.info(message, release=str(version), **fields)
            return
        self.log.error(message, release=str(version), error_code=error_code, **fields)
        notice.leave(error_code=error_code, about=about, message=message)
