{{ config(materialized='view') }}

{{ union_stream('order_lines') }}
