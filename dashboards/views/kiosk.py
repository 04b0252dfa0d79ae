"""The first page for a wall that everybody walks past: the same story without anybody's name."""

import msgspec

from dashboards.view import Overview
from dashboards.views.story import Line, Story
from policies.words import Words, say

_SOMEBODY = say("somebody")
_PERSONAL = frozenset({"who", "why", "approved_by", "document"})


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
    if not _PERSONAL & words.values.keys():
        return words
    values = {name: _SOMEBODY.pattern if name in _PERSONAL else value for name, value in words.values.items()}
    return Words(words.pattern, values)
