using TaskMesh.Testing;

namespace TaskMesh.Integration.Postgres;

/// <summary>What each host's role may do. External workers have none; what everybody may do is nothing.</summary>
[Collection(ProductTests.Name)]
public class RolesTests(ProductCluster cluster)
{
    [Fact]
    public async Task The_roles_and_their_grants()
    {
        await using var database = await cluster.CreateAsync();

        var tables = await database.RowsAsync("""
            select grantee || ' ' || table_schema || '.' || table_name || ': ' || string_agg(lower(privilege_type), ', ' order by privilege_type)
              from information_schema.role_table_grants
             where table_schema in ('task_manager', 'recon') and grantee <> 'postgres'
             group by grantee, table_schema, table_name
            """);
        var functions = await database.RowsAsync("""
            select coalesce(r.rolname, 'PUBLIC') || ' ' || p.oid::regprocedure::text || ': execute'
              from pg_proc p
              join pg_namespace n on n.oid = p.pronamespace
             cross join lateral aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) acl
              left join pg_roles r on r.oid = acl.grantee
             where n.nspname in ('task_manager', 'recon') and coalesce(r.rolname, '') <> 'postgres'
               and p.prorettype <> 'trigger'::regtype
            """);
        var settings = await database.RowsAsync("""
            select rolname || ' login=' || rolcanlogin || ' super=' || rolsuper || ' ' || coalesce(array_to_string(rolconfig, ' '), '')
              from pg_roles where rolname like 'tm\_%'
            """);

        Snapshot.Match(string.Join('\n', [.. Sorted(settings), "", .. Sorted(tables), "", .. Sorted(functions)]));
    }

    private static IEnumerable<string> Sorted(IEnumerable<string> rows) => rows.Order(StringComparer.Ordinal);
}
