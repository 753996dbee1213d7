{#- The columns of fct_interactions in their order. -#}
{% macro interaction_columns() -%}
    {%- do return([
        'interaction_id', 'customer_id', 'touchpoint_id', 'event_name', 'channel_id', 'occurred_at',
        'ended_at', 'duration_seconds', 'is_time_inverted', 'session_id', 'related_type',
        'related_id', 'outcome', 'team', 'agent_id', 'page', 'source_name', 'is_test', 'is_derived',
        'load_id', 'customer_key_digest',
    ]) -%}
{%- endmacro %}
