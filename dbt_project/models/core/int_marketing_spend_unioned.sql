{{ config(materialized='view') }}

{{ union_stream('marketing_spend') }}
