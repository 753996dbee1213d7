{{ config(materialized='view') }}

{{ union_stream('feedback') }}
