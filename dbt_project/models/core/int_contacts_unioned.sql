{{ config(materialized='view') }}

{{ union_stream('contacts') }}
