-- A running attempt says every second or so from where another one could go on, and which parts of the result hold whatever becomes of it.

alter table task_manager.task add column checkpoint_parts int not null default 0;
