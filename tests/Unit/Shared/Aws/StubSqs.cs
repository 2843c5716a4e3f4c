using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using TaskMesh.Testing;

namespace TaskMesh.Unit.Shared.Aws;

/// <summary>Answers SendMessageBatch as SQS does: each entry by what <paramref name="faultOf"/> says of its body, null for accepted.</summary>
internal sealed class StubSqs(Func<string, StubSqs.Fault?> faultOf)
{
    public StubHttp Http => field ??= new StubHttp(Answer);

    /// <summary>The bodies of each call.</summary>
    public IEnumerable<string[]> Calls => Http.Requests.Select(request => Entries(request).Select(entry => entry.Body).ToArray());

    public static StubAnswer Error(string shape) =>
        new($$"""{"__type":"com.amazonaws.sqs#{{shape}}","message":"why not"}""", HttpStatusCode.BadRequest);

    [SuppressMessage("Security", "CA5351", Justification = "SQS answers with the MD5 of each body, against accidents on the way.")]
    public StubAnswer Answer(string request)
    {
        var (successful, failed) = (new JsonArray(), new JsonArray());
        foreach (var (id, body) in Entries(request))
        {
            var md5 = Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(body)));
            switch (faultOf(body))
            {
                case null:
                    successful.Add(new JsonObject { ["Id"] = id, ["MessageId"] = Guid.NewGuid(), ["MD5OfMessageBody"] = md5 });
                    break;
                case { Code: { } code } fault:
                    failed.Add(new JsonObject { ["Id"] = id, ["Code"] = code, ["Message"] = "why not", ["SenderFault"] = fault.OfSender });
                    break;
            }
        }
        return new StubAnswer(new JsonObject { ["Successful"] = successful, ["Failed"] = failed }.ToJsonString());
    }

    private static IEnumerable<(string Id, string Body)> Entries(string request) =>
        JsonNode.Parse(request)!["Entries"]!.AsArray().Select(entry => (entry!["Id"]!.GetValue<string>(), entry["MessageBody"]!.GetValue<string>()));

    /// <param name="Code">Null leaves the entry out of the answer.</param>
    public sealed record Fault(string? Code, bool OfSender = false);
}
