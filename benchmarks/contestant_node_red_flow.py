"""The flow that Node-RED runs: mqtt in (QoS 1, JSON) → function → influx batch, and a page that says what the function found.

Two "mqtt in" nodes share one connection with a session that stays. The points wait in the memory of the function until there
are 5,000 or a second has gone by; a crash loses them. The influx node speaks to InfluxDB 2, in milliseconds; its client packs
what it sends and cuts it into requests of 1,000, and the node has no setting for either.
"""

from pathlib import Path

from workload import LEFT_ON, LIMIT_CELSIUS, SETPOINTS

BATCH, FLUSH_MILLISECONDS = 5_000, 1_000
TOPICS = ("zigbee2mqtt/#", "officed/print/#")
VIOLATIONS_PATH = "/violations"
DATABASE = "database"
CREDENTIALS = {DATABASE: {"token": "t"}}
"""The content of its second file: no server of anybody's."""

Node = dict[str, object]

_BEGIN = f"""
context.set("batch", []);
context.set("broken", new Set());
context.set("clock", setInterval(() => {{
    const batch = context.get("batch");
    if (batch.length) {{ context.set("batch", []); node.send({{ payload: batch }}); }}
}}, {FLUSH_MILLISECONDS}));
"""
_END = 'clearInterval(context.get("clock"));'
_ASKED = 'if (msg.req) { msg.payload = [...context.get("broken")]; return [null, msg]; }\n'


def flow(broker: int, sink: int) -> list[Node]:
    """As flows.json wants it."""
    return [
        {"id": "tab", "type": "tab", "label": "officed's benchmark"},
        {
            "id": "broker",
            "type": "mqtt-broker",
            "broker": "127.0.0.1",
            "port": str(broker),
            "clientid": "node-red",
            "protocolVersion": 4,
            "keepalive": "60",
            "cleansession": False,
            "autoUnsubscribe": False,
            "autoConnect": True,
        },
        {
            "id": DATABASE,
            "type": "influxdb",
            "influxdbVersion": "2.0",
            "url": f"http://127.0.0.1:{sink}",
            "rejectUnauthorized": True,
        },
        *(
            _node(f"in-{number}", "mqtt in", [["judge"]], topic=topic, qos="1", datatype="json", broker="broker")
            for number, topic in enumerate(TOPICS)
        ),
        _node("asked", "http in", [["judge"]], url=VIOLATIONS_PATH, method="get"),
        _node(
            "judge", "function", [["store"], ["answer"]], func=function(), initialize=_BEGIN, finalize=_END, outputs=2
        ),
        _node("answer", "http response", [], statusCode="200"),
        _node(
            "store",
            "influxdb batch",
            [],
            influxdb=DATABASE,
            org="o",
            bucket="b",
            precisionV18FluxV20="ms",
            precision="",
        ),
    ]


def function() -> str:
    """The script beside this file, with the names and limits of the workload."""
    text = Path(__file__).with_name("contestant_node_red.js").read_text(encoding="utf-8")
    words = {"SETPOINTS": SETPOINTS, "LEFT_ON": LEFT_ON, "LIMIT_CELSIUS": f"{LIMIT_CELSIUS:g}", "BATCH": str(BATCH)}
    for name, word in words.items():
        text = text.replace(f"@{name}@", word)
    return _ASKED + text


def _node(name: str, kind: str, wires: list[list[str]], **settings: object) -> Node:
    return {"id": name, "type": kind, "z": "tab", "wires": wires, **settings}
