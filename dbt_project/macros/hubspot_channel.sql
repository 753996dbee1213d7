{#- The channel by which a ticket of HubSpot came. -#}
{% macro hubspot_channel(source_type) -%}
    case
        when upper({{ source_type }}) = 'EMAIL' then 'email'
        when upper({{ source_type }}) in ('PHONE', 'CALL', 'CALLING') then 'phone'
        when upper({{ source_type }}) in ('CHAT', 'LIVE_CHAT', 'BOT', 'WHATSAPP') then 'chat'
        when upper({{ source_type }}) in ('FORM', 'WEB', 'CUSTOMER_PORTAL') then 'web'
        when upper({{ source_type }}) like '%FACEBOOK%' then 'social'
    end
{%- endmacro %}
