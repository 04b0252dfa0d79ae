"""The one place that knows every concrete class: builds a daemon out of a configuration."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from daemon.accounting.accounting import Accounting
from daemon.accounts.changes import AccountChanges
from daemon.accounts.oidc_entrance import entrance
from daemon.accounts.users import UsersFile
from daemon.audit.heads import HEADS_FILE, DailyHead
from daemon.awake import Awake
from daemon.broker_settings import broker_settings
from daemon.clock import Clock, WallClock
from daemon.configuration.board_checks import floor_plan
from daemon.configuration.build import build_policies, build_site
from daemon.configuration.schema import Configuration
from daemon.configuration.secret import read_secret
from daemon.daemon import Daemon
from daemon.engine.coming_back import use_rows
from daemon.engine.engine import Engine
from daemon.engine.gathering import LONGEST, SHORTEST
from daemon.engine.intake import TICK
from daemon.engine.kept_rows import whole
from daemon.engine.snapshot import recall
from daemon.engine.source import EngineSource
from daemon.history.answers import Writer
from daemon.history.influx import InfluxHistory
from daemon.history.influx_query import InfluxQuery
from daemon.history.influx_writer import InfluxWriter
from daemon.history.sender import Sender
from daemon.history.sqlite import SqliteHistory
from daemon.history.sqlite_file import HistoryFile
from daemon.history.sqlite_writer import SqliteWriter
from daemon.home_assistant import HomeAssistant
from daemon.journal.journal import Journal
from daemon.links import Links, site_key
from daemon.mqtt.network import Network
from daemon.notices.display import Display
from daemon.notices.keeping import LettersFirst
from daemon.notices.notices import Notices
from daemon.ports import CrashPoint, Tell
from daemon.reload import Reload
from daemon.reports.assembling import each_of, report_parts
from daemon.reports.maker import Maker
from daemon.requests_by_mqtt import RequestsByMqtt
from daemon.schedule import Schedule
from daemon.season_watch import SeasonWatch
from daemon.silence import with_silence
from daemon.trial.listener import Listener
from daemon.web import Web
from dashboards.board.app import board
from policies.history import History
from policies.inputs import Tick
from policies.office.office import Office
from policies.state import State
from sensors.registry import Registry

_log = logging.getLogger(__name__)


def assemble(
    configuration: Configuration,
    environment: Mapping[str, str],
    clock: Clock | None = None,
    speed: float = 1.0,
    version: Literal["auto", "5", "3.1.1"] = "auto",
    crash: CrashPoint = lambda _: None,
    path: Path | None = None,
    maker: Maker | None = None,
) -> Daemon:
    """A daemon that is complete and does nothing yet. Raises ConfigError for secrets that cannot be read.

    `clock` other than the wall's is the demo's, `speed` how fast it runs; so is `version`, for a broker that keeps silent
    when it is spoken to in MQTT 5. `crash` is for tests that end the process at a named point. `path`: the file to reload.
    `maker` makes the reports, where others than the usual ones are wanted.
    """
    clock = clock or WallClock()
    tell: Tell = lambda text: _log.warning("%s", text)  # noqa: E731  one line, one meaning
    registry = Registry(list(build_site(configuration).devices.values()), ZoneInfo(configuration.site.timezone))
    site = with_silence(build_site(configuration), registry)
    broker = broker_settings(configuration, environment, version)
    journal = Journal(
        configuration.journal.path,
        now=clock.now,
        tell=tell,
        maximum_bytes=int(configuration.journal.max_size),
        crash=crash,
    )
    writer, history, close_store = _store(configuration, environment, clock, tell)
    sender = Sender(journal.outbox, writer, now=clock.now, tell=tell, crash=crash)
    fresh = State(office=Office(site), policies=build_policies(configuration))
    rows = list(journal.since_office())
    state, kept_at = _recalled(fresh, journal, tell)
    notices = Notices(lambda: engine.state, clock.now, environment)
    notices.configure(configuration)
    notices.delivery.keep_in(lambda record: journal.keep("notices", record), journal.kept("notices"))
    letters_first = LettersFirst(journal, notices.delivery.keep)
    links = None
    if configuration.board.address is not None:
        key = site_key(configuration.journal.path.with_name("links.key"))
        links = Links(key, configuration.board.address)
        notices.link_to = links.link_to
    wait = max(SHORTEST, min(LONGEST, configuration.broker.max_ingest_delay * 50)) / speed
    engine = Engine(
        state,
        registry,
        letters_first,
        clock,
        tell=tell,
        notify=notices,
        kept_rows=journal.kept_rows(),
        crash=crash,
        longest_wait=wait,
    )
    entry = entrance(configuration, environment, clock.now)
    requests = RequestsByMqtt(
        configuration.site.id,
        configuration.broker.requests,
        lambda token: None if entry.accounts is None else entry.accounts.bearer(token),
        lambda answer: network.publish(answer),  # noqa: PLW0108  it is made after this
    )
    if requests.subscriptions:
        engine.hear_requests(requests.topic, requests.asked)
    shown = _home_assistant(configuration, engine, lambda: network, history, clock)
    network = Network(
        broker,
        journal,
        shown or engine,
        clock.now,
        [*registry.subscriptions(), *requests.subscriptions],
        tell,
        also=shown.subscriptions if shown else (),
        recent=[(row.raw, row.version) for row in rows],
        crash=crash,
        is_calm=engine.inbox.is_calm,
    )
    engine.speak_through(Listener(network) if configuration.broker.listen_only else network)
    notices.display = Display(network.publish_retained_own, lambda: network.connected_since)
    engine.watch(notices.look)
    if shown:
        engine.watch(shown.watch)
    accounting = Accounting(lambda: engine.state, journal, history, clock)
    engine.watch(accounting.watch)
    season = SeasonWatch(clock.now, engine.put, lambda told: journal.keep("season", told), journal.kept("season"))
    engine.watch(season.look)
    daemon = Daemon(
        accounting=accounting,
        notices=notices,
        clock=clock,
        engine=engine,
        network=network,
        journal=journal,
        sender=sender,
        history=history,
        schedule=Schedule(lambda: engine.put(Tick()), TICK / speed),
        catch_up=partial(use_rows, engine, rows, journal.decoded_row, kept_at),
        close_store=close_store,
        awake=Awake(wanted=not configuration.broker.max_ingest_delay),
        tell=tell,
    )
    parts = report_parts(configuration, environment, lambda: engine.state, history, maker, clock, notices)
    daemon.reports = parts.reports
    if path is not None:
        also = each_of([notices.configure, parts.configure])
        daemon.reload = Reload(path, configuration, engine.put, clock.now, tell, also=also, refused=notices.refused)
    source = EngineSource(engine, clock, daemon.facts, history)
    app = board(
        source,
        entry,
        hosts=configuration.board.names,
        open_link=None if links is None else links.opened,
        desk=parts.desk,
        plan=floor_plan(configuration.board, configuration.zones),
    )
    daemon.look_at_accounts = AccountChanges(UsersFile(configuration.board.users_file), journal).look
    heads = DailyHead(
        journal,
        configuration.journal.path.with_name(HEADS_FILE),
        notices.announce,
        lambda at: engine.state.office.site.calendar.local(at).date(),
    )
    daemon.look_at_heads = lambda: heads.look(clock.now())
    daemon.web = Web(app, configuration.board.host, configuration.board.port, before_stop=app.state.live.close)
    return daemon


def _home_assistant(
    configuration: Configuration, engine: Engine, network: Callable[[], Network], history: History, clock: Clock
) -> HomeAssistant | None:
    entry = configuration.home_assistant
    if entry is None:
        return None
    return HomeAssistant(
        site=configuration.site.id,
        prefix=entry.discovery_prefix,
        enabled=entry.enabled,
        may_arm=entry.may_arm,
        engine=engine,
        ask=engine.put,
        publish=lambda topic, payload: network().publish_retained_own(topic, payload),
        connected=lambda: network().connected_since,
        history=history,
        now=clock.now,
        is_running=lambda: engine.is_alive,
    )


def _store(
    configuration: Configuration, environment: Mapping[str, str], clock: Clock, tell: Tell
) -> tuple[Writer, History, Callable[[], None]]:
    server = configuration.influxdb
    if server is None:
        store = configuration.store
        file = HistoryFile(store.path, tell=tell)
        writer = SqliteWriter(
            file,
            now=clock.now,
            retention=store.retention,
            forget_people=store.forget_people,
            maximum_bytes=int(store.max_size),
        )
        return writer, SqliteHistory(file), file.close
    token = read_secret(server.token_file, server.token_env, environment) or ""
    influx = InfluxWriter(server.url, token=token, organisation=server.org, bucket=server.bucket, now=clock.now)
    query = InfluxQuery(server.url, token=token, bucket=server.bucket)

    def close() -> None:
        influx.close()
        query.close()

    return influx, InfluxHistory(query, site=configuration.site.id), close


def _recalled(fresh: State, journal: Journal, tell: Tell) -> tuple[State, datetime | None]:
    try:
        cases = whole(journal.latest_snapshot(), journal.kept_rows())
        return recall(fresh, cases, journal.kept("office"))
    except msgspec.ValidationError as error:
        tell(f"The state of the last run cannot be read ({error}); starting from what is heard.")
        return fresh, None
