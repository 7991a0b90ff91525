-- Up Migration

-- Figures of containers by name, each an array to keep a minute small:
-- [processor % of one core | null, memory bytes | null, memory limit bytes | null, restarts, state unless it is running].
-- As text: with ten containers jsonb takes two thirds more room, and nobody searches in it.
alter table sample add column containers json not null default '{}';

-- What is kept of an hour after its minutes are gone, and for the long charts: means, and the highest of the hour.
create table sample_hour (
  hour timestamptz primary key,
  -- How many minutes there were: an hour in which the bot was down is not an hour.
  minutes smallint not null check (minutes > 0),
  cpu_percent real,
  cpu_percent_max real,
  load1 real,
  memory_percent real,
  memory_percent_max real,
  swap_percent real,
  swap_percent_max real,
  temperature_c real,
  temperature_c_max real,
  received_per_second real,
  sent_per_second real,
  -- {"/": {"used": mean bytes, "free": mean bytes}}
  disks jsonb not null default '{}',
  -- {"web": [mean %, mean bytes, highest bytes, limit bytes]}
  containers jsonb not null default '{}'
);

-- Which image a container ran on, from when; a row when it is first seen or has changed.
create table container_image (
  name text not null,
  seen_at timestamptz not null,
  container_id text not null,
  image text not null,
  -- The same name may stand for another image after a pull.
  image_id text not null,
  primary key (name, seen_at)
);

-- Each start of the bot. Another version or commit than the start before is a deploy.
create table bot_start (
  id bigint generated always as identity primary key,
  at timestamptz not null,
  version text not null,
  -- Null where it runs without its repository.
  commit text
);

-- What is due once a day by the wall clock: a report, a backup. The date is the key, so that a restart, a second process,
-- a clock step or a daylight-saving change gives each of them once.
create table daily_slot (
  kind text not null check (kind in ('report', 'weekly', 'backup')),
  local_date date not null,
  due_at timestamptz not null,
  status text not null check (status in ('running', 'done', 'failed', 'missed')),
  attempts smallint not null default 1,
  -- What became of it, or why not.
  note text,
  updated_at timestamptz not null,
  primary key (kind, local_date)
);

-- Down Migration

drop table daily_slot, bot_start, container_image, sample_hour;
alter table sample drop column containers;
