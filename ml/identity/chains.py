"""Chains: records that probable matches tie together beyond what one person has."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components


def hold_back_chains(pairs: pa.Table, cluster_limit: int) -> pa.Table:
    """Turn the links of clusters beyond the limit into questions.

    Parameters
    ----------
    pairs
        ``left_record_id``, ``right_record_id`` and ``decision``, of which ``link`` ties.
    cluster_limit
        Most records that are one person.

    Returns
    -------
    pyarrow.Table
        The same rows; links of clusters beyond the limit have the decision ``chain``.
    """
    is_link = pc.equal(pairs["decision"], "link").to_numpy()
    if not is_link.any():
        return pairs
    lefts = pairs["left_record_id"].filter(pa.array(is_link)).combine_chunks()
    rights = pairs["right_record_id"].filter(pa.array(is_link)).combine_chunks()
    both = pa.concat_arrays([lefts, rights]).dictionary_encode()
    codes = both.indices.to_numpy()
    count = len(both.dictionary)
    left_codes, right_codes = codes[: len(lefts)], codes[len(lefts) :]
    graph = coo_array((np.ones(len(lefts), np.int8), (left_codes, right_codes)), (count, count))
    _, labels = connected_components(graph, directed=False)
    is_chain = np.bincount(labels)[labels[left_codes]] > cluster_limit
    decisions = pairs["decision"].to_numpy(zero_copy_only=False).copy()
    decisions[np.flatnonzero(is_link)[is_chain]] = "chain"
    place = pairs.schema.get_field_index("decision")
    return pairs.set_column(place, "decision", pa.array(decisions, pa.string()))
