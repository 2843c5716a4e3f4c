using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Ports;
using TaskMesh.Core.Recon;
using TaskMesh.Core.Scope;
using TaskMesh.Tasks.Sources;

namespace TaskMesh.Tasks.Scans;

/// <summary>
/// Everything found is the task's result. Names in scope that have records, and the records, are the organisation's; what only a wildcard
/// answers for is not, since there would be no end of it.
/// </summary>
internal sealed class DnsRecordStore(TaskContext context) : IScanSink<DnsFinding>
{
    public JsonElement? Checkpoint { get; private set; } = context.Checkpoint;

    public async Task FoundAsync(IReadOnlyList<DnsFinding> findings, CancellationToken cancellation)
    {
        DnsRow[] rows = [.. findings.Select(Row)];
        await context.TaskData.AppendResultAsync(JsonSerializer.SerializeToElement(rows, DnsScanJson.Default.DnsRowArray), cancellation);
        var records = findings.Where(finding => finding.Wildcard is null).SelectMany(finding => finding.Records).ToArray();
        await UpsertAsync(ReconModel.Domain, DomainsOf(records), DnsScanJson.Default.DomainRow, cancellation);
        var own = records
            .Where(record => IsOwn(record.Owner) && record.Value.Length <= ReconTypes.LongestLongText)
            .Select(record => new DnsRecordRow(record.Owner, record.Type.Text(), record.Value));
        await UpsertAsync(ReconModel.DnsRecord, own, DnsScanJson.Default.DnsRecordRow, cancellation);
    }

    public async Task CheckpointAsync(ScanCheckpoint checkpoint, CancellationToken cancellation)
    {
        var position = JsonSerializer.SerializeToElement(checkpoint, DnsScanJson.Default.ScanCheckpoint);
        await context.TaskData.SaveCheckpointAsync(position, cancellation);
        Checkpoint = position;
    }

    /// <summary>Owners of records, and the names that records lead to.</summary>
    private IEnumerable<DomainRow> DomainsOf(IEnumerable<DnsRecord> records) =>
        from record in records
        from name in record.Type is DnsType.Cname or DnsType.Ptr or DnsType.Ns ? new[] { record.Owner, record.Value } : [record.Owner]
        where IsOwn(name) && !ReverseName.TryParse(name, out _)
        select new DomainRow(name);

    private bool IsOwn(string name) => ReverseName.TryParse(name, out var address)
        ? context.Scope.Allowed.Contains(address)
        : DomainName.Normalise(name) == name && context.Scope.Refusal(name, context.Clock.GetUtcNow()) is null;

    private async Task UpsertAsync<T>(
        ReconModel model, IEnumerable<T> rows, JsonTypeInfo<T> json, CancellationToken cancellation)
    {
        JsonElement[] distinct = [.. rows.Distinct().Select(row => JsonSerializer.SerializeToElement(row, json))];
        if (distinct.Length > 0)
            await context.ReconData.UpsertAsync(model, distinct, cancellation);
    }

    private static DnsRow Row(DnsFinding finding) => new(
        finding.Name,
        finding.Type.Text(),
        finding.End,
        finding.Wildcard,
        $"{finding.Resolver}",
        [.. finding.Records.Select(record => new DnsRecordLine(record.Owner, record.Type.Text(), record.TimeToLive, record.Value))]);
}

/// <param name="End">Where following aliases ended.</param>
/// <param name="Wildcard">The name below which every name has these records.</param>
internal sealed record DnsRow(
    string Name,
    string Type,
    [property: JsonConverter(typeof(JsonStringEnumConverter<DnsChainEnd>))] DnsChainEnd End,
    string? Wildcard,
    string Resolver,
    IReadOnlyList<DnsRecordLine> Records);

/// <param name="Ttl">In seconds.</param>
internal sealed record DnsRecordLine(string Owner, string Type, uint Ttl, string Value);

internal sealed record DnsRecordRow(string Name, string Type, string Value);
