"""Who takes part."""

from collections.abc import Sequence

import contestant_node_red
import contestant_telegraf
from entrant import Entrant
from python_run import script

ENTRANTS: Sequence[Entrant] = (
    Entrant("officed", "in full, durable", durable=True, run=script("contestant_officed.py")),
    Entrant(
        "in Python",
        "officed where there was no compiler (decision 0012)",
        durable=True,
        run=script("contestant_officed_in_python.py"),
    ),
    Entrant(
        "usual", "paho + json + pydantic + Point + batching WriteApi", durable=False, run=script("contestant_usual.py")
    ),
    contestant_node_red.ENTRANT,
    contestant_telegraf.ENTRANT,
)
