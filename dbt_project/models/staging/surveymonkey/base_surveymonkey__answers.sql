{{ config(enabled=is_source_enabled('surveymonkey')) }}

with

responses as (
    select * from {{ ref('base_surveymonkey__responses') }}
),

choices as (
    select * from {{ ref('base_surveymonkey__choices') }}
),

-- Every survey has columns of its own, so whatever the contract does not know is a question.
cells as (
    select
        response_id,
        answers,
        {{ explode_items(json_member_names('answers'), 'header') }}
    from {{ ref('base_surveymonkey__exports') }}
),

exported as (
    select
        response_id,
        header as question_id,
        {{ json_member('answers', 'header') }} as answer_value,
        lower(header) like '%[other (please specify)]'
        or lower(header) like '%[open-ended response]' as is_open,
        'export' as shape
    from cells
),

pages as (
    select
        response_id,
        {{ explode_items(json_items('pages'), 'page') }}
    from {{ source('surveymonkey', 'responses_bulk') }}
),

questions as (
    select
        response_id,
        {{ explode_items(json_items(json_part('page', '$.questions')), 'question') }}
    from pages
),

entries as (
    select
        response_id,
        {{ json_text('question', '$.id') }} as question_id,
        {{ explode_items(json_items(json_part('question', '$.answers')), 'entry') }}
    from questions
),

named_entries as (
    select
        response_id,
        question_id,
        {{ json_text('entry', '$.choice_id') }} as choice_id,
        {{ json_text('entry', '$.row_id') }} as row_id,
        {{ json_text('entry', '$.other_id') }} as other_id,
        {{ json_text('entry', '$.text') }} as answer_text,
        {{ json_text('entry', '$.choice_metadata.weight') }} as choice_weight
    from entries
),

numbered_entries as (
    select
        named_entries.*,
        choices.choice_text,
        coalesce(named_entries.choice_weight, choices.choice_weight) as weight,
        row_number() over (
            partition by
                named_entries.response_id, named_entries.question_id, named_entries.row_id,
                named_entries.other_id is not null
            order by named_entries.choice_id
        ) as entry_number,
        coalesce(choices.question_family = 'multiple_choice', false) as is_multiple
    from named_entries
    left join choices
        on
            named_entries.question_id = choices.question_id
            and named_entries.choice_id = choices.choice_id
),

fetched as (
    select
        response_id,
        question_id
        || coalesce('_' || row_id, '')
        || case
            when other_id is not null then '_other'
            when is_multiple or entry_number > 1 then '_' || coalesce(choice_id, '')
            else ''
        end as question_id,
        -- A choice that reads as a number is that number: the weights of an NPS question are not.
        case
            when {{ plain_number('choice_text') }} is not null then choice_text
            else coalesce(weight, choice_text, answer_text, choice_id)
        end as answer_value,
        choice_id is null as is_open,
        'api' as shape
    from numbered_entries
),

together as (
    select * from exported
    union all
    select * from fetched
),

answers as (
    select
        together.response_id || ':' || together.question_id as answer_id,
        together.response_id,
        responses.survey_id,
        together.question_id,
        together.answer_value,
        together.is_open
    from together
    inner join responses
        on
            together.response_id = responses.response_id
            and together.shape = responses.shape
    where
        responses.respondent_kind = 'customer'
        and trim(together.answer_value) <> ''
),

scored as (
    {{ scored_answers('answers') }}
)

select
    scored.answer_id,
    scored.response_id,
    scored.survey_id,
    scored.question_id,
    responses.customer_key_type,
    responses.customer_key,
    responses.answered_at,
    responses.channel_id,
    scored.answer_value,
    scored.score,
    scored.is_comment
from scored
inner join responses on scored.response_id = responses.response_id
