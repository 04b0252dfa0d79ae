"""Homie 4: an attribute a topic instead of a description, no version in the topic, and no `$target` before a value."""

from sensors.virtual.said import Line
from sensors.virtual.speaks_homie import Homie, properties_of

DOMAIN = "homie4"
"""A device below this domain speaks version 4 here; real ones are known by what they publish."""


class Homie4(Homie):
    """One device. Its nodes and values are those of version 5."""

    def root_of(self, domain: str, name: str) -> str:
        """Without a version."""
        return f"{domain}/{name}"

    def hello(self, at: float) -> list[Line]:
        """In the order of the convention: on its way, attributes, values, ready."""
        self._told.clear()
        told = {"$homie": "4.0.0", "$name": self._root, "$state": "init", "$nodes": ",".join(self._nodes)}
        for node, thing in self._nodes.items():
            properties = properties_of(thing)
            told |= {f"{node}/$name": node, f"{node}/$type": "unit", f"{node}/$properties": ",".join(properties)}
            for name, about in properties.items():
                path = f"{node}/{name}"
                told |= {f"{path}/$name": name, f"{path}/$retained": "true"}
                told |= {
                    f"{path}/${key}": str(value).lower() if value is True else str(value)
                    for key, value in about.items()
                }
        lines = [(f"{self._root}/{path}", word.encode(), True) for path, word in told.items()]
        return [*lines, *self.report(at), (f"{self._root}/$state", b"ready", True)]

    def obey(self, topic: str, payload: bytes, at: float) -> list[Line]:
        """Does it; the new value is all the answer."""
        return [line for line in super().obey(topic, payload, at) if not line[0].endswith("/$target")]
