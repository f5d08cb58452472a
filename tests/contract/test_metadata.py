"""google.auth and pyarrow take the metadata stand-in for Google's, with nothing but environment variables."""

import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from localcloud import metadata
from localcloud.servers import LocalServer
from localcloud.storage import StorageServer
from localcloud.tokens import TokenSigner

SIGNER = TokenSigner(b"k" * 32)
EMAIL = "functions@project-1.iam.localcloud.invalid"

ASK_GOOGLE_AUTH = """
import json, google.auth, google.auth.transport.requests as transport, google.oauth2.id_token as id_token
credentials, project = google.auth.default()
credentials.refresh(transport.Request())
token = id_token.fetch_id_token(transport.Request(), "http://127.0.0.1:1")
print(json.dumps([project, credentials.token, credentials.service_account_email, token]))
"""


@pytest.fixture
def server() -> Iterator[LocalServer]:
    server = LocalServer(metadata.create_app("project-1", "europe-west1", EMAIL, SIGNER))
    server.start()
    yield server
    server.stop()


def environment(server: LocalServer, home: Path) -> dict[str, str]:
    host = f"127.0.0.1:{server.port}"
    named = dict.fromkeys(("GCE_METADATA_HOST", "GCE_METADATA_ROOT", "GCE_METADATA_IP"), host)
    return {**named, "PATH": "/usr/bin:/bin", "HOME": str(home), "NO_PROXY": "127.0.0.1"}


def test_google_auth_finds_project_and_tokens_when_only_the_environment_names_the_server(
    server: LocalServer, tmp_path: Path
) -> None:
    asked = [sys.executable, "-W", "ignore", "-c", ASK_GOOGLE_AUTH]
    done = subprocess.run(asked, env=environment(server, tmp_path), capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    project, access_token, email, id_token = json.loads(done.stdout)
    assert project == "project-1"
    assert access_token.startswith("ya29.")
    assert email == EMAIL
    claims = SIGNER.verify(id_token, frozenset(("http://127.0.0.1:1",)))
    assert claims["email"] == EMAIL


def test_pyarrow_reads_an_object_when_the_metadata_server_gives_its_token(server: LocalServer, tmp_path: Path) -> None:
    storage = StorageServer(tmp_path / "gcs")
    storage.start()
    storage.store.create_bucket("curated")
    storage.store.put_bytes("curated", "a.txt", b"abc")
    program = "import pyarrow.fs as fs; print(fs.GcsFileSystem().open_input_file('curated/a.txt').read())"
    env = {**environment(server, tmp_path), "CLOUD_STORAGE_EMULATOR_ENDPOINT": storage.url}
    done = subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, text=True, check=False)
    storage.stop()

    assert done.stdout == "b'abc'\n", done.stderr


def get(url: str, headers: dict[str, str]) -> tuple[int, str, str]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as answer:
            return answer.status, answer.read().decode(), answer.headers["Metadata-Flavor"]
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode(), error.headers["Metadata-Flavor"]


def test_refuses_when_the_flavor_header_is_missing(server: LocalServer) -> None:
    assert get(f"{server.url}/computeMetadata/v1/project/project-id", {})[0] == 403


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("project/project-id", "project-1"),
        ("project/numeric-project-id", "100000000001"),
        ("instance/region", "projects/100000000001/regions/europe-west1"),
        ("instance/service-accounts/default/email", EMAIL),
        (f"instance/service-accounts/{EMAIL}/email", EMAIL),
    ],
)
def test_tells_the_value_when_asked_with_the_header(server: LocalServer, path: str, expected: str) -> None:
    answer = get(f"{server.url}/computeMetadata/v1/{path}", {"Metadata-Flavor": "Google"})
    assert answer == (200, expected, "Google")


def test_answers_404_when_the_account_is_another(server: LocalServer) -> None:
    path = "computeMetadata/v1/instance/service-accounts/other@example.com/token"
    assert get(f"{server.url}/{path}", {"Metadata-Flavor": "Google"})[0] == 404


def test_answers_400_when_an_id_token_is_asked_without_an_audience(server: LocalServer) -> None:
    path = "computeMetadata/v1/instance/service-accounts/default/identity"
    assert get(f"{server.url}/{path}", {"Metadata-Flavor": "Google"})[0] == 400
