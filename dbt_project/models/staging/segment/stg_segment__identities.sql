{{ config(enabled=is_source_enabled('segment')) }}

with calls as (
    select * from {{ ref('base_segment__calls') }}
),

-- One record per set of identifiers that stood in one call. A visitor who never says who they are
-- is nobody's record.
callers as (
    select
        anonymous_id,
        user_id,
        previous_id,
        group_id,
        {{ email_address('email') }} as email,
        phone,
        min(occurred_at) as observed_at
    from calls
    where
        user_id is not null
        or (anonymous_id is not null and (email is not null or phone is not null))
        or (anonymous_id is not null and previous_id is not null)
    group by all
),

records as (
    select
        *,
        'calls:' || md5(concat_ws(
            '|', coalesce(anonymous_id, ''), coalesce(user_id, ''), coalesce(previous_id, ''),
            coalesce(group_id, ''), coalesce(email, ''), coalesce(phone, '')
        )) as source_record_id
    from callers
)

-- The id that an alias replaces is a visitor's or a user's: the call does not say which.
{{ identities_of('segment', [
    ('web_visitor_id', 'anonymous_id'),
    ('product_user_id', 'user_id'),
    ('segment_group_id', 'group_id'),
    ('email', 'email'),
    ('phone', 'phone'),
    ('web_visitor_id', 'previous_id'),
    ('product_user_id', 'previous_id'),
], set_operator='union distinct') }}
