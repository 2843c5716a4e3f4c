-- What the hot path costs per row.

-- The outbox row's id is drawn with the pool's room, so that the row itself can travel with the commit.
grant usage on sequence task_manager.dispatch_id_seq to tm_manager;
