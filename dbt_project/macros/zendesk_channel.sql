{#- The channel of a Zendesk ticket; a way in that is not known stays as it is written, so that
    assert_every_channel_is_known reports it. Tickets made by a program name no channel. -#}
{% macro zendesk_channel(via) -%}
    case
        when {{ via }} in ('api', 'rule', 'system', 'batch', 'closed_ticket', 'import') then null
        when {{ via }} in ('web', 'web_form', 'web_service', 'web_widget', 'help_center', 'logmein')
            then 'web'
        when {{ via }} in ('email', 'mail', 'side_conversation') then 'email'
        when {{ via }} in ('chat', 'native_messaging', 'whatsapp', 'messaging') then 'chat'
        when {{ via }} in ('voice', 'phone', 'phone_call_inbound', 'phone_call_outbound', 'voicemail')
            then 'phone'
        when {{ via }} in ('sms', 'text_message') then 'sms'
        when {{ via }} in ('mobile', 'mobile_sdk', 'sdk') then 'in_app'
        when
            {{ via }} in (
                'twitter', 'twitter_dm', 'x_corp', 'facebook', 'instagram_dm', 'any_channel',
                'facebook_messenger', 'google_rcs', 'apple_business_chat'
            )
            then 'social'
        else lower({{ via }})
    end
{%- endmacro %}
