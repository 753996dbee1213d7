{{ config(materialized='view') }}

{{ union_stream('case_updates') }}
