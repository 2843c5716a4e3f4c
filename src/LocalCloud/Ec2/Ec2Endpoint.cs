using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using TaskMesh.LocalCloud.Configuration;
using TaskMesh.LocalCloud.Wire;

namespace TaskMesh.LocalCloud.Ec2;

/// <summary>EC2 on the wire: the Query protocol, with the faults that were asked for.</summary>
public sealed class Ec2Endpoint(Ec2Operations operations, Ec2Faults faults, CloudIds ids, TimeProvider clock)
{
    private const int CallsKept = 10_000;

    private readonly ConcurrentQueue<LaunchCall> _launches = new();

    /// <summary>Every RunInstances but dry runs, in the order of their answers.</summary>
    public IReadOnlyCollection<LaunchCall> Launches => _launches;

    public async Task HandleQueryAsync(HttpContext context, QueryParameters parameters)
    {
        var id = ids.Uuid();
        var operation = parameters["Action"];
        var isDryRun = parameters.Flag("DryRun");
        var fault = faults.Next(operation, parameters["InstanceType"], parameters["SubnetId"], MarketOf(parameters), isDryRun);
        var (status, answer, code) = (StatusCodes.Status200OK, Ec2Xml.Element("nothing"), "launched");
        try
        {
            if (fault is { Code: { } early, TakesEffect: false } && !(Ec2Errors.IsRefusal(early) && operations.IsKnown(parameters["ClientToken"])))
                throw Ec2Errors.Scripted(early, operation!);
            answer = Ec2Xml.Answer(operation!, id, operations.Run(operation, parameters));
            if (fault is { Code: { } late, TakesEffect: true })
                throw Ec2Errors.Scripted(late, operation!);
        }
        catch (AwsException error)
        {
            (status, answer, code) = (error.Status, Ec2Xml.Error(error, id), error.Code);
        }
        if (operation == "RunInstances" && !isDryRun)
            Note(parameters, code, fault);
        if (fault?.ReplyLost == true)
            LoseReply(context.Response);
        else
            await context.Response.WriteXmlAsync(status, answer, "text/xml;charset=UTF-8");
    }

    /// <summary>
    /// The server closes the connection when less comes than was announced. Were there no answer at all, an HTTP client might repeat the request by
    /// itself, as it may on a connection that it has used before.
    /// </summary>
    private static void LoseReply(HttpResponse response) => response.ContentLength = 1;

    internal static string MarketOf(QueryParameters parameters) => parameters["InstanceMarketOptions.MarketType"] ?? "on-demand";

    private void Note(QueryParameters parameters, string answer, Ec2Fault? fault)
    {
        _launches.Enqueue(new LaunchCall(
            clock.GetUtcNow(), parameters["InstanceType"], parameters["SubnetId"], MarketOf(parameters), parameters["ClientToken"], answer,
            fault?.ReplyLost == true));
        while (_launches.Count > CallsKept)
            _launches.TryDequeue(out _);
    }
}
