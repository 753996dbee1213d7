-- The published tables that the site reads, with the columns and types of their contracts. The
-- catalog is called marts and holds the marts in its main schema.
create schema ml;
create schema quality;

create table marts.fct_cx_metrics (
    metric text, scale text, period_grain text, period_start date, dimension text, dimension_value text,
    n bigint, value double, lower double, upper double, mean_score double, is_too_few boolean,
    previous_value double, change double, change_p_value double, change_adjusted_p_value double, is_real_change boolean,
    invited bigint, completed bigint, response_rate double
);

create table marts.mart_journey_funnel (
    journey_id text, segment text, period_grain text, period_start date, step_number bigint, step_name text, touchpoint_id text,
    is_required boolean, instances bigint, share_of_start double, share_of_previous double,
    dropped bigint, waiting bigint, is_significant_drop boolean, p_value double, counting_rule text
);

create table marts.mart_journey_map (
    journey_id text, journey_name text, segment text, period_grain text, period_start date, step_number bigint,
    step_name text, touchpoint_id text, touchpoint_name text, stage_id text, instances bigint,
    share_of_start double, drop_off_rate double, hours_p50 double, hours_p90 double, hours_from_previous_p50 double,
    expected_hours double, satisfaction double, satisfaction_n bigint, effort_easy_share double,
    effort_n bigint, positive_impact double, negative_impact double, comment_count bigint,
    is_make_or_break boolean, owner_team text, desired_outcome text, backstage_process text,
    importance double, importance_method text, importance_n bigint, rated_importance bigint,
    importance_gap double, importance_gap_rank bigint, rated_performance bigint,
    performance_gap double, performance_gap_rank bigint
);

create table marts.mart_themes (
    theme_id text, theme_name text, parent_theme_id text, comments bigint, respondents bigint,
    share_of_comments double, positive_share double, negative_share double, mean_polarity double,
    comments_last_90_days bigint, comments_previous_90_days bigint, trend_ratio double,
    suggested_fix text, owner_team text, example_quote text
);

create table marts.mart_touchpoint_impact (
    touchpoint_id text, touchpoint_name text, stage_id text, commenting_customers bigint,
    mention_share double, positive_mentions bigint, negative_mentions bigint,
    positive_intensity double, negative_intensity double, positive_impact double,
    positive_lower double, positive_upper double, negative_impact double, negative_lower double,
    negative_upper double, is_positive_peak boolean, is_negative_peak boolean,
    top_positive_theme text, top_negative_theme text, positive_quote text, negative_quote text,
    suggested_fix text
);

create table marts.mart_voice_comments (
    feedback_id text, occurred_at timestamp, customer_id text, touchpoint_id text,
    channel_id text, feedback_kind text, is_solicited boolean, sentiment text,
    emotional_intensity double, emotion text, language text, themes text, comment_redacted text
);

create table marts.mart_customer_360 (
    customer_id text, customer_label text, segment text, business_model text, industry text,
    country text, size_band text, tenure_days bigint, is_active boolean, churned_at timestamp,
    mrr_amount decimal(18,2), currency text, lifetime_revenue_amount decimal(18,2),
    order_count bigint, last_order_at timestamp, last_nps double, last_nps_at timestamp,
    last_csat double, comment_count bigint, negative_comment_count bigint, last_sentiment text,
    last_comment_at timestamp, interaction_count_90d bigint, usage_events_30d bigint,
    usage_events_previous_30d bigint, active_features_90d bigint, ticket_count_90d bigint,
    open_ticket_count bigint, median_resolution_hours double, payment_failures_180d bigint,
    current_stage_id text, lifecycle_state text, rfm_segment text, churn_probability_90d double,
    churn_reason_1 text, best_offer_id text, best_offer_propensity double, open_case_count bigint, plan_id text,
    seats bigint, contract_months bigint, value_band text, recommended_action text,
    reopen_count_365d bigint, transfer_count_365d bigint, late_delivery_count_365d bigint,
    refund_count_365d bigint, latest_open_journey_id text
);

create table marts.mart_customer_timeline (
    customer_id text, occurred_at timestamp, sequence bigint, kind text, touchpoint_id text,
    channel_id text, headline text, detail text, source_name text, score double, score_metric text,
    sentiment text
);

create table marts.mart_churn_risk (
    customer_id text, customer_label text, segment text, as_of_date date,
    churn_probability_30d double, churn_probability_90d double, churn_probability_180d double,
    expected_remaining_days double, risk_band text, risk_decile bigint, reason_1 text,
    reason_2 text, reason_3 text, annual_value_amount decimal(18,2), lifetime_value_amount decimal(18,2),
    expected_loss_amount decimal(18,2), currency text, recommended_action text,
    model_version text, model_status text
);

create table marts.mart_upsell_opportunities (
    customer_id text, customer_label text, segment text, offer_id text, offer_name text,
    as_of_date date, propensity_90d double, is_eligible boolean, ineligible_reason text,
    offer_value_amount decimal(18,2), expected_value_amount decimal(18,2), currency text,
    days_since_last_offer bigint, reason_1 text, reason_2 text, rank_in_customer bigint,
    model_version text
);

create table marts.mart_value_at_risk (
    segment text, active_customers bigint, at_risk_customers bigint,
    average_customer_value_amount decimal(18,2), simple_value_at_risk_amount decimal(18,2),
    expected_loss_amount decimal(18,2), currency text, horizon_days bigint,
    threshold_probability double
);

create table marts.mart_case_queue (
    case_id text, rule_id text, rule_name text, kind text, customer_id text, customer_label text,
    segment text, team text, owner_id text, priority text, recommended_action text, cause text,
    opened_at timestamp, due_at timestamp, status text, value_amount decimal(18,2), currency text
);

create table ml.survival_curves (
    model_name text, group_name text, group_value text, duration_days double, survival double,
    lower double, upper double, at_risk bigint
);

create table ml.hazard_ratios (
    covariate text, hazard_ratio double, lower double, upper double, p_value double, n bigint,
    events bigint
);

create table ml.model_status (
    model_name text, as_of_date date, model_version text, status text, reason text,
    train_rows bigint, train_positives bigint, test_rows bigint, test_positives bigint,
    test_from date, test_to date, alarm text
);

create table ml.model_metrics (
    model_name text, model_version text, as_of_date date, subject text, metric text, value double,
    lower double, upper double, n bigint, positives bigint
);

create table ml.calibration (
    model_name text, model_version text, bin bigint, predicted_mean double, observed_rate double,
    lower double, upper double, n bigint
);

create table ml.feature_importance (
    model_name text, model_version text, feature text, feature_label text,
    mean_absolute_effect double
);

create table quality.load_ledger (
    load_id text, source_name text, stream text, file_name text, file_bytes bigint,
    file_sha256 text, rows_in bigint, rows_loaded bigint, rows_quarantined bigint,
    rows_duplicate bigint, status text, message text, received_at timestamp
);

create table quality.expectation_results (
    run_id text, suite_name text, table_name text, statement text, why text, column_name text,
    severity text, status text, success boolean, observed text, element_count bigint,
    unexpected_count bigint, unexpected_share double, sample text, owner text,
    waived_by text, waived_until date, waived_why text, validated_at timestamp
);

create table marts.mart_quality_scorecard (
    mart_name text, as_of_date date, owner text, grade text, is_latest boolean, reasons text,
    row_count bigint, rule_count bigint, evaluated_count bigint, oldest_stream_days double,
    largest_quarantine_share double
);

create table marts.mart_journey_transitions (
    journey_id text, segment text, period_grain text, period_start date, from_touchpoint_id text,
    to_touchpoint_id text, transition_kind text, transitions bigint,
    share_of_from double, return_count bigint, channel_switch_count bigint, hand_off_count bigint,
    hours_p50 double, hours_p90 double
);

create table marts.mart_journey_variants (
    journey_id text, segment text, period_grain text, period_start date, variant_rank bigint,
    variant_id text, path text, variant_count bigint, instances bigint,
    share double, completed bigint, abandoned bigint, open_instances bigint,
    completion_rate double, duration_hours_p50 double
);

create table marts.mart_journey_deviations (
    journey_id text, segment text, period_grain text, period_start date, deviation text,
    step_number bigint, touchpoint_id text, instances bigint, share double,
    completion_rate double, completion_rate_without double
);

create table marts.mart_journey_conformance (
    journey_id text, segment text, period_grain text, period_start date, instances bigint,
    completed bigint, abandoned bigint, open_instances bigint, fitness double,
    in_order_share double, in_order_lower double, in_order_upper double, as_designed_share double,
    return_share double
);

create table marts.fct_journeys (
    journey_instance_id text, journey_id text, customer_id text, segment text, started_at timestamp,
    start_month date, outcome text, last_step_number bigint, variant_id text
);

create table marts.fct_journey_steps (
    journey_step_id text, journey_instance_id text, journey_id text, customer_id text,
    step_number bigint, touchpoint_id text, reached_at timestamp, hours_from_start double,
    is_late boolean, visit_count bigint
);

create table marts.fct_journey_personas (
    journey_instance_id text, journey_id text, customer_id text, persona_id text, lifecycle_state text,
    persona_basis text, started_at timestamp, outcome text, last_step_number bigint
);

create table marts.mart_journey_personas (
    journey_id text, designed_persona text, dimension text, dimension_value text, persona_basis text,
    is_designed_for boolean, step_number bigint, step_name text, is_required boolean,
    instances bigint, completed bigint, abandoned bigint, open_instances bigint,
    share_of_known double, designed_share double, share_of_start double, completion_rate double,
    completion_lower double, completion_upper double, dropped bigint, drop_off_rate double,
    hours_p50 double, hours_p90 double, late_share double, timed_count bigint,
    satisfaction double, satisfaction_n bigint, others_rate double, difference double,
    adjusted_p_value double, is_too_few boolean, is_different boolean
);

create table marts.fct_journey_deviations (
    journey_instance_id text, journey_id text, customer_id text, segment text, started_at timestamp,
    start_month date, outcome text, deviation text, step_number bigint, touchpoint_id text
);

create table marts.mart_journey_comparisons (
    journey_id text, comparison text, first_side text, second_side text, measure_kind text,
    measure text, first_count bigint, first_instances bigint, first_share double,
    second_count bigint, second_instances bigint, second_share double, difference double,
    p_value double, adjusted_p_value double, is_too_few boolean, is_significant boolean
);

create table marts.mart_friction_points (
    detector_id text, detector_name text, kind text, severity text, owner text, segment text,
    period_grain text, period_start date, events bigint, customers bigint,
    active_customers_touched bigint, active_customers bigint, share_of_customers double,
    share_lower double, share_upper double, timed_events bigint, minutes_lost double,
    exposed_windows bigint, unmatched_windows bigint, churn_effect double,
    churn_effect_lower double, churn_effect_upper double, adjusted_p_value double,
    effect_status text, answers_after bigint, satisfaction_after double,
    satisfaction_otherwise double, satisfaction_effect double, satisfaction_effect_lower double,
    satisfaction_effect_upper double, churn_cost_amount decimal(18,2), churn_cost_lower_amount decimal(18,2),
    churn_cost_upper_amount decimal(18,2), handling_cost_amount decimal(18,2),
    total_cost_amount decimal(18,2), currency text, cost_rank bigint
);

create table marts.mart_friction_customers (
    detector_id text, customer_id text, segment text, events bigint, last_at timestamp,
    is_active boolean
);

create table marts.mart_moments_that_matter (
    touchpoint_id text, touchpoint_name text, is_declared boolean, is_found boolean,
    moment_state text, status text, customers bigint, friction_events bigint, low_scores bigint,
    negative_comments bigint, churn_effect double, churn_effect_lower double,
    churn_effect_upper double, adjusted_p_value double, spend_effect_amount decimal(18,2),
    spend_effect_lower_amount decimal(18,2), spend_effect_upper_amount decimal(18,2),
    currency text, effect_rank bigint
);

create table marts.mart_action_effects (
    action_id text, action_name text, journey_id text, touchpoint_id text, fixed_on date,
    owner text, status text, window_days bigint, before_instances bigint, before_rate double,
    before_lower double, before_upper double, after_instances bigint, after_rate double,
    after_lower double, after_upper double, effect double, effect_lower double,
    effect_upper double, p_value double, expected_effect double, conclusion text,
    counting_rule text
);

create table marts.mart_service_performance (
    period_grain text, dimension text, dimension_value text, tickets bigint, is_too_few boolean,
    first_reply_hours_p50 double, first_reply_hours_p90 double, resolution_hours_p50 double,
    resolution_hours_p90 double, touch_n bigint, one_touch_share double, reopen_n bigint,
    reopen_rate double, handoff_n bigint, handoff_rate double, first_reply_sla_n bigint,
    first_reply_sla_share double, resolution_sla_n bigint, resolution_sla_share double,
    csat_n bigint, csat double
);

create table marts.mart_service_backlog (
    calendar_date date, team text, opened bigint, reopened bigint, solved bigint,
    open_at_end bigint, age_days_p50 double
);

create table marts.mart_failure_demand (
    period_grain text, segment text, reason text, proxy_id text, proxy_name text, rule text,
    contacts bigint, share_of_contacts double, share_lower double, share_upper double,
    is_too_few boolean, cost_amount decimal(18,2), currency text
);

create table marts.mart_self_service (
    period_grain text, segment text, page text, attempts bigint, succeeded bigint, failed bigint,
    undecided bigint, success_rate double, success_lower double, success_upper double,
    is_too_few boolean, failure_cost_amount decimal(18,2), currency text
);

create table marts.mart_cost_to_serve (
    cost_level text, level_value text, channel_id text, contacts bigint, share_of_contacts double,
    cost_amount decimal(18,2), share_of_cost double, contacting_customers bigint,
    cost_per_customer_amount decimal(18,2), currency text
);

create table marts.mart_channel_switching (
    segment text, change_kind text, from_value text, to_value text, changes bigint, chains bigint,
    share_of_chains double, share_lower double, share_upper double, is_too_few boolean,
    rated bigint, satisfied_share double, unchanged_rated bigint,
    unchanged_satisfied_share double, is_satisfaction_different boolean, hours_p50 double,
    unchanged_hours_p50 double
);

create table marts.mart_retention (
    period_grain text, period_start date, period_end date, is_complete boolean, segment text,
    churn_basis text, currency text, customers_at_start bigint, new_customers bigint,
    lost_customers bigint, customers_at_end bigint, churn_rate double, churn_rate_lower double,
    churn_rate_upper double, has_enough_customers boolean, start_mrr_amount decimal(18,2),
    new_mrr_amount decimal(18,2), reactivated_mrr_amount decimal(18,2),
    expansion_mrr_amount decimal(18,2), contraction_mrr_amount decimal(18,2),
    lost_mrr_amount decimal(18,2), end_mrr_amount decimal(18,2),
    gross_revenue_retention_rate double, net_revenue_retention_rate double,
    arpu_amount decimal(18,2), repeat_rate double
);

create table marts.mart_acquisition (
    period_grain text, period_start date, period_end date, is_complete boolean,
    marketing_channel text, currency text,
    spend_amount decimal(18,2), visitors bigint, visitor_conversion_rate double, trials bigint,
    trial_conversion_rate double, credited_customers double, cac_amount decimal(18,2),
    payback_months double, cac_status text, attribution text
);

create table marts.mart_repurchase_cycle (
    dimension text, dimension_value text, gap_count bigint, observed_gap_count bigint,
    open_gap_count bigint, quartile_1_days bigint, median_days bigint, median_days_lower bigint,
    median_days_upper bigint, quartile_3_days bigint, median_status text, stated_days bigint,
    compared_with_stated text
);

create table marts.mart_repurchase_curve (
    dimension text, dimension_value text, gap_days bigint, at_risk_count bigint,
    event_count bigint, returned_share double, returned_share_lower double,
    returned_share_upper double
);
