{{ config(materialized='view') }}

{{ union_stream('usage') }}
