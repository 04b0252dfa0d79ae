"""Where a temperature stands on the drawn scale, for charts without a script and without inline styles."""

LOWEST_CELSIUS = 15.0
HIGHEST_CELSIUS = 35.0
_EDGE = 22.0


def percent(celsius: float) -> str:
    """`50.00%` for the middle of the scale; what lies outside stands at the edge. For an SVG attribute."""
    return f"{_share(celsius):.2f}%"


def rest(celsius: float) -> str:
    """What is left of the scale above this temperature: the width of a band that reaches to its end."""
    return f"{100.0 - _share(celsius):.2f}%"


def anchor(celsius: float) -> str:
    """How a label has to be anchored so that it stays inside the picture."""
    share = _share(celsius)
    return "start" if share < _EDGE else "end" if share > 100.0 - _EDGE else "middle"


def _share(celsius: float) -> float:
    return min(max((celsius - LOWEST_CELSIUS) / (HIGHEST_CELSIUS - LOWEST_CELSIUS), 0.0), 1.0) * 100.0
