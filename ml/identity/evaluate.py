"""How good links are when it is known who is who."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import pyarrow as pa


@dataclass(frozen=True, kw_only=True)
class LinkQuality:
    """Shares in 0–1; of pairs, and of records (B-cubed: Bagga and Baldwin 1998).

    Attributes
    ----------
    precision, recall, f1
        Of the pairs of records put together, the share that belongs together; of the pairs that
        belong together, the share put together; their harmonic mean. 1 where there is nothing to
        be wrong about.
    b_cubed_precision, b_cubed_recall
        Mean over records of the same, within the record's own cluster.
    """

    precision: float
    recall: float
    f1: float
    b_cubed_precision: float
    b_cubed_recall: float


def evaluate_links(clusters: pa.Table, truth: pa.Table) -> LinkQuality:
    """Compare clusters of records with the truth.

    Parameters
    ----------
    clusters
        ``record_id`` and ``cluster``, one row per record.
    truth
        ``record_id`` and ``person``, one row per record.

    Raises
    ------
    ValueError
        When the two do not hold the same records, each once.
    """
    with duckdb.connect() as connection:
        connection.register("clusters", clusters)
        connection.register("truth", truth)
        connection.execute(
            "create table compared as select record_id, cluster, person from clusters"
            " inner join truth using (record_id)"
        )
        counts = connection.execute(
            "select (select count(*) from compared), (select count(*) from clusters),"
            " (select count(*) from truth), (select count(distinct record_id) from compared)"
        ).fetchone()
        if counts is None or len(set(counts)) > 1:
            raise ValueError(
                "clusters and truth must hold the same records, each once; rows in both, in "
                f"clusters, in truth, and distinct records: {counts}"
            )
        return _quality(connection)


def _quality(connection: duckdb.DuckDBPyConnection) -> LinkQuality:
    # Pairs are counted from sizes of groups, never listed.
    row = connection.execute(
        """
        with cells as (
            select cluster, person, count(*)::double as size from compared group by cluster, person
        ),

        measured as (
            select
                size,
                sum(size) over (partition by cluster) as cluster_size,
                sum(size) over (partition by person) as person_size
            from cells
        ),

        clusters_sized as (
            select sum(size * (size - 1)) as pairs
            from (select count(*)::double as size from compared group by cluster)
        ),

        persons_sized as (
            select sum(size * (size - 1)) as pairs
            from (select count(*)::double as size from compared group by person)
        )

        select
            coalesce(sum(size * (size - 1)), 0),
            (select coalesce(pairs, 0) from clusters_sized),
            (select coalesce(pairs, 0) from persons_sized),
            coalesce(sum(size * size / cluster_size) / sum(size), 1),
            coalesce(sum(size * size / person_size) / sum(size), 1)
        from measured
        """
    ).fetchone()
    if row is None:
        raise RuntimeError("an aggregate without groups gave no row")
    right, put_together, belonging, b_cubed_precision, b_cubed_recall = map(float, row)
    precision = right / put_together if put_together else 1.0
    recall = right / belonging if belonging else 1.0
    total = precision + recall
    return LinkQuality(
        precision=precision,
        recall=recall,
        f1=2 * precision * recall / total if total else 0.0,
        b_cubed_precision=b_cubed_precision,
        b_cubed_recall=b_cubed_recall,
    )


def clusters_of(record_ids: pa.ChunkedArray, pairs: pa.Table) -> pa.Table:
    """Return ``record_id`` and ``cluster`` when the pairs decided ``link`` are followed."""
    import numpy as np
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    ids = record_ids.combine_chunks()
    linked = pairs.filter(pa.compute.equal(pairs["decision"], "link"))
    lefts = pa.compute.index_in(linked["left_record_id"], ids).to_numpy()
    rights = pa.compute.index_in(linked["right_record_id"], ids).to_numpy()
    graph = coo_array((np.ones(len(lefts), np.int8), (lefts, rights)), (len(ids), len(ids)))
    _, labels = connected_components(graph, directed=False)
    return pa.table({"record_id": ids, "cluster": labels})
