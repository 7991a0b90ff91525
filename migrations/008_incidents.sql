-- Up Migration

-- One cause and all that follows from it. `root_key` names the cause ('container:db', 'disk:/'); at most one is open for it.
create table incident (
  id uuid primary key,
  root_key text not null,
  root_rule text not null,
  subject text not null,
  -- Of what is worst just now, when that is a container.
  container_id text,
  severity text not null check (severity in ('warning', 'critical')),
  status text not null check (status in ('open', 'acknowledged', 'resolved')),
  ending text check (ending in ('recovered', 'muted', 'merged')),
  merged_into uuid references incident on delete set null,
  opened_at timestamptz not null,
  -- Since when nothing is wrong any more; it is over only after a while of that.
  clear_since timestamptz,
  resolved_at timestamptz,
  acknowledged_at timestamptz,
  acknowledged_by text,
  -- When somebody was first told; null while it waits for the end of quiet hours or of a snooze.
  notified_at timestamptz,
  held text check (held in ('quiet', 'snooze')),
  -- When the newest message about it was queued, and how many there were; edits are not counted.
  told_at timestamptz,
  messages integer not null default 0,
  reminders integer not null default 0,
  -- The message that shows it: an outbox ref, of its own card or of a digest.
  message_ref text,
  -- What that message is for: the beginning, or that it got worse, is back, or is still so.
  occasion text not null check (occasion in ('opened', 'escalated', 'reopened', 'reminded')),
  flaps integer not null default 0,
  -- Everything that ever belonged to it, and what is wrong at present.
  nodes jsonb not null,
  members jsonb not null,
  diagnosis jsonb,
  embedding vector(768),
  embedding_model text,
  -- The action after which it was over.
  helped text,
  check ((status = 'resolved') = (resolved_at is not null)),
  check ((status = 'resolved') = (ending is not null))
);
create unique index incident_open_root on incident (root_key) where status <> 'resolved';
create index incident_opened on incident (opened_at desc);
create index incident_resolved on incident (resolved_at);
create index incident_message on incident (message_ref) where message_ref is not null;

-- What happened to it, in order.
create table incident_event (
  id bigint generated always as identity primary key,
  incident_id uuid not null references incident on delete cascade,
  at timestamptz not null,
  kind text not null,
  -- Null when the bot itself did it.
  actor bigint,
  actor_name text,
  detail text
);
create index incident_event_incident on incident_event (incident_id, id);

-- What people do not want to hear of. 'mute': a rule about a subject, until it is lifted. 'snooze': a cause, until a time.
-- 'ignore': lines of a container's log that look like `pattern`.
create table incident_mute (
  id bigint generated always as identity primary key,
  kind text not null check (kind in ('mute', 'snooze', 'ignore')),
  root_key text,
  rule text,
  subject text not null,
  -- Of a snooze: what was known when somebody chose it. Worse than that gets through.
  severity text check (severity in ('warning', 'critical')),
  pattern text,
  until timestamptz,
  created_at timestamptz not null,
  created_by bigint not null,
  created_by_name text not null,
  lifted_at timestamptz,
  lifted_by bigint,
  check (kind <> 'mute' or rule is not null),
  check (kind <> 'snooze' or (root_key is not null and until is not null and severity is not null)),
  check (kind <> 'ignore' or pattern is not null)
);
create index incident_mute_held on incident_mute (id) where lifted_at is null;

-- Down Migration

drop table incident_mute, incident_event, incident;
