select
    channel_id,
    channel_name,
    channel_group,
    cost_per_contact_amount,
    currency,
    description
from {{ ref('channels') }}
