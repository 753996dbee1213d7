{{ config(materialized='view') }}

{{ union_stream('offers') }}
