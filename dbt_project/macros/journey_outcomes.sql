{#- What became of journey instances: rows of int_journey_instances with closed_by and outcome, and
    the days that decide. Whole scopes must be given, for an instance that follows an open one says
    that it was restarted. Facts of instances and of steps read it, and neither need wait for the
    other. -#}
{% macro with_outcomes(instances, journeys) -%}
    select
        closed.*,
        case
            when closed.closed_by = 'end' then 'completed'
            when closed.closed_by is not null then 'abandoned'
            else 'open'
        end as outcome
    from (
        select
            followed.*,
            case
                when followed.is_completed then 'end'
                when followed.is_exited then 'exit'
                when followed.next_started_at <= followed.silent_until then 'restart'
                when {{ is_over_by_as_of('followed.silent_until') }} then 'silence'
            end as closed_by
        from (
            select
                {{ instances }}.*,
                {{ add_days(instances ~ '.last_declared_at', journeys ~ '.abandon_after_days') }}
                    as silent_until,
                lead({{ instances }}.started_at) over (
                    partition by {{ instances }}.journey_id, {{ instances }}.scope_key
                    order by {{ instances }}.opened_position
                ) as next_started_at
            from {{ instances }}
            inner join {{ journeys }} on {{ instances }}.journey_id = {{ journeys }}.journey_id
        ) as followed
    ) as closed
{%- endmacro %}
