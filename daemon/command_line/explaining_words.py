"""An explanation as lines for a terminal, in one language."""

from collections.abc import Iterator
from datetime import datetime

from daemon.command_line.explaining import Told
from dashboards.language.language import Language
from dashboards.views.place import will_do
from policies.explain import Ruling, age_words
from policies.finding import Evidence
from policies.words import say

_STANDING = {
    "unbroken": say("not broken"),
    "pending": say("broken, but not for long enough to count"),
    "no_remedy": say("broken; a person has to mend it"),
    "refused": say("broken; nothing is done"),
    "free": say("broken; it is corrected"),
}
_RECORDED = say("On record then: {decision}")
_NOTHING_RECORDED = say("On record then: no open case")
_REBUILT = say("Rebuilt from the stored readings, judged with the rules of today:")
_COMPETING = say("Broken at once; each rule asks for its own remedy:")
_CITED = say("source: {document}")
_PASSES = say("lets it pass: {guards}")


def sentences(told: Told, language: Language, now: datetime) -> Iterator[str]:
    """What was recorded, then rule by rule; the broken ones first."""
    explanation = told.rebuilt
    yield f"{explanation.device}, {language.instant(now)}: {language.words(age_words(explanation.heard_at, now), now)}"
    for turn in told.turns:
        decision = (
            f"{turn.case.policy}, {turn.what}, {language.instant(turn.at, now)}: {language.words(turn.words, now)}"
        )
        yield language.gettext(_RECORDED.pattern).format(decision=decision)
    if not told.turns:
        yield language.words(_NOTHING_RECORDED)
    if len(explanation.competing) > 1:
        yield language.words(_COMPETING)
        for ruling in explanation.competing:
            wish = say("a person has to mend it") if ruling.remedy is None else will_do(ruling.remedy)
            yield f"  {ruling.policy}: {language.words(wish, now)}"
    yield language.words(_REBUILT)
    for ruling in sorted(explanation.rulings, key=lambda one: one.standing == "unbroken"):
        yield from _ruling(ruling, language, now)


def _ruling(ruling: Ruling, language: Language, now: datetime) -> Iterator[str]:
    yield f"  {ruling.policy}: {language.words(_STANDING[ruling.standing])}: {language.words(ruling.words, now)}"
    if ruling.citation is not None:
        document = " ".join(part for part in (ruling.citation.document, ruling.citation.article) if part)
        yield "    " + language.gettext(_CITED.pattern).format(document=document)
    if ruling.cause is not None:
        yield f"    {language.words(ruling.cause, now)}"
    for evidence in ruling.evidence:
        yield f"    {_reading(evidence, language, now)}"
    for answer in ruling.guards:
        if answer.refusal is not None:
            yield f"    {answer.guard}: {language.words(answer.refusal.words, now)} [{answer.refusal.reason}]"
    passing = ", ".join(answer.guard for answer in ruling.guards if answer.refusal is None)
    if passing:
        yield "    " + language.gettext(_PASSES.pattern).format(guards=passing)


def _reading(evidence: Evidence, language: Language, now: datetime) -> str:
    value = language.value(evidence.quantity, evidence.value, now)
    return f"{evidence.device} {evidence.quantity} {value} ({language.instant(evidence.at, now)})"
