with recursive

edges as (
    select * from {{ ref('int_identity_edges') }}
),

decision_keys as (
    select * from {{ ref('int_identity_decision_keys') }}
    where action = 'split'
),

-- A decision with one side that no record carries separates nobody.
splits as (
    select
        decision_id,
        min(decided_at) as decided_at,
        min(case when side = 'left' then label end) as left_label,
        min(case when side = 'right' then label end) as right_label
    from decision_keys
    group by decision_id
    having count(distinct side) = 2
),

-- Where both sides are equally near, what lies between stays with the side named first, and with
-- the left one within a decision.
labels as (
    select
        label,
        row_number() over (order by min(decided_at), max(side = 'left') desc, label) as label_number
    from decision_keys
    where decision_id in (select splits.decision_id from splits)
    group by label
),

conflicts as (
    select
        splits.decision_id,
        lefts.label_number as one,
        rights.label_number as other
    from splits
    inner join labels as lefts on splits.left_label = lefts.label
    inner join labels as rights on splits.right_label = rights.label

    union all

    select
        splits.decision_id,
        rights.label_number as one,
        lefts.label_number as other
    from splits
    inner join labels as lefts on splits.left_label = lefts.label
    inner join labels as rights on splits.right_label = rights.label
),

ties as (
    select distinct
        record_kind,
        source_name,
        record_id,
        identity_type,
        match_value,
        'r|' || record_kind || '|' || source_name || '|' || record_id as record_node,
        'k|' || identity_type || '|' || match_value as key_node
    from edges
    where (select count(*) from splits) > 0
),

neighbours as (
    select
        record_node as node,
        key_node as neighbour
    from ties
    union all
    select
        key_node as node,
        record_node as neighbour
    from ties
),

walk (node, label_number, distance) as (
    select distinct
        'k|' || decision_keys.identity_type || '|' || decision_keys.match_value as node,
        labels.label_number,
        0 as distance
    from decision_keys
    inner join labels on decision_keys.label = labels.label

    union all

    select distinct
        neighbours.neighbour as node,
        walk.label_number,
        walk.distance + 1 as distance
    from walk
    inner join neighbours on walk.node = neighbours.node
    where walk.distance < {{ var('identity_split_reach') }}
),

arrivals as (
    select
        node,
        label_number,
        row_number() over (partition by node order by min(distance), label_number) as arrival_number
    from walk
    group by node, label_number
),

nearest as (
    select
        node,
        label_number
    from arrivals
    where arrival_number = 1
),

crossings as (
    select
        ties.record_kind,
        ties.source_name,
        ties.record_id,
        ties.identity_type,
        ties.match_value,
        min(conflicts.decision_id) as decision_id
    from ties
    inner join nearest as record_sides on ties.record_node = record_sides.node
    inner join nearest as key_sides on ties.key_node = key_sides.node
    inner join conflicts
        on
            record_sides.label_number = conflicts.one
            and key_sides.label_number = conflicts.other
    group by
        ties.record_kind, ties.source_name, ties.record_id, ties.identity_type, ties.match_value
)

select
    record_kind,
    source_name,
    record_id,
    identity_type,
    match_value,
    decision_id
from crossings
