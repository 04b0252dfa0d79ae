"""Coverage-guided fuzzing of every family's decoder: `python tests/fuzz_decoders.py [--family=homie] -runs=200000`.

What Hypothesis does in every run by luck, atheris does here by looking which branches an input reached. It is a script, started
by hand after a decoder was changed (`pip install atheris`); all words that begin with one dash are libFuzzer's. An input is raw
bytes on a topic, or a few messages made of known words, or a sample of `tests/data` of which some values are others (that finds
the most: announcements are bent too). A finding ends it, with the input in a file.
"""

import json
import random
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any, Final, get_args

import atheris

ROOT: Final = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

with atheris.instrument_imports(include=["sensors"]):
    from family_office import OFFICES, SITE_ZONE, message
    from test_family_hostility import KEYS, TOPICS, WORDS, hold

    from sensors.device import FamilyName
    from sensors.registry import Registry

Pair = tuple[FamilyName, str]
Message = tuple[str, str]
MOST_MESSAGES: Final = 3
DEEPEST: Final = 5
NUMBERS: Final = (0, 1, -1, 2**31, 2**63, 10**30, 21.5, 1e308, -0.0, 5e-324, -40, 451)
"""What is interesting about a number; the provider invents others."""
TELLING: Final = ["{{ value }}", "{{ value_json.state }}", "{{ value_json['a'] | float * 2 }}", "~/s", "s", "°F", "kWh"]
STRANGE: Final = [
    *WORDS,
    *TELLING,
    "",
    ":",
    "16:",
    "a:b:c:d",
    "nan",
    "-inf",
    "1e999",
    "9" * 40,
    "{{",
    "/",
    "+",
    "\0",
    "2026-13-45",
]


def main() -> None:
    """Fuzz one family or all of them."""
    arguments = [one for one in sys.argv if not one.startswith("--family=")]
    named = [one.removeprefix("--family=") for one in sys.argv if one.startswith("--family=")]
    families = [family for family in get_args(FamilyName) if not named or family in named]
    if not families:
        raise SystemExit(f"no such family: {named[0]}")
    topics = [(family, topic) for family in families for topic in topics_of(family)]
    before = {pair: announced(*pair) for pair in topics}
    with tempfile.TemporaryDirectory() as folder:
        words = [*KEYS, *WORDS, *TELLING]
        dictionary = Path(folder, "words.dict")
        dictionary.write_text("\n".join(f'"{_escaped(word)}"' for word in words), encoding="ascii")
        corpus = Path(folder, "corpus")
        corpus.mkdir()
        for number, seed in enumerate(seeds(topics)):
            (corpus / str(number)).write_bytes(seed)
        told = [arguments[0], f"-dict={dictionary}", "-timeout=5", *arguments[1:], str(corpus)]
        atheris.Setup(told, lambda data: one_input(data, topics, before))
        atheris.Fuzz()


def topics_of(family: FamilyName) -> list[str]:
    """The topics in the samples of this family, and those of the other test."""
    told = [str(sample["topic"]) for sample in _samples(family)]
    return list(dict.fromkeys([*TOPICS.get(family, []), *told]))


def announced(family: FamilyName, topic: str) -> list[Message]:
    """What the samples want to be heard before this topic means anything."""
    return [(at, words) for one in _samples(family) if one["topic"] == topic for at, words in one.get("before", ())]


def seeds(topics: list[Pair]) -> list[bytes]:
    """Inputs to begin with. Number of the topic, "raw", and the payload of a sample; or random choices for a bent one."""
    numbers = {pair: number for number, pair in enumerate(topics)}
    chance = random.Random(1)
    found = []
    for family in dict.fromkeys(family for family, _ in topics):
        for sample in _samples(family):
            number = numbers[family, sample["topic"]].to_bytes(2, "big")
            found.append(number + b"\x00" + str(sample["payload"]).encode())
            found.append(number + b"\x02" + chance.randbytes(120))
    return found


def one_input(data: bytes, topics: list[Pair], before: dict[Pair, list[Message]]) -> None:
    """The first two bytes pick topic and family, the third says what the rest is. Raises whatever is a finding."""
    number, shape, rest = int.from_bytes(data[:2], "big") % len(topics), (data[2:3] or b"\x00")[0] % 3, data[3:]
    family, topic = topics[number]
    hears = Registry(OFFICES[family], SITE_ZONE)
    if shape == 2:
        _bend(hears, family, atheris.FuzzedDataProvider(rest))
        return
    for at, words in before[family, topic]:
        hears.decode(message(at, words, retained=True))
    if shape == 0:
        _decode(hears, topic, rest)
        return
    provider = atheris.FuzzedDataProvider(rest)
    own = [told for name, told in topics if name == family]
    for _ in range(provider.ConsumeIntInRange(1, MOST_MESSAGES)):
        _decode(hears, topic, _payload(provider))
        known = [*own, *(told for told in hears.subscriptions() if not {"+", "#"} & set(told))]
        topic = known[provider.ConsumeIntInRange(0, len(known) - 1)]


def _bend(hears: Registry, family: FamilyName, provider: Any) -> None:
    """A sample with all that comes before it; in one of these messages some values are replaced."""
    sample = provider.PickValueInList(_samples(family))
    messages = [*sample.get("before", ()), (sample["topic"], sample["payload"])]
    bent = provider.ConsumeIntInRange(0, len(messages) - 1)
    for number, (topic, payload) in enumerate(messages):
        words = str(payload).encode()
        _decode(hears, topic, _bent(words, provider) if number == bent else words)


def _bent(payload: bytes, provider: Any) -> bytes:
    try:
        told = json.loads(payload)
    except ValueError:
        told = None
    if not isinstance(told, dict | list) or not told:
        return _payload(provider)
    for _ in range(provider.ConsumeIntInRange(1, 3)):
        _replace_one(told, provider)
    return json.dumps(told).encode("utf-8", "replace")


def _replace_one(told: Any, provider: Any) -> None:
    """Go down into the JSON, and put something else in the place where that ends; `told` is not empty."""
    while True:
        key = provider.PickValueInList(list(told) if isinstance(told, dict) else list(range(len(told))))
        inner = told[key]
        if not isinstance(inner, dict | list) or not inner or provider.ConsumeIntInRange(0, 3) == 0:
            told[key] = _value(provider, DEEPEST - 2)
            return
        told = inner


def _decode(hears: Registry, topic: str, payload: bytes) -> None:
    for reading in hears.decode(message(topic, payload)):
        hold(reading)


def _payload(provider: Any) -> bytes:
    if provider.ConsumeBool():
        return json.dumps(_value(provider, 0)).encode("utf-8", "replace")
    return bytes(provider.ConsumeBytes(40))


def _value(provider: Any, depth: int) -> object:
    kind = provider.ConsumeIntInRange(0 if depth < DEEPEST else 4, 9)
    if kind < 3:
        keys = (_word(provider, KEYS) for _ in range(provider.ConsumeIntInRange(1, 8)))
        return {key: _value(provider, depth + 1) for key in keys}
    if kind == 3:
        return [_value(provider, depth + 1) for _ in range(provider.ConsumeIntInRange(0, 4))]
    if kind == 4:
        return provider.PickValueInList([None, True, False])
    if kind == 5:
        return provider.PickValueInList(list(NUMBERS))
    if kind == 6:
        return provider.ConsumeIntInRange(-50, 200)
    if kind == 7:
        return provider.ConsumeRegularFloat()
    return _word(provider, STRANGE)


def _word(provider: Any, words: list[str]) -> str:
    if provider.ConsumeIntInRange(0, 9):
        return str(provider.PickValueInList(words))
    return str(provider.ConsumeUnicode(8))


@cache
def _samples(family: FamilyName) -> list[dict[str, Any]]:
    path = ROOT / f"tests/data/{family}.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _escaped(word: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in word.encode())


if __name__ == "__main__":
    main()
