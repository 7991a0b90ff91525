-- Up Migration

-- One look an hour at where things are going. The hour is the key, so that a restart or a second process gives each once.
create table review (
  hour timestamptz primary key,
  begun_at timestamptz not null
);

-- What such a look has told, and when: the same is not said again for a day.
create table review_hint (
  rule text not null,
  subject text not null,
  told_at timestamptz not null,
  primary key (rule, subject)
);

-- Down Migration

drop table review_hint, review;
