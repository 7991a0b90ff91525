-- Up Migration

-- How long the wait until not_before was meant to be: a clock that is put back must not make hours of a minute.
alter table outbox add column wait_ms bigint;

-- Down Migration

alter table outbox drop column wait_ms;
