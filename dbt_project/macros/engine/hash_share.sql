{#- A number in [0, 1) that looks random and is the same in every run: the first 52 bits of the md5
    of a text. -#}
{% macro hash_share(text) -%}
    {{ return(adapter.dispatch('hash_share', 'throughline')(text)) }}
{%- endmacro %}


{% macro duckdb__hash_share(text) -%}
    (cast('0x' || left(md5({{ text }}), 13) as bigint) / 4503599627370496.0)
{%- endmacro %}
