"""A function behind the ingress is reached with a token for its URL only, and starts when it is first needed."""

import http.client
import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from localcloud.events import cloud_event_headers
from localcloud.faults import Faults
from localcloud.function_process import Function, FunctionProcess
from localcloud.ingress import Ingress
from localcloud.processes import Children, base_environment
from localcloud.stage_logs import StageLog
from localcloud.tokens import GCLOUD_AUDIENCE, TokenSigner

pytestmark = pytest.mark.slow
SIGNER = TokenSigner(b"k" * 32)
SOURCE = """
import json, os, sys, functions_framework

@functions_framework.http
def answer(request):
    print(json.dumps({"severity": "INFO", "message": "asked"}))
    print("plain words", file=sys.stderr)
    if request.args.get("die"):
        os.kill(os.getppid(), 9)
        os._exit(1)
    trace = request.headers.get("X-Cloud-Trace-Context", "")
    seen = {"path": request.path, "body": request.get_data(as_text=True), "pid": os.getppid()}
    seen |= {"trace": len(trace.split("/")[0]), "token": "Authorization" in request.headers}
    return json.dumps(seen), 207, {"X-Mine": "yes"}
"""

Started = tuple[Ingress, FunctionProcess, Path]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[str], Started]]:
    children = Children(tmp_path)
    started: list[Ingress] = []

    def start_function(source: str) -> Started:
        main = tmp_path / "source" / "main.py"
        main.parent.mkdir()
        main.write_text(source)
        log = StageLog(tmp_path / "logs", "answer")
        function = Function("answer", "answer", "http", main, 20)
        process = FunctionProcess(function, children, log, lambda: base_environment(tmp_path))
        ingress = Ingress(function, process, SIGNER, log)
        ingress.server.start()
        started.append(ingress)
        return ingress, process, log.path

    yield start_function
    children.stop_all()
    for ingress in started:
        ingress.server.stop()


def ask(
    ingress: Ingress, token: str | None, path: str = "/", body: str = ""
) -> tuple[int, str, http.client.HTTPMessage]:
    connection = http.client.HTTPConnection("127.0.0.1", ingress.server.port, timeout=30)
    headers = {"Authorization": f"Bearer {token}"} if token is not None else {}
    connection.request("POST", path, body, headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text, answer.msg


def test_passes_request_and_answer_on_when_the_token_is_for_the_url(start: Callable[[str], Started]) -> None:
    ingress, _, log = start(SOURCE)
    status, text, headers = ask(ingress, SIGNER.sign("me@example.com", ingress.url), "/a%20b?x=1", "hello")

    seen = json.loads(text)
    assert status == 207
    assert headers["X-Mine"] == "yes"
    assert (seen["path"], seen["body"], seen["trace"], seen["token"]) == ("/a b", "hello", 32, False)
    deadline = time.monotonic() + 10
    while len(lines := log.read_text().splitlines() if log.exists() else []) < 2:  # two pumps, each in its own time
        assert time.monotonic() < deadline, lines
    records = [json.loads(line) for line in lines]
    assert {"severity": "INFO", "message": "asked"} in records
    assert [(r["severity"], r["stage"]) for r in records if r["message"] == "plain words"] == [("WARNING", "answer")]


def test_accepts_a_person_when_the_token_carries_the_audience_of_gcloud(start: Callable[[str], Started]) -> None:
    ingress, _, _ = start(SOURCE)
    assert ask(ingress, SIGNER.sign("me@example.com", GCLOUD_AUDIENCE))[0] == 207


def test_refuses_and_starts_nothing_when_the_token_is_missing_or_wrong(start: Callable[[str], Started]) -> None:
    ingress, process, _ = start(SOURCE)
    other = TokenSigner(b"o" * 32)

    assert ask(ingress, None)[0] == 403
    assert ask(ingress, "")[0] == 403
    assert ask(ingress, SIGNER.sign("me@example.com", "http://127.0.0.1:1"))[0] == 401
    assert ask(ingress, SIGNER.sign("me@example.com", ingress.url, lifetime_s=-1))[0] == 401
    assert ask(ingress, other.sign("me@example.com", ingress.url))[0] == 401
    status, _, headers = ask(ingress, "nonsense")
    assert (status, headers["WWW-Authenticate"][:29]) == (401, 'Bearer error="invalid_token" ')
    assert process._child is None


def test_starts_the_function_again_when_its_process_has_died(start: Callable[[str], Started]) -> None:
    ingress, process, _ = start(SOURCE)
    token = SIGNER.sign("me@example.com", ingress.url)
    first = json.loads(ask(ingress, token)[1])["pid"]

    assert ask(ingress, token, "/?die=1")[0] == 503
    assert process._child is not None
    process._child.wait(10)
    second = json.loads(ask(ingress, token)[1])["pid"]

    assert second != first


def test_runs_new_code_when_the_process_was_retired(start: Callable[[str], Started], tmp_path: Path) -> None:
    ingress, process, _ = start(SOURCE)
    token = SIGNER.sign("me@example.com", ingress.url)
    old_pid = json.loads(ask(ingress, token)[1])["pid"]
    old = process._child
    (tmp_path / "source" / "main.py").write_text(SOURCE.replace("207", "200 + 8"))

    process.retire()

    assert ask(ingress, token)[0] == 208
    assert old is not None
    assert old.wait(10) == 0
    with pytest.raises(ProcessLookupError):
        os.kill(old_pid, signal.SIG_DFL)


def test_answers_503_and_logs_the_reason_when_the_function_cannot_start(start: Callable[[str], Started]) -> None:
    ingress, _, log = start("raise RuntimeError('no settings')")

    assert ask(ingress, SIGNER.sign("me@example.com", ingress.url))[0] == 503
    assert "RuntimeError: no settings" in log.read_text()


def test_disturbs_one_event_when_a_rule_names_the_object_that_it_tells_of(tmp_path: Path) -> None:
    function = Function("start_dbt", "start_dbt", "cloudevent", tmp_path / "main.py", 20)
    children = Children(tmp_path)
    log = StageLog(tmp_path / "logs", "start_dbt")
    process = FunctionProcess(function, children, log, lambda: base_environment(tmp_path))
    ingress = Ingress(function, process, SIGNER, log, faults=Faults(tmp_path))
    ingress.server.start()
    rule = {"service": "start_dbt", "object": "^state/runs/a b/manifest.json$", "do": {"status": 429}}
    (tmp_path / "faults.json").write_text(json.dumps({"rules": [rule]}))
    statuses = []
    for name in ("runs/a b/outcome.json", "runs/a b/manifest.json"):
        event = {"id": "1", "time": "2026-11-25T09:00:00Z", "resource": {"bucket": "state", "name": name}}
        connection = http.client.HTTPConnection("127.0.0.1", ingress.server.port, timeout=30)
        connection.request("POST", "/", b"{}", cloud_event_headers(event))
        statuses.append(connection.getresponse().status)
        connection.close()
    ingress.server.stop()
    children.stop_all()
    assert statuses == [403, 429]  # without a token the function is not reached
