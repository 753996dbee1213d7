{#- Business time is read off a clock that runs only while a calendar is open: int_business_calendar
    cuts each calendar into segments and says what the clock shows at the start of each. The business
    seconds between two moments are the difference of two readings, and "so many business hours later"
    is an addition, looked up in int_business_time_index. -#}


{#- Seconds past midnight of a time of day written as HH:MM, 24:00 being the next midnight. -#}
{% macro seconds_past_midnight(time_of_day) -%}
    (cast(substring({{ time_of_day }}, 1, 2) as bigint) * 3600
        + cast(substring({{ time_of_day }}, 4, 2) as bigint) * 60)
{%- endmacro %}


{#- Joins the one segment of a calendar in which a moment lies: `segment` is the alias given to
    int_business_calendar. The day makes it an equality, so that it is cheap on any engine. -#}
{% macro is_segment_of(segment, calendar_id, moment) -%}
    {{ calendar_id }} = {{ segment }}.calendar_id
        and cast({{ moment }} as date) = {{ segment }}.calendar_date
        and {{ moment }} >= {{ segment }}.starts_at
        and {{ moment }} < {{ segment }}.ends_at
{%- endmacro %}


{#- What the business clock shows at a moment, in seconds, given its segment. -#}
{% macro business_clock(segment, moment) -%}
    ({{ segment }}.open_seconds_before + least(
        {{ seconds_between(segment ~ '.starts_at', moment) }}, {{ segment }}.open_seconds
    ))
{%- endmacro %}


{#- Business seconds from one reading to a later one; null when the end lies before the start. -#}
{% macro business_seconds(started_at, ended_at, start_clock, end_clock) -%}
    case when {{ ended_at }} >= {{ started_at }} then {{ end_clock }} - {{ start_clock }} end
{%- endmacro %}


{#- Width in seconds of the stretches by which int_business_time_index is looked up. -#}
{% macro business_bucket_seconds() -%}
    28800
{%- endmacro %}


{#- Joins the one stretch in which the business clock reaches a reading: `stretch` is the alias given
    to int_business_time_index. A reading at which the clock stands still is its closing time. -#}
{% macro is_stretch_of(stretch, calendar_id, clock) -%}
    {{ calendar_id }} = {{ stretch }}.calendar_id
        and cast(floor(({{ clock }}) / {{ business_bucket_seconds() }}) as bigint)
        = {{ stretch }}.bucket_number
        and {{ clock }} > {{ stretch }}.open_seconds_before
        and {{ clock }} <= {{ stretch }}.open_seconds_before + {{ stretch }}.open_seconds
{%- endmacro %}


{#- The moment at which the business clock reaches a reading, given its stretch. Rounded first, since
    a difference of fractions may fall short of the whole second that it is. -#}
{% macro business_moment(stretch, clock) -%}
    {{ seconds_later(
        stretch ~ '.starts_at', 'round(' ~ clock ~ ' - ' ~ stretch ~ '.open_seconds_before, 6)'
    ) }}
{%- endmacro %}
