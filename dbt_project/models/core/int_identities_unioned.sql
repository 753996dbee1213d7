{{ config(materialized='view') }}

{{ union_stream('identities') }}
