"""The first page for a wall that everybody walks past: the same story without anybody's name."""

import msgspec

from dashboards.view import Overview
from dashboards.views.story import Line, Story
from policies.words import Value, Words, say

_SOMEBODY = say("somebody")
_NAMES = frozenset({"who", "approved_by", "owner"})
_TYPED = frozenset({"why", "reason", "document"})
_LEFT_OUT = "…"


def without_people(page: Overview) -> Overview:
    """No owner, nobody who asked, no reason that somebody has typed."""
    return msgspec.structs.replace(
        page,
        stories=tuple(_story(each) for each in page.stories),
        corrections=tuple(msgspec.structs.replace(each, proof=_words(each.proof)) for each in page.corrections),
        leaves=tuple(msgspec.structs.replace(each, who="", why="") for each in page.leaves),
    )


def _story(story: Story) -> Story:
    return msgspec.structs.replace(
        story,
        owner="",
        verdict=_words(story.verdict),
        next=_words(story.next),
        history=tuple(Line(line.at, _words(line.words)) for line in story.history),
    )


def _words(words: Words) -> Words:
    if not (_NAMES | _TYPED) & words.values.keys():
        return words
    return Words(words.pattern, {name: _shown(name, value) for name, value in words.values.items()})


def _shown(name: str, value: Value) -> Value:
    return _SOMEBODY.pattern if name in _NAMES else _LEFT_OUT if name in _TYPED else value
