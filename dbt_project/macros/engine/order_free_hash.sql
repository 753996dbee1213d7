{#- One number for a sequence, in whatever order its items are added up: each is hashed with its
    place, and equal sequences give equal numbers. -#}
{% macro order_free_hash(position, item, condition) -%}
    {{ return(adapter.dispatch('order_free_hash', 'throughline')(position, item, condition)) }}
{%- endmacro %}


{% macro default__order_free_hash(position, item, condition) -%}
    bit_xor(case when {{ condition }} then xxhash64({{ position }}, {{ item }}) end)
{%- endmacro %}


{% macro duckdb__order_free_hash(position, item, condition) -%}
    {#- Of two values the hash is an exclusive or of both: hashed once more, it no longer falls apart. -#}
    bit_xor(case when {{ condition }} then hash(hash({{ position }}, {{ item }})) end)
{%- endmacro %}


{#- That number and the length of the sequence as a short text. -#}
{% macro hash_text(number, length) -%}
    {{ return(adapter.dispatch('hash_text', 'throughline')(number, length)) }}
{%- endmacro %}


{% macro default__hash_text(number, length) -%}
    lower(hex({{ number }})) || '-' || cast({{ length }} as varchar)
{%- endmacro %}


{% macro duckdb__hash_text(number, length) -%}
    lower(to_hex({{ number }})) || '-' || cast({{ length }} as varchar)
{%- endmacro %}
