"""A title in both languages, side by side: whoever adds a panel sees at once that one of them is missing."""

from typing import Final, NamedTuple

LANGUAGES: Final = ("en", "zh_CN")


class Title(NamedTuple):
    """What stands above a panel or beside a choice."""

    en: str
    zh_CN: str  # noqa: N815  the language's own code

    def in_language(self, language: str) -> str:
        """One of them. Raises KeyError for a language that we do not have."""
        return {"en": self.en, "zh_CN": self.zh_CN}[language]
