{#- What a person reads in a piece of HTML: no tags, the usual entities as characters, one space
    where there were several; null when nothing is left. -#}
{% macro text_of_html(html) -%}
    {%- set form = namespace(text=replace_pattern(html, '<[^>]*>', ' ')) -%}
    {%- for entity, character in [
        ('&nbsp;', ' '), ('&lt;', '<'), ('&gt;', '>'), ('&quot;', '"'), ('&#39;', "''"),
        ('&amp;', '&'),
    ] -%}
        {%- set form.text = "replace(" ~ form.text ~ ", '" ~ entity ~ "', '" ~ character ~ "')" -%}
    {%- endfor -%}
    nullif(trim({{ replace_pattern(form.text, '\\s+', ' ') }}), '')
{%- endmacro %}
