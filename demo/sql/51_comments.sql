-- A comment is an opening, a subject with a detail, a consequence and a closing, some left out;
-- then the slips of the hand. A theme that a language has no words for is written in English.
create or replace temp table comment_parts as
with sided as (
    select
        comment_asks.*,
        case when feeling in ('positive', 'neutral') then joy else pain end as theme,
        case feeling when 'mixed' then 'negative' when 'question' then 'question' else feeling end
            as side,
        case when uniform(n, comment_key, 'language')
            < {{ truths.comments.own_language_probability }} then home_language else 'en' end
                as wanted_language
    from comment_asks
    join customers using (n)
),

spoken as (
    select
        sided.* exclude (theme),
        case when sided.side in ('neutral', 'question') then 'general' else sided.theme end
            as theme,
        coalesce(core.language, 'en') as language
    from sided
    left join fragments as core
        on core.language = wanted_language and core.slot = 'detail' and core.side = sided.side
            and core.theme = case when sided.side in ('neutral', 'question') then 'general'
                else sided.theme end
)

select
    spoken.*,
    uniform(n, comment_key, 'strong') < case
        when (side = 'negative' and theme = '{{ truths.emotion.low_theme }}')
            or (side = 'positive' and theme = '{{ truths.emotion.high_theme }}')
            then {{ truths.emotion.peak_strong_share }}
        else {{ truths.emotion.usual_strong_share }}
    end as is_strong,
    uniform(n, comment_key, 'shape') as shape_draw
from spoken;

create or replace temp table worded_comments as
select
    comment_parts.*,
    pick(subject.texts, uniform(n, comment_key, 'subject')) || ' '
    || pick(detail.texts, uniform(n, comment_key, 'detail')) as core_text,
    pick(opening.texts, uniform(n, comment_key, 'opening')) as opening_text,
    pick(consequence.texts, uniform(n, comment_key, 'consequence')) as consequence_text,
    pick(closing.texts, uniform(n, comment_key, 'closing')) as closing_text,
    pick(bright_subject.texts, uniform(n, comment_key, 'bright_subject')) || ' '
    || pick(bright_detail.texts, uniform(n, comment_key, 'bright_detail')) as bright_text,
    pick(connector.texts, uniform(n, comment_key, 'connector')) as connector_text
from comment_parts
join fragments as subject
    on subject.language = comment_parts.language and subject.side = comment_parts.side
        and subject.theme = comment_parts.theme and subject.slot = 'subject'
join fragments as detail
    on detail.language = comment_parts.language and detail.side = comment_parts.side
        and detail.theme = comment_parts.theme and detail.slot = 'detail'
join fragments as opening
    on opening.language = comment_parts.language and opening.slot = 'opening'
        and opening.theme = 'any'
        and opening.side = comment_parts.side || case when is_strong
            and comment_parts.side in ('positive', 'negative') then '_strong' else '' end
join fragments as consequence
    on consequence.language = comment_parts.language and consequence.slot = 'consequence'
        and consequence.theme = 'any' and consequence.side = comment_parts.side
join fragments as closing
    on closing.language = comment_parts.language and closing.slot = 'closing'
        and closing.theme = 'any'
        and closing.side = comment_parts.side || case when is_strong
            and comment_parts.side in ('positive', 'negative') then '_strong' else '' end
join fragments as connector
    on connector.language = comment_parts.language and connector.slot = 'connector'
left join fragments as bright_subject
    on bright_subject.language = comment_parts.language and bright_subject.side = 'positive'
        and bright_subject.theme = comment_parts.joy and bright_subject.slot = 'subject'
left join fragments as bright_detail
    on bright_detail.language = comment_parts.language and bright_detail.side = 'positive'
        and bright_detail.theme = comment_parts.joy and bright_detail.slot = 'detail';

create or replace temp table comments as
with shaped as (
    select
        *,
        case
            when feeling = 'mixed' and bright_text is not null
                then bright_text || connector_text || lower(core_text[1:1]) || core_text[2:] || '.'
            when is_strong or shape_draw < 0.30 then opening_text || ' ' || core_text || '. '
                || closing_text
            when shape_draw < 0.50 then core_text || consequence_text || '.'
            when shape_draw < 0.65 then core_text || consequence_text || '. ' || closing_text
            when shape_draw < 0.80 then opening_text || ' ' || core_text || consequence_text || '.'
            when shape_draw < 0.90 then core_text || '.'
            else core_text || '. ' || closing_text
        end as clean_text,
        uniform(n, comment_key, 'typo') as typo_draw,
        uniform(n, comment_key, 'contact') as contact_draw
    from worded_comments
),

slipped as (
    select
        *,
        2 + floor(uniform(n, comment_key, 'typo_at') * (length(clean_text) - 4))::int as slip_at,
        case
            when uniform(n, comment_key, 'case') < 0.10 then lower(clean_text)
            when uniform(n, comment_key, 'case') > 0.96 and side = 'negative' and is_strong
                then upper(clean_text)
            else clean_text
        end as cased_text
    from shaped
)

select
    n,
    comment_key,
    written_in,
    occurred_at,
    score,
    feeling,
    theme,
    language,
    is_strong,
    case
        when typo_draw < {{ truths.comments.typo_probability }} * 0.5
            then cased_text[:slip_at - 1] || cased_text[slip_at + 1:slip_at + 1]
                || cased_text[slip_at:slip_at] || cased_text[slip_at + 2:]
        when typo_draw < {{ truths.comments.typo_probability }}
            then cased_text[:slip_at - 1] || cased_text[slip_at + 1:]
        else cased_text
    end
    || case
        when contact_draw < {{ truths.comments.contact_detail_probability }} * 0.5
            then ' ' || lower(strip_accents(first_name)) || '.' || lower(strip_accents(last_name))
                || '@example.com'
        when contact_draw < {{ truths.comments.contact_detail_probability }}
            then ' +1 (555) 01' || lpad(floor(contact_draw * 4000 % 100)::int::varchar, 2, '0')
                || '-' || lpad(floor(uniform(n, comment_key, 'phone') * 10000)::int::varchar, 4,
                    '0')
        else ''
    end as comment_text
from slipped
join customers using (n);

create or replace temp table survey_responses as
select
    invitation_id || '/' || question_id as answer_id,
    'resp-' || substr(invitation_id, 5) as response_id,
    invitation_id,
    survey_id as survey,
    question_id as question,
    score,
    null::varchar as comment,
    email as respondent,
    written_in('America/New_York', completed_draw) as answered
from survey_scores
join customers using (n)
union all
select
    comment_key || '/why',
    'resp-' || substr(comment_key, 5),
    comment_key,
    written_in,
    'why',
    null,
    comment_text,
    email,
    written_in('America/New_York', occurred_at)
from comments
join customers using (n)
where written_in not in ('review', 'chat');

create or replace temp table survey_reviews as
select
    comment_key as review_id,
    case when uniform(n, comment_key, 'verified') < 0.5 then email end as verified_email,
    score as stars,
    comment_text as review,
    written_zulu(occurred_at) as posted_at,
    pick(['review site', 'app marketplace', 'social'], uniform(n, comment_key, 'site')) as site
from comments
join customers using (n)
where written_in = 'review';

create or replace temp table helpdesk_chats as
select
    comment_key as id,
    'T-' || substr(comment_key, 4) as ticket,
    email as requester,
    written_in('Europe/Berlin', occurred_at) as logged,
    comment_text as message
from comments
join customers using (n)
where written_in = 'chat';
