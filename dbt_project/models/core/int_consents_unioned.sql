{{ config(materialized='view') }}

{{ union_stream('consents') }}
