using TaskMesh.Core.Contract;
using TaskMesh.Tasks.Data;
using TaskMesh.Tasks.Scans;
using TaskMesh.Tasks.Sources;

namespace TaskMesh.Tasks;

/// <summary>Every task kind that the mesh knows: one line each.</summary>
public static class AllTasks
{
    public static TaskCatalogue Catalogue { get; } = new(
    [
        TaskEntry.Of<CertificateTransparency, CertificateTransparencyInput, CertificateTransparencyOutput>(),
        TaskEntry.Of<InsertData, InsertDataInput, InsertDataOutput>(),
        TaskEntry.Of<ListModels, ListModelsInput, ListModelsOutput>(),
        TaskEntry.Of<TcpSyn, TcpSynInput, TcpSynOutput>(),
        TaskEntry.Of<UpsertModels, UpsertModelsInput, UpsertModelsOutput>(),
    ]);
}
