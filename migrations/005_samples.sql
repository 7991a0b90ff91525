-- Up Migration

-- How the machine was, once a minute. The minute is the key: a restart or a second process adds none.
create table sample (
  minute timestamptz primary key,
  cpu_percent real,
  load1 real,
  memory_percent real,
  swap_percent real,
  temperature_c real,
  received_per_second real,
  sent_per_second real,
  -- Bytes by mount: {"/": {"used": 1, "free": 2}}.
  disks jsonb not null default '{}',
  -- What the rules held against that minute; the next minute and a restarted bot go on from it.
  findings jsonb not null default '[]'
);

-- Down Migration

drop table sample;
