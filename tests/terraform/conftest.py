"""One plan with every option on, and one as it is by default, shared by the tests of a process."""

from __future__ import annotations

import pytest

from tests.terraform.offline import ALL_OPTIONS, Plan, plan


@pytest.fixture(scope="session")
def whole_plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return plan(tmp_path_factory.mktemp("whole"), ALL_OPTIONS)
