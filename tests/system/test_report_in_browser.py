"""A real browser shows the report as meant: styled, without a request or complaint. Skipped without Chromium."""

import shutil
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from transform.report import ReleaseStamp, render_report

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt-get install chromium"),
]

HOSTILE = '"><img src="http://hostile.example/x"><script>document.title = "taken"</script>'
STAMP = ReleaseStamp("sample", "f1db-sample-0-0-0", "0" * 64, "2026-11-23T18:30:00Z", is_sample=True)
COUNTS = (
    "race_entries", "race_starts", "race_wins", "second_places", "third_places", "podiums", "pole_positions",
    "fastest_laps", "championships", "points_total", "points_race", "points_sprint", "sprint_starts", "sprint_wins",
    "sprint_top_threes", "grand_slams", "race_laps", "best_race_result",
)  # fmt: skip


class Tables:
    """Twenty seasons of a driver with a hostile name."""

    def rows(self, table: str) -> list[dict[str, Any]]:
        if table.endswith("mart_career"):
            return [{"driver_name": HOSTILE, "first_win_date": None, "last_win_date": None, **dict.fromkeys(COUNTS, 7)}]
        place = {"championship_position": 1, "championship_position_text": "1", "is_final": True, "races_left": 0}
        return [
            {"year": year, "constructors": HOSTILE, "is_champion": year % 2 == 0, **place, **dict.fromkeys(COUNTS, 7)}
            for year in range(2007, 2027)
        ]


@pytest.fixture
def requested() -> Iterator[tuple[int, list[str]]]:
    """Stand between the browser and every network, and write down what it asks for."""
    asked: list[str] = []

    class Recorder(BaseHTTPRequestHandler):
        def answer(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        do_GET = do_POST = do_CONNECT = do_HEAD = answer  # noqa: N815  # http.server's names

        def log_message(self, *_: object) -> None:
            """Stay quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Recorder) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_address[1], asked
        finally:
            server.shutdown()
            thread.join()


def browse(page: Path, port: int, *options: str) -> subprocess.CompletedProcess[str]:
    assert CHROMIUM is not None
    return subprocess.run(
        [
            CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
            f"--user-data-dir={page.parent / 'profile'}", f"--proxy-server=http://127.0.0.1:{port}",
            "--enable-logging=stderr", *options, page.as_uri(),
        ],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip


def photograph(page: Path, port: int, width: int, height: int) -> bytes:
    """Photograph the page and return the picture's bytes."""
    picture = page.parent / f"{width}.png"
    browse(page, port, f"--window-size={width},{height}", f"--screenshot={picture}")
    return picture.read_bytes()


def test_page_is_shown_without_request_or_complaint_when_opened(
    tmp_path: Path, requested: tuple[int, list[str]]
) -> None:
    port, asked = requested
    page = tmp_path / "index.html"
    page.write_text(render_report(Tables(), "lewis-hamilton", STAMP), "utf-8")
    seen = browse(page, port, "--dump-dom")
    assert "Sample data, not a release" in seen.stdout
    assert seen.stdout.count("<svg") == 3
    assert "<img" not in seen.stdout
    assert "<title>taken" not in seen.stdout
    complaints = [line for line in seen.stderr.splitlines() if "CONSOLE" in line or "Content Security Policy" in line]
    assert complaints == []
    assert [address for address in asked if any(name in address for name in ("hostile", "github", "commons"))] == []


def test_own_style_applies_when_its_hash_is_in_the_policy(tmp_path: Path, requested: tuple[int, list[str]]) -> None:
    port, _ = requested
    html = render_report(Tables(), "lewis-hamilton", STAMP)
    styled, refused = tmp_path / "a" / "index.html", tmp_path / "b" / "index.html"
    for page, text in ((styled, html), (refused, html.replace("</style>", "/* another text */</style>"))):
        page.parent.mkdir()
        page.write_text(text, "utf-8")
    assert "Content Security Policy" in browse(refused, port, "--dump-dom").stderr
    assert photograph(styled, port, 390, 800) != photograph(refused, port, 390, 800)
