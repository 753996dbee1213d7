{{ config(materialized='view') }}

{{ union_stream('subscriptions') }}
