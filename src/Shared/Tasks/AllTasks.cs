using TaskMesh.Core.Contract;
using TaskMesh.Tasks.Data;
using TaskMesh.Tasks.Flow;
using TaskMesh.Tasks.Scans;
using TaskMesh.Tasks.Sources;

namespace TaskMesh.Tasks;

/// <summary>Every task kind that the mesh knows: one line each.</summary>
public static class AllTasks
{
    public static TaskCatalogue Catalogue { get; } = new(
    [
        TaskEntry.Of<CertificateTransparency, CertificateTransparencyInput, CertificateTransparencyOutput>(),
        TaskEntry.Of<CollectResults, CollectResultsInput, CollectResultsOutput>(),
        TaskEntry.Of<Conditional, ConditionalInput, ConditionalOutput>(),
        TaskEntry.Of<DnsScan, DnsScanInput, DnsScanOutput>(),
        TaskEntry.Of<DnsScanAggregator, DnsScanAggregatorInput, DnsScanAggregatorOutput>(),
        TaskEntry.Of<DnsScanGenerator, DnsScanGeneratorInput, DnsScanGeneratorOutput>(),
        TaskEntry.Of<FilterByField, FilterByFieldInput, FilteredRows>(),
        TaskEntry.Of<FilterByPort, FilterByPortInput, FilteredRows>(),
        TaskEntry.Of<FilterByRegex, FilterByRegexInput, FilteredRows>(),
        TaskEntry.Of<FilterInScope, FilterInScopeInput, FilteredRows>(),
        TaskEntry.Of<FilterNewOnly, FilterNewOnlyInput, FilteredRows>(),
        TaskEntry.Of<FilterSample, FilterSampleInput, FilteredRows>(),
        TaskEntry.Of<FilterUnique, FilterUniqueInput, FilteredRows>(),
        TaskEntry.Of<ForEach, ForEachInput, ForEachOutput>(),
        TaskEntry.Of<InsertData, InsertDataInput, InsertDataOutput>(),
        TaskEntry.Of<ListModels, ListModelsInput, ListModelsOutput>(),
        TaskEntry.Of<OutsideScan, OutsideScanInput, OutsideScanOutput>(),
        TaskEntry.Of<OutsideScanCleanUp, OutsideScanCleanUpInput, OutsideScanCleanUpOutput>(),
        TaskEntry.Of<TcpSyn, TcpSynInput, TcpSynOutput>(),
        TaskEntry.Of<TcpSynAggregator, TcpSynAggregatorInput, TcpSynAggregatorOutput>(),
        TaskEntry.Of<TcpSynGenerator, TcpSynGeneratorInput, TcpSynGeneratorOutput>(),
        TaskEntry.Of<TlsScan, TlsScanInput, TlsScanOutput>(),
        TaskEntry.Of<TlsScanAggregator, TlsScanAggregatorInput, TlsScanAggregatorOutput>(),
        TaskEntry.Of<TlsScanGenerator, TlsScanGeneratorInput, TlsScanGeneratorOutput>(),
        TaskEntry.Of<UpsertModels, UpsertModelsInput, UpsertModelsOutput>(),
    ]);
}
