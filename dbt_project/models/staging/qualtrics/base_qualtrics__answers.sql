{{ config(enabled=is_source_enabled('qualtrics')) }}

with

responses as (
    select * from {{ ref('base_qualtrics__responses') }}
),

-- Every survey has columns of its own, so whatever the contract does not know is a question.
cells as (
    select
        response_id,
        answers,
        {{ explode_items(json_member_names('answers'), 'header') }}
    from {{ ref('base_qualtrics__exports') }}
),

exported as (
    select
        response_id,
        header as question_id,
        {{ json_member('answers', 'header') }} as answer_value,
        header like '%\_TEXT' escape '\' as is_open
    from cells
    where
        -- Derived by the tool, or about the screen: scores must not be counted twice, and the order
        -- of choices or the seconds on a page are no answers.
        not (
            header like '%\_NPS\_GROUP' escape '\'
            or header like '%\_DO' escape '\'
            or header like '%\_DO\_%' escape '\'
            or header like '%\_First Click' escape '\'
            or header like '%\_Last Click' escape '\'
            or header like '%\_Page Submit' escape '\'
            or header like '%\_Click Count' escape '\'
            or header like '% - Parent Topics'
            or header like '% - Topics'
            or header like '% - Topic Hierarchy%'
            or header like '% - Sentiment%'
        )
),

questions as (
    select * from {{ source('qualtrics', 'question') }}
),

options as (
    select * from {{ source('qualtrics', 'question_option') }}
),

-- The replica names questions by their inner id; exports, and so the register, by the tag.
replicated as (
    select
        answers.response_id,
        coalesce(questions.data_export_tag, answers.question_id)
        || coalesce('_' || answers.sub_question_key, '')
        || coalesce('_loop' || answers.loop_id, '') as question_id,
        coalesce(
            nullif(trim(answers.answer_value), ''),
            options.recode_value,
            nullif(trim(answers.answer_text), '')
        ) as answer_value,
        coalesce(questions.question_type = 'TE', false) as is_open,
        row_number() over (
            partition by
                answers.response_id, answers.question_id, answers.sub_question_key, answers.loop_id
            order by answers.question_option_key asc nulls first, answers.answer_row_id asc
        ) as option_number,
        answers.question_option_key
    from {{ source('qualtrics', 'question_response') }} as answers
    inner join responses
        on
            answers.response_id = responses.response_id
            and responses.shape = 'replica'
    left join questions
        on
            responses.survey_id = questions.survey_id
            and answers.question_id = questions.question_id
    left join options
        on
            responses.survey_id = options.survey_id
            and answers.question_id = options.question_id
            and answers.question_option_key = options.option_key
),

together as (
    select
        response_id,
        question_id,
        answer_value,
        is_open
    from exported
    union all
    select
        response_id,
        -- A question with several choices is one question per choice, as in an export.
        question_id
        || case when option_number > 1 then '_' || coalesce(question_option_key, '') else '' end
            as question_id,
        answer_value,
        is_open
    from replicated
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
    inner join responses on together.response_id = responses.response_id
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
    responses.recorded_at,
    responses.channel_id,
    scored.answer_value,
    scored.score,
    scored.is_comment
from scored
inner join responses on scored.response_id = responses.response_id
