"""What is wrong with `reports:` is said on the board in the reader's language, with the place and what stands there now."""

from pathlib import Path

import pytest

from daemon.configuration.load import parse
from daemon.configuration.problem import ConfigError, Problem
from daemon.reports.mail import by_apprise
from dashboards.language.catalogs import languages
from dashboards.views.banner import unused
from policies.words import say

HEAD = """
site: {id: test, names: Test, timezone: Asia/Shanghai}
zones: {room: {names: Room, hours: {mon-sun: "00:00-24:00"}}}
broker: {host: localhost}
reports:
"""
MAIL = "server: smtp.example.org, sender: a@example.org"
PARTS = [
    "readers: [{to: [a@example.org]}]",
    "readers: [{to: [a@example.org], url_env: X}]",
    "readers: [{url_file: x, url_env: X}]",
    "readers: [{}]",
    "readers: {}",
    "readers: [{to: [nobody]}]",
    "readers: [{url_env: X, formats: [docx]}]",
    "readers: [{url_env: X, languages: [de]}]",
    "mail: {server: 'smtp:99999', sender: a@example.org}",
    f"mail: {{{MAIL}, security: ssl}}",
    f"mail: {{{MAIL}, username: u}}",
    f"mail: {{{MAIL}, username: u, password_env: X, password_file: x}}",
    f"mail: {{{MAIL}, username: u, password_env: X, security: none}}",
    "mail: here",
    "day: first",
    "day: 1.5",
    "day: 0",
    "day: 29",
    "time: '25:00'",
    "weekly: perhaps",
    "readers: [{url_env: X, formats: []}]",
    "readers: [{url_env: X, formats: [pdf, pdf, pdf, pdf, pdf, pdf]}]",
    "readers: [{url_env: X, languages: [en, en, en]}]",
]


def problems(part: str) -> tuple[Problem, ...]:
    with pytest.raises(ConfigError) as refusal:
        parse(f"{HEAD}  {part}\n", file="office.yaml", directory=Path("/tmp"))
    return refusal.value.problems


@pytest.mark.parametrize("part", PARTS)
def test_every_problem_of_the_reports_is_said_in_chinese(part: str) -> None:
    chinese = languages("Asia/Shanghai")["zh_CN"]
    for problem in problems(part):
        assert problem.path.startswith("reports")
        assert chinese.gettext(problem.what) != problem.what, problem.what


def test_the_board_says_where_what_and_what_stands_there() -> None:
    (problem,) = problems("mail: {server: 'smtp:99999', sender: a@example.org}")
    facts = {
        "configuration_trouble": str(problem),
        "configuration_trouble_where": problem.where,
        "configuration_trouble_what": problem.what,
        "configuration_trouble_got": problem.got,
    }
    words, voices = unused(facts), languages("Asia/Shanghai")
    assert words is not None
    assert voices["en"].words(words).endswith(f"the one before it stays: {problem}")
    assert "office.yaml:6: reports.mail.server：须为邮件服务器" in voices["zh_CN"].words(words)
    assert "smtp:99999" in voices["zh_CN"].words(words)


def test_a_problem_that_nobody_took_apart_is_said_as_it_is_and_none_is_not() -> None:
    assert unused({"configuration_trouble": "it cannot be read"}) == say(
        "The changed configuration is not used, the one before it stays: {why}", why="it cannot be read"
    )
    assert unused({"configuration_trouble": "", "configuration_trouble_what": "old"}) is None


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")  # in a package that Apprise uses
def test_an_address_that_apprise_does_not_know_is_said_in_chinese() -> None:
    with pytest.raises(ValueError, match="not shown") as refusal:
        by_apprise("nonsense")
    assert languages("Asia/Shanghai")["zh_CN"].gettext(str(refusal.value)) != str(refusal.value)
