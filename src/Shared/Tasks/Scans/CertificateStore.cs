using System.Text.Json;
using System.Text.Json.Serialization;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Ports;
using TaskMesh.Core.Recon;
using TaskMesh.Core.Scope;
using TaskMesh.Tasks.Sources;

namespace TaskMesh.Tasks.Scans;

/// <summary>Keeps what servers showed: all of it as the task's result, certificates, what shows them and the names in them as recon models.</summary>
/// <param name="certificates">How many questions gave one before.</param>
internal sealed class CertificateStore(TaskContext context, long certificates) : IScanSink<TlsFinding>
{
    /// <summary>What was written lately need not be written again; more than this is forgotten.</summary>
    private const int MostRemembered = 100_000;

    private readonly HashSet<string> _written = [];

    public JsonElement? Checkpoint { get; private set; } = context.Checkpoint;

    public long Certificates { get; private set; } = certificates;

    public async Task FoundAsync(IReadOnlyList<TlsFinding> findings, CancellationToken cancellation)
    {
        TlsRow[] rows = [.. findings.Select(Row)];
        await context.TaskData.AppendResultAsync(JsonSerializer.SerializeToElement(rows, TlsScanJson.Default.TlsRowArray), cancellation);
        TlsFinding[] shown = [.. findings.Where(finding => finding.Chain.Count > 0)];
        Certificates += shown.Length;
        if (_written.Count > MostRemembered)
            _written.Clear();
        var certificates =
            from certificate in shown.SelectMany(finding => finding.Chain)
            where _written.Add(certificate.Sha256)
            select JsonSerializer.SerializeToElement(
                new CertificateRow(
                    certificate.Sha256, certificate.Subject, certificate.Issuer, string.Join(' ', certificate.Names), certificate.Begins,
                    certificate.Expires),
                TlsScanJson.Default.CertificateRow);
        await WriteAsync(ReconModel.Certificate, [.. certificates], cancellation);
        var observations =
            from finding in shown
            select JsonSerializer.SerializeToElement(
                new TlsObservationRow(
                    $"{finding.Address}", finding.Port, finding.Name, finding.Chain[0].Sha256, finding.Version, finding.Cipher),
                TlsScanJson.Default.TlsObservationRow);
        await WriteAsync(ReconModel.TlsObservation, [.. observations], cancellation);
        // "*.example.com" speaks for example.com. Only a server's own certificate speaks for hosts.
        var domains =
            from name in shown.SelectMany(finding => finding.Chain[0].Names)
            let domain = name.StartsWith("*.", StringComparison.Ordinal) ? name[2..] : name
            where DomainName.Normalise(domain) is not null && _written.Add(domain)
            select JsonSerializer.SerializeToElement(new DomainRow(domain), TlsScanJson.Default.DomainRow);
        await WriteAsync(ReconModel.Domain, [.. domains], cancellation);
    }

    public async Task CheckpointAsync(ScanCheckpoint checkpoint, CancellationToken cancellation)
    {
        var position = JsonSerializer.SerializeToElement(new TlsPosition(checkpoint, Certificates), TlsScanJson.Default.TlsPosition);
        await context.TaskData.SaveCheckpointAsync(position, cancellation);
        Checkpoint = position;
    }

    private Task WriteAsync(ReconModel model, JsonElement[] rows, CancellationToken cancellation) =>
        rows.Length == 0 ? Task.CompletedTask : context.ReconData.UpsertAsync(model, rows, cancellation);

    private static TlsRow Row(TlsFinding finding) => new(
        $"{finding.Address}", finding.Port, finding.Name, finding.Outcome, finding.Detail, finding.Version, finding.Cipher, finding.Ja3S,
        finding.Chain, finding.Accepted, finding.Fingerprint);
}

/// <param name="Chain">As the server sent it, its own certificate first.</param>
/// <param name="Accepted">Left out, as the next one is, where it was not asked.</param>
internal sealed record TlsRow(
    string Address,
    int Port,
    string Name,
    [property: JsonConverter(typeof(JsonStringEnumConverter<TlsOutcome>))] TlsOutcome Outcome,
    string? Detail,
    string? Version,
    string? Cipher,
    string? Ja3s,
    IReadOnlyList<CertificateFacts> Chain,
    IReadOnlyList<TlsAccepted>? Accepted,
    string? Fingerprint);

internal sealed record CertificateRow(string Sha256, string Subject, string Issuer, string Names, DateTimeOffset Begins, DateTimeOffset Expires);

internal sealed record TlsObservationRow(string Address, int Port, string Name, string Certificate, string? Version, string? Cipher);

/// <summary>What a later attempt needs.</summary>
internal sealed record TlsPosition(ScanCheckpoint Scan, long Certificates);

[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Strict,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(TlsScanInput))]
[JsonSerializable(typeof(TlsScanOutput))]
[JsonSerializable(typeof(TlsRow[]))]
[JsonSerializable(typeof(CertificateRow))]
[JsonSerializable(typeof(TlsObservationRow))]
[JsonSerializable(typeof(DomainRow))]
[JsonSerializable(typeof(TlsPosition))]
internal sealed partial class TlsScanJson : JsonSerializerContext;
