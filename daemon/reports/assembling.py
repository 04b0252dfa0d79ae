"""Builds the delivery of reports out of a configuration: its readers with their secrets, the archive, the weekly digest."""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from daemon.clock import Clock
from daemon.configuration.problem import ConfigError, Problem
from daemon.configuration.reports_entry import ReaderEntry
from daemon.configuration.schema import Configuration
from daemon.configuration.secret import read_secret
from daemon.notices.notices import Notices
from daemon.reports.archive import Archive
from daemon.reports.desk import ReportDesk
from daemon.reports.documents import Documents
from daemon.reports.letters import Reader
from daemon.reports.mail import Post, by_apprise, by_smtp
from daemon.reports.maker import Maker
from daemon.reports.reports import Reports
from daemon.reports.weekly import Weekly
from daemon.reports.yearly import Yearly
from dashboards.report.document import Signature
from policies.history import History
from policies.office.site import Site
from policies.state import State
from policies.words import Words

_log = logging.getLogger(__name__)


def report_parts(
    configuration: Configuration,
    environment: Mapping[str, str],
    state: Callable[[], State],
    history: History,
    maker: Maker | None,
    clock: Clock,
    notices: Notices,
) -> "ReportParts":
    """`maker` None: the usual one. Raises ConfigError for secrets that cannot be read."""
    documents = Documents(state, history)
    return ReportParts(
        configuration,
        environment,
        site=lambda: state().office.site,
        history=history,
        documents=documents,
        maker=maker or documents,
        now=clock.now,
        tell_week=notices.tell_week,
    )


def each_of(configures: Sequence[Callable[[Configuration], None]]) -> Callable[[Configuration], None]:
    """One after the other. Raises what the first of them raises that cannot."""

    def configure(configuration: Configuration) -> None:
        for each in configures:
            each(configuration)

    return configure


class ReportParts:
    """`desk` is the board's side of `reports`. `configure` may be called again, from any thread."""

    def __init__(
        self,
        configuration: Configuration,
        environment: Mapping[str, str],
        *,
        site: Callable[[], Site],
        history: History,
        documents: Documents,
        maker: Maker,
        now: Callable[[], datetime],
        tell_week: Callable[[Sequence[Words]], None],
    ) -> None:
        self._environment = environment
        self._documents = documents
        self._folder = configuration.reports.archive
        archive = Archive(configuration.reports.archive)
        self._weekly = Weekly(site, history, configuration.reports.archive / "weekly.txt", tell_week)
        self._yearly = Yearly(site, history, archive, configuration.reports.archive)
        self.reports = Reports(site, archive, maker, now, also=self._look, address=configuration.board.address)
        self.desk = ReportDesk(self.reports, site, now)
        self.desk.league = self._yearly.kept
        self.reports.changed = self.desk.draw_up
        self.configure(configuration)

    def configure(self, configuration: Configuration) -> None:
        """These readers from now on. Raises ConfigError, and then the old ones stay."""
        entry = configuration.reports
        readers = [self._reader(configuration, each, number) for number, each in enumerate(entry.readers)]
        if entry.archive != self._folder:
            _log.warning("reports: they go on being kept in %s; another archive needs a restart", self._folder)
        self._weekly.is_wanted = entry.weekly
        self._documents.signature = Signature(entry.responsible or "", entry.prepared_by or "")
        self.reports.settings(readers, entry.day, entry.time)

    def _look(self, now: datetime) -> None:
        self._weekly.look(now)
        self._yearly.look(now)

    def _reader(self, configuration: Configuration, entry: ReaderEntry, number: int) -> Reader:
        path = f"reports.readers[{number}]"
        mail = configuration.reports.mail
        post: Post
        if entry.to and mail is not None:
            post = by_smtp(mail, entry.to, self._environment)
        else:
            try:
                post = by_apprise(read_secret(entry.url_file, entry.url_env, self._environment) or "")
            except ValueError as trouble:
                raise ConfigError([Problem("reports", 1, path, str(trouble))]) from None
        languages = entry.languages or (configuration.site.language,)
        return Reader(", ".join(entry.to) or path, post, entry.formats, languages)
