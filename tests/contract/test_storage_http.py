"""Holds the storage stand-in to the JSON API's own words, where Google's clients show too little of them."""

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from localcloud.storage import StorageServer

QUANTUM = 256 * 1024


class Api:
    """A session with a running stand-in that has one bucket."""

    def __init__(self, server: StorageServer) -> None:
        self.server = server
        self.session = requests.Session()
        self.objects = f"{server.url}/storage/v1/b/a-bucket/o"
        self.uploads = f"{server.url}/upload/storage/v1/b/a-bucket/o"

    def begin(self, name: str, **parameters: str) -> str:
        answer = self.session.post(self.uploads, params={"uploadType": "resumable", "name": name, **parameters})
        assert answer.status_code == 200
        return answer.headers["Location"]

    def put(self, location: str, data: bytes, content_range: str) -> requests.Response:
        return self.session.put(location, data=data, headers={"Content-Range": content_range})

    def insert(self, name: str, data: bytes, **parameters: str) -> requests.Response:
        return self.session.post(self.uploads, params={"uploadType": "media", "name": name, **parameters}, data=data)


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    server = StorageServer(tmp_path)
    server.start()
    server.store.create_bucket("a-bucket")
    api = Api(server)
    yield api
    api.session.close()
    server.stop()


def test_range_tells_what_is_safe_when_an_upload_goes_on(api: Api) -> None:
    location = api.begin("big")
    content = bytes(range(256)) * 1024 * 2 + b"end"
    fresh = api.put(location, b"", "bytes */*")
    assert (fresh.status_code, fresh.headers.get("Range")) == (308, None)
    first = api.put(location, content[:QUANTUM], f"bytes 0-{QUANTUM - 1}/*")
    assert (first.status_code, first.headers["Range"]) == (308, "bytes=0-262143")
    asked = api.put(location, b"", f"bytes */{len(content)}")
    assert (asked.status_code, asked.headers["Range"]) == (308, "bytes=0-262143")
    assert api.session.get(f"{api.objects}/big").status_code == 404
    last = api.put(location, content[QUANTUM:], f"bytes {QUANTUM}-{len(content) - 1}/{len(content)}")
    assert (last.status_code, last.json()["size"]) == (200, "524291")
    assert api.session.get(f"{api.objects}/big?alt=media").content == content


def test_finished_upload_answers_the_object_when_its_last_answer_was_lost(api: Api) -> None:
    location = api.begin("once", ifGenerationMatch="0")
    first = api.put(location, b"hello", "bytes 0-4/5")
    again = api.put(location, b"hello", "bytes 0-4/5")
    asked = api.put(location, b"", "bytes */5")
    assert [answer.status_code for answer in (first, again, asked)] == [200, 200, 200]
    assert {answer.json()["generation"] for answer in (first, again, asked)} == {first.json()["generation"]}


def test_bytes_are_taken_once_when_a_part_is_sent_again(api: Api) -> None:
    location = api.begin("overlap")
    part = bytes(QUANTUM)
    api.put(location, part, f"bytes 0-{QUANTUM - 1}/*")
    assert api.put(location, part, f"bytes 0-{QUANTUM - 1}/*").headers["Range"] == "bytes=0-262143"
    assert api.put(location, part + b"x", f"bytes 0-{QUANTUM}/{QUANTUM + 1}").json()["size"] == "262145"


def test_part_is_cut_to_quanta_when_more_will_follow(api: Api) -> None:
    location = api.begin("quanta")
    assert "Range" not in api.put(location, b"x" * 100, "bytes 0-99/*").headers
    answer = api.put(location, b"x" * (QUANTUM + 100), f"bytes 0-{QUANTUM + 99}/*")
    assert answer.headers["Range"] == "bytes=0-262143"


def test_part_is_refused_when_it_leaves_a_gap(api: Api) -> None:
    answer = api.put(api.begin("gap"), b"x", "bytes 262144-262144/262145")
    assert answer.status_code == 400
    assert "exceeds already uploaded size of 0 byte(s)" in answer.json()["error"]["message"]


def test_upload_is_forgotten_when_it_is_cancelled(api: Api) -> None:
    location = api.begin("cancelled")
    assert api.session.delete(location).status_code == 499
    assert api.put(location, b"x", "bytes 0-0/1").status_code == 404
    assert api.session.delete(location).status_code == 404
    assert api.put(location.replace("upload_id=", "upload_id=../"), b"x", "bytes 0-0/1").status_code == 404


def test_object_is_whole_when_it_comes_in_one_put_without_a_range(api: Api) -> None:
    answer = api.session.put(api.begin("plain"), data=iter([b"chunked ", b"body"]))
    assert (answer.status_code, answer.json()["size"]) == (200, "12")
    assert api.session.get(f"{api.objects}/plain?alt=media").content == b"chunked body"


@pytest.mark.parametrize("kind", ["media", "multipart", "resumable"])
def test_nothing_is_stored_when_the_connection_breaks(api: Api, kind: str) -> None:
    head = b"--b\r\n\r\n{}\r\n--b\r\n\r\n" if kind == "multipart" else b""
    path = f"/upload/storage/v1/b/a-bucket/o?uploadType={kind}&name=cut"
    method = b"POST"
    if kind == "resumable":
        path, method = api.begin("cut").removeprefix(api.server.url), b"PUT"
    request = (
        b"%s %s HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/related; boundary=b\r\nContent-Length: 1000000\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", api.server.port)) as connection:
        connection.sendall(request % (method, path.encode()) + head + b"x" * 300_000)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65536):
            pass
    assert api.session.get(f"{api.objects}/cut").status_code == 404
    assert not list(api.server.store.layout.uploads.glob("tmp-*"))


@pytest.mark.parametrize(
    ("header", "status", "content", "content_range"),
    [
        ("bytes=2-4", 206, b"cde", "bytes 2-4/10"),
        ("bytes=7-99", 206, b"hij", "bytes 7-9/10"),
        ("bytes=-99", 206, b"abcdefghij", "bytes 0-9/10"),
        ("bytes=0-1,4-5", 200, b"abcdefghij", None),
        ("furlongs=1-2", 200, b"abcdefghij", None),
    ],
)
def test_range_is_answered_as_http_says_when_downloading(
    api: Api, header: str, status: int, content: bytes, content_range: str | None
) -> None:
    api.insert("alphabet", b"abcdefghij")
    answer = api.session.get(f"{api.objects}/alphabet?alt=media", headers={"Range": header})
    assert (answer.status_code, answer.content) == (status, content)
    assert answer.headers.get("Content-Range") == content_range
    assert answer.headers["X-Goog-Hash"] == "crc32c=5lmUNw==,md5=qSVXaULpSy71egZhAbSIdg=="


def test_range_is_refused_when_it_begins_after_the_end(api: Api) -> None:
    api.insert("short", b"abc")
    answer = api.session.get(f"{api.objects}/short?alt=media", headers={"Range": "bytes=3-"})
    assert (answer.status_code, answer.headers["Content-Range"]) == (416, "bytes */3")


def test_answer_is_not_modified_when_a_reader_has_the_generation(api: Api) -> None:
    generation = api.insert("cached", b"abc").json()["generation"]
    for query in ("", "alt=media&"):
        url = f"{api.objects}/cached?{query}"
        assert api.session.get(f"{url}ifGenerationNotMatch={generation}").status_code == 304
        assert api.session.get(f"{url}ifMetagenerationNotMatch=1").status_code == 304
        assert api.session.get(f"{url}ifGenerationNotMatch=1").status_code == 200
        assert api.session.get(f"{url}ifGenerationMatch=1").status_code == 412
        assert api.session.get(f"{url}generation=1").status_code == 404


def test_write_is_refused_when_a_condition_fails(api: Api) -> None:
    generation = api.insert("x", b"1", ifGenerationMatch="0").json()["generation"]
    for name, conditions in (
        ("x", {"ifGenerationMatch": "0"}),
        ("x", {"ifGenerationNotMatch": generation}),
        ("x", {"ifMetagenerationMatch": "2"}),
        ("x", {"ifMetagenerationNotMatch": "1"}),
        ("new", {"ifGenerationMatch": generation}),
        ("new", {"ifGenerationNotMatch": "0"}),
        ("new", {"ifMetagenerationMatch": "1"}),
        ("new", {"ifMetagenerationNotMatch": "1"}),
    ):
        answer = api.insert(name, b"2", **conditions)
        assert (answer.status_code, conditions) == (412, conditions)
    assert api.session.get(f"{api.objects}/x?alt=media").content == b"1"
    assert api.session.get(f"{api.objects}/new").status_code == 404


def test_error_has_the_shape_of_the_api_when_a_request_is_refused(api: Api) -> None:
    missing = api.session.get(f"{api.objects}/none")
    assert missing.json() == {
        "error": {
            "code": 404,
            "message": "No such object: a-bucket/none",
            "errors": [{"message": "No such object: a-bucket/none", "domain": "global", "reason": "notFound"}],
        }
    }
    api.insert("x", b"1")
    refused = api.insert("x", b"2", ifGenerationMatch="0").json()["error"]
    assert refused["errors"][0]["reason"] == "conditionNotMet"


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/storage/v1/b/none/o", b"", 404),
        ("GET", "/storage/v1/b/A_Bad!/o", b"", 400),
        ("GET", "/storage/v1/b/../o", b"", 400),
        ("GET", "/storage/v1/b/..%2F..%2Fetc/o/passwd", b"", 400),
        ("GET", "/storage/v1/b/a-bucket/o/%FF", b"", 400),
        ("GET", "/storage/v1/b/a-bucket/o/x?ifGenerationMatch=one", b"", 400),
        ("GET", "/storage/v1/b/a-bucket/o?versions=true", b"", 501),
        ("GET", "/storage/v1/b/a-bucket/o?pageToken=*", b"", 400),
        ("POST", "/storage/v1/b", b"{", 400),
        ("POST", "/storage/v1/b", b"{}", 400),
        ("PATCH", "/storage/v1/b/a-bucket/o/there", b'{"metadata": {"n": 1}}', 400),
        ("POST", "/storage/v1/b/a-bucket/o/there/compose", b"{}", 501),
        ("POST", "/upload/storage/v1/b/a-bucket/o?uploadType=media", b"x", 400),
        ("POST", "/upload/storage/v1/b/a-bucket/o?uploadType=other&name=x", b"x", 400),
        ("POST", "/upload/storage/v1/b/a-bucket/o?uploadType=multipart&name=x", b"x", 400),
        ("POST", "/upload/storage/v1/b/none?uploadType=media&name=x", b"x", 501),
        ("POST", "/upload/storage/v1/b/none-such/o?uploadType=media&name=x", b"x" * 1_000_000, 404),
    ],
)
def test_request_is_refused_when_it_makes_no_sense(api: Api, method: str, path: str, body: bytes, status: int) -> None:
    api.insert("there", b"1")
    prepared = requests.Request(method, api.server.url, data=body).prepare()
    prepared.url = api.server.url + path  # requests would resolve the dots
    answer = api.session.send(prepared)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, status)


def test_connection_is_kept_when_a_refused_body_was_not_read(api: Api) -> None:
    def local_port(answer: requests.Response) -> Any:
        return answer.raw.connection.sock.getsockname()[1] if answer.raw.connection else None

    ports = []
    for _ in range(3):
        with api.session.post(f"{api.server.url}/nowhere", data=b"x" * 500_000, stream=True) as answer:
            ports.append(local_port(answer))
            assert answer.status_code == 501
            assert answer.json()["error"]["code"] == 501
    assert len(set(ports)) == 1
    assert None not in ports


def test_multipart_is_read_when_the_media_looks_like_a_boundary(api: Api) -> None:
    media = b"\r\n--a--boundar" * 100_000 + b"\r\n--"
    body = b'--a--boundary\r\nContent-Type: application/json\r\n\r\n{"name": "m", "md5Hash": null}\r\n--a--boundary\r\n'
    body += b"Content-Type: text/x-odd\r\n\r\n" + media + b"\r\n--a--boundary--"
    headers = {"Content-Type": 'multipart/related; boundary="a--boundary"'}
    answer = api.session.post(f"{api.uploads}?uploadType=multipart", data=body, headers=headers)
    assert (answer.status_code, answer.json()["contentType"]) == (200, "text/x-odd")
    assert api.session.get(f"{api.objects}/m?alt=media").content == media
    cut = api.session.post(f"{api.uploads}?uploadType=multipart", data=body[:-20], headers=headers)
    assert (cut.status_code, cut.json()["error"]["message"]) == (400, "The multipart body ends early")


def test_digest_in_a_header_is_checked_when_uploading(api: Api) -> None:
    location = api.begin("hashed")
    wrong = {"X-Goog-Hash": "crc32c=AAAAAA==", "Content-Range": "bytes 0-4/5"}
    assert api.session.put(location, data=b"hello", headers=wrong).status_code == 400
    assert api.session.get(f"{api.objects}/hashed").status_code == 404
    url = f"{api.uploads}?uploadType=media&name=hashed"
    right = {"X-Goog-Hash": "crc32c=mnG7TA==,md5=XUFAKrxLKna5cZ2REBfFkg=="}
    assert api.session.post(url, data=b"hello", headers={"Content-MD5": "AAAA"}).status_code == 400
    assert api.session.post(url, data=b"hello", headers=right).status_code == 200
