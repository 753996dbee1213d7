{#- A comment with web addresses, e-mail addresses, payment-card numbers, phone numbers and @handles
    replaced by what they were. It masks rather too much than too little: any run of nine or more
    digits goes, an order number among them. Names of persons are not recognised. The order matters:
    an e-mail address holds a handle, a card number looks like a phone number. -#}
{% macro redact_personal_data(text) -%}
    {%- set patterns = [
        ('(?i)\\b(?:https?://|www\\.)[^\\s<>"]+', '[link]'),
        ('(?i)[a-z0-9._%+-]+@[a-z0-9-]+(?:\\.[a-z0-9-]+)*\\.[a-z]{2,}', '[email]'),
        ('\\b(?:[0-9][ -]?){12,18}[0-9]\\b', '[card]'),
        ('(?:\\+|\\b00|\\()?(?:[0-9][ ().\\-/]{0,3}){8,}[0-9]\\b', '[phone]'),
        ('\\+[0-9](?:[ ().\\-/]{0,3}[0-9]){6,}\\b', '[phone]'),
        ('\\b[0-9]{3,5}-[0-9]{4}\\b', '[phone]'),
        ('(^|[^\\pL\\pN_])@[\\pL\\pN_.]{2,}', '\\1[handle]'),
    ] -%}
    {%- set form = namespace(text=text) -%}
    {%- for pattern, mark in patterns -%}
        {%- set form.text = replace_pattern(form.text, pattern, mark) -%}
    {%- endfor -%}
    {{ form.text }}
{%- endmacro %}


{#- Every match of a pattern (RE2, also valid in Java) replaced. -#}
{% macro replace_pattern(text, pattern, replacement) -%}
    {{ return(adapter.dispatch('replace_pattern', 'throughline')(text, pattern, replacement)) }}
{%- endmacro %}


{% macro default__replace_pattern(text, pattern, replacement) -%}
    regexp_replace({{ text }}, '{{ pattern }}', '{{ replacement }}')
{%- endmacro %}


{% macro duckdb__replace_pattern(text, pattern, replacement) -%}
    regexp_replace({{ text }}, '{{ pattern }}', '{{ replacement }}', 'g')
{%- endmacro %}
