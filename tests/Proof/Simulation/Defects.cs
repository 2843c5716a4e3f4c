using TaskMesh.Core.Ports;

namespace TaskMesh.Proof.Simulation;

/// <summary>The mistakes that the simulation must find, each by itself.</summary>
internal static class Defects
{
    public static IReadOnlyList<Defect> All { get; } =
    [
        // The nonce that row level security asks for is a second fence: either alone would do.
        new("no-fence", "a late attempt may write", """
            create or replace function task_manager.fence(p_task uuid, p_attempt int) returns boolean
            language sql volatile security definer set search_path = pg_catalog, pg_temp as 'select true';
            create or replace function task_manager.claimed() returns table (task_id uuid, collection_id uuid, organisation text)
            language sql stable security definer set search_path = pg_catalog, pg_temp as $$
                select t.id, t.collection_id, t.organisation
                  from task_manager.task t
                 where t.id = nullif(current_setting('taskmesh.task', true), '')::uuid
            $$
            """),
        new("outbox-deleted-first", "the outbox row goes before its messages are sent", """
            create function proof.forget() returns trigger language plpgsql security definer as $$
            begin
                delete from task_manager.dispatch where id = new.id;
                return null;
            end $$;
            create trigger forget after insert on task_manager.dispatch for each row execute function proof.forget()
            """),
        new("answers-ignored", "every entry of a batch counts as taken", Sender: inner => new Trusting(inner)),
        new("takeover-keeps-attempt", "who takes over goes on under the same attempt", With("claim",
            "attempt = t.attempt + (t.state = 'Running')::int", "attempt = t.attempt")),
        new("no-takeover-guard", "a task is taken over while its lease is alive", string.Join(";", new[] { "claim", "busy" }.Select(
            function => With(function, "task_manager.lease_expired(t.lease_until, p_lease)", "true")))),
        new("ack-before-commit", "messages are deleted before they are handled", AcknowledgesFirst: true),
        new("no-dedup", "a message that comes twice creates twice", ForgetsIds: true),
        new("closing-lost", "nothing makes up for a closing that was missed", """
            create function proof.miss() returns trigger language plpgsql as $$
            begin
                return case when get_byte(uuid_send(new.id), 15) % 4 = 0 then null else new end;
            end $$;
            create trigger miss before update of state on task_manager.container
                for each row when (old.state = 'Running' and new.state = 'Succeeded') execute function proof.miss()
            """),
        new("attempt-not-grown", "a task that is dispatched again keeps its attempt", """
            create function proof.keep() returns trigger language plpgsql as $$
            begin
                new.attempt = greatest(old.attempt, 1);
                return new;
            end $$;
            create trigger keep before update of state on task_manager.task
                for each row when (old.state = 'Pending' and new.state = 'Dispatched') execute function proof.keep()
            """),
        new("no-children-barrier", "a container closes with a child to go", """
            create function proof.shorten() returns trigger language plpgsql as $$
            begin
                new.children = greatest(new.children - 1, 1);
                return new;
            end $$;
            create trigger shorten before insert on task_manager.container
                for each row when (new.mode = 'Parallel' and new.children > 1) execute function proof.shorten()
            """),
        new("no-generator-barrier", "a generator ends with what exists of its children", """
            create function proof.believe() returns trigger language plpgsql security definer as $$
            begin
                select coalesce(sum(d.created), 0), coalesce(bit_xor(d.digest), 0) into new.declared, new.digest
                  from task_manager.generated d where d.task_id = new.task_id;
                return new;
            end $$;
            create trigger believe before update of declared on task_manager.generator for each row execute function proof.believe()
            """),
    ];

    /// <summary>The function as it is, with one expression replaced: so a defect follows the product.</summary>
    private static string With(string function, string right, string wrong) => $"""
        do $do$
        declare
            source text := pg_get_functiondef('task_manager.{function}'::regproc);
        begin
            if position($s${right}$s$ in source) = 0 then
                raise exception '{function} does not say: %', $s${right}$s$;
            end if;
            execute replace(source, $s${right}$s$, $s${wrong}$s$);
        end $do$
        """;

    private sealed class Trusting(IMessageSender inner) : IMessageSender
    {
        public async Task<IReadOnlyList<SendAnswer>> SendAsync(IReadOnlyList<OutgoingMessage> messages, CancellationToken cancellation)
        {
            await inner.SendAsync(messages, cancellation);
            return [.. messages.Select(_ => SendAnswer.Taken)];
        }
    }
}
