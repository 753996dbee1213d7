"""Contacts of one customer that are probably one person; `ml.identity` decides, as for customers."""


def model(dbt, session):
    """Return one row per pair of at least the review threshold."""
    from ml.identity import LinkConfig, link_persons

    persons = dbt.ref("int_person_records").filter("is_organisation and customer_id is not null")
    nicknames = dbt.ref("nicknames").to_arrow_table()
    config = LinkConfig(
        link_threshold=float(dbt.config.get("link_probability")),
        review_threshold=float(dbt.config.get("review_probability")),
        cluster_limit=int(dbt.config.get("cluster_limit")),
        threads=int(dbt.config.get("duckdb_threads")),
        memory_limit=dbt.config.get("duckdb_memory_limit"),
    )
    scoped = persons.project("*, customer_id as scope").to_arrow_table()
    return link_persons(scoped, nicknames, config=config).pairs
