-- c33ac9ff58b922442876a46ef0f094b548e78dd9c9c4f38391c59ce444b6ac9d
CREATE FUNCTION {schema}.orders_grab(p_order uuid, p_worker uuid, p_assignment uuid, p_now timestamp with time zone, p_channel text) RETURNS text
    LANGUAGE plpgsql
    AS $$
DECLARE
    -- plain variables: a record would be built anew for every loser
    o_state text;
    o_filled timestamptz;
    o_expires timestamptz;
    o_starts timestamptz;
    o_ends timestamptz;
    o_undo integer;
    p_id uuid;
    p_no smallint;
    same boolean;
BEGIN
    SELECT state, filled_at, expires_at, starts_at, ends_at, undo_minutes
        INTO o_state, o_filled, o_expires, o_starts, o_ends, o_undo
        FROM "{schema}".orders_order WHERE id = p_order;
    IF NOT FOUND THEN RETURN 'missing'; END IF;
    IF o_state NOT IN ('open', 'in_progress') THEN RETURN 'closed'; END IF;
    IF o_filled IS NOT NULL THEN RETURN 'full'; END IF;
    IF o_expires <= p_now THEN RETURN 'closed'; END IF;

    SELECT id, no INTO p_id, p_no FROM "{schema}".orders_place
        WHERE order_id = p_order AND taken_by IS NULL ORDER BY no LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        IF EXISTS (SELECT FROM "{schema}".orders_place WHERE order_id = p_order AND taken_by IS NULL) THEN
            RETURN 'busy';
        END IF;
        RETURN 'full';
    END IF;

    PERFORM pg_advisory_xact_lock(hashtextextended('{schema}' || p_worker::text, 0));
    SELECT bool_or(order_id = p_order) INTO same FROM "{schema}".orders_assignment
        WHERE worker_id = p_worker AND state IN ('won', 'checked_in', 'finished', 'confirmed', 'paid')
          AND starts_at < o_ends AND ends_at > o_starts
          AND starts_at > o_starts - interval '32 days';  -- no work is longer; bounds the index scan
    IF same THEN RETURN 'already'; END IF;
    IF same IS NOT NULL THEN RETURN 'overlap'; END IF;

    SELECT state, expires_at INTO o_state, o_expires
        FROM "{schema}".orders_order WHERE id = p_order FOR NO KEY UPDATE;
    IF o_state NOT IN ('open', 'in_progress') OR o_expires <= p_now THEN RETURN 'closed'; END IF;
    UPDATE "{schema}".orders_place SET taken_by = p_assignment WHERE id = p_id;
    INSERT INTO "{schema}".orders_assignment (
        id, order_id, place_id, place_no, worker_id, state, end_reason, channel, starts_at, ends_at,
        won_at, undo_until, premium_paid_fen, fee_fen, compensation_fen, confirmed_by
    ) VALUES (
        p_assignment, p_order, p_id, p_no, p_worker, 'won', '', p_channel, o_starts, o_ends,
        p_now, p_now + make_interval(mins => o_undo), 0, 0, 0, ''
    );
    IF NOT EXISTS (SELECT FROM "{schema}".orders_place WHERE order_id = p_order AND taken_by IS NULL) THEN
        UPDATE "{schema}".orders_order SET filled_at = p_now WHERE id = p_order;
    END IF;
    RETURN 'won';
END
$$;
CREATE TABLE {schema}.bordereau_issuedlist (
    id uuid NOT NULL,
    insurer character varying(40) NOT NULL,
    first date NOT NULL,
    last date NOT NULL,
    csv_file uuid NOT NULL,
    csv_sha256 character varying(64) NOT NULL,
    xlsx_file uuid NOT NULL,
    xlsx_sha256 character varying(64) NOT NULL,
    totals jsonb NOT NULL,
    issued_at timestamp with time zone NOT NULL,
    issued_by character varying(80) NOT NULL
);
CREATE TABLE {schema}.bordereau_settlement (
    id uuid NOT NULL,
    insurer character varying(40) NOT NULL,
    month date NOT NULL,
    state character varying(12) NOT NULL,
    amount_fen bigint,
    statement_id uuid,
    found jsonb,
    accepted_reason character varying(200) NOT NULL,
    drafted_by character varying(80) NOT NULL,
    drafted_at timestamp with time zone NOT NULL,
    reconciled_by character varying(80) NOT NULL,
    reconciled_at timestamp with time zone,
    approved_by character varying(80) NOT NULL,
    approved_at timestamp with time zone,
    paid_at timestamp with time zone,
    payment_reference character varying(80) NOT NULL,
    transfer_id uuid,
    CONSTRAINT settlement_has_amount CHECK ((((state)::text = ANY ((ARRAY['draft'::character varying, 'withdrawn'::character varying])::text[])) OR (amount_fen IS NOT NULL))),
    CONSTRAINT settlement_two_people CHECK (((NOT ((state)::text = ANY ((ARRAY['approved'::character varying, 'paid'::character varying])::text[]))) OR (NOT ((approved_by)::text = (reconciled_by)::text))))
);
CREATE TABLE {schema}.bordereau_statement (
    id uuid NOT NULL,
    insurer character varying(40) NOT NULL,
    month date NOT NULL,
    file_id uuid NOT NULL,
    sha256 character varying(64) NOT NULL,
    rows integer NOT NULL,
    by character varying(80) NOT NULL,
    received_at timestamp with time zone NOT NULL,
    CONSTRAINT bordereau_statement_rows_check CHECK ((rows >= 0))
);
CREATE TABLE {schema}.certificates_certificate (
    id uuid NOT NULL,
    worker_id uuid NOT NULL,
    kind character varying(60) NOT NULL,
    number_sealed text NOT NULL,
    number_index character varying(64) NOT NULL,
    issued_on date NOT NULL,
    expires_on date NOT NULL,
    state character varying(10) NOT NULL,
    submitted_at timestamp with time zone NOT NULL,
    submitted_by character varying(80) NOT NULL,
    decided_at timestamp with time zone,
    decided_by character varying(80) NOT NULL,
    CONSTRAINT certificate_span CHECK ((expires_on >= issued_on))
);
CREATE TABLE {schema}.claims_claim (
    id uuid NOT NULL,
    number character varying(24) NOT NULL,
    policy_id uuid NOT NULL,
    certificate_number character varying(64) NOT NULL,
    insurer character varying(40) NOT NULL,
    layer character varying(10) NOT NULL,
    order_id uuid NOT NULL,
    assignment_id uuid NOT NULL,
    worker_id uuid NOT NULL,
    employer_id uuid NOT NULL,
    trade character varying(40) NOT NULL,
    "on" date NOT NULL,
    cover_fen bigint NOT NULL,
    state character varying(14) NOT NULL,
    injured boolean NOT NULL,
    happened_at timestamp with time zone NOT NULL,
    words_sealed text NOT NULL,
    file jsonb NOT NULL,
    reporter character varying(10) NOT NULL,
    reported_by character varying(80) NOT NULL,
    channel character varying(10) NOT NULL,
    reported_at timestamp with time zone NOT NULL,
    acknowledged_at timestamp with time zone,
    insurer_reference character varying(64) NOT NULL,
    accepted_fen bigint,
    reason_code character varying(40) NOT NULL,
    decided_at timestamp with time zone,
    paid_fen bigint,
    payment_reference character varying(64) NOT NULL,
    paid_at timestamp with time zone,
    ended_at timestamp with time zone,
    due character varying(10) NOT NULL,
    due_at timestamp with time zone,
    decide_by timestamp with time zone NOT NULL,
    papers_wanted_at timestamp with time zone,
    overdue_since timestamp with time zone,
    overdue_times smallint NOT NULL,
    CONSTRAINT claim_due_has_a_moment CHECK (((((due)::text = ''::text) AND (due_at IS NULL)) OR ((NOT ((due)::text = ''::text)) AND (due_at IS NOT NULL)))),
    CONSTRAINT claim_paid_as_accepted CHECK (((paid_fen IS NULL) OR (paid_fen = accepted_fen))),
    CONSTRAINT claim_within_cover CHECK (((accepted_fen IS NULL) OR ((accepted_fen > 0) AND (accepted_fen <= cover_fen)))),
    CONSTRAINT claims_claim_overdue_times_check CHECK ((overdue_times >= 0))
);
CREATE TABLE {schema}.claims_document (
    id uuid NOT NULL,
    file_id uuid NOT NULL,
    role character varying(10) NOT NULL,
    added_by character varying(10) NOT NULL,
    added_at timestamp with time zone NOT NULL,
    claim_id uuid NOT NULL
);
CREATE TABLE {schema}.claims_papersasked (
    id uuid NOT NULL,
    codes jsonb NOT NULL,
    notes_sealed text NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    answered_at timestamp with time zone,
    claim_id uuid NOT NULL
);
CREATE TABLE {schema}.django_migrations (
    id bigint NOT NULL,
    app character varying(255) NOT NULL,
    name character varying(255) NOT NULL,
    applied timestamp with time zone NOT NULL
);
ALTER TABLE {schema}.django_migrations ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME {schema}.django_migrations_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE {schema}.files_storedfile (
    id uuid NOT NULL,
    kind character varying(20) NOT NULL,
    name_sealed text NOT NULL,
    media_type character varying(80) NOT NULL,
    size bigint NOT NULL,
    sha256 character varying(64) NOT NULL,
    pages integer,
    width integer,
    height integer,
    key character varying(200) NOT NULL,
    stored_by character varying(80) NOT NULL,
    channel character varying(10) NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT file_not_empty CHECK ((size > 0)),
    CONSTRAINT file_picture_or_pages CHECK ((((height IS NULL) AND (width IS NULL)) OR ((height > 0) AND (pages IS NULL) AND (width > 0)))),
    CONSTRAINT files_storedfile_height_check CHECK ((height >= 0)),
    CONSTRAINT files_storedfile_pages_check CHECK ((pages >= 0)),
    CONSTRAINT files_storedfile_width_check CHECK ((width >= 0))
);
CREATE TABLE {schema}.fund_budgetchange (
    id uuid NOT NULL,
    before_fen bigint NOT NULL,
    after_fen bigint NOT NULL,
    reason character varying(200) NOT NULL,
    by character varying(80) NOT NULL,
    at timestamp with time zone NOT NULL,
    program_id uuid NOT NULL
);
CREATE TABLE {schema}.fund_choice (
    id uuid NOT NULL,
    party character varying(10) NOT NULL,
    party_id uuid NOT NULL,
    declined boolean NOT NULL,
    reason character varying(200) NOT NULL,
    by character varying(80) NOT NULL,
    channel character varying(10) NOT NULL,
    at timestamp with time zone NOT NULL
);
CREATE TABLE {schema}.fund_deposit (
    id uuid NOT NULL,
    target character varying(10) NOT NULL,
    amount_fen bigint NOT NULL,
    reference character varying(80) NOT NULL,
    transfer_id uuid NOT NULL,
    by character varying(80) NOT NULL,
    at timestamp with time zone NOT NULL
);
CREATE TABLE {schema}.fund_difference (
    id uuid NOT NULL,
    policy_id uuid NOT NULL,
    insurer character varying(40) NOT NULL,
    amount_fen bigint NOT NULL,
    returned_fen bigint NOT NULL,
    paid_at timestamp with time zone NOT NULL,
    CONSTRAINT difference_returned_within_amount CHECK (((amount_fen > 0) AND (returned_fen >= 0) AND (returned_fen <= amount_fen)))
);
CREATE TABLE {schema}.fund_draw (
    id uuid NOT NULL,
    policy_id uuid NOT NULL,
    occasion character varying(40) NOT NULL,
    insurer character varying(40) NOT NULL,
    amount_fen bigint NOT NULL,
    returned_fen bigint NOT NULL,
    drawn_at timestamp with time zone NOT NULL,
    program_id uuid NOT NULL,
    CONSTRAINT draw_returned_within_amount CHECK (((amount_fen > 0) AND (returned_fen >= 0) AND (returned_fen <= amount_fen)))
);
CREATE TABLE {schema}.fund_program (
    id uuid NOT NULL,
    name character varying(80) NOT NULL,
    from_day date NOT NULL,
    to_day date NOT NULL,
    budget_fen bigint NOT NULL,
    slice_fen bigint NOT NULL,
    granted_fen bigint NOT NULL,
    state character varying(10) NOT NULL,
    started_at timestamp with time zone NOT NULL,
    started_by character varying(80) NOT NULL,
    closed_at timestamp with time zone,
    CONSTRAINT program_days_and_slice CHECK (((slice_fen > 0) AND (to_day >= from_day))),
    CONSTRAINT program_within_budget CHECK (((granted_fen >= 0) AND (granted_fen <= budget_fen)))
);
CREATE TABLE {schema}.fund_reserve (
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    document character varying(200) NOT NULL,
    state character varying(10) NOT NULL,
    declared_at timestamp with time zone NOT NULL,
    declared_by character varying(80) NOT NULL,
    withdrawn_at timestamp with time zone
);
CREATE TABLE {schema}.fund_slice (
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    left_fen bigint NOT NULL,
    program_id uuid NOT NULL,
    CONSTRAINT slice_not_overdrawn CHECK ((left_fen >= 0))
);
CREATE TABLE {schema}.insurance_amendment (
    id uuid NOT NULL,
    number smallint NOT NULL,
    change character varying(20) NOT NULL,
    state character varying(10) NOT NULL,
    assignment_before uuid NOT NULL,
    worker_before uuid NOT NULL,
    days smallint NOT NULL,
    premium_fen bigint NOT NULL,
    extra_fen bigint NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    answered_at timestamp with time zone,
    reason character varying(60) NOT NULL,
    settled boolean NOT NULL,
    asks integer NOT NULL,
    next_ask_at timestamp with time zone,
    policy_id uuid NOT NULL,
    CONSTRAINT insurance_amendment_asks_check CHECK ((asks >= 0)),
    CONSTRAINT insurance_amendment_days_check CHECK ((days >= 0)),
    CONSTRAINT insurance_amendment_number_check CHECK ((number >= 0))
);
CREATE TABLE {schema}.insurance_connection (
    id uuid NOT NULL,
    insurer character varying(40) NOT NULL,
    adapter character varying(40) NOT NULL,
    base_url character varying(300) NOT NULL,
    public_key jsonb,
    fallback_after_minutes integer,
    state character varying(12) NOT NULL,
    failures integer NOT NULL,
    open_until timestamp with time zone,
    last_error character varying(200) NOT NULL,
    last_ok_at timestamp with time zone,
    connected_at timestamp with time zone NOT NULL,
    connected_by character varying(80) NOT NULL,
    CONSTRAINT insurance_connection_failures_check CHECK ((failures >= 0)),
    CONSTRAINT insurance_connection_fallback_after_minutes_check CHECK ((fallback_after_minutes >= 0))
);
CREATE TABLE {schema}.insurance_policy (
    id uuid NOT NULL,
    assignment_id uuid NOT NULL,
    order_id uuid NOT NULL,
    worker_id uuid NOT NULL,
    trade character varying(40) NOT NULL,
    "on" date NOT NULL,
    days smallint NOT NULL,
    insurer character varying(40) NOT NULL,
    product character varying(40) NOT NULL,
    layer character varying(10) NOT NULL,
    payer character varying(10) NOT NULL,
    starts character varying(14) NOT NULL,
    table_version_id uuid NOT NULL,
    table_version integer NOT NULL,
    level character varying(40) NOT NULL,
    heads integer NOT NULL,
    risk_class smallint NOT NULL,
    premium_fen bigint NOT NULL,
    employer_premium_fen bigint NOT NULL,
    death_disability_cover_fen bigint NOT NULL,
    medical_cover_fen bigint NOT NULL,
    state character varying(12) NOT NULL,
    certificate_number character varying(64) NOT NULL,
    certificate_sha256 character varying(64) NOT NULL,
    certificate_file_id uuid,
    refusal_reason character varying(60) NOT NULL,
    refund_fen bigint NOT NULL,
    slip character varying(12) NOT NULL,
    replaces uuid,
    amending uuid,
    replacing boolean NOT NULL,
    requested_at timestamp with time zone NOT NULL,
    issued_at timestamp with time zone,
    covers_from timestamp with time zone,
    covers_until timestamp with time zone NOT NULL,
    started_at timestamp with time zone,
    ended_at timestamp with time zone,
    failed_at timestamp with time zone,
    trouble character varying(200) NOT NULL,
    asks integer NOT NULL,
    next_ask_at timestamp with time zone,
    tells integer NOT NULL,
    next_tell_at timestamp with time zone,
    tell_reason character varying(40) NOT NULL,
    CONSTRAINT insurance_policy_asks_check CHECK ((asks >= 0)),
    CONSTRAINT insurance_policy_days_check CHECK ((days >= 0)),
    CONSTRAINT insurance_policy_heads_check CHECK ((heads >= 0)),
    CONSTRAINT insurance_policy_risk_class_check CHECK ((risk_class >= 0)),
    CONSTRAINT insurance_policy_table_version_check CHECK ((table_version >= 0)),
    CONSTRAINT insurance_policy_tells_check CHECK ((tells >= 0)),
    CONSTRAINT policy_fen_within_premium CHECK (((employer_premium_fen >= 0) AND (employer_premium_fen <= premium_fen) AND (refund_fen >= 0) AND (refund_fen <= premium_fen)))
);
CREATE TABLE {schema}.kernel_auditrow (
    id uuid NOT NULL,
    actor character varying(80) NOT NULL,
    channel character varying(10) NOT NULL,
    act character varying(60) NOT NULL,
    subject uuid,
    purpose character varying(200) NOT NULL,
    detail jsonb NOT NULL,
    request_id character varying(64) NOT NULL,
    at timestamp with time zone NOT NULL
);
CREATE TABLE {schema}.kernel_fact (
    id uuid NOT NULL,
    kind character varying(40) NOT NULL,
    day date NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    subject uuid NOT NULL,
    trade character varying(40) NOT NULL,
    station character varying(40) NOT NULL,
    person_key character varying(32) NOT NULL,
    role character varying(20) NOT NULL,
    "values" jsonb NOT NULL,
    town character varying(40) NOT NULL
);
CREATE TABLE {schema}.kernel_factqueue (
    id bigint NOT NULL,
    fact_id uuid NOT NULL
);
ALTER TABLE {schema}.kernel_factqueue ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME {schema}.kernel_factqueue_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE {schema}.kernel_idempotencyrecord (
    id uuid NOT NULL,
    actor character varying(80) NOT NULL,
    key character varying(100) NOT NULL,
    request_hash character varying(64) NOT NULL,
    status smallint NOT NULL,
    body jsonb NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT kernel_idempotencyrecord_status_check CHECK ((status >= 0))
);
CREATE TABLE {schema}.kernel_outboxmessage (
    id bigint NOT NULL,
    event_id uuid NOT NULL,
    type character varying(80) NOT NULL,
    subject uuid NOT NULL,
    data jsonb NOT NULL,
    at timestamp with time zone NOT NULL,
    attempts integer NOT NULL,
    retry_at timestamp with time zone,
    lease_until timestamp with time zone,
    dead boolean NOT NULL,
    last_error character varying(300) NOT NULL,
    CONSTRAINT kernel_outboxmessage_attempts_check CHECK ((attempts >= 0))
);
ALTER TABLE {schema}.kernel_outboxmessage ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME {schema}.kernel_outboxmessage_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE {schema}.kernel_transitionlog (
    id uuid NOT NULL,
    machine character varying(40) NOT NULL,
    subject uuid NOT NULL,
    frm character varying(20) NOT NULL,
    "to" character varying(20) NOT NULL,
    actor character varying(80) NOT NULL,
    channel character varying(10) NOT NULL,
    at timestamp with time zone NOT NULL,
    reason character varying(200) NOT NULL
);
CREATE TABLE {schema}.ledger_account (
    id uuid NOT NULL,
    kind character varying(20) NOT NULL,
    owner_id uuid,
    guarded boolean NOT NULL,
    balance_fen bigint NOT NULL,
    held_fen bigint NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    folded_at timestamp with time zone,
    CONSTRAINT account_collecting_covered CHECK ((guarded OR ((held_fen = 0) AND (((kind)::text = 'channel_clearing'::text) OR (balance_fen >= 0))))),
    CONSTRAINT account_guarded CHECK (((NOT guarded) OR ((balance_fen >= held_fen) AND (held_fen >= 0)))),
    CONSTRAINT account_kind_owner CHECK (((guarded AND ((kind)::text = ANY ((ARRAY['cover_fund_slice'::character varying, 'employer_wallet'::character varying, 'order_escrow'::character varying, 'worker_wallet'::character varying])::text[])) AND (owner_id IS NOT NULL)) OR ((NOT guarded) AND ((kind)::text = 'premium_payable'::text) AND (owner_id IS NOT NULL)) OR ((NOT guarded) AND ((kind)::text = ANY ((ARRAY['channel_clearing'::character varying, 'cover_fund'::character varying, 'cover_reserve'::character varying, 'fee_income'::character varying, 'penalty_income'::character varying])::text[])) AND (owner_id IS NULL))))
);
CREATE TABLE {schema}.ledger_collectqueue (
    id bigint NOT NULL,
    account_id uuid NOT NULL,
    transfer_id uuid NOT NULL,
    amount_fen bigint NOT NULL
);
ALTER TABLE {schema}.ledger_collectqueue ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME {schema}.ledger_collectqueue_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE {schema}.ledger_topup (
    id uuid NOT NULL,
    owner_kind character varying(20) NOT NULL,
    owner_id uuid NOT NULL,
    account_id uuid NOT NULL,
    amount_fen bigint NOT NULL,
    state character varying(12) NOT NULL,
    token_sealed text NOT NULL,
    reference character varying(80) NOT NULL,
    failure character varying(40) NOT NULL,
    requested_at timestamp with time zone NOT NULL,
    resolved_at timestamp with time zone,
    attempts integer NOT NULL,
    ask_again_at timestamp with time zone NOT NULL,
    transfer_id uuid,
    CONSTRAINT ledger_topup_attempts_check CHECK ((attempts >= 0))
);
CREATE TABLE {schema}.ledger_transfer (
    id uuid NOT NULL,
    phase character varying(8) NOT NULL,
    debit uuid NOT NULL,
    credit uuid NOT NULL,
    amount_fen bigint NOT NULL,
    purpose character varying(40) NOT NULL,
    subject uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone,
    pending_id uuid,
    CONSTRAINT transfer_amount CHECK ((amount_fen > 0)),
    CONSTRAINT transfer_phase CHECK ((((expires_at IS NULL) AND (pending_id IS NOT NULL) AND ((phase)::text = ANY ((ARRAY['post'::character varying, 'void'::character varying])::text[]))) OR ((expires_at IS NULL) AND (pending_id IS NULL) AND ((phase)::text = 'posted'::text)) OR ((pending_id IS NULL) AND ((phase)::text = 'pending'::text)))),
    CONSTRAINT transfer_two_accounts CHECK ((NOT (debit = credit)))
);
CREATE TABLE {schema}.ledger_withdrawal (
    id uuid NOT NULL,
    owner_kind character varying(20) NOT NULL,
    owner_id uuid NOT NULL,
    account_id uuid NOT NULL,
    amount_fen bigint NOT NULL,
    state character varying(12) NOT NULL,
    token_sealed text NOT NULL,
    reference character varying(80) NOT NULL,
    failure character varying(40) NOT NULL,
    requested_at timestamp with time zone NOT NULL,
    resolved_at timestamp with time zone,
    attempts integer NOT NULL,
    ask_again_at timestamp with time zone NOT NULL,
    hold_id uuid NOT NULL,
    CONSTRAINT ledger_withdrawal_attempts_check CHECK ((attempts >= 0))
);
CREATE TABLE {schema}.orders_assignment (
    id uuid NOT NULL,
    place_no smallint NOT NULL,
    worker_id uuid NOT NULL,
    state character varying(20) NOT NULL,
    end_reason character varying(40) NOT NULL,
    channel character varying(10) NOT NULL,
    starts_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone NOT NULL,
    won_at timestamp with time zone NOT NULL,
    undo_until timestamp with time zone NOT NULL,
    hold_id uuid,
    cover_id uuid,
    cover_bound_at timestamp with time zone,
    premium_paid_fen bigint NOT NULL,
    quantity integer,
    wage_fen bigint,
    fee_fen bigint NOT NULL,
    compensation_fen bigint NOT NULL,
    finished_at timestamp with time zone,
    silence_at timestamp with time zone,
    confirmed_at timestamp with time zone,
    confirmed_by character varying(10) NOT NULL,
    paid_at timestamp with time zone,
    order_id uuid NOT NULL,
    place_id uuid NOT NULL,
    basic_cover_id uuid,
    CONSTRAINT orders_assignment_place_no_check CHECK ((place_no >= 0))
);
CREATE TABLE {schema}.orders_attendance (
    id uuid NOT NULL,
    checked_in_at timestamp with time zone NOT NULL,
    checked_in_by character varying(80) NOT NULL,
    checked_in_channel character varying(10) NOT NULL,
    checked_out_at timestamp with time zone,
    checked_out_by character varying(80) NOT NULL,
    checked_out_channel character varying(10) NOT NULL,
    assumed boolean NOT NULL,
    pieces integer,
    assignment_id uuid NOT NULL
);
CREATE TABLE {schema}.orders_feedcounter (
    id uuid NOT NULL,
    last bigint NOT NULL
);
CREATE TABLE {schema}.orders_order (
    id uuid NOT NULL,
    number character varying(24) NOT NULL,
    state character varying(20) NOT NULL,
    end_reason character varying(40) NOT NULL,
    employer_id uuid NOT NULL,
    trade character varying(40) NOT NULL,
    certificate character varying(60) NOT NULL,
    title character varying(80) NOT NULL,
    description character varying(2000) NOT NULL,
    address character varying(200) NOT NULL,
    datum character varying(6) NOT NULL,
    lat_e6 integer,
    lon_e6 integer,
    gcj_lat_e6 integer,
    gcj_lon_e6 integer,
    day date NOT NULL,
    starts_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone NOT NULL,
    break_minutes smallint NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    headcount smallint NOT NULL,
    basis character varying(8) NOT NULL,
    rate_fen bigint NOT NULL,
    quantity_expected integer NOT NULL,
    quantity_max integer NOT NULL,
    unit character varying(20) NOT NULL,
    wage_max_fen bigint NOT NULL,
    fee_bp integer NOT NULL,
    fee_max_fen bigint NOT NULL,
    policy_id uuid NOT NULL,
    insured boolean NOT NULL,
    insured_choice_by character varying(80) NOT NULL,
    insured_choice_at timestamp with time zone NOT NULL,
    insured_choice_channel character varying(10) NOT NULL,
    undo_minutes integer NOT NULL,
    rate_table_version_id uuid,
    premium_fen bigint NOT NULL,
    total_fen bigint NOT NULL,
    escrow_account uuid NOT NULL,
    feed_seq bigint NOT NULL,
    published_at timestamp with time zone,
    filled_at timestamp with time zone,
    started_at timestamp with time zone,
    ended_at timestamp with time zone,
    basic_cover boolean NOT NULL,
    cover_level character varying(40) NOT NULL,
    cover_quote_id uuid,
    CONSTRAINT order_headcount CHECK (((headcount >= 1) AND (headcount <= 500))),
    CONSTRAINT order_times CHECK ((starts_at < ends_at)),
    CONSTRAINT order_total_is_its_parts CHECK ((total_fen = (headcount * ((wage_max_fen + premium_fen) + fee_max_fen)))),
    CONSTRAINT orders_order_break_minutes_check CHECK ((break_minutes >= 0)),
    CONSTRAINT orders_order_headcount_check CHECK ((headcount >= 0)),
    CONSTRAINT orders_order_undo_minutes_check CHECK ((undo_minutes >= 0))
);
CREATE TABLE {schema}.orders_place (
    id uuid NOT NULL,
    no smallint NOT NULL,
    taken_by uuid,
    order_id uuid NOT NULL,
    CONSTRAINT orders_place_no_check CHECK ((no >= 0))
)
WITH (fillfactor='60');
CREATE TABLE {schema}.orders_review (
    id uuid NOT NULL,
    direction character varying(12) NOT NULL,
    employer_id uuid NOT NULL,
    worker_id uuid NOT NULL,
    rating smallint NOT NULL,
    text character varying(500) NOT NULL,
    written_by character varying(80) NOT NULL,
    channel character varying(10) NOT NULL,
    written_at timestamp with time zone NOT NULL,
    assignment_id uuid NOT NULL,
    CONSTRAINT orders_review_rating_check CHECK ((rating >= 0)),
    CONSTRAINT review_rating CHECK (((rating >= 1) AND (rating <= 5)))
);
CREATE TABLE {schema}.orders_startcode (
    id uuid NOT NULL,
    version integer NOT NULL,
    tries smallint NOT NULL,
    issued_at timestamp with time zone NOT NULL,
    issued_by character varying(80) NOT NULL,
    used_at timestamp with time zone,
    assignment_id uuid NOT NULL,
    CONSTRAINT orders_startcode_tries_check CHECK ((tries >= 0)),
    CONSTRAINT orders_startcode_version_check CHECK ((version >= 0))
);
CREATE TABLE {schema}.people_consent (
    id uuid NOT NULL,
    subject uuid NOT NULL,
    version character varying(20) NOT NULL,
    at timestamp with time zone NOT NULL,
    actor character varying(80) NOT NULL,
    channel character varying(10) NOT NULL,
    given boolean NOT NULL,
    purpose character varying(12) NOT NULL
);
CREATE TABLE {schema}.people_employer (
    id uuid NOT NULL,
    kind character varying(10) NOT NULL,
    display_name character varying(60) NOT NULL,
    contact_name_sealed text NOT NULL,
    id_number_sealed text NOT NULL,
    id_number_index character varying(64),
    credit_code character varying(18),
    phone_sealed text NOT NULL,
    phone_index character varying(64) NOT NULL,
    person_key character varying(32) NOT NULL,
    registered_at timestamp with time zone NOT NULL,
    registered_by character varying(80) NOT NULL,
    channel character varying(10) NOT NULL,
    CONSTRAINT employer_is_one_kind CHECK ((((credit_code IS NULL) AND (id_number_index IS NOT NULL) AND ((kind)::text = 'person'::text)) OR ((credit_code IS NOT NULL) AND (id_number_index IS NULL) AND ((kind)::text = 'company'::text))))
);
CREATE TABLE {schema}.people_employeruser (
    id uuid NOT NULL,
    identity_id uuid NOT NULL,
    duty character varying(10) NOT NULL,
    added_at timestamp with time zone NOT NULL,
    added_by character varying(80) NOT NULL,
    employer_id uuid NOT NULL
);
CREATE TABLE {schema}.people_worker (
    id uuid NOT NULL,
    name_sealed text NOT NULL,
    id_number_sealed text NOT NULL,
    id_number_index character varying(64) NOT NULL,
    phone_sealed text NOT NULL,
    phone_index character varying(64) NOT NULL,
    birth_date date NOT NULL,
    sex character varying(6) NOT NULL,
    division character varying(6) NOT NULL,
    person_key character varying(32) NOT NULL,
    identity_id uuid,
    registered_at timestamp with time zone NOT NULL,
    registered_by character varying(80) NOT NULL,
    channel character varying(10) NOT NULL
);
CREATE TABLE {schema}.people_workertrade (
    id uuid NOT NULL,
    trade character varying(40) NOT NULL,
    can_do boolean NOT NULL,
    want_to_do boolean NOT NULL,
    worker_id uuid NOT NULL,
    CONSTRAINT worker_trade_means CHECK ((can_do OR want_to_do))
);
CREATE TABLE {schema}.policy_countypolicy (
    id uuid NOT NULL,
    revision integer NOT NULL,
    effective_from date NOT NULL,
    published_at timestamp with time zone NOT NULL,
    published_by character varying(80) NOT NULL,
    min_wage_month_fen bigint NOT NULL,
    min_wage_hour_fen bigint NOT NULL,
    silence_days integer NOT NULL,
    undo_minutes integer NOT NULL,
    expire_hours integer NOT NULL,
    check_in_early_minutes integer NOT NULL,
    no_show_hours integer NOT NULL,
    fee_bp integer NOT NULL,
    cancel_free_hours integer NOT NULL,
    cancel_penalty_bp integer NOT NULL,
    no_show_limit integer NOT NULL,
    no_show_window_days integer NOT NULL,
    no_show_days integer NOT NULL,
    contact_days integer NOT NULL,
    CONSTRAINT policy_countypolicy_cancel_free_hours_check CHECK ((cancel_free_hours >= 0)),
    CONSTRAINT policy_countypolicy_cancel_penalty_bp_check CHECK ((cancel_penalty_bp >= 0)),
    CONSTRAINT policy_countypolicy_check_in_early_minutes_check CHECK ((check_in_early_minutes >= 0)),
    CONSTRAINT policy_countypolicy_contact_days_check CHECK ((contact_days >= 0)),
    CONSTRAINT policy_countypolicy_expire_hours_check CHECK ((expire_hours >= 0)),
    CONSTRAINT policy_countypolicy_fee_bp_check CHECK ((fee_bp >= 0)),
    CONSTRAINT policy_countypolicy_no_show_days_check CHECK ((no_show_days >= 0)),
    CONSTRAINT policy_countypolicy_no_show_hours_check CHECK ((no_show_hours >= 0)),
    CONSTRAINT policy_countypolicy_no_show_limit_check CHECK ((no_show_limit >= 0)),
    CONSTRAINT policy_countypolicy_no_show_window_days_check CHECK ((no_show_window_days >= 0)),
    CONSTRAINT policy_countypolicy_revision_check CHECK ((revision >= 0)),
    CONSTRAINT policy_countypolicy_silence_days_check CHECK ((silence_days >= 0)),
    CONSTRAINT policy_countypolicy_undo_minutes_check CHECK ((undo_minutes >= 0))
);
CREATE TABLE {schema}.rates_product (
    id uuid NOT NULL,
    code character varying(40) NOT NULL,
    insurer character varying(40) NOT NULL,
    layer character varying(10) NOT NULL,
    name character varying(60) NOT NULL,
    name_en character varying(80) NOT NULL,
    starts character varying(15) NOT NULL,
    active boolean NOT NULL,
    added_at timestamp with time zone NOT NULL,
    added_by character varying(80) NOT NULL
);
CREATE TABLE {schema}.rates_quote (
    id uuid NOT NULL,
    trade character varying(40) NOT NULL,
    level character varying(40) NOT NULL,
    heads integer NOT NULL,
    days integer NOT NULL,
    "on" date NOT NULL,
    risk_class smallint NOT NULL,
    premium_per_head_fen bigint NOT NULL,
    total_fen bigint NOT NULL,
    death_disability_cover_fen bigint NOT NULL,
    medical_cover_fen bigint NOT NULL,
    from_age smallint NOT NULL,
    to_age smallint NOT NULL,
    quoted_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    table_id uuid NOT NULL,
    CONSTRAINT rates_quote_days_check CHECK ((days >= 0)),
    CONSTRAINT rates_quote_from_age_check CHECK ((from_age >= 0)),
    CONSTRAINT rates_quote_heads_check CHECK ((heads >= 0)),
    CONSTRAINT rates_quote_risk_class_check CHECK ((risk_class >= 0)),
    CONSTRAINT rates_quote_to_age_check CHECK ((to_age >= 0))
);
CREATE TABLE {schema}.rates_ranking (
    id uuid NOT NULL,
    layer character varying(10) NOT NULL,
    number integer NOT NULL,
    effective_from date NOT NULL,
    codes jsonb NOT NULL,
    ranked_at timestamp with time zone NOT NULL,
    ranked_by character varying(80) NOT NULL,
    CONSTRAINT rates_ranking_number_check CHECK ((number >= 0))
);
CREATE TABLE {schema}.rates_ratetable (
    id uuid NOT NULL,
    version integer NOT NULL,
    effective_from date NOT NULL,
    state character varying(12) NOT NULL,
    source character varying(200) NOT NULL,
    content text NOT NULL,
    digest character varying(64) NOT NULL,
    drafted_at timestamp with time zone NOT NULL,
    drafted_by character varying(80) NOT NULL,
    submitted_at timestamp with time zone,
    submitted_by character varying(80) NOT NULL,
    published_at timestamp with time zone,
    published_by character varying(80) NOT NULL,
    published_number integer,
    product_id uuid NOT NULL,
    CONSTRAINT rates_published_has_number CHECK (((NOT ((state)::text = ANY ((ARRAY['published'::character varying, 'superseded'::character varying])::text[]))) OR (published_number IS NOT NULL))),
    CONSTRAINT rates_ratetable_published_number_check CHECK ((published_number >= 0)),
    CONSTRAINT rates_ratetable_version_check CHECK ((version >= 0))
);
CREATE TABLE {schema}.webhooks_attempt (
    id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    status smallint,
    milliseconds integer NOT NULL,
    error character varying(120) NOT NULL,
    delivery_id uuid NOT NULL,
    CONSTRAINT webhooks_attempt_milliseconds_check CHECK ((milliseconds >= 0)),
    CONSTRAINT webhooks_attempt_status_check CHECK ((status >= 0))
);
CREATE TABLE {schema}.webhooks_delivery (
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    next_at timestamp with time zone NOT NULL,
    give_up_at timestamp with time zone NOT NULL,
    lease_until timestamp with time zone,
    attempts integer NOT NULL,
    delivered_at timestamp with time zone,
    dead_at timestamp with time zone,
    last_status smallint,
    last_error character varying(120) NOT NULL,
    endpoint_id uuid NOT NULL,
    event_id uuid NOT NULL,
    CONSTRAINT delivery_one_end CHECK (((delivered_at IS NULL) OR (dead_at IS NULL))),
    CONSTRAINT webhooks_delivery_attempts_check CHECK ((attempts >= 0)),
    CONSTRAINT webhooks_delivery_last_status_check CHECK ((last_status >= 0))
);
CREATE TABLE {schema}.webhooks_endpoint (
    id uuid NOT NULL,
    partner character varying(40) NOT NULL,
    url character varying(2000) NOT NULL,
    types jsonb NOT NULL,
    state character varying(10) NOT NULL,
    disabled_reason character varying(200) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    created_by character varying(80) NOT NULL,
    secret_sealed text NOT NULL,
    previous_sealed text NOT NULL,
    previous_until timestamp with time zone,
    failures integer NOT NULL,
    failing_since timestamp with time zone,
    open_until timestamp with time zone,
    last_dead_at timestamp with time zone,
    CONSTRAINT webhooks_endpoint_failures_check CHECK ((failures >= 0))
);
CREATE TABLE {schema}.webhooks_inboundmessage (
    id uuid NOT NULL,
    partner character varying(40) NOT NULL,
    message_id character varying(100) NOT NULL,
    body_hash character varying(64) NOT NULL,
    at timestamp with time zone NOT NULL
);
CREATE TABLE {schema}.webhooks_partnerevent (
    id uuid NOT NULL,
    partner character varying(40) NOT NULL,
    type character varying(80) NOT NULL,
    subject uuid NOT NULL,
    sequence integer NOT NULL,
    "position" bigint,
    at timestamp with time zone NOT NULL,
    data jsonb NOT NULL,
    CONSTRAINT webhooks_partnerevent_sequence_check CHECK ((sequence >= 0))
);
CREATE TABLE {schema}.webhooks_partnerkey (
    id uuid NOT NULL,
    partner character varying(40) NOT NULL,
    direction character varying(3) NOT NULL,
    secret_sealed text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    retires_at timestamp with time zone,
    CONSTRAINT partnerkey_direction CHECK (((direction)::text = ANY ((ARRAY['in'::character varying, 'out'::character varying])::text[])))
);
ALTER TABLE ONLY {schema}.ledger_account
    ADD CONSTRAINT account_once_an_owner UNIQUE NULLS NOT DISTINCT (kind, owner_id);
ALTER TABLE ONLY {schema}.insurance_amendment
    ADD CONSTRAINT amendment_once UNIQUE (policy_id, number);
ALTER TABLE ONLY {schema}.bordereau_issuedlist
    ADD CONSTRAINT bordereau_issuedlist_pkey PRIMARY KEY (id);
ALTER TABLE ONLY {schema}.bordereau_issuedlist
    ADD CONSTRAINT bordereau_list_once UNIQUE (insurer, first, last);
ALTER TABLE ONLY {schema}.bordereau_settlement
    ADD CONSTRAINT bordereau_settlement_pkey PRIMARY KEY (id);
ALTER TABLE ONLY {schema}.bordereau_statement
    ADD CONSTRAINT bordereau_statement_pkey PRIMARY KEY (id);
ALTER TABLE ONLY {schema}.certificates_certificate
    ADD CONSTRAINT certificates_certificate_pkey PRIMARY KEY (id);
ALTER TABLE ONLY {schema}.claims_document
    ADD CONSTRAINT claim_document_once UNIQUE (claim_id, file_id);
ALTER TABLE ONLY {schema}.claims_claim
    ADD CONSTRAINT claims_claim_number_key UNIQUE (number);
ALTER TABLE ONLY {schema}.claims_claim
    ADD CONSTRAINT claims_claim_pkey PRIMARY KEY (id);
ALTER TABLE ONLY {schema}.claims_document
    ADD CONSTRAINT claims_document_pkey PRIMARY KEY (id);
ALTER TABLE ONLY {schema}.claims_papersasked
    ADD CONSTRAINT claims_papersasked_pkey PRIMARY KEY (id);
ALTER TABLE ONLY {schema}.webhooks_delivery
    ADD CONSTRAINT delivery_once UNIQUE (endpoint_id, event_id);
ALTER TABLE ONLY {schema}.django_migrations
    ADD CONSTRAINT django_migrations_pkey PRIMARY KEY (id);
ALTER TABLE ONLY {schema}.fund_draw
    ADD CONSTRAINT draw_once_an_occasion UNIQUE (policy_id, occasion);
ALTER TABLE ONLY {schema}.people_employeruser
    ADD CONSTRAINT employer_user_once UNIQUE (employer_id, identity_id);
ALTER TABLE ONLY {schema}.webhooks_endpoint
    ADD CONSTRAINT endpoint_once UNIQUE (partner, url);
ALTER TABLE ONLY {schema}.files_storedfile
    ADD CONSTRAINT files_storedfile_key_key UNIQUE (key);
ALTER TABLE ONLY {schema}.files_storedfile
    ADD CONSTRAINT files_storedfile_pkey PRIMARY KEY (id);
ALTER TABLE ONLY {schema}.fund_budgetchange
    ADD CONSTRAINT fund_budgetchange_pkey PRIMARY KEY (id);
ALTER TABLE ONLY {schema}.fund_choice
    ADD CONSTRAINT fund_choice_pkey PRIMARY KEY (id);
ALTER TABLE ONLY {schema}.fund_deposit
    ADD CONSTRAINT fund_deposit_pkey PRIMARY KEY (id);
ALTER TABLE ONLY {schema}.fund_deposit
    ADD CONSTRAINT fund_deposit_reference_key UNIQUE (reference);
ALTER TABLE ONLY {schema}.fund_difference
    ADD CONSTRAINT fund_difference_pkey PRIMARY KEY (id);
ALTER TABLE ONLY {schema}.fund_difference
    ADD CONSTRAINT fund_difference_policy_id_key UNIQUE (policy_id);
ALTER TABLE ONLY {schema}.fund_draw
    ADD CONSTRAINT fund_draw_pkey PRIMARY KEY (id);
ALTER TABLE ONLY {schema}.fund_program
    ADD CONSTRAINT fund_program_pkey PRIMARY KEY (id);
ALTER TABLE ONLY {schema}.fund_reserve
    ADD CONSTRAINT fund_reserve_pkey PRIMARY KEY (id);
ALTER TABLE ONLY {schema}.fund_slice
    ADD CONSTRAINT fund_slice_pkey PRIMARY KEY (id);
ALTER TABLE ONLY {schema}.kernel_idempotencyrecord
    ADD CONSTRAINT idempotency_once UNIQUE (actor, key);
ALTER TABLE ONLY {schema}.webhooks_inboundmessage
    ADD CONSTRAINT inboundmessage_once UNIQUE (partner, message_id);
ALTER TABLE ONLY {schema}.insurance_amendment
    ADD CONSTRAINT insurance_amendment_pkey PRIMARY KEY (id);
ALTER TABLE ONLY {schema}.insurance_connection
    ADD CONSTRAINT insurance_connection_insurer_key UNIQUE (insurer);
ALTER TABLE ONLY {schema}.insurance_connection
    ADD CONSTRAINT insurance_connection_pkey PRIMARY KEY (id);
ALTER TABLE ONLY {schema}.insurance_policy
    ADD CONSTRAINT insurance_policy_pkey PRIMARY KEY (id);
ALTER TABLE ONLY {schema}.insurance_policy
    ADD CONSTRAINT insurance_policy_slip_key UNIQUE (slip);
ALTER TABLE ONLY {schema}.kernel_auditrow
    ADD CONSTRAINT kernel_auditrow_pkey PRIMARY KEY (id);
ALTER TABLE ONLY {schema}.kernel_fact
    ADD CONSTRAINT kernel_fact_pkey PRIMARY KEY (id);
ALTER TABLE ONLY {schema}.kernel_factqueue
    ADD CONSTRAINT kernel_factqueue_pkey PRIMARY KEY (id);
ALTER TABLE ONLY {schema}.kernel_idempotencyrecord
    ADD CONSTRAINT kernel_idempotencyrecord_pkey PRIMARY KEY (id);
ALTER TABLE ONLY {schema}.kernel_outboxmessage
    ADD CONSTRAINT kernel_outboxmessage_event_id_key UNIQUE (event_id);
ALTER TABLE ONLY {schema}.kernel_outboxmessage
    ADD CONSTRAINT kernel_outboxmessage_pkey PRIMARY KEY (id);
ALTER TABLE ONLY {schema}.kernel_transitionlog
    ADD CONSTRAINT kernel_transitionlog_pkey PRIMARY KEY (id);
ALTER TABLE ONLY {schema}.ledger_account
    ADD CONSTRAINT ledger_account_pkey PRIMARY KEY (id);
ALTER TABLE ONLY {schema}.ledger_collectqueue
    ADD CONSTRAINT ledger_collectqueue_pkey PRIMARY KEY (id);
ALTER TABLE ONLY {schema}.ledger_topup
    ADD CONSTRAINT ledger_topup_pkey PRIMARY KEY (id);
ALTER TABLE ONLY {schema}.ledger_transfer
    ADD CONSTRAINT ledger_transfer_pkey PRIMARY KEY (id);
ALTER TABLE ONLY {schema}.ledger_withdrawal
    ADD CONSTRAINT ledger_withdrawal_pkey PRIMARY KEY (id);
ALTER TABLE ONLY {schema}.orders_assignment
    ADD CONSTRAINT orders_assignment_pkey PRIMARY KEY (id);
ALTER TABLE ONLY {schema}.orders_attendance
    ADD CONSTRAINT orders_attendance_assignment_id_key UNIQUE (assignment_id);
ALTER TABLE ONLY {schema}.orders_attendance
    ADD CONSTRAINT orders_attendance_pkey PRIMARY KEY (id);
ALTER TABLE ONLY {schema}.orders_feedcounter
    ADD CONSTRAINT orders_feedcounter_pkey PRIMARY KEY (id);
ALTER TABLE ONLY {schema}.orders_order
    ADD CONSTRAINT orders_order_number_key UNIQUE (number);
ALTER TABLE ONLY {schema}.orders_order
    ADD CONSTRAINT orders_order_pkey PRIMARY KEY (id);
ALTER TABLE ONLY {schema}.orders_place
    ADD CONSTRAINT orders_place_pkey PRIMARY KEY (id);
ALTER TABLE ONLY {schema}.orders_review
    ADD CONSTRAINT orders_review_pkey PRIMARY KEY (id);
ALTER TABLE ONLY {schema}.orders_startcode
    ADD CONSTRAINT orders_startcode_assignment_id_key UNIQUE (assignment_id);
ALTER TABLE ONLY {schema}.orders_startcode
    ADD CONSTRAINT orders_startcode_pkey PRIMARY KEY (id);
ALTER TABLE ONLY {schema}.webhooks_partnerevent
    ADD CONSTRAINT partnerevent_position_once UNIQUE (partner, "position");
ALTER TABLE ONLY {schema}.webhooks_partnerevent
    ADD CONSTRAINT partnerevent_sequence_once UNIQUE (partner, subject, sequence);
ALTER TABLE ONLY {schema}.people_consent
    ADD CONSTRAINT people_consent_pkey PRIMARY KEY (id);
ALTER TABLE ONLY {schema}.people_employer
    ADD CONSTRAINT people_employer_credit_code_key UNIQUE (credit_code);
ALTER TABLE ONLY {schema}.people_employer
    ADD CONSTRAINT people_employer_id_number_index_key UNIQUE (id_number_index);
ALTER TABLE ONLY {schema}.people_employer
    ADD CONSTRAINT people_employer_pkey PRIMARY KEY (id);
ALTER TABLE ONLY {schema}.people_employeruser
    ADD CONSTRAINT people_employeruser_pkey PRIMARY KEY (id);
ALTER TABLE ONLY {schema}.people_worker
    ADD CONSTRAINT people_worker_id_number_index_key UNIQUE (id_number_index);
ALTER TABLE ONLY {schema}.people_worker
    ADD CONSTRAINT people_worker_pkey PRIMARY KEY (id);
ALTER TABLE ONLY {schema}.people_workertrade
    ADD CONSTRAINT people_workertrade_pkey PRIMARY KEY (id);
ALTER TABLE ONLY {schema}.orders_place
    ADD CONSTRAINT place_once UNIQUE (order_id, no);
ALTER TABLE ONLY {schema}.policy_countypolicy
    ADD CONSTRAINT policy_countypolicy_pkey PRIMARY KEY (id);
ALTER TABLE ONLY {schema}.policy_countypolicy
    ADD CONSTRAINT policy_countypolicy_revision_key UNIQUE (revision);
ALTER TABLE ONLY {schema}.rates_product
    ADD CONSTRAINT rates_product_code_key UNIQUE (code);
ALTER TABLE ONLY {schema}.rates_product
    ADD CONSTRAINT rates_product_pkey PRIMARY KEY (id);
ALTER TABLE ONLY {schema}.rates_ratetable
    ADD CONSTRAINT rates_published_once UNIQUE (product_id, published_number);
ALTER TABLE ONLY {schema}.rates_quote
    ADD CONSTRAINT rates_quote_pkey PRIMARY KEY (id);
ALTER TABLE ONLY {schema}.rates_ranking
    ADD CONSTRAINT rates_ranking_once UNIQUE (layer, number);
ALTER TABLE ONLY {schema}.rates_ranking
    ADD CONSTRAINT rates_ranking_pkey PRIMARY KEY (id);
ALTER TABLE ONLY {schema}.rates_ratetable
    ADD CONSTRAINT rates_ratetable_pkey PRIMARY KEY (id);
ALTER TABLE ONLY {schema}.rates_ratetable
    ADD CONSTRAINT rates_version_once UNIQUE (product_id, version);
ALTER TABLE ONLY {schema}.orders_review
    ADD CONSTRAINT review_once UNIQUE (assignment_id, direction);
ALTER TABLE ONLY {schema}.webhooks_attempt
    ADD CONSTRAINT webhooks_attempt_pkey PRIMARY KEY (id);
ALTER TABLE ONLY {schema}.webhooks_delivery
    ADD CONSTRAINT webhooks_delivery_pkey PRIMARY KEY (id);
ALTER TABLE ONLY {schema}.webhooks_endpoint
    ADD CONSTRAINT webhooks_endpoint_pkey PRIMARY KEY (id);
ALTER TABLE ONLY {schema}.webhooks_inboundmessage
    ADD CONSTRAINT webhooks_inboundmessage_pkey PRIMARY KEY (id);
ALTER TABLE ONLY {schema}.webhooks_partnerevent
    ADD CONSTRAINT webhooks_partnerevent_pkey PRIMARY KEY (id);
ALTER TABLE ONLY {schema}.webhooks_partnerkey
    ADD CONSTRAINT webhooks_partnerkey_pkey PRIMARY KEY (id);
ALTER TABLE ONLY {schema}.people_workertrade
    ADD CONSTRAINT worker_trade_once UNIQUE (worker_id, trade);
CREATE INDEX amendment_asking ON {schema}.insurance_amendment USING btree (next_ask_at) WHERE (next_ask_at IS NOT NULL);
CREATE INDEX assignment_of_worker ON {schema}.orders_assignment USING btree (worker_id, starts_at);
CREATE UNIQUE INDEX assignment_one_a_place ON {schema}.orders_assignment USING btree (place_id) WHERE ((state)::text = ANY ((ARRAY['checked_in'::character varying, 'confirmed'::character varying, 'finished'::character varying, 'paid'::character varying, 'won'::character varying])::text[]));
CREATE UNIQUE INDEX assignment_one_a_worker ON {schema}.orders_assignment USING btree (order_id, worker_id) WHERE ((state)::text = ANY ((ARRAY['checked_in'::character varying, 'confirmed'::character varying, 'finished'::character varying, 'paid'::character varying, 'won'::character varying])::text[]));
CREATE INDEX assignment_overdue ON {schema}.orders_assignment USING btree (ends_at) WHERE ((state)::text = ANY ((ARRAY['checked_in'::character varying, 'won'::character varying])::text[]));
CREATE INDEX assignment_silence ON {schema}.orders_assignment USING btree (silence_at) WHERE ((state)::text = 'finished'::text);
CREATE INDEX audit_subject ON {schema}.kernel_auditrow USING btree (subject, id);
CREATE UNIQUE INDEX certificate_number_once ON {schema}.certificates_certificate USING btree (kind, number_index) WHERE ((state)::text = ANY ((ARRAY['submitted'::character varying, 'approved'::character varying])::text[]));
CREATE INDEX certificate_queue ON {schema}.certificates_certificate USING btree (state, id);
CREATE INDEX certificate_worker ON {schema}.certificates_certificate USING btree (worker_id, kind);
CREATE INDEX choice_newest ON {schema}.fund_choice USING btree (party, party_id, at DESC, id DESC);
CREATE INDEX claim_by_day ON {schema}.claims_claim USING btree (reported_at);
CREATE INDEX claim_document_file ON {schema}.claims_document USING btree (file_id);
CREATE INDEX claim_falling_due ON {schema}.claims_claim USING btree (due_at) WHERE ((due_at IS NOT NULL) AND (overdue_since IS NULL));
CREATE INDEX claim_of_assignment ON {schema}.claims_claim USING btree (assignment_id);
CREATE INDEX claim_of_employer ON {schema}.claims_claim USING btree (employer_id, id);
CREATE INDEX claim_of_insurer ON {schema}.claims_claim USING btree (insurer, id);
CREATE INDEX claim_of_worker ON {schema}.claims_claim USING btree (worker_id, id);
CREATE UNIQUE INDEX claim_one_live_a_policy ON {schema}.claims_claim USING btree (policy_id) WHERE ((state)::text = ANY ((ARRAY['accepted'::character varying, 'acknowledged'::character varying, 'filed'::character varying, 'papers_wanted'::character varying, 'reported'::character varying, 'under_review'::character varying])::text[]));
CREATE UNIQUE INDEX claim_one_open_request ON {schema}.claims_papersasked USING btree (claim_id) WHERE (answered_at IS NULL);
CREATE INDEX claims_claim_number_eda68982_like ON {schema}.claims_claim USING btree (number varchar_pattern_ops);
CREATE INDEX claims_document_claim_id_a3f7a3c1 ON {schema}.claims_document USING btree (claim_id);
CREATE INDEX claims_papersasked_claim_id_75e17707 ON {schema}.claims_papersasked USING btree (claim_id);
CREATE INDEX collectqueue_account ON {schema}.ledger_collectqueue USING btree (account_id, id);
CREATE INDEX delivery_dead ON {schema}.webhooks_delivery USING btree (endpoint_id, id) WHERE (dead_at IS NOT NULL);
CREATE INDEX delivery_due ON {schema}.webhooks_delivery USING btree (endpoint_id, next_at) WHERE ((dead_at IS NULL) AND (delivered_at IS NULL));
CREATE INDEX file_by_whom ON {schema}.files_storedfile USING btree (stored_by, at);
CREATE INDEX files_storedfile_key_5fe66fc6_like ON {schema}.files_storedfile USING btree (key varchar_pattern_ops);
CREATE INDEX fund_budgetchange_program_id_117670e5 ON {schema}.fund_budgetchange USING btree (program_id);
CREATE INDEX fund_deposit_reference_2031aab1_like ON {schema}.fund_deposit USING btree (reference varchar_pattern_ops);
CREATE INDEX fund_draw_program_id_ab763a61 ON {schema}.fund_draw USING btree (program_id);
CREATE INDEX inboundmessage_at ON {schema}.webhooks_inboundmessage USING btree (at);
CREATE INDEX insurance_amendment_policy_id_b1d3d236 ON {schema}.insurance_amendment USING btree (policy_id);
CREATE INDEX insurance_connection_insurer_21807024_like ON {schema}.insurance_connection USING btree (insurer varchar_pattern_ops);
CREATE INDEX insurance_policy_order_id_a05a39f1 ON {schema}.insurance_policy USING btree (order_id);
CREATE INDEX insurance_policy_slip_32b20c5b_like ON {schema}.insurance_policy USING btree (slip varchar_pattern_ops);
CREATE INDEX kernel_factqueue_fact_id_bb68c5fc ON {schema}.kernel_factqueue USING btree (fact_id);
CREATE INDEX order_expiring ON {schema}.orders_order USING btree (state, expires_at);
CREATE INDEX order_feed ON {schema}.orders_order USING btree (feed_seq) WHERE ((filled_at IS NULL) AND ((state)::text = ANY ((ARRAY['in_progress'::character varying, 'open'::character varying])::text[])));
CREATE INDEX order_of_day ON {schema}.orders_order USING btree (day, id);
CREATE INDEX order_of_employer ON {schema}.orders_order USING btree (employer_id, id);
CREATE INDEX orders_assignment_order_id_620357fc ON {schema}.orders_assignment USING btree (order_id);
CREATE INDEX orders_order_number_abc9e0f2_like ON {schema}.orders_order USING btree (number varchar_pattern_ops);
CREATE INDEX orders_review_assignment_id_b939314a ON {schema}.orders_review USING btree (assignment_id);
CREATE INDEX outbox_subject ON {schema}.kernel_outboxmessage USING btree (subject, id);
CREATE INDEX partnerevent_at ON {schema}.webhooks_partnerevent USING btree (partner, at);
CREATE INDEX partnerevent_unsealed ON {schema}.webhooks_partnerevent USING btree (partner, id) WHERE ("position" IS NULL);
CREATE INDEX partnerkey_live ON {schema}.webhooks_partnerkey USING btree (partner, direction, created_at DESC);
CREATE UNIQUE INDEX partnerkey_one_current ON {schema}.webhooks_partnerkey USING btree (partner, direction) WHERE (retires_at IS NULL);
CREATE INDEX people_consent_subject_b56b80b1 ON {schema}.people_consent USING btree (subject);
CREATE INDEX people_employer_credit_code_6ffa8ed5_like ON {schema}.people_employer USING btree (credit_code varchar_pattern_ops);
CREATE INDEX people_employer_id_number_index_b41fe5bb_like ON {schema}.people_employer USING btree (id_number_index varchar_pattern_ops);
CREATE INDEX people_employer_phone_index_2c7969da ON {schema}.people_employer USING btree (phone_index);
CREATE INDEX people_employer_phone_index_2c7969da_like ON {schema}.people_employer USING btree (phone_index varchar_pattern_ops);
CREATE INDEX people_employeruser_employer_id_b76af30d ON {schema}.people_employeruser USING btree (employer_id);
CREATE INDEX people_employeruser_identity_id_d12c56dd ON {schema}.people_employeruser USING btree (identity_id);
CREATE INDEX people_worker_id_number_index_1d2dcf79_like ON {schema}.people_worker USING btree (id_number_index varchar_pattern_ops);
CREATE INDEX people_worker_identity_id_4b531a2b ON {schema}.people_worker USING btree (identity_id);
CREATE INDEX people_worker_phone_index_8e4175b7 ON {schema}.people_worker USING btree (phone_index);
CREATE INDEX people_worker_phone_index_8e4175b7_like ON {schema}.people_worker USING btree (phone_index varchar_pattern_ops);
CREATE INDEX people_workertrade_worker_id_a8a3da84 ON {schema}.people_workertrade USING btree (worker_id);
CREATE INDEX policy_asking ON {schema}.insurance_policy USING btree (next_ask_at) WHERE (next_ask_at IS NOT NULL);
CREATE INDEX policy_assignment ON {schema}.insurance_policy USING btree (assignment_id, id);
CREATE UNIQUE INDEX policy_certificate_once ON {schema}.insurance_policy USING btree (insurer, certificate_number) WHERE (NOT ((certificate_number)::text = ''::text));
CREATE INDEX policy_in_force ON {schema}.policy_countypolicy USING btree (effective_from DESC, revision DESC);
CREATE INDEX policy_insurer ON {schema}.insurance_policy USING btree (insurer, id);
CREATE UNIQUE INDEX policy_one_live ON {schema}.insurance_policy USING btree (assignment_id, layer, "on") WHERE ((state)::text = ANY ((ARRAY['active'::character varying, 'ended'::character varying, 'expired'::character varying, 'issued'::character varying, 'pending'::character varying, 'requested'::character varying])::text[]));
CREATE INDEX policy_open ON {schema}.insurance_policy USING btree (covers_until) WHERE ((state)::text = ANY ((ARRAY['active'::character varying, 'issued'::character varying, 'pending'::character varying, 'requested'::character varying])::text[]));
CREATE INDEX policy_telling ON {schema}.insurance_policy USING btree (next_tell_at) WHERE (next_tell_at IS NOT NULL);
CREATE INDEX policy_worker ON {schema}.insurance_policy USING btree (worker_id, covers_until);
CREATE INDEX program_state ON {schema}.fund_program USING btree (state, from_day);
CREATE INDEX rates_in_force ON {schema}.rates_ratetable USING btree (product_id, effective_from DESC, published_number DESC) WHERE (published_number IS NOT NULL);
CREATE INDEX rates_product_code_1cee5db7_like ON {schema}.rates_product USING btree (code varchar_pattern_ops);
CREATE INDEX rates_quote_table_id_77ff92ee ON {schema}.rates_quote USING btree (table_id);
CREATE INDEX rates_ratetable_product_id_dc7f4b94 ON {schema}.rates_ratetable USING btree (product_id);
CREATE UNIQUE INDEX reserve_declared_once ON {schema}.fund_reserve USING btree (state) WHERE ((state)::text = 'declared'::text);
CREATE INDEX review_of_employer ON {schema}.orders_review USING btree (employer_id, direction, id);
CREATE INDEX review_of_worker ON {schema}.orders_review USING btree (worker_id, direction, id);
CREATE INDEX settlement_month ON {schema}.bordereau_settlement USING btree (month, insurer);
CREATE UNIQUE INDEX settlement_one_open ON {schema}.bordereau_settlement USING btree (insurer, month) WHERE ((state)::text = ANY ((ARRAY['approved'::character varying, 'draft'::character varying, 'reconciled'::character varying])::text[]));
CREATE INDEX slice_program ON {schema}.fund_slice USING btree (program_id, id);
CREATE INDEX statement_newest ON {schema}.bordereau_statement USING btree (insurer, month, id DESC);
CREATE INDEX topup_open ON {schema}.ledger_topup USING btree (ask_again_at) WHERE ((state)::text = 'requested'::text);
CREATE INDEX topup_owner ON {schema}.ledger_topup USING btree (owner_id, requested_at DESC, id DESC);
CREATE INDEX transfer_credit ON {schema}.ledger_transfer USING btree (credit, at DESC, id DESC) WHERE ((phase)::text = ANY ((ARRAY['posted'::character varying, 'post'::character varying])::text[]));
CREATE INDEX transfer_debit ON {schema}.ledger_transfer USING btree (debit, at DESC, id DESC);
CREATE INDEX transfer_expiring ON {schema}.ledger_transfer USING btree (debit) WHERE ((expires_at IS NOT NULL) AND ((phase)::text = 'pending'::text));
CREATE UNIQUE INDEX transfer_resolved_once ON {schema}.ledger_transfer USING btree (pending_id) WHERE (pending_id IS NOT NULL);
CREATE INDEX transition_subject ON {schema}.kernel_transitionlog USING btree (subject, id);
CREATE INDEX webhooks_attempt_delivery_id_bb1708b1 ON {schema}.webhooks_attempt USING btree (delivery_id);
CREATE INDEX webhooks_delivery_event_id_b6f5af91 ON {schema}.webhooks_delivery USING btree (event_id);
CREATE INDEX withdrawal_open ON {schema}.ledger_withdrawal USING btree (ask_again_at) WHERE ((state)::text = 'requested'::text);
CREATE INDEX withdrawal_owner ON {schema}.ledger_withdrawal USING btree (owner_id, requested_at DESC, id DESC);
CREATE INDEX worker_trade_find ON {schema}.people_workertrade USING btree (trade, worker_id);
ALTER TABLE ONLY {schema}.claims_document
    ADD CONSTRAINT claims_document_claim_id_a3f7a3c1_fk_claims_claim_id FOREIGN KEY (claim_id) REFERENCES {schema}.claims_claim(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY {schema}.claims_papersasked
    ADD CONSTRAINT claims_papersasked_claim_id_75e17707_fk_claims_claim_id FOREIGN KEY (claim_id) REFERENCES {schema}.claims_claim(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY {schema}.fund_budgetchange
    ADD CONSTRAINT fund_budgetchange_program_id_117670e5_fk_fund_program_id FOREIGN KEY (program_id) REFERENCES {schema}.fund_program(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY {schema}.fund_draw
    ADD CONSTRAINT fund_draw_program_id_ab763a61_fk_fund_program_id FOREIGN KEY (program_id) REFERENCES {schema}.fund_program(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY {schema}.fund_slice
    ADD CONSTRAINT fund_slice_program_id_e93a7935_fk_fund_program_id FOREIGN KEY (program_id) REFERENCES {schema}.fund_program(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY {schema}.insurance_amendment
    ADD CONSTRAINT insurance_amendment_policy_id_b1d3d236_fk_insurance_policy_id FOREIGN KEY (policy_id) REFERENCES {schema}.insurance_policy(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY {schema}.kernel_factqueue
    ADD CONSTRAINT kernel_factqueue_fact_id_bb68c5fc_fk_kernel_fact_id FOREIGN KEY (fact_id) REFERENCES {schema}.kernel_fact(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY {schema}.ledger_transfer
    ADD CONSTRAINT ledger_transfer_pending_id_d4b0cd6d_fk_ledger_transfer_id FOREIGN KEY (pending_id) REFERENCES {schema}.ledger_transfer(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY {schema}.orders_assignment
    ADD CONSTRAINT orders_assignment_order_id_620357fc_fk_orders_order_id FOREIGN KEY (order_id) REFERENCES {schema}.orders_order(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY {schema}.orders_assignment
    ADD CONSTRAINT orders_assignment_place_id_fe7f94de_fk_orders_place_id FOREIGN KEY (place_id) REFERENCES {schema}.orders_place(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY {schema}.orders_attendance
    ADD CONSTRAINT orders_attendance_assignment_id_0aaefddb_fk_orders_as FOREIGN KEY (assignment_id) REFERENCES {schema}.orders_assignment(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY {schema}.orders_place
    ADD CONSTRAINT orders_place_order_id_543a846f_fk_orders_order_id FOREIGN KEY (order_id) REFERENCES {schema}.orders_order(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY {schema}.orders_review
    ADD CONSTRAINT orders_review_assignment_id_b939314a_fk_orders_assignment_id FOREIGN KEY (assignment_id) REFERENCES {schema}.orders_assignment(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY {schema}.orders_startcode
    ADD CONSTRAINT orders_startcode_assignment_id_6566e452_fk_orders_assignment_id FOREIGN KEY (assignment_id) REFERENCES {schema}.orders_assignment(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY {schema}.people_employeruser
    ADD CONSTRAINT people_employeruser_employer_id_b76af30d_fk_people_employer_id FOREIGN KEY (employer_id) REFERENCES {schema}.people_employer(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY {schema}.people_workertrade
    ADD CONSTRAINT people_workertrade_worker_id_a8a3da84_fk_people_worker_id FOREIGN KEY (worker_id) REFERENCES {schema}.people_worker(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY {schema}.rates_quote
    ADD CONSTRAINT rates_quote_table_id_77ff92ee_fk_rates_ratetable_id FOREIGN KEY (table_id) REFERENCES {schema}.rates_ratetable(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY {schema}.rates_ratetable
    ADD CONSTRAINT rates_ratetable_product_id_dc7f4b94_fk_rates_product_id FOREIGN KEY (product_id) REFERENCES {schema}.rates_product(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY {schema}.webhooks_attempt
    ADD CONSTRAINT webhooks_attempt_delivery_id_bb1708b1_fk_webhooks_delivery_id FOREIGN KEY (delivery_id) REFERENCES {schema}.webhooks_delivery(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY {schema}.webhooks_delivery
    ADD CONSTRAINT webhooks_delivery_endpoint_id_6cbee67d_fk_webhooks_endpoint_id FOREIGN KEY (endpoint_id) REFERENCES {schema}.webhooks_endpoint(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY {schema}.webhooks_delivery
    ADD CONSTRAINT webhooks_delivery_event_id_b6f5af91_fk_webhooks_partnerevent_id FOREIGN KEY (event_id) REFERENCES {schema}.webhooks_partnerevent(id) DEFERRABLE INITIALLY DEFERRED;
GRANT USAGE ON SCHEMA {schema} TO {role};
GRANT USAGE ON SCHEMA {schema} TO {folder};
REVOKE ALL ON FUNCTION {schema}.orders_grab(p_order uuid, p_worker uuid, p_assignment uuid, p_now timestamp with time zone, p_channel text) FROM PUBLIC;
GRANT ALL ON FUNCTION {schema}.orders_grab(p_order uuid, p_worker uuid, p_assignment uuid, p_now timestamp with time zone, p_channel text) TO {role};
GRANT SELECT,INSERT ON TABLE {schema}.bordereau_issuedlist TO {role};
GRANT SELECT,INSERT ON TABLE {schema}.bordereau_settlement TO {role};
GRANT UPDATE(state) ON TABLE {schema}.bordereau_settlement TO {role};
GRANT UPDATE(amount_fen) ON TABLE {schema}.bordereau_settlement TO {role};
GRANT UPDATE(statement_id) ON TABLE {schema}.bordereau_settlement TO {role};
GRANT UPDATE(found) ON TABLE {schema}.bordereau_settlement TO {role};
GRANT UPDATE(accepted_reason) ON TABLE {schema}.bordereau_settlement TO {role};
GRANT UPDATE(reconciled_by) ON TABLE {schema}.bordereau_settlement TO {role};
GRANT UPDATE(reconciled_at) ON TABLE {schema}.bordereau_settlement TO {role};
GRANT UPDATE(approved_by) ON TABLE {schema}.bordereau_settlement TO {role};
GRANT UPDATE(approved_at) ON TABLE {schema}.bordereau_settlement TO {role};
GRANT UPDATE(paid_at) ON TABLE {schema}.bordereau_settlement TO {role};
GRANT UPDATE(payment_reference) ON TABLE {schema}.bordereau_settlement TO {role};
GRANT UPDATE(transfer_id) ON TABLE {schema}.bordereau_settlement TO {role};
GRANT SELECT,INSERT ON TABLE {schema}.bordereau_statement TO {role};
GRANT SELECT,INSERT,UPDATE ON TABLE {schema}.certificates_certificate TO {role};
GRANT SELECT,INSERT,UPDATE ON TABLE {schema}.claims_claim TO {role};
GRANT SELECT,INSERT ON TABLE {schema}.claims_document TO {role};
GRANT SELECT,INSERT ON TABLE {schema}.claims_papersasked TO {role};
GRANT UPDATE(notes_sealed) ON TABLE {schema}.claims_papersasked TO {role};
GRANT UPDATE(answered_at) ON TABLE {schema}.claims_papersasked TO {role};
GRANT SELECT,INSERT ON TABLE {schema}.files_storedfile TO {role};
GRANT UPDATE(name_sealed) ON TABLE {schema}.files_storedfile TO {role};
GRANT SELECT,INSERT ON TABLE {schema}.fund_budgetchange TO {role};
GRANT SELECT,INSERT ON TABLE {schema}.fund_choice TO {role};
GRANT SELECT,INSERT ON TABLE {schema}.fund_deposit TO {role};
GRANT SELECT,INSERT ON TABLE {schema}.fund_difference TO {role};
GRANT UPDATE(returned_fen) ON TABLE {schema}.fund_difference TO {role};
GRANT SELECT,INSERT ON TABLE {schema}.fund_draw TO {role};
GRANT UPDATE(returned_fen) ON TABLE {schema}.fund_draw TO {role};
GRANT SELECT,INSERT ON TABLE {schema}.fund_program TO {role};
GRANT UPDATE(budget_fen) ON TABLE {schema}.fund_program TO {role};
GRANT UPDATE(granted_fen) ON TABLE {schema}.fund_program TO {role};
GRANT UPDATE(state) ON TABLE {schema}.fund_program TO {role};
GRANT UPDATE(closed_at) ON TABLE {schema}.fund_program TO {role};
GRANT SELECT,INSERT ON TABLE {schema}.fund_reserve TO {role};
GRANT UPDATE(state) ON TABLE {schema}.fund_reserve TO {role};
GRANT UPDATE(withdrawn_at) ON TABLE {schema}.fund_reserve TO {role};
GRANT SELECT,INSERT ON TABLE {schema}.fund_slice TO {role};
GRANT UPDATE(left_fen) ON TABLE {schema}.fund_slice TO {role};
GRANT SELECT,INSERT,UPDATE ON TABLE {schema}.insurance_amendment TO {role};
GRANT SELECT,INSERT,UPDATE ON TABLE {schema}.insurance_connection TO {role};
GRANT SELECT,INSERT,UPDATE ON TABLE {schema}.insurance_policy TO {role};
GRANT SELECT,INSERT ON TABLE {schema}.kernel_auditrow TO {role};
GRANT SELECT,INSERT ON TABLE {schema}.kernel_fact TO {role};
GRANT SELECT ON TABLE {schema}.kernel_fact TO {folder};
GRANT SELECT,INSERT ON TABLE {schema}.kernel_factqueue TO {role};
GRANT SELECT,DELETE,UPDATE ON TABLE {schema}.kernel_factqueue TO {folder};
GRANT SELECT,INSERT ON TABLE {schema}.kernel_idempotencyrecord TO {role};
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE {schema}.kernel_outboxmessage TO {role};
GRANT SELECT,INSERT ON TABLE {schema}.kernel_transitionlog TO {role};
GRANT SELECT,INSERT ON TABLE {schema}.ledger_account TO {role};
GRANT UPDATE(balance_fen) ON TABLE {schema}.ledger_account TO {role};
GRANT UPDATE(held_fen) ON TABLE {schema}.ledger_account TO {role};
GRANT UPDATE(folded_at) ON TABLE {schema}.ledger_account TO {role};
GRANT SELECT,INSERT,DELETE ON TABLE {schema}.ledger_collectqueue TO {role};
GRANT SELECT,INSERT ON TABLE {schema}.ledger_topup TO {role};
GRANT UPDATE(state) ON TABLE {schema}.ledger_topup TO {role};
GRANT UPDATE(token_sealed) ON TABLE {schema}.ledger_topup TO {role};
GRANT UPDATE(reference) ON TABLE {schema}.ledger_topup TO {role};
GRANT UPDATE(failure) ON TABLE {schema}.ledger_topup TO {role};
GRANT UPDATE(resolved_at) ON TABLE {schema}.ledger_topup TO {role};
GRANT UPDATE(attempts) ON TABLE {schema}.ledger_topup TO {role};
GRANT UPDATE(ask_again_at) ON TABLE {schema}.ledger_topup TO {role};
GRANT UPDATE(transfer_id) ON TABLE {schema}.ledger_topup TO {role};
GRANT SELECT,INSERT ON TABLE {schema}.ledger_transfer TO {role};
GRANT SELECT,INSERT ON TABLE {schema}.ledger_withdrawal TO {role};
GRANT UPDATE(state) ON TABLE {schema}.ledger_withdrawal TO {role};
GRANT UPDATE(token_sealed) ON TABLE {schema}.ledger_withdrawal TO {role};
GRANT UPDATE(reference) ON TABLE {schema}.ledger_withdrawal TO {role};
GRANT UPDATE(failure) ON TABLE {schema}.ledger_withdrawal TO {role};
GRANT UPDATE(resolved_at) ON TABLE {schema}.ledger_withdrawal TO {role};
GRANT UPDATE(attempts) ON TABLE {schema}.ledger_withdrawal TO {role};
GRANT UPDATE(ask_again_at) ON TABLE {schema}.ledger_withdrawal TO {role};
GRANT SELECT,INSERT,UPDATE ON TABLE {schema}.orders_assignment TO {role};
GRANT SELECT,INSERT,UPDATE ON TABLE {schema}.orders_attendance TO {role};
GRANT SELECT,INSERT,UPDATE ON TABLE {schema}.orders_feedcounter TO {role};
GRANT SELECT,INSERT,UPDATE ON TABLE {schema}.orders_order TO {role};
GRANT SELECT,INSERT,UPDATE ON TABLE {schema}.orders_place TO {role};
GRANT SELECT,INSERT ON TABLE {schema}.orders_review TO {role};
GRANT SELECT,INSERT,UPDATE ON TABLE {schema}.orders_startcode TO {role};
GRANT SELECT,INSERT ON TABLE {schema}.people_consent TO {role};
GRANT SELECT,INSERT,UPDATE ON TABLE {schema}.people_employer TO {role};
GRANT SELECT,INSERT,DELETE ON TABLE {schema}.people_employeruser TO {role};
GRANT SELECT,INSERT,UPDATE ON TABLE {schema}.people_worker TO {role};
GRANT SELECT,INSERT,DELETE ON TABLE {schema}.people_workertrade TO {role};
GRANT SELECT,INSERT ON TABLE {schema}.policy_countypolicy TO {role};
GRANT SELECT,INSERT ON TABLE {schema}.rates_product TO {role};
GRANT UPDATE(active) ON TABLE {schema}.rates_product TO {role};
GRANT SELECT,INSERT ON TABLE {schema}.rates_quote TO {role};
GRANT SELECT,INSERT ON TABLE {schema}.rates_ranking TO {role};
GRANT SELECT,INSERT ON TABLE {schema}.rates_ratetable TO {role};
GRANT UPDATE(state) ON TABLE {schema}.rates_ratetable TO {role};
GRANT UPDATE(submitted_at) ON TABLE {schema}.rates_ratetable TO {role};
GRANT UPDATE(submitted_by) ON TABLE {schema}.rates_ratetable TO {role};
GRANT UPDATE(published_at) ON TABLE {schema}.rates_ratetable TO {role};
GRANT UPDATE(published_by) ON TABLE {schema}.rates_ratetable TO {role};
GRANT UPDATE(published_number) ON TABLE {schema}.rates_ratetable TO {role};
GRANT SELECT,INSERT,DELETE ON TABLE {schema}.webhooks_attempt TO {role};
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE {schema}.webhooks_delivery TO {role};
GRANT SELECT,INSERT,UPDATE ON TABLE {schema}.webhooks_endpoint TO {role};
GRANT SELECT,INSERT,DELETE ON TABLE {schema}.webhooks_inboundmessage TO {role};
GRANT SELECT,INSERT ON TABLE {schema}.webhooks_partnerevent TO {role};
GRANT UPDATE("position") ON TABLE {schema}.webhooks_partnerevent TO {role};
GRANT SELECT,INSERT ON TABLE {schema}.webhooks_partnerkey TO {role};
GRANT UPDATE(secret_sealed) ON TABLE {schema}.webhooks_partnerkey TO {role};
GRANT UPDATE(retires_at) ON TABLE {schema}.webhooks_partnerkey TO {role};
INSERT INTO {schema}.django_migrations (app, name, applied) VALUES
    ('account', '0001_initial', now()),
    ('account', '0002_email_max_length', now()),
    ('account', '0003_alter_emailaddress_create_unique_verified_email', now()),
    ('account', '0004_alter_emailaddress_drop_unique_email', now()),
    ('account', '0005_emailaddress_idx_upper_email', now()),
    ('account', '0006_emailaddress_lower', now()),
    ('account', '0007_emailaddress_idx_email', now()),
    ('account', '0008_emailaddress_unique_primary_email_fixup', now()),
    ('account', '0009_emailaddress_unique_primary_email', now()),
    ('auth', '0001_initial', now()),
    ('auth', '0002_alter_permission_name_max_length', now()),
    ('auth', '0003_alter_user_email_max_length', now()),
    ('auth', '0004_alter_user_username_opts', now()),
    ('auth', '0005_alter_user_last_login_null', now()),
    ('auth', '0006_require_contenttypes_0002', now()),
    ('auth', '0007_alter_validators_add_error_messages', now()),
    ('auth', '0008_alter_user_username_max_length', now()),
    ('auth', '0009_alter_user_last_name_max_length', now()),
    ('auth', '0010_alter_group_name_max_length', now()),
    ('auth', '0011_update_proxy_permissions', now()),
    ('auth', '0012_alter_user_first_name_max_length', now()),
    ('bordereau', '0001_initial', now()),
    ('certificates', '0001_initial', now()),
    ('claims', '0001_initial', now()),
    ('contenttypes', '0001_initial', now()),
    ('contenttypes', '0002_remove_content_type_name', now()),
    ('exports', '0001_initial', now()),
    ('files', '0001_initial', now()),
    ('fund', '0001_initial', now()),
    ('identity', '0001_initial', now()),
    ('identity', '0002_clients_and_grants', now()),
    ('identity', '0003_roles', now()),
    ('identity', '0004_apiclientbinding_partner', now()),
    ('insurance', '0001_initial', now()),
    ('kernel', '0001_initial', now()),
    ('kernel', '0002_fact_town', now()),
    ('ledger', '0001_initial', now()),
    ('mfa', '0001_initial', now()),
    ('mfa', '0002_authenticator_timestamps', now()),
    ('mfa', '0003_authenticator_type_uniq', now()),
    ('oauth2_provider', '0001_initial', now()),
    ('oauth2_provider', '0002_auto_20190406_1805', now()),
    ('oauth2_provider', '0003_auto_20201211_1314', now()),
    ('oauth2_provider', '0004_auto_20200902_2022', now()),
    ('oauth2_provider', '0005_auto_20211222_2352', now()),
    ('oauth2_provider', '0006_alter_application_client_secret', now()),
    ('oauth2_provider', '0007_application_post_logout_redirect_uris', now()),
    ('oauth2_provider', '0008_alter_accesstoken_token', now()),
    ('oauth2_provider', '0009_add_hash_client_secret', now()),
    ('oauth2_provider', '0010_application_allowed_origins', now()),
    ('oauth2_provider', '0011_refreshtoken_token_family', now()),
    ('oauth2_provider', '0012_add_token_checksum', now()),
    ('oauth2_provider', '0013_alter_application_authorization_grant_type_device', now()),
    ('oauth2_provider', '0014_alter_help_text', now()),
    ('oauth2_provider', '0015_refreshtoken_token_checksum', now()),
    ('oauth2_provider', '0016_alter_devicegrant_scope', now()),
    ('oauth2_provider', '0017_application_dcr_created', now()),
    ('oauth2_provider', '0018_resource_indicators', now()),
    ('oauth2_provider', '0019_application_registration_source', now()),
    ('oauth2_provider', '0020_cimd_application_fields', now()),
    ('oauth2_provider', '0021_translatable_field_labels', now()),
    ('oauth2_provider', '0022_refreshtoken_token_family_index', now()),
    ('operations', '0001_initial', now()),
    ('orders', '0001_initial', now()),
    ('orders', '0002_cover', now()),
    ('partners', '0001_initial', now()),
    ('partners', '0002_agencies', now()),
    ('people', '0001_initial', now()),
    ('people', '0002_consent_purposes', now()),
    ('policy', '0001_initial', now()),
    ('rates', '0001_initial', now()),
    ('reporting', '0001_initial', now()),
    ('reporting', '0002_city_tiers', now()),
    ('sessions', '0001_initial', now()),
    ('signoff', '0001_initial', now()),
    ('tenants', '0001_initial', now()),
    ('tenants', '0002_county_life', now()),
    ('watch', '0001_initial', now()),
    ('watch', '0002_market_day', now()),
    ('webhooks', '0001_initial', now());
