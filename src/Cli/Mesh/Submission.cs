using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Routing;
using TaskMesh.Core.Workflow;
using TaskMesh.Tasks;

namespace TaskMesh.Cli.Mesh;

/// <summary>
/// Work on its way into the mesh. It is checked here by the same planner that the Manager uses, so that what is wrong is told at once,
/// and no message is sent and no row made.
/// </summary>
public static class Submission
{
    /// <summary>A collection or a task as a file holds it: the message's body, of which "type", "id" and "v" may be left out.</summary>
    public static ManagerMessage Read(string json, Guid id)
    {
        var message = MessageReader.Read(Encoding.UTF8.GetBytes(WithType(json)), id, out var reason);
        return message switch
        {
            CreateCollection or CreateTask => message,
            null => throw new CliException(ExitCode.Usage, reason!),
            _ => throw new CliException(ExitCode.Usage, $"type: '{message.GetType().Name}' is not work that can be submitted"),
        };
    }

    public static ManagerMessage OneTask(string kind, string input, Guid id)
    {
        try
        {
            ManagerMessage task = new CreateTask(kind, JsonElement.Parse(input)) { Id = id };
            return MessageReader.Read(JsonSerializer.SerializeToUtf8Bytes(task, MessageJson.Default.ManagerMessage), id, out var reason)
                ?? throw new CliException(ExitCode.Usage, $"input: {reason}");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new CliException(ExitCode.Usage, $"input: not JSON: {e.Message}", e);
        }
    }

    /// <exception cref="CliException">It would be refused; the message holds every reason.</exception>
    public static async Task CheckAsync(ManagerMessage message, MeshClient mesh, CancellationToken cancellation) =>
        await PlanAsync(message, mesh, [], cancellation);

    /// <returns>What the Manager would make of it.</returns>
    /// <exception cref="CliException">It would be refused; the message holds every reason.</exception>
    public static async Task<CollectionPlan> PlanAsync(
        ManagerMessage message, MeshClient mesh, IReadOnlyList<Pool> pools, CancellationToken cancellation)
    {
        var organisation = message switch
        {
            CreateCollection collection => collection.Organisation,
            CreateTask task => task.Organisation,
            _ => throw new ArgumentException($"{message.GetType().Name} is no submission.", nameof(message)),
        };
        if (!await mesh.Reader.HasOrganisationAsync(organisation, cancellation))
            throw new CliException(ExitCode.Usage, $"organisation: there is no '{organisation}'");
        var scope = await mesh.Reader.ScopeAsync(organisation, cancellation);
        var now = TimeProvider.System.GetUtcNow();
        var planner = new CollectionPlanner(AllTasks.Catalogue, pools);
        var (plan, refusal) = message is CreateTask single ? planner.Plan(single, scope, now) : planner.Plan((CreateCollection)message, scope, now);
        return plan ?? throw new CliException(
            refusal!.Cause == RefusalCause.Scope ? ExitCode.Refused : ExitCode.Usage, string.Join(Environment.NewLine, refusal.Problems));
    }

    private static string WithType(string json)
    {
        try
        {
            if (JsonNode.Parse(json) is not JsonObject body || body.ContainsKey("type"))
                return json;
            body.Insert(0, "type", body.ContainsKey("root") ? nameof(CreateCollection) : nameof(CreateTask));
            return body.ToJsonString();
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidOperationException)
        {
            // Not JSON, a member twice, or a name that is no text: the reader says it better.
            return json;
        }
    }
}
