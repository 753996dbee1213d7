"""Consumers' records that are probably one person; `ml.identity` decides, dbt hands it the rows."""


def model(dbt, session):
    """Return one row per pair of at least the review threshold."""
    from ml.identity import LinkConfig, link_persons

    persons = dbt.ref("int_identity_persons").project("*, '' as scope").to_arrow_table()
    nicknames = dbt.ref("nicknames").to_arrow_table()
    config = LinkConfig(
        link_threshold=float(dbt.config.get("link_probability")),
        review_threshold=float(dbt.config.get("review_probability")),
        cluster_limit=int(dbt.config.get("cluster_limit")),
        threads=int(dbt.config.get("duckdb_threads")),
        memory_limit=dbt.config.get("duckdb_memory_limit"),
    )
    return link_persons(persons, nicknames, config=config).pairs
