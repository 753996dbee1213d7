{{ config(materialized='view') }}

{{ union_stream('accounts') }}
