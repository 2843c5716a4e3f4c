using System.Text.Json;
using TaskMesh.Core.Messages;
using TaskMesh.Tasks;
using TaskMesh.Testing;

namespace TaskMesh.Integration.Manager;

/// <summary>Fan-out, fan-in and branches with the real kinds, and with many Managers at once.</summary>
[Collection(ProductTests.Name)]
public class FanOutTests(ProductCluster cluster)
{
    private static readonly JsonElement Empty = JsonElement.Parse("{}");

    [Fact]
    public async Task Rows_become_tasks_their_results_one_result_and_a_branch_is_taken_on_it()
    {
        await using var rig = await RigAsync(AllTasks.Catalogue);
        var rows = string.Join(',', Enumerable.Range(0, 2_500).Select(i => $$"""{"name":"k{{i}}","n":{{i}}}"""));

        await SubmitAsync(rig, """
            {"type":"Sequential","children":[
              {"type":"Task","name":"each","kind":"for-each","input":{"rows":[ROWS],"kind":"insert-data",
                "input":{"key":{"$row":"/name"},"value":{"number":{"$row":"/n"},"all":{"$row":""}}}}},
              {"type":"Task","name":"all","kind":"collect-results","input":{"of":"each","path":"/key"}},
              {"type":"Conditional","name":"many?","value":{"$from":"all"},"when":{"field":"count","operator":"greater","value":100},
                "then":{"type":"Task","name":"yes","kind":"insert-data","input":{"key":"many","value":{"$from":"all","path":"/count"}}},
                "else":{"type":"Parallel","children":[
                  {"type":"Task","name":"no","kind":"insert-data","input":{"key":"few","value":1}},
                  {"type":"Sequential","children":[{"type":"Task","name":"nor","kind":"insert-data","input":{"key":"few","value":2}}]}]}}]}
            """.Replace("ROWS", rows, StringComparison.Ordinal));
        await new RigWorker(rig).RunAllAsync();
        await rig.SendAsync(new Tick());

        Assert.Equal(
            ["all Succeeded", "each Succeeded", "many? Succeeded", "no Disabled", "nor Disabled", "yes Succeeded"],
            await rig.Database.RowsAsync("select name, state from task_manager.task where parent_id is null order by name"));
        Assert.Equal(["Succeeded"], await rig.Database.RowsAsync("select state from task_manager.collection"));
        var result = JsonElement.Parse(await rig.Database.ScalarAsync<string>(
            "select d.data from task_manager.task_data d join task_manager.task t on t.id = d.task_id where t.name = 'all' and d.part = 0"));
        Assert.Equal((2_500, 0, 2_500), (
            result.GetProperty("children").GetInt32(), result.GetProperty("without").GetInt32(), result.GetProperty("count").GetInt32()));
        Assert.Equal("k0", result.GetProperty("rows")[0].GetString());
        Assert.Equal(
            ["""{"number":7,"all":{"name":"k7","n":7}}"""],
            await rig.Database.RowsAsync("select data from task_manager.task_collection_data where key = 'k7'"));
        Assert.Equal(["1"], await rig.Database.RowsAsync("select sum(disabled) from task_manager.progress where container_id in ("
            + "select container_id from task_manager.task where kind = 'conditional')"));
        Assert.Equal(["Pending 0", "Disabled 0"], await rig.Database.RowsAsync(
            """
            select e.state, e.attempt from task_manager.task_event e join task_manager.task t on t.id = e.task_id
             where t.name = 'no' order by e.at
            """));
    }

    [Fact]
    public async Task Results_that_are_large_together_are_kept_in_parts()
    {
        await using var rig = await RigAsync(AllTasks.Catalogue);
        var filler = new string('x', 190);
        var rows = string.Join(',', Enumerable.Range(0, 900).Select(i => $"\"{filler}{i:0000}\""));

        await SubmitAsync(rig, """
            {"type":"Sequential","children":[
              {"type":"Task","name":"each","kind":"for-each","input":{"rows":[ROWS],"kind":"insert-data","input":{"key":{"$row":""},"value":1}}},
              {"type":"Task","name":"all","kind":"collect-results","input":{"of":"each","path":"/key"}}]}
            """.Replace("ROWS", rows, StringComparison.Ordinal));
        await new RigWorker(rig).RunAllAsync();

        Assert.Equal(["0", "1", "2"], await rig.Database.RowsAsync(
            "select d.part from task_manager.task_data d join task_manager.task t on t.id = d.task_id where t.name = 'all' order by d.part"));
        Assert.Equal(["900"], await rig.Database.RowsAsync(
            "select sum(json_array_length(d.data::json)) from task_manager.task_data d join task_manager.task t on t.id = d.task_id "
            + "where t.name = 'all' and d.part > 0"));
    }

    [Theory]
    [InlineData("""{"field":"a","operator":"exists"}""", "yes Succeeded", "no Disabled")]
    [InlineData("""{"not":{"field":"a","operator":"exists"}}""", "yes Disabled", "no Succeeded")]
    public async Task Either_branch_can_be_the_one_and_what_comes_next_starts(string when, string yes, string no)
    {
        await using var rig = await RigAsync(AllTasks.Catalogue);

        await SubmitAsync(rig, """
            {"type":"Sequential","children":[
              {"type":"Conditional","name":"if","value":{"a":1},"when":WHEN,
                "then":{"type":"Task","name":"yes","kind":"insert-data","input":{"key":"k","value":1}},
                "else":{"type":"Task","name":"no","kind":"insert-data","input":{"key":"k","value":2}}},
              {"type":"Conditional","name":"only then","value":{"a":1},"when":WHEN,
                "then":{"type":"Task","name":"maybe","kind":"insert-data","input":{"key":"m","value":1}}},
              {"type":"Task","name":"after","kind":"insert-data","input":{"key":"k","value":3}}]}
            """.Replace("WHEN", when, StringComparison.Ordinal));
        await new RigWorker(rig).RunAllAsync();
        await rig.SendAsync(new Tick());

        Assert.Equal(
            ["after Succeeded", "if Succeeded", $"maybe {yes.Split(' ')[1]}", no, "only then Succeeded", yes], await rig.StatesAsync());
        Assert.Equal(["Succeeded"], await rig.Database.RowsAsync("select state from task_manager.collection"));
    }

    [Theory]
    [InlineData("""{"field":"a"}""", "if: input: when.operator: ")]
    [InlineData("""7""", "if: input: when: is either")]
    public async Task A_condition_that_means_nothing_is_refused(string when, string reason)
    {
        await using var rig = await RigAsync(AllTasks.Catalogue);

        await SubmitAsync(rig, """
            {"type":"Conditional","name":"if","value":{},"when":WHEN,
              "then":{"type":"Task","name":"yes","kind":"insert-data","input":{"key":"k","value":1}}}
            """.Replace("WHEN", when, StringComparison.Ordinal));

        Assert.StartsWith(reason, Assert.Single(await rig.Database.RowsAsync("select reason from task_manager.quarantine")));
    }

    [Fact]
    public async Task A_hundred_children_that_end_at_eight_managers_at_once_with_duplicates_lead_to_one_aggregator()
    {
        await using var database = await cluster.CreateAsync();
        var rigs = Enumerable.Range(0, 8).Select(_ => new ManagerRig(database, slots: 1_000)).ToArray();
        await rigs[0].StartAsync();
        var generator = new TaskNode("g", "maker", JsonElement.Parse("""{"count":100}"""));
        var aggregator = new TaskNode("sum", "collect-results", JsonElement.Parse("""{"of":"g"}"""));
        await rigs[0].SendAsync(new CreateCollection(new SequentialNode([generator, aggregator])) { Id = Guid.CreateVersion7() });
        var (made, report) = await PlayedGenerator.RunAsync(rigs[0].Runs[0]);
        ManagerMessage[] told = [.. made, report];

        await Task.WhenAll(rigs.Select(rig => Task.Run(() => rig.SendAsync(told))));
        var runs = rigs.SelectMany(rig => rig.Runs).Where(run => run.Kind == "outside").ToArray();
        Assert.Equal(100, runs.Length);
        var reports = runs.Concat(runs).Select(run => ManagerRig.Report(run, new TaskOutcome.Succeeded(Empty))).ToArray();
        Random.Shared.Shuffle(reports);
        await Task.WhenAll(reports.Chunk(25).Select((part, i) => Task.Run(() => rigs[i].SendAsync(part))));

        Assert.Single(rigs.SelectMany(rig => rig.Runs), run => run.Kind == "collect-results");
        Assert.Equal(["Dispatched 1"], await database.RowsAsync(
            "select e.state, count(*) from task_manager.task_event e join task_manager.task t on t.id = e.task_id "
            + "where t.name = 'sum' and e.state <> 'Pending' group by e.state"));
        Assert.Equal(["100 100"], await database.RowsAsync(
            "select c.children, (select sum(succeeded) from task_manager.progress p where p.container_id = c.id) "
            + "from task_manager.container c where c.filled"));
    }

    private static Task<IReadOnlyList<string>> SubmitAsync(ManagerRig rig, string root) =>
        rig.HandleAsync($$"""{"type":"CreateCollection","root":{{root}},"id":"{{Guid.CreateVersion7()}}"}""");

    private async Task<ManagerRig> RigAsync(TaskMesh.Core.Contract.TaskCatalogue catalogue)
    {
        var rig = new ManagerRig(await cluster.CreateAsync(), catalogue, slots: 10_000);
        await rig.StartAsync();
        return rig;
    }
}
