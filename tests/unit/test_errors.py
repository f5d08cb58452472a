"""Codes are a contract with alerts and the runbook."""

import re

from pipeline.errors import ErrorCode, PermanentError, TransientError


def test_every_code_is_snake_case_and_unique() -> None:
    codes = [code.value for code in ErrorCode]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", code) for code in codes)
    assert [code.name.lower() for code in ErrorCode] == codes


def test_an_error_carries_code_message_and_details() -> None:
    error = TransientError(ErrorCode.GITHUB_RATE_LIMITED, "spent", retry_after_s=7, reset_at_utc="t")
    assert (str(error), error.code, error.retry_after_s, error.details) == (
        "spent",
        "github_rate_limited",
        7,
        {"reset_at_utc": "t"},
    )
    assert PermanentError(ErrorCode.ZIP_SHORT, "short").details == {}
