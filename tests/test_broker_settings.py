"""The shipped broker settings and access list, run by a real Mosquitto: who is let in, and who may say what."""

import runpy
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
Program = Callable[..., str]
Accepts = Callable[..., bool]


@pytest.fixture(scope="module")
def accepts(program: Program, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Accepts]:
    """Publishes to a real broker that runs the shipped settings: was it accepted?"""
    server, client = program("mosquitto"), program("mosquitto_pub")
    folder = tmp_path_factory.mktemp("mosquitto")
    made = runpy.run_path(str(ROOT / "deploy/make_secrets.py"))
    made["make_secrets"](folder)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (folder / "mosquitto.conf").write_text(settings(folder, port))
    shutil.copy(ROOT / "deploy/mosquitto/acl", folder)
    add_home_assistant(folder, made["mosquitto_hash"])
    log = (folder / "log").open("wb")
    process = subprocess.Popen([server, "-c", str(folder / "mosquitto.conf")], stdout=log, stderr=log)

    def publish(topic: str, user: str = "", password: str = "") -> bool:
        # MQTT 5: only there a broker says that it has refused a publish; the client warns and still exits with 0.
        command = [client, "-V", "5", "-h", "127.0.0.1", "-p", str(port), "-q", "1", "-t", topic, "-m", "x"]
        if user:
            command += ["-u", user, "-P", password or (folder / f"mqtt_{user}").read_text()]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=20)
        refused = "not authorized" in (done.stdout + done.stderr).lower()
        assert refused or done.returncode == 0, done.stderr
        return not refused

    try:
        wait_for(port, process, folder / "log")
        yield publish
    finally:
        process.terminate()
        process.wait(10)
        log.close()


def settings(folder: Path, port: int) -> str:
    """The shipped settings with the paths of a container replaced by ours: nothing else is changed."""
    text = (ROOT / "deploy/mosquitto/mosquitto.conf").read_text()
    for shipped, here in (
        ("listener 1883", f"listener {port} 127.0.0.1"),
        ("/run/secrets/mosquitto_passwords", f"{folder}/mosquitto_passwords"),
        ("/mosquitto/config/acl", f"{folder}/acl"),
        ("/mosquitto/data/", f"{folder}/"),
    ):
        assert text.count(shipped) == 1, shipped
        text = text.replace(shipped, here)
    return f"{text}\nuser root\n"


def add_home_assistant(folder: Path, hashed: Callable[[str], str]) -> None:
    """A login of Home Assistant's own, as the access list tells to make one; it may press the button and switch no rule."""
    lines = (folder / "acl").read_text().splitlines()
    lines.remove("# topic write officed/+/home_assistant/+/set")
    used = [line.removeprefix("# ") if line.startswith(("# user ", "# topic ")) else line for line in lines]
    (folder / "acl").write_text("\n".join(used) + "\n")
    (folder / "mqtt_home-assistant").write_text("secret")
    with (folder / "mosquitto_passwords").open("a") as passwords:
        passwords.write(f"home-assistant:{hashed('secret')}\n")


def wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Until the broker answers; fails with its own words when it does not."""
    until = time.monotonic() + 10
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail(log.read_text())


@pytest.mark.real
def test_strangers_and_wrong_passwords_are_refused(accepts: Accepts) -> None:
    assert not accepts("officed/hq/x")
    assert not accepts("officed/hq/x", "officed", "wrong")


@pytest.mark.real
@pytest.mark.parametrize(
    "topic",
    [
        "officed/hq/status",
        "officed/hq/home_assistant/SITE/press",
        "zigbee2mqtt/f3-ac-1/set",
        "zigbee2mqtt/plug/l1/set",
        "cmnd/plug-7/POWER",
        "shellies/shelly1-A/relay/0/command",
        "shellyplus1pm-a/rpc",
        "shellyplus1pm-a/command/switch:0",
        "node/switch/relay/command",
        "homie/ac/unit/setpoint/set",
        "homeassistant/device/officed/room/config",
    ],
)
def test_officed_may_command_and_speak_about_itself(accepts: Accepts, topic: str) -> None:
    assert accepts(topic, "officed")
    assert topic.startswith("officed/") or not accepts(topic, "officed-shadow"), "a shadow may never command"
    assert not topic.startswith("officed/") or not accepts(topic, "devices"), "devices may not speak in our name"


@pytest.mark.real
@pytest.mark.parametrize(
    "topic",
    ["zigbee2mqtt/f3-ac-1", "tele/plug-7/SENSOR", "stat/plug-7/POWER", "zigbee2mqtt/bridge/request/restart", "x"],
)
def test_officed_may_not_speak_for_a_device(accepts: Accepts, topic: str) -> None:
    assert not accepts(topic, "officed")
    assert accepts(topic, "devices")


@pytest.mark.real
def test_a_shelly_answers_our_calls_and_a_shadow_keeps_its_own_session(accepts: Accepts) -> None:
    assert accepts("officed/rpc", "devices")
    assert accepts("officed/shadow/fence", "officed-shadow")
    assert not accepts("officed/hq/fence", "officed-shadow")
    assert not accepts("officed/print/lp1/job", "devices")


@pytest.mark.real
def test_a_print_agent_reports_jobs_and_nothing_else(accepts: Accepts) -> None:
    assert accepts("officed/print/lp1/job", "print-agent")
    assert not accepts("officed/hq/status", "print-agent")


@pytest.mark.real
def test_home_assistant_may_be_let_press_the_button_and_not_switch_a_rule(accepts: Accepts) -> None:
    assert accepts("officed/hq/home_assistant/SITE/press", "home-assistant")
    assert accepts("homeassistant/status", "home-assistant")
    for topic in ("officed/hq/home_assistant/after-hours/set", "officed/hq/status", "cmnd/plug-7/POWER", "x"):
        assert not accepts(topic, "home-assistant")


def test_the_broker_keeps_what_was_not_acknowledged() -> None:
    lines = (ROOT / "deploy/mosquitto/mosquitto.conf").read_text().splitlines()

    for line in (
        "allow_anonymous false",
        "persistence true",
        "autosave_on_changes true",
        "autosave_interval 1000",
        "max_queued_messages 1000000",
        "max_inflight_messages 1000",
        "set_tcp_nodelay true",
    ):
        assert line in lines
