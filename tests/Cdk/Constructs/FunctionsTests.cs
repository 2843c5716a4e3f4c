using System.Text.Json;
using TaskMesh.Testing;

namespace TaskMesh.Cdk.Tests.Constructs;

public class FunctionsTests
{
    private const int VisibilityPerTimeout = 6;

    /// <summary>What the database takes at its smallest (db.t4g.medium: 4 GiB), less what is kept for people.</summary>
    private const int ConnectionBudget = 400;

    [NodeFact]
    public void Three_hosts_run_as_functions_with_short_timeouts()
    {
        var functions = SynthesisedMesh.Dev.All("AWS::Lambda::Function").Values
            .ToDictionary(function => function.GetProperty("FunctionName").GetString()!, function => function.GetProperty("Timeout").GetInt32());

        Assert.Equal(
            new Dictionary<string, int>
            {
                ["taskmesh-dev-manager"] = 60,
                ["taskmesh-dev-external"] = 150,
                ["taskmesh-dev-internal"] = 300,
                ["taskmesh-dev-migrations"] = 600,
            },
            functions);
    }

    [NodeFact]
    public void A_function_is_an_executable_assembly_on_managed_dotnet_10_that_may_call_itself_in_a_chain() => Assert.All(
        SynthesisedMesh.Dev.All("AWS::Lambda::Function").Values,
        function =>
        {
            Assert.Equal("dotnet10", function.GetProperty("Runtime").GetString());
            Assert.DoesNotContain("::", function.GetProperty("Handler").GetString(), StringComparison.Ordinal);
            Assert.Equal("Allow", function.GetProperty("RecursiveLoop").GetString());
        });

    [NodeFact]
    public void A_queue_wakes_one_function_which_reports_what_failed()
    {
        var sources = SynthesisedMesh.Dev.All("AWS::Lambda::EventSourceMapping").Values.ToArray();

        Assert.Equal(
            ["control -> manager", "external -> external", "internal -> internal", "manager -> manager"],
            sources.Select(source => $"{NameOf(source, "EventSourceArn")} -> {NameOf(source, "FunctionName")}").Order());
        Assert.All(sources, source => Assert.Equal("ReportBatchItemFailures", source.GetProperty("FunctionResponseTypes")[0].GetString()));
        Assert.All(sources, source => Assert.Equal(10, source.GetProperty("BatchSize").GetInt32()));
    }

    [NodeFact]
    public void What_queues_may_start_at_once_is_what_is_reserved()
    {
        var started = SynthesisedMesh.Dev.All("AWS::Lambda::EventSourceMapping").Values
            .GroupBy(source => NameOf(source, "FunctionName"))
            .ToDictionary(
                function => $"taskmesh-dev-{function.Key}",
                function => function.Sum(source => source.GetProperty("ScalingConfig").GetProperty("MaximumConcurrency").GetInt32()));

        foreach (var function in SynthesisedMesh.Dev.All("AWS::Lambda::Function").Values)
        {
            if (started.TryGetValue(function.GetProperty("FunctionName").GetString()!, out var most))
                Assert.Equal(function.GetProperty("ReservedConcurrentExecutions").GetInt32(), most);
        }
    }

    [NodeFact]
    public void A_message_stays_hidden_for_six_timeouts()
    {
        var timeouts = SynthesisedMesh.Dev.All("AWS::Lambda::Function")
            .ToDictionary(function => function.Key, function => function.Value.GetProperty("Timeout").GetInt32());
        var queues = SynthesisedMesh.Dev.All("AWS::SQS::Queue");

        Assert.All(SynthesisedMesh.Dev.All("AWS::Lambda::EventSourceMapping").Values, source => Assert.True(
            queues[source.GetProperty("EventSourceArn").GetProperty("Fn::GetAtt")[0].GetString()!].GetProperty("VisibilityTimeout").GetInt32()
            >= VisibilityPerTimeout * timeouts[source.GetProperty("FunctionName").GetProperty("Ref").GetString()!]));
    }

    [NodeFact]
    public void All_connections_together_are_less_than_the_smallest_database_takes()
    {
        const int perManager = 4;
        const int perInternal = 2;
        const int perWorker = 6;
        const int workers = 5;

        Assert.InRange(
            Concurrency.Manager * perManager + Concurrency.Internal * perInternal + workers * perWorker, 1, ConnectionBudget * 80 / 100);
    }

    [NodeFact]
    public void A_configured_pool_wakes_the_function_of_its_class_and_is_known_to_the_manager()
    {
        const string pools = """[{"name":"slow","class":"External","labels":{"pace":"slow"}},{"name":"dmz","class":"Internal"}]""";
        var mesh = SynthesisedMesh.With(("pools", pools));

        Assert.Equal(6, mesh.All("AWS::Lambda::EventSourceMapping").Count);
        var setting = mesh.Only("AWS::Lambda::Function", "Functionsmanager")
            .GetProperty("Environment").GetProperty("Variables").GetProperty("TASKMESH_MANAGER_POOLS").GetRawText();
        Assert.Contains("\\\"pace\\\":\\\"slow\\\"", setting, StringComparison.Ordinal);
        Assert.Contains("Queuesdmz", setting, StringComparison.Ordinal);
        Assert.Contains(
            Rights.Of(mesh, "FunctionsmanagerRole"),
            right => right.Action == "sqs:SendMessage" && right.Resources.Any(queue => queue.StartsWith("{Queuesdmz", StringComparison.Ordinal)));
    }

    private static string NameOf(JsonElement source, string property)
    {
        var value = source.GetProperty(property);
        var id = value.TryGetProperty("Ref", out var reference) ? reference.GetString()! : value.GetProperty("Fn::GetAtt")[0].GetString()!;
        var resources = SynthesisedMesh.Dev.Resources.Single(resource => resource.Name == id).Value.GetProperty("Properties");
        var name = resources.TryGetProperty("QueueName", out var queue) ? queue : resources.GetProperty("FunctionName");
        return name.GetString()!["taskmesh-dev-".Length..];
    }
}
