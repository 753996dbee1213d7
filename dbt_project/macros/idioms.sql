{#- Turns of phrase that say something else of a word than their parts do. "I could not be happier" is praise, "it could not be worse" is none, and "it could be
    better" complains: what counts is the comparative, and whether it is reached or only wished for.
    Courtesies feel nothing: who writes "please improve this" is not pleased.
    Constructions, not sentences, by language and in the order in which they are tried; the words
    that compare stand in the seed sentiment_modifiers (kind comparative).

    In a pattern `=` goes before the word in question when it is a comparative, `~` before any
    other. The text is that of idiom_text(): small letters, no accents or apostrophes, one space
    between words, ` . ` where a clause ends. 1.25 is the weight that the reference implementation
    gives to "never so good", -0.74 its weight of a negator; 0 takes the word out. -#}
{% macro idioms() -%}
    {%- set cannot = ' (?:couldnt|cant|cannot|(?:could|can) (?:not|hardly|scarcely|barely))' -%}
    {%- set nobody = ' (?:nothing|nobody|no one|none|no [a-z]+|what)' -%}
    {%- set between = '(?: have| has| possibly| really| honestly| ever| personally)*' -%}
    {%- set some = '(?: a| an| any| anything| anyone| anybody| much| even)*' -%}
    {%- set found = '(?: ask for| asked for| wish for| wished for| hope for| hoped for| want| wanted'
        ~ '| get| got| find| found| think of| imagine| imagined| do| done| go| gone| had)' -%}
    {%- set been = '(?: be| been| feel| felt| being)' -%}
    {%- set lived = '(?: been| had| felt| seen| met| known| used| experienced| received)' -%}
    {%- set time = '(?:hour|day|week|month|year|morning|afternoon|evening)s?' -%}
    {%- set nao_pode = ' nao (?:pod(?:e|ia|iam|eria|eriam)|tem como|tinha como|ha como)' -%}
    {%- set pode = ' (?:pod(?:e|ia|iam|eria|eriam)|dev(?:ia|iam|eria|eriam))' -%}
    {%- set ser = '(?: ter| ser| sido| estar| estado| ficar| ficado| haver| vir| vindo| pedir'
        ~ '| querer)+' -%}
    {%- set um = '(?: um| uma| nada| algo| coisa| pouco| bem| muito| ainda)*' -%}
    {{ return({
        'en': [
            (cannot ~ between ~ been ~ some ~ ' less ~', -1.25),
            (' never' ~ lived ~ '(?: a| an)? less ~', -1.25),
            (cannot ~ between ~ been ~ some ~ '(?: more ~| =)', 1.25),
            (cannot ~ between ~ found ~ some ~ '(?: for)?(?: a more ~| =)', 1.25),
            (cannot ~ between ~ '(?: ~recommend| ~thank| ~praise| ~agree)'
                ~ '(?: [a-z]+)* (?:enough|more|highly)', 1.25),
            (' never' ~ lived ~ '(?: a| an| such)?(?: more ~| =)', 1.25),
            (nobody ~ ' (?:could|can)' ~ between ~ '(?: be| been| do| done)' ~ some ~ '(?: more ~| =)',
                1.25),
            (' (?:nothing|none)(?: is| was)?(?: more ~| =)[a-z]+ than ', 1.25),
            (' nothing but(?: [a-z]+)? ~', 1.25),
            (' out of nowhere(?: [.])? ~', 1),
            (cannot ~ between ~ ' (?:get|make|have)(?: [a-z]+)+ =', -0.74),
            (' could(?: have| still)*(?: be| been)(?: a| much| lot| even| far)* =worse ', 0),
            (' (?:could|can|should)(?: have| still| definitely| certainly| perhaps| always)*'
                ~ '(?: be| been)(?: a| much| lot| bit| little| slightly| even| far| way)*'
                ~ '(?: more ~| =)', -0.74),
            (' (?:should not|shouldnt) be(?: [a-z]+)? ~', 1),
            (' (?:nobody|no one)(?: felt| was| is| could| would| seems| seemed)?'
                ~ ' ~(?:responsible|help|helped|helpful|able|interested|cared|listened)', -0.74),
            (' never (?:made|make|makes|let|lets|left|leaves|kept|keep|keeps)(?: [a-z]+)+ ~', -0.74),
            (' ~(?:give|gives|giving|gave) up ', -0.74),
            (' by ~hand ', 0),
            (' (?:people|companies|customers) ~like ', 0),
            (' [=~](?:better|best) part of (?:a|an|my|our|the|[0-9]+|two|three|half a|half an) ' ~ time
                ~ ' ', 0),
            (' ~help desk', 0),
            (' (?:would|id) ~like ', 0),
            (' ~please (?:[a-z]+ )', 0),
            (' ~hope (?:you|they|someone|somebody|this|it) ', 0),
            (' ~honest(?:ly)? (?:feedback|opinion|answer)', 0),
            (' ~(?:happy|glad) to (?:show|explain|talk|discuss|send|provide)', 0),
            (' ~thanks (?:for reading|in advance)', 0),
            (' ~no longer (?:have|has|had|need|needs) to ', 0),
        ],
        'pt': [
            (nao_pode ~ ser ~ um ~ '(?: mais ~| =)', 1.25),
            (' =(?:melhor|pior) (?:impossivel|nao (?:ha|existe|tem|pod[a-z]+) )', 1.25),
            (' (?:nunca|jamais)(?: [a-z]+)? (?:fui|estive|tive|vi|fiquei|recebi|comprei|houve|usei)'
                ~ '(?: [a-z]+)?(?: (?:tao|mais)(?: bem| mal)? ~| =)', 1.25),
            (' (?:nada|nao (?:tenho|ha|temos|tem|tive))(?: nada| do| de| o| que| a| pra| para| motivo'
                ~ '| motivos| nenhum| nenhuma| queixa| mais)* ~(?:reclam|queix)[a-z]+', -0.74),
            (' lugar nenhum(?: [.])? ~', 1),
            (pode ~ ser ~ um ~ ' =pior(?:es)? ', 0),
            (pode ~ ser ~ um ~ '(?: mais ~| =)', -0.74),
        ],
    }) }}
{%- endmacro %}


{#- What a comment must hold for an idiom to be looked for in it; most comments do not. -#}
{% macro has_idiom_cue(text) -%}
    {%- set cues = [
        'could', 'can', 'should', 'never', 'nothing', 'none', 'nowhere', 'nobody', 'no one',
        'no longer', 'part of', 'help desk', 'give up', 'gives up', 'giving up', 'gave up',
        'by hand', 'like', 'please', 'hope', 'honest', 'happy to', 'glad to', 'thanks',
        'pod', 'dev', 'nunca', 'jamais', 'nada', 'nenhum', 'n_o te', 'n_o h', 'imposs',
    ] -%}
    (
        {%- for cue in cues %}
        {{ 'or ' if not loop.first }}lower({{ text }}) like '%{{ cue }}%'
        {%- endfor %}
    )
{%- endmacro %}


{#- Words as the patterns of idioms() want them. -#}
{% macro idiom_text(text) -%}
    {%- set plain = without_accents("lower(replace(replace(" ~ text ~ ", '’', ''), '''', ''))") -%}
    {%- set clauses = replace_pattern(plain, '[.,;:!?()]+', ' . ') -%}
    {{ replace_pattern(clauses, '[^a-z0-9.]+', ' ') }}
{%- endmacro %}


{#- Factor that the idiom around a word gives to its valence; null when it stands in none. -#}
{% macro idiom_factor(language, text) -%}
    case
        {%- for name, patterns in idioms().items() %}
        {%- for pattern, factor in patterns %}
        when {{ language }} = '{{ name }}' and {{ has_pattern(text, pattern) }} then {{ factor }}
        {%- endfor %}
        {%- endfor %}
    end
{%- endmacro %}
