-- Up Migration

create table run_transition (
  from_status text not null,
  to_status text not null,
  primary key (from_status, to_status)
);
insert into run_transition (from_status, to_status) values
  ('queued', 'running'), ('queued', 'awaiting_review'), ('queued', 'cancelled'), ('queued', 'failed'),
  ('running', 'awaiting_review'), ('running', 'failed'), ('running', 'cancelled'), ('running', 'queued'),
  ('awaiting_review', 'approved'), ('awaiting_review', 'rejected'), ('awaiting_review', 'queued'),
  ('awaiting_review', 'expired'), ('awaiting_review', 'cancelled'),
  ('approved', 'delivered'), ('approved', 'publishing'),
  ('delivered', 'publishing'),
  ('publishing', 'published'), ('publishing', 'unconfirmed'), ('publishing', 'approved'),
  ('unconfirmed', 'published'), ('unconfirmed', 'publishing'),
  ('failed', 'queued');

create table run (
  id uuid primary key default gen_random_uuid(),
  brand text not null,
  source text not null check (source in ('command', 'schedule', 'cli')),
  -- One run for one cause: 'update:123', 'slot:factsmind:2026-11-22:18:30'.
  idempotency_key text not null unique,
  chat_id bigint,
  requested_by bigint,
  topic text,
  -- The person asked for this fact although it was told before.
  allow_repeat boolean not null default false,
  status text not null default 'queued' check (status in (
    'queued', 'running', 'awaiting_review', 'approved', 'delivered', 'publishing', 'published', 'unconfirmed',
    'rejected', 'failed', 'cancelled', 'expired')),
  -- Grows with every regeneration and edit; results belong to one revision.
  revision integer not null default 1,
  -- What was asked of this revision: {"redo": "everything" | "fact" | "words"} or {"redo": "picture" | "edit", "slide": "hook"}.
  request jsonb not null default '{"redo": "everything"}',
  -- SHA-256 over the slides, the story and the caption, set when the revision is ready for review.
  content_hash text,
  failure jsonb,
  decided_by bigint,
  decided_by_name text,
  decided_at timestamptz,
  reject_reason text,
  output_dir text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  started_at timestamptz,
  ready_at timestamptz,
  finished_at timestamptz
);
create index run_open on run (status, created_at);
create index run_brand on run (brand, created_at desc);

create function check_run_transition() returns trigger language plpgsql as $$
begin
  if new.status <> old.status and not exists (
    select from run_transition where from_status = old.status and to_status = new.status
  ) then
    raise exception 'a run cannot go from % to %', old.status, new.status using errcode = 'check_violation';
  end if;
  new.updated_at := now();
  return new;
end $$;
create trigger run_transition before update on run for each row execute function check_run_transition();

-- A finished step of a revision. A step that has a row is never run again.
create table step (
  run_id uuid not null references run on delete cascade,
  revision integer not null,
  name text not null,
  result jsonb not null,
  started_at timestamptz not null,
  finished_at timestamptz not null default now(),
  primary key (run_id, revision, name)
);

-- Results that cost money, by the hash of everything that shaped them: the same fact and brand again pays nothing.
create table paid_result (
  key text primary key,
  value jsonb not null,
  created_at timestamptz not null default now()
);

-- Every decision of a person about a run; append-only.
create table decision (
  id bigint generated always as identity primary key,
  run_id uuid not null references run on delete cascade,
  revision integer not null,
  content_hash text,
  kind text not null check (kind in ('approve', 'reject', 'regenerate', 'edit', 'cancel', 'retry', 'repeat')),
  detail text,
  user_id bigint not null,
  made_at timestamptz not null default now()
);
create unique index decision_once on decision (run_id) where kind in ('approve', 'reject');

-- Facts a brand has told, or is about to; near-duplicates are refused against these.
create table told_fact (
  run_id uuid not null references run on delete cascade,
  revision integer not null,
  brand text not null,
  fact text not null,
  category text not null,
  bank_id text,
  embedding vector(768) not null,
  -- Vectors of two models are never compared.
  embedding_model text not null,
  told_at timestamptz not null default now(),
  primary key (run_id, revision, embedding_model)
);
create index told_fact_brand on told_fact (brand, embedding_model);

-- Down Migration

drop table told_fact, decision, paid_result, step, run, run_transition;
drop function check_run_transition;
