from collections.abc import Callable, Sequence

from sensors.said_states import Topic as Topic
from sensors.said_states import same as same

def reader(usual: Callable[[bytes], object], keys: Sequence[str], /) -> Callable[[bytes], object]: ...
