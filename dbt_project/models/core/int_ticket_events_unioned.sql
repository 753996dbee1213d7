{{ config(materialized='view') }}

{{ union_stream('ticket_events') }}
