with

contacts as (
    select * from {{ ref('dim_contacts') }}
    where customer_id is not null and full_name is not null
),

parts as (
    select
        customer_id,
        {{ explode_items(split_at_spaces(plain_names('full_name')), 'name_part') }}
    from contacts
)

select
    customer_id,
    {{ sorted_list('name_part') }} as name_parts
from parts
-- An initial would mask every word of one letter.
where length(name_part) > 1
group by customer_id
