"""The other contestants of the benchmark: set up as promised, judged as ours are, and absent with a reason."""

import gzip
import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Callable
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))

import contestant_node_red  # noqa: E402  scripts, not a package
import contestant_telegraf  # noqa: E402  same
from contestant_node_red_flow import BATCH, TOPICS, flow, function  # noqa: E402  same
from entrants import ENTRANTS  # noqa: E402  same
from equal_work import Work, differences  # noqa: E402  same
from foreign import connections, seconds_in  # noqa: E402  same
from report import Table, costs, page  # noqa: E402  same
from sink import sink  # noqa: E402  same
from workload import TOPICS as DEVICES  # noqa: E402  same
from workload import expected, messages  # noqa: E402  same

LOADS = ["drain", "flood", "5k/s", "1k/s"]
COUNT = 2 * DEVICES


def taken(*values: float) -> dict[str, list[float | str]]:
    return {load: [float(value)] for load, value in zip(LOADS, values, strict=True)}


def written(table: Table) -> str:
    return page(
        table,
        LOADS,
        {"20ms": [[1.0], [3.0], [2.0]]},
        [[0.5]],
        100.0,
        3,
        {each.name: each.what for each in ENTRANTS},
        ["Telegraf 1.2.3"],
    )


def test_whoever_is_absent_has_no_row_but_a_reason_in_the_results() -> None:
    table: Table = {"officed": taken(1, 1, 2, 4), "telegraf": "telegraf is not on the PATH"}
    assert "telegraf" not in costs(table, LOADS)
    (line,) = [each for each in written(table).splitlines() if "telegraf" in each]
    assert line.endswith("Left out of this run: telegraf is not on the PATH")


def test_the_results_compare_with_telegraf_and_with_the_usual_daemon_load_by_load() -> None:
    table: Table = {
        "officed": taken(1, 1, 2, 4),
        "usual": taken(13, 10, 16, 18),
        "node-red": taken(5, 5, 9, 24),
        "telegraf": taken(4, 2.5, 5, 8),
    }
    lines = written(table).splitlines()
    assert (
        "- usual / officed: drain 13.0 (wanted 13), flood 10.0 (wanted 10), 5k/s 8.0 (wanted 8), 1k/s 4.5 (wanted 4.5)"
        in lines
    )
    assert (
        "- telegraf / officed: drain 4.0 (wanted 4), flood 2.5 (wanted 3), 5k/s 2.5 (wanted 2.5), 1k/s 2.0 (wanted 2)"
        in lines
    )
    assert "| telegraf | 4.00 (4.00-4.00), 4.0 × | 2.50 (2.50-2.50), 2.5 × |" in "\n".join(lines)
    assert not [line for line in lines if line.startswith("- node-red / officed")]
    assert lines[-1].endswith(", Telegraf 1.2.3.")
    assert any("2.00 / 2.00 / 2.00 (399 of 400 missing; p99 of 3 runs: 1.00, 2.00, 3.00)" in line for line in lines)
    assert any("0.50 / 0.50 / 0.50 (399 of 400 missing)" in line for line in lines)


def test_a_refused_figure_is_compared_with_nothing() -> None:
    table: Table = {"officed": taken(1, 1, 2, 4), "telegraf": {"drain": [4.0, "1 of 2 points after 120 s"]}}
    text = written(table)
    assert "| telegraf | refused: 1 of 2 points after 120 s |" in text
    assert "- telegraf / officed: drain not measured (wanted 4)" in text


def test_programs_that_are_not_on_the_path_say_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("OFFICED_BENCH_CACHE", str(tmp_path))
    reasons = {each.name: each.missing() for each in ENTRANTS}
    assert reasons == {
        "officed": "",
        "in Python": "",
        "usual": "",
        "node-red": "npm is not on the PATH",
        "telegraf": "telegraf is not on the PATH",
    }


def test_npm_that_installs_nothing_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    npm = tmp_path / "bin" / "npm"
    npm.parent.mkdir()
    npm.write_text("#!/bin/sh\nexit 7\n")
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", f"{npm.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("OFFICED_BENCH_CACHE", str(tmp_path / "cache"))
    assert contestant_node_red.missing() == "npm did not install it (exit code 7)"
    assert list((tmp_path / "cache" / "officed-bench").iterdir()) == []


def test_telegraf_runs_in_its_durable_setting_and_stores_what_the_others_store() -> None:
    said = tomllib.loads(contestant_telegraf.configuration(1883, 8086))
    inputs = said["inputs"]["mqtt_consumer"]
    assert [each["topics"] for each in inputs] == [["zigbee2mqtt/#"], ["officed/print/#"]]
    assert len({each["client_id"] for each in inputs}) == 2
    for each in inputs:
        assert (each["qos"], each["persistent_session"], each["max_undelivered_messages"]) == (1, True, 100_000)
    assert said["agent"]["metric_buffer_limit"] > len(inputs) * 100_000
    kinds = {kind["measurement_name"]: kind["field"] for each in inputs for kind in each["json_v2"]}
    assert set(kinds) == set(expected(COUNT).points)
    named = {field["rename"]: field["path"] for fields in kinds.values() for field in fields}
    assert set(expected(COUNT).sums) <= set(named)


def test_no_message_makes_points_of_two_kinds_in_telegraf() -> None:
    said = tomllib.loads(contestant_telegraf.configuration(1883, 8086))
    for name, body in messages(DEVICES, 0.0):
        (reads,) = [each for each in said["inputs"]["mqtt_consumer"] if name.startswith(each["topics"][0][:-1])]
        keys = set(json.loads(body))
        assert sum(bool(keys & {field["path"] for field in kind["field"]}) for kind in reads["json_v2"]) == 1


def test_the_version_of_telegraf_is_its_name_and_number() -> None:
    assert contestant_telegraf.name_in("Telegraf 1.39.3 (git: HEAD@eb37a442)\n") == "Telegraf 1.39.3"
    assert contestant_telegraf.name_in("") == "Telegraf of an unknown version"


def test_every_wire_of_the_flow_ends_at_a_node_of_it() -> None:
    nodes = {str(node["id"]): node for node in flow(1883, 8086)}
    ends = [end for node in nodes.values() for wire in node.get("wires", []) for end in wire]  # type: ignore[attr-defined]  # JSON
    assert ends
    assert set(ends) <= set(nodes)
    heard = {node["topic"]: node["qos"] for node in nodes.values() if node["type"] == "mqtt in"}
    assert heard == dict.fromkeys(TOPICS, "1")
    assert nodes["broker"]["cleansession"] is False


_RUN = """
const fs = require("fs"), kept = new Map([["batch", []], ["broken", new Set()]]);
const context = { get: (name) => kept.get(name), set: (name, value) => kept.set(name, value) };
const judge = new Function("msg", "context", fs.readFileSync(process.argv[2], "utf8"));
let points = [], refused = 0;
for (const [topic, payload] of JSON.parse(fs.readFileSync(process.argv[3], "utf8"))) {
    try { const out = judge({ topic, payload }, context); if (out) points = points.concat(out.payload); }
    catch (error) { refused += 1; }
}
const answer = judge({ req: {} }, context);
console.log(JSON.stringify({ points: points.concat(kept.get("batch")), broken: answer[1].payload, refused }));
"""


@pytest.mark.real
def test_node_reds_function_finds_and_stores_what_is_to_be_found(program: Callable[[str], str], tmp_path: Path) -> None:
    said = [(name, json.loads(body)) for name, body in messages(COUNT, 0.0)]
    wrong = [("zigbee2mqtt/t1", {**said[1][1], "local_temperature": 99}), ("zigbee2mqtt/p1", {"state": "ON"})]
    found = _judged(program("node"), tmp_path, [*said, *wrong])
    points = found["points"]
    kinds = [each["measurement"] for each in points]
    work = Work(
        points={kind: kinds.count(kind) for kind in kinds},
        sums={
            name: sum(float(str(each["fields"].get(name, 0)).rstrip("i")) for each in points)
            for name in expected(COUNT).sums
        },
        overwritten=0,
        violations=frozenset(found["broken"]),
    )
    assert differences(expected(COUNT), work) == []
    assert found["refused"] == len(wrong)


@pytest.mark.real
def test_node_reds_function_sends_whole_batches(program: Callable[[str], str], tmp_path: Path) -> None:
    said = [(name, json.loads(body)) for name, body in messages(DEVICES, 0.0)]
    found = _judged(program("node"), tmp_path, said * (BATCH // DEVICES + 1))
    assert len(found["points"]) == BATCH + DEVICES


def _judged(node: str, folder: Path, said: list[tuple[str, object]]) -> dict[str, Any]:
    (folder / "run.js").write_text(_RUN)
    (folder / "function.js").write_text(function())
    (folder / "said.json").write_text(json.dumps(said))
    command = [node, str(folder / "run.js"), str(folder / "function.js"), str(folder / "said.json")]
    done = subprocess.run(command, check=True, capture_output=True, timeout=60)
    return dict(json.loads(done.stdout))


def test_the_sink_counts_points_packed_or_not_and_answers_questions_with_nothing() -> None:
    with sink() as database, closing(HTTPConnection("127.0.0.1", database.port, timeout=10)) as asked:
        for body, headers in ((b"a v=1 1\na v=1 2\n", {}), (gzip.compress(b"b v=1 1"), {"Content-Encoding": "gzip"})):
            asked.request("POST", "/api/v2/write?bucket=b", body, headers)
            answer = asked.getresponse()
            assert (answer.status, answer.read()) == (204, b"")
        asked.request("GET", "/query?q=SELECT")
        answer = asked.getresponse()
        assert (answer.status, json.load(answer)) == (200, {"results": [{"statement_id": 0}]})
        assert database.lines == 3
        assert database.work().points == {"a": 2, "b": 1}


def test_cpu_is_read_behind_a_name_with_spaces_and_brackets() -> None:
    ticks = os.sysconf("SC_CLK_TCK")
    rest = " ".join(["S", *["0"] * 10, str(3 * ticks), str(ticks), "7"])
    assert seconds_in(f"4711 (a) 1 (b)) {rest}") == pytest.approx(4.0)


def test_only_established_connections_to_the_broker_count() -> None:
    rows = [
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
        "   0: 0100007F:1F90 0100007F:075B 01 00000000:00000000 00:00000000 00000000 0 0 11 1",
        "   1: 0100007F:1F91 0100007F:075B 02 00000000:00000000 00:00000000 00000000 0 0 12 1",
        "   2: 0100007F:075B 0100007F:1F90 01 00000000:00000000 00:00000000 00000000 0 0 13 1",
    ]
    assert connections("\n".join(rows), 1883) == {"11"}
