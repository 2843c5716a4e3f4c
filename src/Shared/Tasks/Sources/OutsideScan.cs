using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Scope;
using TaskMesh.Core.Workflow;

namespace TaskMesh.Tasks.Sources;

/// <param name="Targets">Addresses, CIDR blocks, ranges or names.</param>
/// <param name="Template">The scanner's policy or template, by its id there.</param>
/// <param name="Credentialed">Whether the template has credentials: then a scan that could log in nowhere is invalid.</param>
public sealed record OutsideScanInput(IReadOnlyList<string> Targets, string Template, bool Credentialed = false);

/// <param name="Scanner">The member of the scanner's pool that ran it.</param>
/// <param name="Hosts">How many answered.</param>
/// <param name="Report">The scanner's own format.</param>
public sealed record OutsideScanOutput(string Scanner, int Hosts, string Report);

/// <summary>
/// Lets an outside scanner scan: create, launch when it has room, look every 30 s, export, check that it saw something, delete. Each attempt does one
/// step and gives the slot back.
/// </summary>
/// <remarks>
/// A scan bears the task's id as its name and is looked for at each step, so that it does not matter where an attempt died. The first attempt only
/// says that something may be left elsewhere from now on: then its clean-up is certain before there is anything to clean up.
/// </remarks>
public sealed class OutsideScan : ITaskDefinition<OutsideScanInput, OutsideScanOutput>
{
    public const string Provider = "scanner";

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ExportEvery = TimeSpan.FromSeconds(5);

    public static string Kind => "outside-scan";

    public static string Summary => "Lets an outside scanner (Nessus) scan targets and brings its report home.";

    public static WorkerRequirements Requirements => WorkerRequirements.None;

    public static TimeSpan RunTimeout => TimeSpan.FromMinutes(2);

    public static RetryPolicy Retry => new(MaxFailures: 20, TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(10));

    public static string RateLimit => Provider;

    public static string CleanUp => OutsideScanCleanUp.Kind;

    public static JsonTypeInfo<OutsideScanInput> InputJson => OutsideScanJson.Default.OutsideScanInput;

    public static JsonTypeInfo<OutsideScanOutput> OutputJson => OutsideScanJson.Default.OutsideScanOutput;

    public static void Check(OutsideScanInput input, InputCheck check)
    {
        check.Require(input.Targets.Count > 0, "targets", "at least one is needed");
        check.Require(input.Template.Length > 0, "template", "the scanner needs one");
        foreach (var target in input.Targets)
        {
            if (AddressRange.TryParse(target, out var range, out _))
                check.Targets(range);
            else if (DomainName.Normalise(target) is { } name)
                check.Targets(name);
            else
                check.Problem("targets", $"'{target}' is no address, range or name");
        }
    }

    public static async Task<TaskResult<OutsideScanOutput>> ExecuteAsync(OutsideScanInput input, TaskContext context)
    {
        if (context.Checkpoint is not { } saved)
            return Later(TimeSpan.Zero, new OutsideScanCheckpoint());
        try
        {
            return await StepAsync(input, context, saved.Deserialize(OutsideScanJson.Default.OutsideScanCheckpoint)!);
        }
        catch (ScannerException e)
        {
            return e.Outcome<OutsideScanOutput>(context.Checkpoint);
        }
    }

    private static async Task<TaskResult<OutsideScanOutput>> StepAsync(OutsideScanInput input, TaskContext context, OutsideScanCheckpoint checkpoint)
    {
        var name = ScannerApi.NameFor(context.TaskId);
        var members = await ScannerApi.LookAtAllAsync(context);
        var (api, scans) = members.FirstOrDefault(member => member.Scans.Any(scan => scan.Name == name));
        if (api is null)
            return Later(await CreateAsync(input, context, members) ? TimeSpan.Zero : LookEvery, new OutsideScanCheckpoint());

        var mine = scans.First(scan => scan.Name == name);
        if (mine.Status == "completed")
            return await BringHomeAsync(input, context, api, mine.Id, checkpoint);
        if (mine.HasEnded)
        {
            await ScannerApi.DeleteAsync(members, name);
            return new TaskResult<OutsideScanOutput>.Fail(ErrorClass.Retryable, $"the scan was {mine.Status} on {api.Name}");
        }
        // Those that were created before it go first: all attempts see their numbers alike, so no two take the last place.
        if (mine.Waits && scans.Count(scan => scan.IsBusy || (scan.Waits && scan.Id < mine.Id)) < api.Capacity)
            await api.LaunchAsync(mine.Id);
        return Later(LookEvery, checkpoint);
    }

    private static TaskResult<OutsideScanOutput> Later(TimeSpan after, OutsideScanCheckpoint checkpoint) =>
        new TaskResult<OutsideScanOutput>.Yield(
            after, JsonSerializer.SerializeToElement(checkpoint, OutsideScanJson.Default.OutsideScanCheckpoint));

    /// <summary>On a member with room, by lot: those that look at the same moment must not all choose the one that has most.</summary>
    /// <returns>False if none has any.</returns>
    private static async Task<bool> CreateAsync(
        OutsideScanInput input, TaskContext context, IReadOnlyList<(ScannerApi Api, IReadOnlyList<ScannerScan> Scans)> members)
    {
        ScannerApi[] places = [.. members.SelectMany(
            member => Enumerable.Repeat(member.Api, Math.Max(0, member.Api.Capacity - member.Scans.Count(scan => scan.IsOpen))))];
        if (places.Length == 0)
            return false;
        var lot = BinaryPrimitives.ReadUInt32BigEndian(context.TaskId.ToByteArray().AsSpan(12));
        await places[lot % places.Length].CreateAsync(input.Template, ScannerApi.NameFor(context.TaskId), string.Join(',', input.Targets));
        return true;
    }

    private static async Task<TaskResult<OutsideScanOutput>> BringHomeAsync(
        OutsideScanInput input, TaskContext context, ScannerApi api, long scan, OutsideScanCheckpoint checkpoint)
    {
        var (hosts, loggedIn) = await api.FindingsAsync(scan);
        if (hosts == 0 || (input.Credentialed && !loggedIn))
        {
            await ScannerApi.DeleteAsync(await ScannerApi.LookAtAllAsync(context), ScannerApi.NameFor(context.TaskId));
            return new TaskResult<OutsideScanOutput>.Fail(
                ErrorClass.Fatal, $"invalid: {api.Name} {(hosts == 0 ? "saw no host" : "could log in to no host")}");
        }
        var file = checkpoint.File ?? await api.ExportAsync(scan);
        if (!await api.IsReadyAsync(scan, file))
            return Later(ExportEvery, checkpoint with { File = file });
        var report = await api.DownloadAsync(scan, file);
        await ScannerApi.DeleteAsync(await ScannerApi.LookAtAllAsync(context), ScannerApi.NameFor(context.TaskId));
        return new OutsideScanOutput(api.Name, hosts, report);
    }
}

/// <param name="File">The export that is being made.</param>
public sealed record OutsideScanCheckpoint(long? File = null);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(OutsideScanInput))]
[JsonSerializable(typeof(OutsideScanOutput))]
[JsonSerializable(typeof(OutsideScanCheckpoint))]
internal sealed partial class OutsideScanJson : JsonSerializerContext;
