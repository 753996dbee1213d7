{{ config(materialized='view') }}

{{ union_stream('employee_feedback') }}
