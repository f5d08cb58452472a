"""ID tokens prove the caller, the audience and the time, and nothing that was changed is taken."""

from pathlib import Path

import pytest

from localcloud.tokens import InvalidTokenError, TokenSigner, load_signer

SIGNER = TokenSigner(b"k" * 32)
AUDIENCES = frozenset(("http://127.0.0.1:1",))


def test_tells_the_account_when_the_token_is_good() -> None:
    claims = SIGNER.verify(SIGNER.sign("a@example.com", "http://127.0.0.1:1"), AUDIENCES)
    assert (claims["email"], claims["iss"], claims["email_verified"]) == (
        "a@example.com",
        "https://accounts.google.com",
        True,
    )
    assert claims["exp"] - claims["iat"] == 3600


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        (SIGNER.sign("a@example.com", "http://127.0.0.1:2"), "audience"),
        (SIGNER.sign("a@example.com", "http://127.0.0.1:1", -1), "expired"),
        (TokenSigner(b"o" * 32).sign("a@example.com", "http://127.0.0.1:1"), "signature"),
        (SIGNER.sign("a@example.com", "http://127.0.0.1:1")[:-2], "signature|not a JSON"),
        ("x" + SIGNER.sign("a@example.com", "http://127.0.0.1:1"), "signature"),
        ("", "signature"),
        ("a.b.c", "signature|not a JSON"),
        ("ä.ö.ü", "signature|not a JSON"),
    ],
)
def test_refuses_with_the_reason_when_the_token_is_not_good(token: str, reason: str) -> None:
    with pytest.raises(InvalidTokenError, match=reason):
        SIGNER.verify(token, AUDIENCES)


def test_keeps_its_key_when_a_state_directory_is_used_again(tmp_path: Path) -> None:
    first = load_signer(tmp_path / "keys" / "id-token.key")
    assert load_signer(tmp_path / "keys" / "id-token.key") == first
    assert (tmp_path / "keys" / "id-token.key").stat().st_mode & 0o777 == 0o600
