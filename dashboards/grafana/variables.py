"""What a person chooses on top of a dashboard: office, rooms, and the time zone in which its days begin."""

from typing import Final

from grafana_foundation_sdk.builders.dashboard import QueryVariable, TextBoxVariable
from grafana_foundation_sdk.models.dashboard import DataSourceRef, VariableOption, VariableRefresh

from dashboards.grafana.titles import Title

DATASOURCE: Final = DataSourceRef(type_val="influxdb", uid="officed")
"""As deploy/grafana provisions it."""
TIMEZONE: Final = "Asia/Shanghai"
"""Until somebody writes another one into the box: the database knows no office's time zone."""


def chosen_tag(tag: str, title: Title, language: str, *, within: str = "") -> QueryVariable:
    """Any of the values that a tag has; all of them at first."""
    question = f'SHOW TAG VALUES WITH KEY = "{tag}"'
    if within:
        question += f' WHERE "{within}" =~ /^${{{within}:regex}}$/'
    return (
        QueryVariable(tag)
        .label(title.in_language(language))
        .datasource(DATASOURCE)
        .query(question)
        .refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
        .include_all(True)
        .all_value(".*")
        .multi(True)
        .current(VariableOption(text="All", value="$__all"))
    )


def timezone(language: str) -> TextBoxVariable:
    """Where days begin and end."""
    title = Title("Time zone of the office", "办公室所在时区")
    return TextBoxVariable("timezone").label(title.in_language(language)).default_value(TIMEZONE)
