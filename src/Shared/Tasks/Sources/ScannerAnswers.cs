using System.Text.Json.Serialization;

namespace TaskMesh.Tasks.Sources;

/// <summary>A scan as a scanner lists it.</summary>
internal sealed record ScannerScan(long Id, string Name, string Status)
{
    /// <summary>Created and not launched.</summary>
    public bool Waits => Status == "empty" && Name.StartsWith("taskmesh/", StringComparison.Ordinal);

    /// <summary>Nothing more happens to it.</summary>
    public bool HasEnded => Status is "completed" or "canceled" or "aborted" or "stopped" or "imported";

    public bool IsBusy => !HasEnded && Status != "empty";

    /// <summary>It takes a place of the scanner, now or soon.</summary>
    public bool IsOpen => IsBusy || Waits;
}

internal sealed record ScannerList(IReadOnlyList<ScannerScan>? Scans = null);

internal sealed record ScannerFindings(IReadOnlyList<ScannerHost>? Hosts = null, IReadOnlyList<ScannerPlugin>? Vulnerabilities = null);

internal sealed record ScannerHost([property: JsonPropertyName("host_id")] long HostId);

internal sealed record ScannerPlugin([property: JsonPropertyName("plugin_id")] int PluginId);

internal sealed record ScannerExport(long File);

internal sealed record ScannerExportStatus(string Status);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ScannerList))]
[JsonSerializable(typeof(ScannerFindings))]
[JsonSerializable(typeof(ScannerExport))]
[JsonSerializable(typeof(ScannerExportStatus))]
internal sealed partial class ScannerJson : JsonSerializerContext;
