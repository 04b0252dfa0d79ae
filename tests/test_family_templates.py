"""Templates that strangers wrote: the honest ones render, the hostile ones end at once and touch nothing."""

import time

import pytest
from family_office import NOW, SITE_ZONE
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sensors.families.templates import UNKNOWN, Templates


@pytest.mark.parametrize(
    ("source", "value_json", "expected"),
    [
        ("{{ value_json.a.b[0] }}", {"a": {"b": [3.5]}}, 3.5),
        ('{{ value_json["a"] }}', {"a": None}, None),
        ("{{ value_json.a }}", {}, UNKNOWN),
        ("{{ value_json.output }} ", {"output": True}, "True"),
        ("{%if value_json.output%}on{%else%}off{%endif%}", {"output": False}, "off"),
        ('{%if "hot" in value_json.get("errors",[])%}ON{%else%}OFF{%endif%}', {}, "OFF"),
        ("{% if value_json['u'].has == true %}ON{% else %}OFF{% endif %}", {"u": {"has": True}}, "ON"),
        ("{{ (value_json.f | float - 32) / 1.8 | round(1) }}", {"f": "50"}, "10.0"),
        ("{{ value_json.x | float(7) }}", {"x": "none"}, "7"),
        ("{{ value_json.x | float }}", {"x": "none"}, UNKNOWN),
        ("{{ value_json.x | int(0) + 1 }}", {"x": "4"}, "5"),
        ("{{ 2.345 | round(2, 'floor') }} {{ 2.341 | round(2, 'ceil') }} {{ 2.5 | round }}", {}, "2.34 2.35 2"),
        ("{{ value_json.a | multiply(0.1) | round(1) }}", {"a": 215}, "21.5"),
        ("{{ {'1':'cool','2':'heat'}[value_json.m] | default('off') }}", {"m": "2"}, "heat"),
        ("{{ value_json.x is defined and value_json.x is not none }}", {"x": None}, "False"),
        ("{{ value_json | to_json }}", {"a": "ü"}, '{"a": "ü"}'),
        ("{{ ('{\"a\": 5}' | from_json).a }}", {}, "5"),
        ("{{ iif(value_json.a > 1, 'many', 'few') }}", {"a": 2}, "many"),
        ("{{ value_json.a | is_number }}", {"a": "x"}, "False"),
        ("{{ as_timestamp(now()) | int }}", {}, "1772439300"),
        ("{{ 1772439300 | timestamp_local }}", {}, "2026-03-02T16:15:00+08:00"),
        ("{% for a, b in zip([1,2], ['x','y']) %}{% if a == 1 %}{% continue %}{% endif %}{{ b }}{% endfor %}", {}, "y"),
        ("{% set n = namespace(t=0) %}{% for i in value_json.l %}{% set n.t = n.t + i %}{% endfor %}{{ n.t }}", {"l": [1, 2]}, "3"),
        ("{{ 'button_2_press' | regex_findall('^button_([0-9]+)_') | first }}", {}, "2"),
        ("{{ value_json.l | selectattr('on') | map(attribute='n') | list | join(',') }}", {"l": [{"on": 1, "n": "a"}, {"on": 0, "n": "b"}]}, "a"),
        ("{{ dict.from_keys([('a', 1)]) | tojson }}", {}, '{"a": 1}'),
        ("{{ 'A' ~ value_json.b }}", {"b": 1}, "A1"),
        ("{{ max(value_json.a, 3) }}{{ [4, 2] | min }}", {"a": 5}, "52"),
    ],
)  # fmt: skip
def test_an_honest_template_renders(source: str, value_json: object, expected: object) -> None:
    assert Templates(SITE_ZONE).render(source, {"value": "", "value_json": value_json}, NOW) == expected


ENDLESS = [
    "{% for i in range(1000) %}{% for j in range(1000) %}{% for k in range(1000) %}{% endfor %}{% endfor %}{% endfor %}",
    "{{ 'a' * 10**9 }}",
    "{{ 9 ** 9 ** 9 ** 9 }}",
    "{{ range(10**9) | list }}",
    "{% set n = namespace(x='a') %}{% for i in range(60) %}{% set n.x = n.x + n.x %}{% endfor %}{{ n.x | length }}",
    "{% set n = namespace(x='a') %}{% for i in range(60) %}{% set n.x = n.x ~ n.x %}{% endfor %}{{ n.x | length }}",
    "{% set n = namespace(x=9) %}{% for i in range(60) %}{% set n.x = n.x * n.x %}{% endfor %}{{ n.x }}",
    "{% set n = namespace(x=1) %}{% for i in range(60) %}{% set n.x = [n.x, n.x] %}{% endfor %}{{ n.x }}",
    "{% set n = namespace(x=1) %}{% for i in range(60) %}{% set n.x = (n.x, n.x) %}{% endfor %}{{ {n.x: 1} }}",
    "{{ [[value,value,value,value,value,value,value,value]] * 8000 }}",
    "{{ value | replace('', 'bbbbbbbbbbbbbbbbb') }}",
    "{{ range(1000) | map('string') | join(value) }}",
    "{{ value | regex_findall('(a+)+$') }}",
    "{{ 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' | regex_findall('(a|a?)+$') }}",
    "{{ 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' | regex_findall('" + "(a|a)" * 30 + "b') }}",
    "{% for c in value %}{{ c }}{% endfor %}",
    "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}",
    "{% macro f(x) %}{{ f(x) }}{% endmacro %}{{ f(1) }}",
    "{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}",
    "{{ '%999999999d' % 1 }}",
    "{{ 'a'.ljust(999999999) }}",
    "{{ '{:>999999999}'.format(1) }}",
    "{{ lipsum(n=100000) }}",
    "x" * 100_000,
]


@pytest.mark.parametrize("source", ENDLESS, ids=range(len(ENDLESS)))
def test_a_template_without_end_ends_at_once_and_is_disabled(source: str) -> None:
    templates = Templates()
    began = time.process_time()
    assert templates.render(source, {"value": "a" * 60_000}, NOW) is UNKNOWN
    assert time.process_time() - began < 0.5
    assert source in templates.disabled
    assert templates.render("{{ 1 + 1 }}", {}, NOW) == "2"


ESCAPES = [
    "{{ ''.__class__ }}",
    "{{ ''['__class__'].__mro__[1].__subclasses__() }}",
    "{{ value.__class__.__base__ }}",
    "{{ namespace.__init__.__globals__ }}",
    "{{ dict.from_keys.__func__.__globals__ }}",
    "{{ dict.__call__.__globals__ }}",
    "{{ now.__closure__ }}",
    "{{ now.__globals__ }}",
    "{{ self._TemplateReference__context }}",
    "{{ value | attr('__class__') }}",
    "{{ [value] | map(attribute='__class__') | list }}",
    "{{ [value] | map('attr', '__class__') | list }}",
    "{{ value.encode.__self__ }}",
    "{{ (value ~ '').join.__class__ }}",
    "{{ loop.__class__ }}",
    "{{ cycler.__init__.__globals__ }}",
    "{% include '/etc/passwd' %}",
    "{% import 'os' as os %}{{ os }}",
    "{{ undefined_thing.__class__ }}",
    "{{ namespace(a=1).__class__.__init__ }}",
    "{{ value_json.pop('a') }}{{ value_json.update({'b': 2}) }}",
]


@pytest.mark.parametrize("source", ESCAPES)
def test_a_template_that_reaches_out_finds_nothing(source: str) -> None:
    said = {"a": 1}
    found = Templates().render(source, {"value": "x", "value_json": said}, NOW)
    assert found is UNKNOWN or found in ("", "[Undefined]", "['', ]") or "<" not in str(found)
    assert not any(word in str(found) for word in ("class", "function", "method", "module", "root:"))
    assert said == {"a": 1}


def test_one_rendering_does_not_pay_for_another() -> None:
    templates = Templates()
    source = "{% for i in range(900) %}{{ i % 10 }}{% endfor %}"
    for _ in range(30):
        assert len(str(templates.render(source, {}, NOW))) == 900


def test_a_template_that_fails_on_one_message_serves_the_next() -> None:
    templates = Templates()
    assert templates.render("{{ value_json.a + 1 }}", {"value_json": {"a": "x"}}, NOW) is UNKNOWN
    assert templates.render("{{ value_json.a + 1 }}", {"value_json": {"a": 1}}, NOW) == "2"
    assert templates.disabled == {}


PIECES = st.sampled_from(
    [
        "{{",
        "}}",
        "{%",
        "%}",
        "for",
        "in",
        "range(9)",
        "value",
        "value_json",
        ".",
        "_",
        "__class__",
        "[",
        "]",
        "(",
        ")",
        "|",
        "map",
        "join",
        "list",
        "~",
        "+",
        "*",
        "**",
        "9",
        "'a'",
        ",",
        "set",
        "x",
        "=",
        "if",
        "else",
        "endif",
        "endfor",
        "loop",
        "namespace",
        "now()",
        "{#",
        "#}",
        ":",
        "is",
        "defined",
        "not",
        "and",
        "tojson",
        "int",
        "round",
    ]
)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(PIECES, max_size=25).map(" ".join),
    st.dictionaries(st.text(max_size=3), st.integers() | st.text(max_size=9)),
)
def test_no_template_raises_or_takes_long(source: str, value_json: dict[str, object]) -> None:
    began = time.process_time()
    Templates().render("{{ " + source + " }}", {"value": "v", "value_json": value_json}, NOW)
    Templates().render(source, {"value": "v", "value_json": value_json}, NOW)
    assert time.process_time() - began < 2.0
