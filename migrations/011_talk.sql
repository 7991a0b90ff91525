-- Up Migration

-- A plain sentence and what came of it. Kept for a day: it is the bot's memory of a conversation, and nothing else.
create table talk_turn (
  id bigint generated always as identity primary key,
  chat_id bigint not null,
  user_id bigint not null,
  user_name text not null,
  text text not null,
  -- What was shown in the end; null until then.
  answer text,
  -- 'running' at a start means that a process died in the middle: that is said, and nothing is paid for twice.
  status text not null default 'waiting'
    check (status in ('waiting', 'running', 'answered', 'stopped', 'failed', 'interrupted')),
  cost_usd numeric(12, 6) not null default 0 check (cost_usd >= 0),
  asked_at timestamptz not null,
  ended_at timestamptz,
  check ((status in ('waiting', 'running')) = (ended_at is null))
);
create index talk_turn_chat on talk_turn (chat_id, id);
create index talk_turn_open on talk_turn (id) where status in ('waiting', 'running');

-- Down Migration

drop table talk_turn;
