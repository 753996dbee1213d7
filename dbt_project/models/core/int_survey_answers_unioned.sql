{{ config(materialized='view') }}

{{ union_stream('survey_answers') }}
