"""How many lines or words two versions of lists have in common: both ways of counting against sets."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.measure.chains import in_common

_VERSIONS = st.lists(st.sets(st.integers(0, 6)), min_size=1, max_size=9)


@pytest.mark.parametrize("by_pairs", [True, False, None])
@given(versions=_VERSIONS, data=st.data())
def test_common_pieces_are_those_of_both_sets(
    by_pairs: bool | None, versions: list[set[int]], data: st.DataObject
) -> None:
    n = len(versions)
    every = [(later, before) for later in range(n) for before in range(later)]
    pairs = sorted(data.draw(st.sets(st.sampled_from(every)))) if every else []
    place = np.array(
        sorted(piece * n + number for number, held in enumerate(versions) for piece in held), dtype=np.int64
    )
    later, before = (np.array([pair[end] for pair in pairs], dtype=np.int64) for end in (0, 1))
    counted = in_common(place, later, before, np.arange(n), by_pairs=by_pairs)
    assert counted.tolist() == [len(versions[a] & versions[b]) for a, b in pairs]
