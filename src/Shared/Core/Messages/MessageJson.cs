using System.Text.Json;
using System.Text.Json.Serialization;
using TaskMesh.Core.Scheduling;
using TaskMesh.Core.Scope;
using TaskMesh.Core.Workflow;

namespace TaskMesh.Core.Messages;

/// <summary>
/// The wire. Strict: unknown and duplicate members, missing members and nulls where none may stand are errors. The default encoder
/// writes ASCII only, so that no character is outside what SQS accepts.
/// </summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Strict,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    AllowOutOfOrderMetadataProperties = true,
    MaxDepth = MessageReader.MaxDepthOfCollection,
    Converters = [typeof(DurationConverter)])]
[JsonSerializable(typeof(ManagerMessage))]
[JsonSerializable(typeof(RunTask))]
[JsonSerializable(typeof(ObjectReference))]
[JsonSerializable(typeof(ScanScope))]
[JsonSerializable(typeof(IReadOnlyList<ScanScope>))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, Guid>))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
[JsonSerializable(typeof(CompletionPolicy))]
[JsonSerializable(typeof(ControlAction))]
[JsonSerializable(typeof(Schedule))]
[JsonSerializable(typeof(TaskTimeouts))]
[JsonSerializable(typeof(DeadTask))]
[JsonSerializable(typeof(IReadOnlyList<ScanWindow>))]
[JsonSerializable(typeof(JsonElement))]
public sealed partial class MessageJson : JsonSerializerContext;
