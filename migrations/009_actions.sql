-- Up Migration

-- Actions are about more than containers now: a run, the schedule, the machine, the bot's own data.
alter table action_proposal
  alter column container_id drop not null,
  alter column container_name drop not null,
  -- Null for a healing where nobody can be told.
  alter column chat_id drop not null,
  -- Null when healing proposes.
  alter column proposed_by drop not null,
  add column actor_kind text not null default 'person' check (actor_kind in ('person', 'healing')),
  -- What two actions may not work on at once: a container's id, 'run:ID', 'schedule:BRAND', 'docker', 'data'.
  add column target text,
  -- The rest of the request, as ActionRequest has it.
  add column args jsonb not null default '{}',
  add column risk text not null default 'confirm' check (risk in ('safe', 'confirm', 'two-taps')),
  -- The sentence on the card, with the figures of that moment.
  add column effect text not null default '',
  add column first_tap_at timestamptz;
update action_proposal set target = container_id;
alter table action_proposal
  alter column target set not null,
  drop constraint action_proposal_kind_check,
  add constraint action_proposal_kind_check check (kind in ('restart', 'stop', 'start', 'shrink-log', 'prune-images',
    'prune-build-cache', 'clear-outputs', 'trim-data', 'vacuum', 'backup', 'retry-run', 'cancel-run', 'pause-schedule',
    'resume-schedule')),
  add constraint action_proposal_container_check check (
    (kind in ('restart', 'stop', 'start', 'shrink-log')) = (container_id is not null and container_name is not null)
    and (container_id is null or target = container_id)),
  add constraint action_proposal_proposed_by_check check ((actor_kind = 'person') = (proposed_by is not null));
drop index action_proposal_container;
create index action_proposal_target on action_proposal (target, status);
create unique index action_proposal_one_running on action_proposal (target) where status = 'running';

-- Rows from before have no target and no kind of actor: they stay as they were written.
alter table action_audit
  alter column container_name drop not null,
  add column target text,
  add column actor_kind text check (actor_kind in ('person', 'healing', 'bot')),
  add column actor_name text,
  drop constraint action_audit_event_check,
  add constraint action_audit_event_check check (event in ('proposed', 'first-tap', 'tapped', 'dropped', 'refused',
    'outcome', 'after-sample', 'policy'));

-- Looks at what became of it later on: "fixed" is only as good as what is seen after five minutes.
create table action_after_sample (
  proposal_id uuid not null references action_proposal on delete cascade,
  delay_s integer not null,
  due_at timestamptz not null,
  -- Null while it is to come.
  taken_at timestamptz,
  -- Null when nothing could be seen.
  seen jsonb,
  primary key (proposal_id, delay_s)
);
create index action_after_sample_due on action_after_sample (due_at) where taken_at is null;

-- Containers for which healing has called a person: it leaves them until somebody acts, or they were well for an hour.
create table healing_call (
  container_id text primary key,
  container_name text not null,
  called_at timestamptz not null,
  well_since timestamptz
);

-- Expendable containers offered for stopping while memory was short, until the pressure is gone and each is settled.
create table memory_relief (
  id bigint generated always as identity primary key,
  container_id text not null,
  container_name text not null,
  stop_id uuid not null references action_proposal on delete cascade,
  opened_at timestamptz not null,
  -- What the person chose with the tap: started again by itself, or offered.
  start_again boolean not null default false,
  start_id uuid references action_proposal on delete set null,
  closed_at timestamptz
);
create unique index memory_relief_open on memory_relief (container_id) where closed_at is null;

-- Down Migration

drop table memory_relief, healing_call, action_after_sample;
delete from action_proposal where container_id is null or chat_id is null or proposed_by is null or kind = 'shrink-log';
drop index action_proposal_one_running, action_proposal_target;
alter table action_proposal
  drop constraint action_proposal_kind_check,
  drop constraint action_proposal_container_check,
  drop constraint action_proposal_proposed_by_check,
  add constraint action_proposal_kind_check check (kind in ('restart', 'stop', 'start')),
  alter column container_id set not null,
  alter column container_name set not null,
  alter column chat_id set not null,
  alter column proposed_by set not null,
  drop column actor_kind,
  drop column target,
  drop column args,
  drop column risk,
  drop column effect,
  drop column first_tap_at;
create index action_proposal_container on action_proposal (container_id, status);
alter table action_audit disable trigger action_audit_append_only;
delete from action_audit where container_name is null or event in ('first-tap', 'after-sample', 'policy');
alter table action_audit enable trigger action_audit_append_only;
alter table action_audit
  alter column container_name set not null,
  drop column target,
  drop column actor_kind,
  drop column actor_name,
  drop constraint action_audit_event_check,
  add constraint action_audit_event_check check (event in ('proposed', 'tapped', 'dropped', 'refused', 'outcome'));
