{{ config(materialized='view') }}

{{ union_stream('identifier_events') }}
