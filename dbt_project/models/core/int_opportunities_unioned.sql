{{ config(materialized='view') }}

{{ union_stream('opportunities') }}
