{{ config(materialized='view') }}

{{ union_stream('tickets') }}
