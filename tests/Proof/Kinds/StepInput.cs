using System.Text.Json.Serialization;

namespace TaskMesh.Proof.Kinds;

/// <summary>What a step is told.</summary>
/// <param name="Millis">How long it takes.</param>
/// <param name="MillisAfter">How long it takes from its effect to its end.</param>
/// <param name="Yields">How often it gives its slot back.</param>
/// <param name="Failures">How often it fails before it succeeds.</param>
/// <param name="Fatal">Whether it ends badly.</param>
/// <param name="Seen">What it hands on: a reference to an earlier task, most of the time.</param>
public sealed record StepInput(int Millis = 0, int MillisAfter = 0, int Yields = 0, int Failures = 0, bool Fatal = false, int? Seen = null);

public sealed record StepOutput(int Value);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(StepInput))]
[JsonSerializable(typeof(FanInput))]
[JsonSerializable(typeof(StepOutput))]
internal sealed partial class StepJson : JsonSerializerContext;
