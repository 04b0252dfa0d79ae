"""The part of office.yaml that says where notices go, in which language, and when not."""

from typing import Literal

from pydantic import Field, model_validator

from daemon.configuration.connection_entries import Variable
from daemon.configuration.place_entries import TimeOfDay
from daemon.configuration.quantities import FilePath, Flag, Slug
from daemon.configuration.section import Section, one_of


class NoticeEntry(Section):
    """Where notices go. The address holds a token, so it is a secret."""

    to: Literal["zone", "owner", "manager", "lead"] = Field(
        description="whom this address reaches: the people in the zone, its owner, the manager, or the manager's lead"
    )
    zones: tuple[Slug, ...] | None = Field(default=None, description="only about these zones; left out: all")
    language: Literal["en", "zh_CN", "both"] | None = Field(
        default=None, description="en, zh_CN or both; left out: the site's language"
    )
    quiet_from: TimeOfDay | None = Field(
        default=None, validate_default=False, description="from this time of the day only what cannot wait is sent"
    )
    quiet_until: TimeOfDay | None = Field(
        default=None, validate_default=False, description="until this time, the next day where it is the earlier one"
    )
    names: Flag = Field(default=False, description="true: notices name the zone's owner; false: no names of people")
    url_file: FilePath | None = Field(default=None, validate_default=False, description="file that holds the address")
    url_env: Variable | None = Field(default=None, description="environment variable that holds the address")

    @model_validator(mode="after")
    def _whole(self) -> "NoticeEntry":
        one_of(self.url_file, self.url_env, "url_file", "url_env")
        if (self.quiet_from is None) != (self.quiet_until is None):
            raise ValueError("quiet_from and quiet_until are given together or not at all")
        return self
