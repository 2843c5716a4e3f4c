using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Amazon.Runtime;
using Amazon.S3;
using TaskMesh.Aws;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Execution;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Ports;
using TaskMesh.Integration.LocalCloud;
using TaskMesh.LocalCloud.Configuration;
using TaskMesh.Testing;

namespace TaskMesh.Integration.Manager;

/// <summary>Values of any size between real workers, the Manager and LocalCloud's object store.</summary>
[Collection(ProductTests.Name)]
public sealed class LargeDataTests(ProductCluster cluster, StoreCluster store) : IClassFixture<StoreCluster>
{
    private const string Bucket = "data";
    private const int Megabyte = 1024 * 1024;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(64 * Megabyte)]
    public async Task An_object_of_any_length_comes_back(int length)
    {
        await using var cloud = await StartAsync();
        var objects = Objects(cloud);
        var content = RandomNumberGenerator.GetBytes(length);

        var reference = await objects.PutAsync("results/", content, default);
        var got = await objects.GetAsync(reference, default);

        Assert.True(got.Span.SequenceEqual(content));
        Assert.Equal((length, Convert.ToHexStringLower(SHA256.HashData(content))), ((int)reference.Length, reference.Sha256));
    }

    [Fact]
    public async Task What_is_gone_or_damaged_is_told_and_never_taken_for_the_value()
    {
        await using var cloud = await StartAsync();
        var objects = Objects(cloud);
        var reference = await objects.PutAsync("results/", "content"u8.ToArray(), default);
        var longer = reference with { Length = 8 };
        var other = reference with { Sha256 = new string('0', 64) };
        var missing = reference with { Key = "results/none" };
        var elsewhere = reference with { Bucket = "elsewhere" };

        foreach (var wrong in new[] { longer, other, missing, elsewhere })
            await Assert.ThrowsAsync<ObjectDamagedException>(() => objects.GetAsync(wrong, default));
    }

    /// <summary>A worker without a database, whose report is all that the Manager gets.</summary>
    [Theory]
    [InlineData(10)]
    [InlineData(900 * 1024)]
    [InlineData(20 * Megabyte)]
    public async Task An_external_result_of_any_size_is_in_task_data(int length)
    {
        await using var cloud = await StartAsync();
        var objects = Objects(cloud);
        await using var rig = await RigAsync(objects);
        var value = new string('x', length);

        await RunOutsideAsync(rig, objects, Guid.CreateVersion7(), value);

        var row = Assert.Single(await rig.Database.RowsAsync(
            "select data is null, length(data), object_length, object_sha256 from task_manager.task_data"));
        var json = Encoding.UTF8.GetBytes($$"""{"value":"{{value}}"}""");
        Assert.Equal(
            json.Length <= ResultLimits.DefaultInlineBytes
                ? $"False {json.Length} - -"
                : $"True - {json.Length} {Convert.ToHexStringLower(SHA256.HashData(json))}",
            row);
        Assert.Equal(["Succeeded"], await rig.Database.RowsAsync("select state from task_manager.task"));
    }

    [Fact]
    public async Task A_large_output_reaches_the_inputs_that_refer_to_it_on_both_ways()
    {
        await using var cloud = await StartAsync();
        var objects = Objects(cloud);
        await using var rig = await RigAsync(objects);
        var value = new string('é', Megabyte);
        var id = Guid.CreateVersion7();
        await rig.HandleAsync($$$"""
            {"type":"CreateCollection","id":"{{{id}}}","root":{"type":"Sequential","children":[
              {"type":"Task","name":"one","kind":"outside","input":{"value":"start"} },
              {"type":"Task","name":"two","kind":"outside","input":{"value":{"$from":"one","path":"/value"} } },
              {"type":"Task","name":"three","kind":"inside","input":{"value":{"$from":"two","path":"/value"} } }]} }
            """);

        await RunAsync(rig, objects, _ => value);
        var second = Assert.Single(rig.Runs);
        Assert.NotNull(second.InputAt);
        Assert.All(rig.Sent, message => Assert.InRange(message.Body.Length, 1, 64 * 1024));
        await RunAsync(rig, objects, got => got);
        await new RigWorker(rig, TestKinds.Catalogue, objects).RunAllAsync();

        Assert.Equal(["Succeeded", "Succeeded", "Succeeded"], await rig.Database.RowsAsync("select state from task_manager.task"));
        Assert.Equal(["1"], await rig.Database.RowsAsync("select count(distinct object_sha256) from task_manager.task_data"));
    }

    [Fact]
    public async Task A_report_cannot_refer_to_what_another_task_has_stored()
    {
        await using var cloud = await StartAsync();
        var objects = Objects(cloud);
        await using var rig = await RigAsync(objects);
        await rig.SendAsync(new CreateTask("outside", JsonElement.Parse("{}")) { Id = Guid.CreateVersion7() });
        var run = Assert.Single(rig.Runs);
        var foreign = await objects.PutAsync(ObjectReference.ResultFolder(Guid.CreateVersion7(), 1), "1"u8.ToArray(), default);

        await rig.SendAsync(ManagerRig.Report(run, new TaskOutcome.Succeeded(DataAt: foreign)));

        Assert.Equal(
            [$"Failed result: {foreign.Key} in data is not this attempt's"],
            await rig.Database.RowsAsync("select state, reason from task_manager.task"));
        Assert.Equal(["0"], await rig.Database.RowsAsync("select count(*) from task_manager.task_data"));
    }

    /// <summary>
    /// All of the basic plane and some beyond it; halves of surrogate pairs are no characters. U+0000 is refused at submit and kept in results.
    /// </summary>
    [Fact]
    public async Task Every_character_comes_back_or_is_refused_at_submit()
    {
        await using var rig = await RigAsync(null);
        var texts = Enumerable.Range(1, 0xFFFF).Where(Rune.IsValid).Select(point => $"{(char)point}").Append("😀\U0010FFFF")
            .Chunk(20_000).Select(part => string.Concat(part)).ToArray();

        foreach (var text in texts)
            await rig.SendAsync(new CreateTask("inside", JsonSerializer.SerializeToElement(new { value = text })) { Id = Guid.CreateVersion7() });
        Assert.Equal(texts, rig.Runs.Select(run => run.Input.GetProperty("value").GetString()));
        foreach (var refused in Enumerable.Range(0xD800, 0x800).Prepend(0))
            await rig.HandleAsync($$$"""{"type":"CreateTask","kind":"inside","input":{"value":"\u{{{refused:x4}}}"} }""");
        Assert.Equal([$"{texts.Length}"], await rig.Database.RowsAsync("select count(*) from task_manager.task"));
        Assert.Equal(
            ["not a message: a string holds U+0000 1", "not a message: a string holds half a surrogate pair 2048"],
            await rig.Database.RowsAsync("select reason, count(*) from task_manager.quarantine group by reason order by reason"));

        await new RigWorker(rig, Echo).RunAllAsync();
        var results = await rig.Database.RowsAsync("select data from task_manager.task_data order by task_id");
        Assert.Equal(texts.Select(text => $"\0{text}"), results.Select(data => JsonElement.Parse(data).GetProperty("value").GetString()));
    }

    [Fact]
    public async Task A_row_of_recon_leads_to_task_worker_and_raw_output()
    {
        await using var rig = new ManagerRig(await cluster.CreateAsync(), TaskMesh.Tasks.AllTasks.Catalogue);
        await rig.StartAsync();
        await new RigWorker(rig).RunAsync("upsert-models", """{"model":"host","rows":[{"address":"10.0.0.1"}]}""");

        var row = Assert.Single(await rig.Database.RowsAsync("""
            select p.kind, p.worker, p.attempt, p.part, p.data, p.sha256 = encode(sha256(convert_to(p.data, 'UTF8')), 'hex')
              from recon.host h
              join task_manager.provenance p on p.task_id = h.source_task and p.attempt = h.source_attempt
            """));

        Assert.Equal("""upsert-models worker 1 0 {"inserted":1,"changed":0,"refreshed":0} True""", row);
    }

    /// <summary>Returns its input behind a U+0000.</summary>
    private static TaskCatalogue Echo { get; } = new(
        [TestKinds.Catalogue.Find("inside")! with
        {
            ExecuteAsync = (run, _, _, _) => Task.FromResult<TaskOutcome>(new TaskOutcome.Succeeded(
                JsonSerializer.SerializeToElement(new { value = $"\0{run.Input.GetProperty("value").GetString()}" }))),
        }]);

    private static async Task RunOutsideAsync(ManagerRig rig, IObjectStore objects, Guid id, string value)
    {
        await rig.SendAsync(new CreateTask("outside", JsonElement.Parse("{}")) { Id = id });
        await RunAsync(rig, objects, _ => value);
    }

    /// <summary>Plays the External function for everything that waits: no database, only the queue and the object store.</summary>
    private static async Task RunAsync(ManagerRig rig, IObjectStore objects, Func<string?, string?> answer)
    {
        var kind = TestKinds.Catalogue.Find("outside")! with
        {
            ExecuteAsync = (run, _, _, _) => Task.FromResult<TaskOutcome>(new TaskOutcome.Succeeded(JsonSerializer.SerializeToElement(
                new Dictionary<string, string?>
                {
                    ["value"] = answer(run.Input.TryGetProperty("value", out var got) ? got.GetString() : null),
                }))),
        };
        var executor = new TaskExecutor(new TaskCatalogue([kind]), _ => new WorkerCapabilities(), TimeProvider.System, objects);
        var runs = rig.Runs;
        rig.Sent.Clear();
        foreach (var run in runs)
            await rig.SendAsync((await executor.ExecuteAsync(run, default))!);
    }

    private Task<CloudRig> StartAsync() => CloudRig.StartAsync(store, (empty, folder) => empty with
    {
        ObjectStore = new ObjectStoreConfiguration(folder.Of("objects"), [Bucket]),
    });

    private static S3Objects Objects(CloudRig cloud) => new(
        new AmazonS3Client(
            new BasicAWSCredentials("any", "any"),
            new AmazonS3Config { ServiceURL = cloud.Endpoint.ToString(), ForcePathStyle = true, AuthenticationRegion = "eu-west-1" }),
        Bucket);

    private async Task<ManagerRig> RigAsync(IObjectStore? objects)
    {
        var rig = new ManagerRig(await cluster.CreateAsync(), objects: objects);
        await rig.StartAsync();
        return rig;
    }
}
