{#- A comment with web addresses, e-mail addresses, payment-card numbers, phone numbers, @handles and names of
    persons replaced by what they were. It masks rather too much than too little: any run of nine or more
    digits goes, an order number among them. The order matters: an e-mail address holds a handle, a card number
    looks like a phone number.

    A name is recognised by what stands before it ("my name is", "Mrs") or by being a well-known given name with a
    capital, and takes the capitalised word behind it along. Places are no persons: São Paulo gets a mark that makes it no word of its own
    for as long as names are looked for. The customer's own contacts, whose names are known, are
    masked by mask_names. -#}
{% macro redact_personal_data(text) -%}
    {%- set introductions = [
        "my name is", "my name''s", "i am called", "mein name ist", "ich heiße", "je m''appelle", "mon nom est",
        "me llamo", "mi nombre es", "meu nome [eé]", "me chamo",
    ] -%}
    {%- set titles = [
        "Mrs?", "Ms", "Miss", "Dr", "mrs?", "dr", "Herrn?", "Frau", "Mme", "Madame", "Monsieur", "Señora?", "Sra?",
        "Senhora?", "Dona",
    ] -%}
    {%- set name = "\\p{Lu}[\\pL''’-]*(?: \\p{Lu}[\\pL''’-]*)?" -%}
    {#- A word's end is where a letter of ASCII stops; behind another letter it is where none begins. -#}
    {%- set plain_names = [] -%}
    {%- set accented_names = [] -%}
    {%- for given_name in given_names() -%}
        {%- do (accented_names if given_name.endswith('é') else plain_names).append(given_name) -%}
    {%- endfor -%}
    {%- set known_name = (
        '(?:(?:' ~ plain_names | join('|') ~ ')\\b|(?:' ~ accented_names | join('|') ~ ')\\B)'
    ) -%}
    {%- set patterns = [
        ('(?i)\\b(?:https?://|www\\.)[^\\s<>"]+', '[link]'),
        ('(?i)[a-z0-9._%+-]+@[a-z0-9-]+(?:\\.[a-z0-9-]+)*\\.[a-z]{2,}', '[email]'),
        ('\\b(?:[0-9][ -]?){12,18}[0-9]\\b', '[card]'),
        ('(?:\\+|\\b00|\\()?(?:[0-9][ ().\\-/]{0,3}){8,}[0-9]\\b', '[phone]'),
        ('\\+[0-9](?:[ ().\\-/]{0,3}[0-9]){6,}\\b', '[phone]'),
        ('\\b[0-9]{3,5}-[0-9]{4}\\b', '[phone]'),
        ('(^|[^\\pL\\pN_])@[\\pL\\pN_.]{2,}', '\\1[handle]'),
        ('\\b((?i:' ~ introductions | join('|') ~ ') +)' ~ name, '\\1[name]'),
        ('\\b((?:' ~ titles | join('|') ~ ')\\.? +)' ~ name, '\\1[name]'),
        ("\\b(San|Santa|Santo|São|Saint|St\\.?) (\\p{Lu})", '\\1 _\\2'),
        ('\\b' ~ known_name ~ "(?:[ -]\\p{Lu}[\\pL''’-]+)?", '[name]'),
        ("\\b(San|Santa|Santo|São|Saint|St\\.?) _", '\\1 '),
    ] -%}
    {%- set form = namespace(text=text) -%}
    {%- for pattern, mark in patterns -%}
        {%- set form.text = replace_pattern(form.text, pattern, mark) -%}
    {%- endfor -%}
    {{ form.text }}
{%- endmacro %}


{#- A text with given names masked: ``names`` is a list of their parts in small letters. A part counts when it is
    written with a capital or stands beside another part, so that a contact called Will Price does not cost his
    company every "will" and every "price". -#}
{% macro mask_names(text, names) -%}
    {{ return(adapter.dispatch('mask_names', 'throughline')(text, names)) }}
{%- endmacro %}


{% macro duckdb__mask_names(text, names) -%}
    {%- set pieces = "regexp_extract_all(" ~ text ~ ", '\\pL+|[^\\pL]+')" -%}
    {#- Each piece with the words behind and before it; between two words stands a piece that is none. -#}
    regexp_replace(
        array_to_string(
            list_transform(
                list_zip({{ pieces }}, ({{ pieces }})[3:], list_concat([null, null], {{ pieces }})),
                lambda piece: case
                    when not coalesce(list_contains({{ names }}, lower(piece[1])), false) then piece[1]
                    when
                        left(piece[1], 1) <> lower(left(piece[1], 1))
                        or coalesce(list_contains({{ names }}, lower(piece[2])), false)
                        or coalesce(list_contains({{ names }}, lower(piece[3])), false)
                        then '[name]'
                    else piece[1]
                end
            ),
            ''
        ),
        '\[name\](?:[ ''’-]+\[name\])+',
        '[name]',
        'g'
    )
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
