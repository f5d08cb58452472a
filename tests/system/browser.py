"""Drives a headless Chromium over its debugging pipe: no port, no driver program, no package."""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
ANSWER_S = 60
_FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
    "--remote-debugging-pipe",
)  # fmt: skip
# Chromium reads commands from file descriptor 3 and answers on 4; the copies keep one from overwriting the other.
_HAND_OVER = (
    "import fcntl, os, sys; reading, writing = (fcntl.fcntl(int(one), fcntl.F_DUPFD, 10) for one in sys.argv[1:3]); "
    "os.dup2(reading, 3); os.dup2(writing, 4); os.execv(sys.argv[3], sys.argv[3:])"
)


class Browser:
    """One tab. `complaints` are what its console and its policy said, `requests` what it asked for."""

    def __init__(self, writing: int, answers: IO[bytes]) -> None:
        self._writing, self._answers = writing, answers
        self._number, self._rest = 0, b""
        self._session: str | None = None
        self.runs_scripts = True
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self._events: list[str] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Ask one thing and return its answer; what happens meanwhile is written down."""
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if self._session is not None:
            message["sessionId"] = self._session
        os.write(self._writing, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer["error"]
                return dict(answer["result"])

    def show(self, page: Path, width: int, *, colours: str = "light", media: str = "screen") -> None:
        """Open a page in a window of this width and wait until its charts stand still."""
        height = 900
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        features = [{"name": "prefers-color-scheme", "value": colours}]
        self.call("Emulation.setEmulatedMedia", media=media, features=features)
        self._events.clear()
        self.call("Page.navigate", url=page.as_uri())
        while "Page.loadEventFired" not in self._events:
            self._take(self._next())
        if not self.runs_scripts:
            return  # timers do not run either
        self.value(
            "new Promise(done => { const look = () => document.querySelector('[data-drawn=\"under way\"]')"
            " ? setTimeout(look, 20) : setTimeout(done, 50); look(); })"
        )

    def run_scripts(self, *, does: bool) -> None:
        """Let pages run scripts, or not."""
        self.call("Emulation.setScriptExecutionDisabled", value=not does)
        self.runs_scripts = does

    def value(self, expression: str) -> Any:
        """Return what an expression gives in the page."""
        answer = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def photograph(self, picture: Path, top: int = 0, height: int | None = None) -> None:
        """Photograph the page, or a part of it, into a file."""
        width = self.value("document.documentElement.clientWidth")
        whole = self.value("document.documentElement.scrollHeight")
        clip = {"x": 0, "y": top, "width": width, "height": min(height or whole, 16000), "scale": 1}
        answer = self.call("Page.captureScreenshot", clip=clip, captureBeyondViewport=True)
        picture.parent.mkdir(parents=True, exist_ok=True)
        picture.write_bytes(base64.b64decode(answer["data"]))

    def print(self, document: Path) -> None:
        """Print the page on A4."""
        answer = self.call("Page.printToPDF", paperWidth=8.27, paperHeight=11.69, printBackground=False)
        document.write_bytes(base64.b64decode(answer["data"]))

    def close(self) -> None:
        """Ask Chromium to end."""
        self._session = None
        self.call("Browser.close")

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            assert select.select([self._answers], [], [], ANSWER_S)[0], "the browser does not answer"
            arrived = self._answers.read(65536)
            assert arrived, "the browser is gone"
            self._rest += arrived
        message, _, self._rest = self._rest.partition(b"\0")
        found: dict[str, Any] = json.loads(message)
        self._take(found)
        return found

    def _take(self, message: dict[str, Any]) -> None:
        method, parameters = message.get("method"), message.get("params", {})
        if method:
            self._events.append(str(method))
        if method == "Log.entryAdded":
            self.complaints.append(str(parameters["entry"]["text"]))
        elif method == "Runtime.exceptionThrown":
            self.complaints.append(str(parameters["exceptionDetails"]))
        elif method == "Runtime.consoleAPICalled" and parameters["type"] in ("error", "warning", "assert"):
            self.complaints.append(str(parameters["args"]))
        elif method == "Network.requestWillBeSent":
            self.requests.append(str(parameters["request"]["url"]))


@contextmanager
def browsing(profile: Path) -> Iterator[Browser]:
    """Start Chromium with a profile of its own, and end it."""
    assert CHROMIUM is not None
    their_reading, writing = os.pipe()
    reading, their_writing = os.pipe()

    command = [CHROMIUM, *_FLAGS, f"--user-data-dir={profile}", "about:blank"]
    ours = subprocess.Popen(
        [sys.executable, "-c", _HAND_OVER, str(their_reading), str(their_writing), *command],
        pass_fds=(their_reading, their_writing), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(their_reading)
    os.close(their_writing)
    try:
        with os.fdopen(reading, "rb", buffering=0) as answers:
            browser = Browser(writing, answers)
            yield browser
            browser.close()
    finally:
        os.close(writing)
        if ours.poll() is None:
            ours.terminate()
        ours.wait(timeout=30)
