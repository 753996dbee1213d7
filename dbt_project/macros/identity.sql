{#- What sort of thing a type of identity is, by its name: email, phone and device (of which many
    may be one customer's, and one may be shared by many), or id, a number that a system gave. -#}
{% macro identity_kind(type) -%}
    case
        when {{ type }} = 'email' or {{ type }} like '%\_email' escape '\' then 'email'
        when
            {{ type }} in ('phone', 'mobile')
            or {{ type }} like '%\_phone' escape '\'
            or {{ type }} like '%\_mobile' escape '\'
            then 'phone'
        when
            {{ type }} like '%visitor\_id' escape '\'
            or {{ type }} like '%anonymous\_id' escape '\'
            or {{ type }} like '%device\_id' escape '\'
            or {{ type }} like '%cookie\_id' escape '\'
            or {{ type }} like '%pseudo\_id' escape '\'
            then 'device'
        else 'id'
    end
{%- endmacro %}


{#- An identity as it is compared, whatever the source wrote: the one place that says so.
    `union_stream` applies it to every identity and to every key by which a row names its customer.
    A national telephone number stays national here; `int_identity_claims` knows its country. -#}
{% macro normalised_identity(type, value) -%}
    case
        when {{ type }} = 'email' or {{ type }} like '%\_email' escape '\'
            then {{ normalised_email(value) }}
        when
            {{ type }} in ('phone', 'mobile')
            or {{ type }} like '%\_phone' escape '\'
            or {{ type }} like '%\_mobile' escape '\'
            then {{ normalised_phone(value) }}
        else trim({{ value }})
    end
{%- endmacro %}


{#- An e-mail address in lower case, without mailto: and blanks; without the dots and tags that its
    provider ignores (var identity_email_providers), and at the provider's one domain. -#}
{% macro normalised_email(value) -%}
    {%- set address = replace_pattern('lower(trim(' ~ value ~ '))', '^mailto:|\\s', '') -%}
    {%- set mailbox = "split_part(" ~ address ~ ", '@', 1)" -%}
    {%- set domain = "split_part(" ~ address ~ ", '@', 2)" -%}
    case
        {%- for provider in var('identity_email_providers') %}
        {%- set kept = "split_part(" ~ mailbox ~ ", '" ~ provider.tag_mark ~ "', 1)"
            if provider.tag_mark else mailbox %}
        when {{ domain }} in ('{{ provider.domains | join("', '") }}')
            then {{ "replace(" ~ kept ~ ", '.', '')" if provider.ignores_dots else kept }}
                || '@{{ provider.domains[0] }}'
        {%- endfor %}
        else {{ address }}
    end
{%- endmacro %}


{#- A telephone number as plus and digits where it says its country (+ or 00 in front), else its
    digits. The (0) that is not dialled from abroad and extensions go. -#}
{% macro normalised_phone(value) -%}
    {%- set main = replace_pattern('lower(trim(' ~ value ~ '))', '(ext|x|#|;|durchwahl).*$', '') -%}
    {%- set digits = replace_pattern(main, '[^0-9]', '') -%}
    {%- set abroad = replace_pattern(replace_pattern(main, '[(]0[)]', ''), '[^0-9]', '') -%}
    case
        when {{ main }} like '+%' or {{ main }} like '(+%' then '+' || {{ abroad }}
        when {{ digits }} like '00%' and length({{ digits }}) > 9
            then '+' || substr({{ abroad }}, 3)
        else {{ digits }}
    end
{%- endmacro %}


{#- A national number (digits) as it is written from abroad; null without a calling code, and for
    fewer digits than a number has. -#}
{% macro international_phone(digits, calling_code, trunk_prefix) -%}
    case
        when length({{ digits }}) < {{ var('identity_minimum_phone_digits') }} then null
        when {{ trunk_prefix }} <> '' and {{ digits }} like {{ trunk_prefix }} || '%'
            then '+' || {{ calling_code }} || substr({{ digits }}, 1 + length({{ trunk_prefix }}))
        else '+' || {{ calling_code }} || {{ digits }}
    end
{%- endmacro %}


{#- The id of the customer that is named after a record. -#}
{% macro customer_id_of(record_kind, source_name, record_id) -%}
    'c' || left(
        md5({{ record_kind }} || '|' || {{ source_name }} || '|' || {{ record_id }}), 16
    )
{%- endmacro %}


{#- First and last name, out of the whole name where a source has no parts: what stands before the
    first blank, and what stands after the last. -#}
{% macro first_name_of(first_name, last_name, full_name) -%}
    case
        when {{ first_name }} is not null or {{ last_name }} is not null then {{ first_name }}
        else nullif(split_part(trim({{ full_name }}), ' ', 1), '')
    end
{%- endmacro %}


{% macro last_name_of(first_name, last_name, full_name) -%}
    case
        when {{ first_name }} is not null or {{ last_name }} is not null then {{ last_name }}
        when trim({{ full_name }}) like '% %'
            then {{ replace_pattern('trim(' ~ full_name ~ ')', '^.* ', '') }}
    end
{%- endmacro %}
