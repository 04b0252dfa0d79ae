"""What a letter with a report says, in each language that its reader wants, and which files go with it."""

from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec

from daemon.reports.archive import Archive
from daemon.reports.changes import Change
from daemon.reports.due import MonthOf
from daemon.reports.mail import Mail, Post
from daemon.reports.maker import CHANGES, name_of, sent_as
from dashboards.language.catalogs import languages
from policies.office.site import Site
from policies.words import Words, say


class Reader(msgspec.Struct, frozen=True):
    """One entry of `readers`. `name` is how the board and the log call it; it holds no secret."""

    name: str
    post: Post
    formats: Sequence[str]
    languages: Sequence[str]


def mail(
    site: Site,
    archive: Archive,
    month: MonthOf,
    revision: int,
    reader: Reader,
    at: datetime,
    *,
    again: int = 0,
    is_doubtful: bool = False,
    address: str | None = None,
) -> Mail:
    """The letter. `again`: how often somebody asked for it; `is_doubtful`: it may have left before. Raises OSError."""
    changed = kept_changes(archive, month, revision)
    titles, texts = [], []
    for code in reader.languages:
        language = languages(site.calendar.timezone)[code]
        said = _said_by(language.words, at)
        office = language.name(site.names, site.id)
        mark = f" (r{revision})" if revision else ""
        titles.append(f"{office} · {said(say('Report for {month}', month=str(month)))}{mark}")
        texts.append("\n".join(said(line) for line in _lines(month, revision, changed, is_doubtful=is_doubtful)))
    files: dict[str, bytes] = {}
    for code in reader.languages:
        for form in reader.formats:
            data = archive.read(month, revision, name_of(code, form))
            if data is not None:
                files[sent_as(site.id, month, revision, name_of(code, form))] = data
    text = "\n\n".join([*texts, f"{address}/reports"] if address else texts) + "\n"
    number = f"report.{site.id}.{month}.r{revision}.{again}.{abs(hash_of(reader.name)):x}"
    return Mail(number, " / ".join(titles), text, at, files)


def kept_changes(archive: Archive, month: MonthOf, revision: int) -> Sequence[Change]:
    """What a revision changed; nothing for the first one."""
    data = archive.read(month, revision, CHANGES)
    try:
        return () if data is None else msgspec.json.decode(data, type=tuple[Change, ...])
    except msgspec.DecodeError:
        return ()


def hash_of(text: str) -> int:
    """The same in every process."""
    number = 0
    for byte in text.encode():
        number = (number * 257 + byte) % (1 << 61)
    return number


def told(change: Change) -> Words:
    """One change as a sentence: the table, the row and the figure, each of which every language knows."""
    figure = change.label or change.figure.rpartition(".")[2]
    table, row, before, after = change.table, change.row, change.before, change.after
    if not before:
        if row:
            return say(
                "{table}, {row}, {figure}: {after}, not there before", table=table, row=row, figure=figure, after=after
            )
        if table:
            return say("{table}, {figure}: {after}, not there before", table=table, figure=figure, after=after)
        return say("{figure}: {after}, not there before", figure=figure, after=after)
    if not after:
        if row:
            return say(
                "{table}, {row}, {figure}: no figure any more, {before} before",
                table=table, row=row, figure=figure, before=before,
            )  # fmt: skip
        if table:
            return say(
                "{table}, {figure}: no figure any more, {before} before", table=table, figure=figure, before=before
            )
        return say("{figure}: no figure any more, {before} before", figure=figure, before=before)
    if row:
        return say(
            "{table}, {row}, {figure}: {after}, {before} before",
            table=table, row=row, figure=figure, after=after, before=before,
        )  # fmt: skip
    if table:
        return say(
            "{table}, {figure}: {after}, {before} before", table=table, figure=figure, after=after, before=before
        )
    return say("{figure}: {after}, {before} before", figure=figure, after=after, before=before)


def _lines(month: MonthOf, revision: int, changed: Sequence[Change], *, is_doubtful: bool) -> Sequence[Words]:
    lines = [say("The report for {month} is attached.", month=str(month))]
    if revision:
        lines = [
            say(
                "This is revision {revision} of the report for {month}: readings that came late have changed it. It takes "
                "the place of the one before.",
                revision=f"r{revision}",
                month=str(month),
            )
        ]
        lines += [told(change) for change in changed]
    if is_doubtful:
        lines.append(say("You may have this letter already: officed was ended while it was being sent."))
    return lines


def _said_by(words: Callable[[Words, datetime], str], at: datetime) -> Callable[[Words], str]:
    return lambda sentence: words(sentence, at)
