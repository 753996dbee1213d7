"""Who is one customer in the demo company is found out, no more and no fewer."""

from __future__ import annotations

import pyarrow as pa
import pytest

from ml.identity import evaluate_links
from tests.e2e.conftest import FinishedRun

pytestmark = pytest.mark.e2e


def test_accounts_are_the_customers_that_were_planted(demo_run: FinishedRun) -> None:
    truth = demo_run.home / "truth" / "customers_*.parquet"
    rows = demo_run.warehouse_rows(
        f"""
        select identities.identity_value, identities.customer_id, truth.account_id
        from core.int_customer_identities as identities
        inner join read_parquet('{truth}') as truth
            -- A second account of a customer is the first one's number after A-D.
            on regexp_extract(identities.identity_value, '[0-9]+$')::bigint
                = regexp_extract(truth.account_id, '[0-9]+$')::bigint
        where identities.identity_type = 'crm_account_id'
        """
    )
    accounts, customers, persons = (list(column) for column in zip(*rows, strict=True))
    quality = evaluate_links(
        pa.table({"record_id": accounts, "cluster": customers}),
        pa.table({"record_id": accounts, "person": persons}),
    )
    assert (quality.precision, quality.recall) == (1.0, 1.0)
    assert len(set(customers)) < len(accounts)
