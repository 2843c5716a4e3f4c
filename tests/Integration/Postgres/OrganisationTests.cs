using System.Text.Json;
using Npgsql;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Ports;
using TaskMesh.Core.Recon;
using TaskMesh.Integration.Manager;
using TaskMesh.Postgres.Reading;
using TaskMesh.Postgres.Workers;
using TaskMesh.Testing;

namespace TaskMesh.Integration.Postgres;

/// <summary>Two organisations in one database: the database itself keeps the workers and the readers of one from the rows of the other.</summary>
[Collection(ProductTests.Name)]
public class OrganisationTests(ProductCluster cluster)
{
    private static readonly JsonElement Row = JsonElement.Parse("""{"address":"192.0.2.1","port":443,"transport":"tcp"}""");

    private static readonly string[] Tables =
    [
        "recon.domain", "recon.dns_record", "recon.host", "recon.endpoint", "recon.certificate", "recon.tls_observation", "recon.change",
        "task_manager.task_data", "task_manager.task_collection_data",
    ];

    [Fact]
    public async Task A_worker_without_a_claim_sees_and_writes_nothing()
    {
        await using var rig = await RigAsync();
        await FillAsync(rig, "alpha");

        foreach (var role in new[] { "tm_internal", "tm_worker" })
        {
            await using var worker = rig.Database.As(role);
            foreach (var table in Tables)
                Assert.Equal(0, await CountAsync(worker, table));
            var refused = await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(
                worker,
                """
                insert into recon.domain (organisation, name, first_seen, last_seen, source_task)
                values ('alpha', 'a.example', now(), now(), gen_random_uuid())
                """));
            Assert.Equal("42501", refused.SqlState);
            Assert.Equal(0, await ExecuteAsync(worker, "update recon.endpoint set service = 'mine'"));
            await ExecuteAsync(worker, "select task_manager.save_checkpoint('{}', 0), task_manager.adopt_parts()");
            Assert.Equal(["-"], await rig.Database.RowsAsync("select checkpoint from task_manager.task"));
        }
    }

    [Fact]
    public async Task A_claim_shows_the_rows_of_its_organisation_and_of_no_other()
    {
        await using var rig = await RigAsync();
        await FillAsync(rig, "alpha");
        var beta = await FillAsync(rig, "beta");

        await using var worker = rig.Database.As("tm_internal");
        await using var connection = await worker.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var enter = new NpgsqlCommand(
            $"select set_config('taskmesh.task', '{beta.Id}', true), set_config('taskmesh.nonce', '{beta.Nonce}', true)", connection);
        await enter.ExecuteNonQueryAsync();

        await using var rows = new NpgsqlCommand("select string_agg(distinct organisation, ',') from recon.endpoint", connection);
        Assert.Equal("beta", await rows.ExecuteScalarAsync());
        await using var taken = new NpgsqlCommand("update recon.endpoint set organisation = 'alpha'", connection);
        Assert.Equal("42501", (await Assert.ThrowsAsync<PostgresException>(() => taken.ExecuteNonQueryAsync())).SqlState);
    }

    [Fact]
    public async Task A_task_that_says_it_is_of_another_organisation_or_collection_gets_nothing_of_it()
    {
        await using var rig = await RigAsync();
        var alpha = await FillAsync(rig, "alpha");
        var beta = await ClaimAsync(rig, "beta");
        var source = rig.Database.As("tm_internal");

        var recon = new ReconData(source, beta with { Organisation = "alpha" });
        Assert.Empty(await recon.ListAsync(ReconModel.Endpoint, new ReconQuery(10), default));
        Assert.Equal([false], await recon.AreKnownAsync(ReconModel.Endpoint, [Row], default));
        await Assert.ThrowsAsync<PostgresException>(() => recon.UpsertAsync(ReconModel.Endpoint, [Row], default));

        var data = new TaskData(source, beta with { Collection = alpha.Collection });
        Assert.Null(await data.ReadSharedAsync("key", default));
        await Assert.ThrowsAsync<PostgresException>(() => data.WriteSharedAsync("key", Row, default));
        Assert.Null(await new TaskData(source, alpha with { Nonce = Guid.NewGuid() }).ReadSharedAsync("key", default));
        Assert.NotNull(await new TaskData(source, alpha).ReadSharedAsync("key", default));
    }

    [Fact]
    public async Task A_reader_of_one_organisation_cannot_list_what_another_has()
    {
        await using var rig = await RigAsync();
        var alpha = await FillAsync(rig, "alpha");
        var beta = await FillAsync(rig, "beta");
        var role = $"beta_reader_{Guid.NewGuid():N}";
        await rig.Database.ExecuteAsync($"""
            create role {role} login in role tm_member;
            insert into task_manager.member (role_name, organisation) values ('{role}', 'beta');
            """);
        try
        {
            await using var source = rig.Database.As(role);
            var reader = new MeshReader(source);

            Assert.Equal([beta.Collection], (await reader.CollectionsAsync(null, 10, default)).Select(collection => collection.Id));
            Assert.Null(await reader.TaskAsync(alpha.Id, default));
            Assert.Empty(await reader.ContainersAsync(alpha.Collection, default));
            Assert.Empty(await reader.EventsAsync(alpha.Id, default));
            Assert.Empty(await reader.EndpointsAsync("alpha", default));
            Assert.False(await reader.HasOrganisationAsync("alpha", default));
            Assert.Null(await new WaitReader(source).FactsAsync(alpha.Id, default));

            Assert.NotNull(await reader.TaskAsync(beta.Id, default));
            Assert.NotEmpty(await reader.EventsAsync(beta.Id, default));
            Assert.Single(await reader.EndpointsAsync("beta", default));
            Assert.NotNull(await new WaitReader(source).FactsAsync(beta.Id, default));
            await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(source, "delete from task_manager.task"));
            await Assert.ThrowsAsync<PostgresException>(() => CountAsync(source, "task_manager.quarantine"));
            await Assert.ThrowsAsync<PostgresException>(() => CountAsync(source, "task_manager.audit"));
        }
        finally
        {
            await rig.Database.ExecuteAsync($"drop role {role}");
        }
    }

    private static async Task<RunTask> FillAsync(ManagerRig rig, string organisation)
    {
        var run = await ClaimAsync(rig, organisation);
        var source = rig.Database.As("tm_internal");
        await new ReconData(source, run).UpsertAsync(ReconModel.Endpoint, [Row], default);
        await new TaskData(source, run).WriteSharedAsync("key", Row, default);
        await new TaskData(source, run).AppendResultAsync(Row, default);
        return run;
    }

    private static async Task<RunTask> ClaimAsync(ManagerRig rig, string organisation)
    {
        var task = new CreateTask("inside", JsonElement.Parse("{}"), Organisation: organisation) { Id = Guid.CreateVersion7() };
        await rig.SendAsync(task);
        var run = rig.Runs.Single(sent => sent.Id == task.Id);
        Assert.IsType<ClaimAnswer.Claimed>(Assert.Single(await new TaskLeases(rig.Database.As("tm_internal"), "w").ClaimAsync([run], default)));
        return run;
    }

    private static async Task<long> CountAsync(NpgsqlDataSource source, string table)
    {
        await using var command = source.CreateCommand($"select count(*) from {table}");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static async Task<int> ExecuteAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteNonQueryAsync();
    }

    private async Task<ManagerRig> RigAsync()
    {
        var rig = new ManagerRig(await cluster.CreateAsync());
        await rig.StartAsync();
        await rig.Database.ExecuteAsync("insert into task_manager.organisation (name) values ('alpha'), ('beta')");
        return rig;
    }
}
