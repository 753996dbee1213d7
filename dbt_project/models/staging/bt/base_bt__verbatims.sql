{{ config(enabled=is_source_enabled('bt')) }}

with verbatims as (

    select * from {{ source('bt', 'verbatims') }}

)

select
    concat(_source_file, ':', cast(_source_line as varchar)) as response_id,
    customer_response_date as responded_at,
    case survey_sub_type
        when 'Order' then 'order_setup'
        when 'Equipment Received' then 'equipment_received'
        when 'First Payment' then 'first_payment'
        when 'Service in Use' then 'service_in_use'
    end as touchpoint_id,
    nps_score,
    nullif(trim(comment_text), '') as comment_text
from verbatims
