{{ config(materialized='view') }}

{{ union_stream('identity_decisions') }}
