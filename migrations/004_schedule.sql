-- Up Migration

-- A planned moment of a brand's schedule. The key is the wall clock, so that a restart, a second process, a clock step
-- or a daylight-saving change can claim each of them once only.
create table slot (
  brand text not null,
  local_date date not null,
  local_time text not null check (local_time ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'),
  due_at timestamptz not null,
  status text not null default 'claimed' check (status in ('claimed', 'run', 'missed', 'skipped')),
  run_id uuid references run on delete set null,
  note text,
  created_at timestamptz not null default now(),
  primary key (brand, local_date, local_time)
);
create index slot_due on slot (brand, due_at);

-- Subjects that people want told, oldest first. `folded` is the text as compared: same words in another case are one topic.
create table topic (
  id bigint generated always as identity primary key,
  brand text not null,
  text text not null,
  folded text not null,
  status text not null default 'open' check (status in ('open', 'used', 'dropped')),
  run_id uuid references run on delete set null,
  added_by bigint,
  created_at timestamptz not null default now(),
  used_at timestamptz
);
create unique index topic_open_once on topic (brand, folded) where status = 'open';
create index topic_open on topic (brand, id) where status = 'open';
create index topic_run on topic (run_id) where run_id is not null;

-- Down Migration

drop table topic, slot;
