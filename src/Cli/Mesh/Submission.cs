using System.Text;
using System.Text.Json;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Routing;
using TaskMesh.Core.Workflow;
using TaskMesh.Tasks;

namespace TaskMesh.Cli.Mesh;

/// <summary>
/// Work on its way into the mesh. It is checked here by the same planner that the Manager uses, so that what is wrong is told at once,
/// and no message is sent and no row made.
/// </summary>
internal static class Submission
{
    /// <summary>What nests deeper than work may, and what stands there twice, the reader refuses.</summary>
    private static readonly JsonDocumentOptions Lenient = new() { MaxDepth = 10_000 };

    private static readonly JsonDocumentOptions Strict = Lenient with { AllowDuplicateProperties = false };

    /// <summary>A collection or a task as a file holds it: the message's body, of which "type", "id" and "v" may be left out.</summary>
    public static ManagerMessage Read(JsonText file, Guid id)
    {
        var message = MessageReader.Read(Encoding.UTF8.GetBytes(WithType(file)), id, out var reason, out var fault);
        return message switch
        {
            CreateCollection or CreateTask => message,
            _ when fault is not null => throw file.Fault(fault),
            null => throw new CliException(ExitCode.Usage, $"{file.Place}: {reason}"),
            _ => throw new CliException(ExitCode.Usage, $"{file.Place}: type: '{message.GetType().Name}' is not work that can be submitted"),
        };
    }

    public static ManagerMessage OneTask(string kind, JsonText input, Guid id)
    {
        ManagerMessage task = new CreateTask(kind, input.As(json => JsonElement.Parse(json, Strict))) { Id = id };
        try
        {
            return MessageReader.Read(JsonSerializer.SerializeToUtf8Bytes(task, MessageJson.Default.ManagerMessage), id, out var reason)
                ?? throw new CliException(ExitCode.Usage, $"{input.Place}: {reason}");
        }
        catch (JsonException e)
        {
            throw new CliException(ExitCode.Usage, $"{input.Place}: a string holds half a surrogate pair", e);
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

    /// <summary>The type goes last, so that what the reader says of places stays true.</summary>
    private static string WithType(JsonText file)
    {
        try
        {
            using var document = file.As(json => JsonDocument.Parse(json, Lenient));
            if (document.RootElement is not { ValueKind: JsonValueKind.Object } root || root.TryGetProperty("type", out _))
                return file.Text;
            var type = root.TryGetProperty("root", out _) ? nameof(CreateCollection) : nameof(CreateTask);
            return file.Text.Insert(file.Text.LastIndexOf('}'), $"{(root.EnumerateObject().Any() ? "," : "")}\"type\":\"{type}\"");
        }
        catch (InvalidOperationException)
        {
            // A name that is no text: the reader says it better.
            return file.Text;
        }
    }
}
