-- Up Migration

-- What somebody stopped or removed has ended, and has not recovered.
alter table incident drop constraint incident_ending_check;
alter table incident add constraint incident_ending_check
  check (ending in ('recovered', 'stopped', 'removed', 'muted', 'merged'));

-- Down Migration

update incident set ending = 'recovered' where ending in ('stopped', 'removed');
alter table incident drop constraint incident_ending_check;
alter table incident add constraint incident_ending_check check (ending in ('recovered', 'muted', 'merged'));
