"""`officed report`: a month's report as files, made now and by hand; the archive and whoever gets mail are left alone."""

import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from daemon.command_line.terminal import DEFAULT, ConfigurationFile, give_up, loaded, reported, spoken, tell
from daemon.running import MISUSE
from policies.words import say

_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


def report(
    month: Annotated[str, typer.Option("--month", help="Such as 2026-10; left out: the last whole month.")] = "",
    form: Annotated[str, typer.Option("--format", help="Any of html, pdf, xlsx, csv, json, with commas.")] = "pdf",
    language: Annotated[str, typer.Option("--language", help="en, zh_CN or both; left out: the site's.")] = "",
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for the files.")] = Path(),
    config: ConfigurationFile = DEFAULT,
) -> None:
    """Make the monthly report, in any format and language."""
    from daemon.engine.fresh import fresh_state  # noqa: PLC0415  --help does not pay for it
    from daemon.history_of import history_of  # noqa: PLC0415
    from daemon.reports.gather import report as made  # noqa: PLC0415
    from dashboards.report.document import Signature  # noqa: PLC0415
    from dashboards.report.formats import FORMATS, render  # noqa: PLC0415

    configuration = loaded(config)
    forms = form.replace(" ", "").split(",")
    if unknown := next((each for each in forms if each not in FORMATS), None):
        give_up(f"{unknown} is no format; there are {', '.join(FORMATS)}", MISUSE)
    codes = [configuration.site.language] if not language else language.replace(" ", "").split(",")
    voices = {code: spoken(configuration, code) for code in codes}
    now = datetime.now(UTC)
    year, number = _chosen(month, spoken(configuration, "").timezone, now)
    state = fresh_state(configuration)
    signature = Signature(configuration.reports.responsible or "", configuration.reports.prepared_by or "")
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with (
        reported(),
        history_of(configuration, os.environ, tell) as history,
        Progress(*columns, transient=True) as progress,
    ):
        task = progress.add_task(f"{year:04d}-{number:02d}: reading the store", total=None)
        document = made(
            state.office.site, state.policies, history, year, number, made_at=now, signature=signature,
            exemptions=state.office.desk.exemptions,
        )  # fmt: skip
        output.mkdir(parents=True, exist_ok=True)
        for code, voice in voices.items():
            for each in forms:
                progress.update(task, description=f"{year:04d}-{number:02d}: {each}, {code}")
                path = output / f"{configuration.site.id}-{year:04d}-{number:02d}-{code}.{each}"
                path.write_bytes(render(document, each, code))
                tell(voice.words(say("written: {file}", file=str(path))))


def _chosen(text: str, timezone: str, now: datetime) -> tuple[int, int]:
    if not text:
        last = now.astimezone(ZoneInfo(timezone)).replace(day=1) - timedelta(days=1)
        return last.year, last.month
    found = _MONTH.fullmatch(text)
    if found is None:
        give_up(f"{text!r} is no month; write it as 2026-10", MISUSE)
    return int(found[1]), int(found[2])
