{#- Percentiles of times from counts that can be kept and added up.

    A time falls into the bucket i whose bounds are gamma^(i-1) and gamma^i seconds, with
    gamma = (1 + e) / (1 - e); the value 2 gamma^i / (gamma + 1) is nowhere further from it than
    the share e (var percentile_relative_error). Bucket 0 holds what took a second or less, and
    -1 what has no time. From C. Masson, J. E. Rim, H. K. Lee, "DDSketch: a fast and
    fully-mergeable quantile sketch with relative-error guarantees", PVLDB 12 (2019). -#}


{% macro time_bucket_base() -%}
    {%- set error = var('percentile_relative_error') -%}
    {%- do return((1 + error) / (1 - error)) -%}
{%- endmacro %}


{% macro time_bucket(seconds) -%}
    cast(
        case
            when {{ seconds }} is null then -1
            when {{ seconds }} <= 1 then 0
            else ceil(ln({{ seconds }}) / ln({{ time_bucket_base() }}e0))
        end as bigint
    )
{%- endmacro %}


{#- Hours that a bucket stands for. -#}
{% macro hours_of_time_bucket(bucket) -%}
    case
        when {{ bucket }} = 0 then 0.0e0
        else
            2.0e0 * power({{ time_bucket_base() }}e0, {{ bucket }})
            / ({{ time_bucket_base() }}e0 + 1) / 3600
    end
{%- endmacro %}


{#- Rows of counts by bucket, with how many times lie in this bucket or below, and in all. -#}
{% macro with_times_below(counts, count_column, partition_by) -%}
    select
        *,
        sum(case when time_bucket >= 0 then {{ count_column }} else 0 end) over (
            partition by {{ partition_by | join(', ') }}
            order by time_bucket
            rows between unbounded preceding and current row
        ) as times_below,
        sum(case when time_bucket >= 0 then {{ count_column }} else 0 end) over (
            partition by {{ partition_by | join(', ') }}
        ) as times
    from {{ counts }}
{%- endmacro %}


{#- Bucket of the nearest rank: the first that this percentage of all times reaches. -#}
{% macro percentile_bucket(percentage) -%}
    min(case when time_bucket >= 0 and times_below * 100 >= times * {{ percentage }} then time_bucket end)
{%- endmacro %}
