using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using TaskMesh.Core.Contract;

namespace TaskMesh.Tasks.Sources;

/// <param name="Task">It has ended without having had the last word.</param>
public sealed record OutsideScanCleanUpInput(Guid Task);

/// <param name="Deleted">How many scans.</param>
public sealed record OutsideScanCleanUpOutput(int Deleted);

/// <summary>Deletes what an outside scan has left on its scanner. The Manager starts it when such a task did not succeed.</summary>
public sealed class OutsideScanCleanUp : ITaskDefinition<OutsideScanCleanUpInput, OutsideScanCleanUpOutput>
{
    public static string Kind => "outside-scan-clean-up";

    public static string Summary => "Deletes what an outside scan has left on its scanner.";

    public static WorkerRequirements Requirements => WorkerRequirements.None;

    public static string RateLimit => OutsideScan.Provider;

    public static JsonTypeInfo<OutsideScanCleanUpInput> InputJson => OutsideScanCleanUpJson.Default.OutsideScanCleanUpInput;

    public static JsonTypeInfo<OutsideScanCleanUpOutput> OutputJson => OutsideScanCleanUpJson.Default.OutsideScanCleanUpOutput;

    public static async Task<TaskResult<OutsideScanCleanUpOutput>> ExecuteAsync(OutsideScanCleanUpInput input, TaskContext context)
    {
        try
        {
            var members = await ScannerApi.LookAtAllAsync(context);
            return new OutsideScanCleanUpOutput(await ScannerApi.DeleteAsync(members, ScannerApi.NameFor(input.Task)));
        }
        catch (ScannerException e)
        {
            return e.Outcome<OutsideScanCleanUpOutput>(null);
        }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(OutsideScanCleanUpInput))]
[JsonSerializable(typeof(OutsideScanCleanUpOutput))]
internal sealed partial class OutsideScanCleanUpJson : JsonSerializerContext;
