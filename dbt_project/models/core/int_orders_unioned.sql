{{ config(materialized='view') }}

{{ union_stream('orders') }}
