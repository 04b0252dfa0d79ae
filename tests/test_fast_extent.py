"""The compiled look at a block of lines finds what the one in Python finds, or says that each has to be looked at."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from daemon.history import layout

fast = pytest.importorskip(
    "daemon.history.fast_extent", reason="the hot loops are not compiled (Debian: gcc, python3-dev)"
)
STAMPS = st.one_of(
    st.integers(10**18, 10**19 - 1).map(lambda stamp: f" {stamp}"),
    st.sampled_from(
        ["", " ", " 1", " 178404132345678900", "1784041323456789000", " -784041323456789000", " 17840413234567890x0"]
    ),
)
USUAL = st.integers(10**18, 10**19 - 1)


@given(st.lists(st.tuples(st.text('ab,=" é', max_size=30), STAMPS), max_size=5))
@example([])
def test_a_block_has_the_extent_of_its_lines_or_none_is_told(lines: list[tuple[str, str]]) -> None:
    block = "\n".join(head + stamp for head, stamp in lines).encode()
    found = fast.extent(block)
    assert found is None or found == layout.extent(block)


@given(st.lists(USUAL, min_size=1, max_size=8))
@example([10**19 - 1])
def test_lines_of_our_years_are_not_looked_at_one_by_one(stamps: list[int]) -> None:
    block = b"\n".join(b"power,device=a watts=1.5 %d" % stamp for stamp in stamps)
    assert fast.extent(block) == layout.extent(block) == (len(stamps), min(stamps), max(stamps))


def test_what_is_no_bytes_is_refused() -> None:
    with pytest.raises(TypeError):
        fast.extent(None)
