-- Up Migration

-- One row an attempt, written before the call is made: money is reserved before it is spent.
create table provider_call (
  id bigint generated always as identity primary key,
  -- As the caller names its run; no foreign key, because the books outlive the run.
  run_id text,
  step text not null,
  provider text not null,
  model text not null,
  kind text not null check (kind in ('text', 'image', 'embedding')),
  attempt integer not null,
  -- 'unknown': the request went out and no answer came back, so it may have been billed.
  status text not null default 'started' check (status in ('started', 'succeeded', 'failed', 'unknown')),
  reserved_usd numeric(12, 6) not null check (reserved_usd >= 0),
  -- Null while the call runs; the reservation counts as spent until then.
  cost_usd numeric(12, 6) check (cost_usd >= 0),
  input_tokens integer,
  output_tokens integer,
  images integer,
  duration_ms integer,
  error_code text,
  started_at timestamptz not null,
  ended_at timestamptz
);
create index provider_call_started_at on provider_call (started_at) include (cost_usd, reserved_usd);
create index provider_call_run on provider_call (run_id) where run_id is not null;
create index provider_call_open on provider_call (id) where status = 'started';

-- Down Migration

drop table provider_call;
