{#- The shape of every canonical stream, stated once: the time column that the as-of date cuts, and
    columns as name: type, a leading * marking those that a source must supply. -#}
{% macro canonical_streams() -%}
    {%- set customer_key = {'customer_key_type': 'varchar', 'customer_key': 'varchar'} -%}
    {%- do return({
        'accounts': {'time': 'created_at', 'columns': {
            '*source_name': 'varchar', '*account_id': 'varchar', '*customer_key_type': 'varchar',
            '*customer_key': 'varchar', 'account_name': 'varchar', 'is_organisation': 'boolean',
            'business_model': 'varchar', 'segment': 'varchar', 'industry': 'varchar',
            'country': 'varchar', 'size_band': 'varchar', 'owner_id': 'varchar',
            'created_at': 'timestamp', 'is_test': 'boolean', 'first_name': 'varchar',
            'last_name': 'varchar', 'birth_date': 'date', 'postcode': 'varchar', 'city': 'varchar',
            'address_line': 'varchar'}},
        'contacts': {'time': 'created_at', 'columns': {
            '*source_name': 'varchar', '*contact_id': 'varchar', '*customer_key_type': 'varchar',
            '*customer_key': 'varchar', 'full_name': 'varchar', 'email': 'varchar',
            'phone': 'varchar', 'job_title': 'varchar', 'created_at': 'timestamp',
            'first_name': 'varchar', 'last_name': 'varchar', 'birth_date': 'date',
            'postcode': 'varchar', 'city': 'varchar', 'address_line': 'varchar'}},
        'identities': {'time': 'observed_at', 'columns': {
            '*source_name': 'varchar', '*source_record_id': 'varchar', '*identity_type': 'varchar',
            '*identity_value': 'varchar', 'observed_at': 'timestamp'}},
        'identifier_events': {'time': none, 'columns': {
            '*source_name': 'varchar', '*entity': 'varchar', '*identifier': 'varchar',
            '*event': 'varchar', '*current_identifier': 'varchar', '*record_kind': 'varchar',
            '*record_source_name': 'varchar', '*record_id': 'varchar', '*effective_on': 'date',
            '*recorded_at': 'timestamp', 'reason': 'varchar'}},
        'identity_decisions': {'time': 'decided_at', 'columns': {
            '*source_name': 'varchar', '*decision_id': 'varchar', '*decided_at': 'timestamp',
            '*action': 'varchar', '*left_key_type': 'varchar', '*left_key': 'varchar',
            '*right_key_type': 'varchar', '*right_key': 'varchar', 'decided_by': 'varchar',
            'reason': 'varchar'}},
        'interactions': {'time': 'occurred_at', 'columns': dict({
            '*source_name': 'varchar', '*interaction_id': 'varchar'}, **dict(customer_key, **{
            '*event_name': 'varchar', 'channel_id': 'varchar', '*occurred_at': 'timestamp',
            'ended_at': 'timestamp', 'session_id': 'varchar', 'related_type': 'varchar',
            'related_id': 'varchar', 'outcome': 'varchar', 'duration_seconds': 'double',
            'team': 'varchar', 'agent_id': 'varchar', 'page': 'varchar',
            'marketing_channel': 'varchar', 'load_id': 'varchar'}))},
        'survey_invitations': {'time': 'sent_at', 'columns': dict({
            '*source_name': 'varchar', '*invitation_id': 'varchar', '*survey_id': 'varchar'},
            **dict(customer_key, **{
            'channel_id': 'varchar', '*sent_at': 'timestamp', 'delivered_at': 'timestamp',
            'opened_at': 'timestamp', 'started_at': 'timestamp', 'completed_at': 'timestamp',
            'is_bounced': 'boolean'}))},
        'survey_answers': {'time': 'answered_at', 'columns': dict({
            '*source_name': 'varchar', '*answer_id': 'varchar', 'invitation_id': 'varchar',
            '*response_id': 'varchar', '*survey_id': 'varchar', '*question_id': 'varchar'},
            **dict(customer_key, **{
            '*answered_at': 'timestamp', 'score': 'double', 'answer_text': 'varchar',
            'channel_id': 'varchar'}))},
        'feedback': {'time': 'occurred_at', 'columns': dict({
            '*source_name': 'varchar', '*feedback_id': 'varchar'}, **dict(customer_key, **{
            'response_id': 'varchar', '*feedback_kind': 'varchar', '*is_solicited': 'boolean',
            'channel_id': 'varchar', 'touchpoint_id': 'varchar', 'survey_id': 'varchar',
            '*comment_text': 'varchar', 'rating': 'double', '*occurred_at': 'timestamp'}))},
        'usage': {'time': 'usage_date', 'columns': dict({
            '*source_name': 'varchar', '*usage_id': 'varchar'}, **dict(customer_key, **{
            'user_id': 'varchar', '*feature': 'varchar', '*usage_date': 'date',
            'event_count': 'bigint', 'active_seconds': 'double', 'error_count': 'bigint'}))},
        'subscriptions': {'time': 'changed_at', 'columns': dict({
            '*source_name': 'varchar', '*subscription_change_id': 'varchar',
            '*subscription_id': 'varchar'}, **dict(customer_key, **{
            '*changed_at': 'timestamp', '*change_type': 'varchar', 'status': 'varchar',
            'plan_id': 'varchar', 'seats': 'bigint', 'mrr_amount': 'decimal(18, 2)',
            'currency': 'varchar', 'contract_months': 'bigint'}))},
        'orders': {'time': 'ordered_at', 'columns': dict({
            '*source_name': 'varchar', '*order_id': 'varchar'}, **dict(customer_key, **{
            '*ordered_at': 'timestamp', 'status': 'varchar', 'channel_id': 'varchar',
            'total_amount': 'decimal(18, 2)', 'currency': 'varchar', 'approved_at': 'timestamp',
            'shipped_at': 'timestamp', 'delivered_at': 'timestamp',
            'estimated_delivery_at': 'timestamp', 'refund_amount': 'decimal(18, 2)',
            'refund_requested_at': 'timestamp', 'refunded_at': 'timestamp'}))},
        'order_lines': {'time': none, 'columns': {
            '*source_name': 'varchar', '*order_line_id': 'varchar', '*order_id': 'varchar',
            'product_id': 'varchar', 'product_category': 'varchar', 'quantity': 'bigint',
            'unit_amount': 'decimal(18, 2)', 'line_amount': 'decimal(18, 2)',
            'currency': 'varchar'}},
        'tickets': {'time': 'opened_at', 'columns': dict({
            '*source_name': 'varchar', '*ticket_id': 'varchar'}, **dict(customer_key, **{
            '*opened_at': 'timestamp', 'first_replied_at': 'timestamp', 'solved_at': 'timestamp',
            'channel_id': 'varchar', 'reason': 'varchar', 'priority': 'varchar',
            'status': 'varchar', 'team': 'varchar', 'agent_id': 'varchar',
            'reopen_count': 'bigint', 'transfer_count': 'bigint'}))},
        'ticket_events': {'time': 'occurred_at', 'columns': {
            '*source_name': 'varchar', '*ticket_event_id': 'varchar', '*ticket_id': 'varchar',
            '*occurred_at': 'timestamp', 'event_type': 'varchar', 'team': 'varchar',
            'agent_id': 'varchar', 'status': 'varchar', 'priority': 'varchar',
            'channel_id': 'varchar'}},
        'opportunities': {'time': 'created_at', 'columns': dict({
            '*source_name': 'varchar', '*opportunity_id': 'varchar'}, **dict(customer_key, **{
            '*created_at': 'timestamp', 'stage': 'varchar', 'kind': 'varchar',
            'amount': 'decimal(18, 2)', 'currency': 'varchar', 'closed_at': 'timestamp',
            'is_won': 'boolean', 'lead_channel': 'varchar'}))},
        'offers': {'time': 'offered_at', 'columns': dict({
            '*source_name': 'varchar', '*offer_event_id': 'varchar', '*offer_id': 'varchar'},
            **dict(customer_key, **{
            '*offered_at': 'timestamp', 'channel_id': 'varchar', 'is_accepted': 'boolean',
            'responded_at': 'timestamp', 'amount': 'decimal(18, 2)', 'currency': 'varchar'}))},
        'marketing_spend': {'time': 'spend_date', 'columns': {
            '*source_name': 'varchar', '*spend_id': 'varchar', '*spend_date': 'date',
            '*marketing_channel': 'varchar', 'campaign': 'varchar',
            'spend_amount': 'decimal(18, 2)', 'currency': 'varchar', 'clicks': 'bigint',
            'impressions': 'bigint'}},
        'employee_feedback': {'time': 'submitted_at', 'columns': {
            '*source_name': 'varchar', '*employee_feedback_id': 'varchar',
            '*submitted_at': 'timestamp', 'team': 'varchar', 'touchpoint_id': 'varchar',
            'kind': 'varchar', 'score': 'double', 'comment_text': 'varchar'}},
        'case_updates': {'time': 'updated_at', 'columns': {
            '*source_name': 'varchar', '*case_update_id': 'varchar', '*case_id': 'varchar',
            '*updated_at': 'timestamp', 'status': 'varchar', 'owner_id': 'varchar',
            'note': 'varchar'}},
        'consents': {'time': 'updated_at', 'columns': dict({
            '*source_name': 'varchar', '*consent_id': 'varchar'}, **dict(customer_key, **{
            '*purpose': 'varchar', '*is_granted': 'boolean', '*updated_at': 'timestamp'}))},
    }) -%}
{%- endmacro %}
