{{ config(materialized='view') }}

{{ union_stream('interactions') }}
