"""Whatever a program sends that the API's own schema allows (and what it forbids): no failure of ours, and promised answers."""

from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from painted import NOW, Painted, busy_state
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Err
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from daemon.accounts.accounts import FileAccounts
from daemon.accounts.users import UsersFile
from dashboards.board.app import board
from dashboards.board.door import Entry

HOST = {"Host": "localhost"}
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


class World:
    """A board that a test asks without a network, and a token that may do everything."""

    def __init__(self, directory: Path) -> None:
        self.source = Painted(busy_state())
        users = UsersFile(directory / "users.json")
        self.token = users.add_token("fuzz", ("read", "extend", "decide"), "admin", NOW)
        accounts = FileAccounts(users, directory / "sessions.json", self.source.now)
        self.app = board(self.source, Entry(accounts))
        self.schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", self.app, headers=HOST)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return World(tmp_path_factory.mktemp("accounts"))


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_nothing_that_is_sent_breaks_an_answer_or_a_promise(world: World, mode: GenerationMode) -> None:
    asked = 0
    for found in world.schema.get_all_operations():
        assert not isinstance(found, Err), found.err()
        operation = found.ok()

        @settings(
            max_examples=15,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def send(case: Case[Any]) -> None:
            case.headers.update({"Authorization": f"Bearer {world.token}", **HOST})
            case.call_and_validate(checks=CHECKS)

        send()
        asked += 1
    assert asked >= 15
