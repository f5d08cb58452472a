"""One localcloud a state directory: a lock that the kernel lets go of, however its holder ends."""

import fcntl
import os
from pathlib import Path
from typing import IO


class AlreadyRunningError(Exception):
    """Another localcloud has this state directory."""

    def __init__(self, pid: int) -> None:
        super().__init__(f"a localcloud with process id {pid} is running on this state")
        self.pid = pid


def lock_state(state_dir: Path) -> IO[str]:
    """Lock a state directory until the answer is closed; the file says by whom.

    Raises:
        AlreadyRunningError: it is locked.
    """
    state_dir.mkdir(parents=True, exist_ok=True)
    stream = (state_dir / "localcloud.lock").open("a+")
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        stream.seek(0)
        text = stream.read().strip()
        stream.close()
        raise AlreadyRunningError(int(text) if text.isdigit() else 0) from error
    stream.truncate(0)
    stream.write(str(os.getpid()))
    stream.flush()
    return stream
