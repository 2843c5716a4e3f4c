using TaskMesh.Core.Fleet;

namespace TaskMesh.Core.Planning;

/// <summary>The mesh at the moment of foretelling.</summary>
/// <param name="Refusals">What cells of the launch matrix were told that may still stand.</param>
/// <param name="Types">Of the instances that run or were asked for; null is the launch template's own.</param>
/// <param name="Minimum">How many workers there are without any work.</param>
/// <param name="Parallelism">Tasks that a worker runs at once, as the last one that reported said; null if none has.</param>
/// <param name="NetworkRate">Packets per second that any one network gets.</param>
/// <param name="OrganisationRate">Packets per second of all the organisation's scans; null for no limit.</param>
/// <param name="PoolRates">Packets per second that leave a pool, where there is a limit.</param>
public sealed record MeshFacts(
    MeshRules Rules,
    FleetDemand Demand,
    IReadOnlyList<CellRefusal> Refusals,
    IReadOnlyList<string?> Types,
    int Minimum,
    int? Parallelism,
    int NetworkRate,
    int? OrganisationRate,
    IReadOnlyDictionary<string, int> PoolRates);
