-- Up Migration

create extension if not exists vector;

-- Every update from Telegram, stored before it is confirmed. `lane` is the chat (or the user where there is no chat):
-- updates of one lane are worked in order, lanes side by side.
create table telegram_update (
  update_id bigint primary key,
  lane bigint not null,
  payload jsonb not null,
  status text not null default 'pending' check (status in ('pending', 'done', 'refused', 'failed')),
  attempts integer not null default 0,
  error text,
  received_at timestamptz not null default now(),
  done_at timestamptz
);
create index telegram_update_pending on telegram_update (lane, update_id) where status = 'pending';
create index telegram_update_received on telegram_update (received_at);

-- People who are not owners: refused once in words, afterwards in silence.
create table stranger (
  user_id bigint primary key,
  first_seen_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  updates integer not null default 1
);

-- Every message that matters, written in the same transaction as the change it reports. Sent in order within a chat.
create table outbox (
  id bigint generated always as identity primary key,
  chat_id bigint not null,
  kind text not null check (kind in ('text', 'album', 'edit', 'delete')),
  payload jsonb not null,
  -- What the message is in the product ('run:ID:card'); an edit or delete names the message it is for by it.
  ref text,
  dedupe_key text unique,
  status text not null default 'pending' check (status in ('pending', 'sending', 'sent', 'failed', 'dropped')),
  attempts integer not null default 0,
  not_before timestamptz,
  message_ids bigint[] not null default '{}',
  error text,
  created_at timestamptz not null default now(),
  sent_at timestamptz
);
create index outbox_waiting on outbox (chat_id, id) where status in ('pending', 'sending');
create index outbox_ref on outbox (chat_id, ref, id) where ref is not null;

-- What a tap means. The callback data is only the id: nothing that a client sends is trusted.
create table button (
  id text primary key,
  outbox_id bigint not null references outbox on delete cascade,
  chat_id bigint not null,
  action jsonb not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  used_at timestamptz,
  used_by bigint,
  voided_at timestamptz
);
create index button_outbox on button (outbox_id);

-- State of a conversation of several messages (editing a slide), one a chat and user.
create table conversation_state (
  key text primary key,
  value jsonb not null,
  updated_at timestamptz not null default now()
);

create table setting (
  key text primary key,
  value jsonb not null,
  updated_at timestamptz not null default now()
);

-- Down Migration

drop table setting, conversation_state, button, outbox, stranger, telegram_update;
