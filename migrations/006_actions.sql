-- Up Migration

-- An action that somebody may confirm. Bound to the full id of one container; a tap claims it once.
create table action_proposal (
  id uuid primary key default gen_random_uuid(),
  kind text not null check (kind in ('restart', 'stop', 'start')),
  container_id text not null check (container_id ~ '^[0-9a-f]{64}$'),
  container_name text not null,
  chat_id bigint not null,
  proposed_by bigint not null,
  proposed_at timestamptz not null,
  expires_at timestamptz not null,
  status text not null default 'proposed' check (status in ('proposed', 'running', 'done')),
  claimed_by bigint,
  claimed_by_name text,
  claimed_at timestamptz,
  -- {"kind": "fixed" | "not-fixed" | "unknown" | "refused" | "dropped", "reason": …}
  outcome jsonb,
  before jsonb,
  after jsonb,
  finished_at timestamptz,
  check ((status = 'done') = (outcome is not null))
);
create index action_proposal_container on action_proposal (container_id, status);
create index action_proposal_running on action_proposal (id) where status = 'running';

-- What was proposed, tapped, refused and done, by whom and why. Nothing in it is ever changed.
create table action_audit (
  id bigint generated always as identity primary key,
  at timestamptz not null,
  proposal_id uuid,
  event text not null check (event in ('proposed', 'tapped', 'dropped', 'refused', 'outcome')),
  -- Null when the bot itself did it: at its start, for what a dead process left.
  actor bigint,
  kind text not null,
  container_id text,
  container_name text not null,
  reason text,
  before jsonb,
  after jsonb
);
create index action_audit_at on action_audit (at desc);

create function refuse_audit_change() returns trigger language plpgsql as $$
begin
  raise exception 'the audit is append-only' using errcode = 'restrict_violation';
end $$;
create trigger action_audit_append_only before update or delete on action_audit
  for each row execute function refuse_audit_change();

alter table outbox drop constraint outbox_kind_check;
alter table outbox add constraint outbox_kind_check check (kind in ('text', 'album', 'document', 'edit', 'delete'));

-- Down Migration

delete from outbox where kind = 'document';
alter table outbox drop constraint outbox_kind_check;
alter table outbox add constraint outbox_kind_check check (kind in ('text', 'album', 'edit', 'delete'));
drop table action_audit, action_proposal;
drop function refuse_audit_change;
