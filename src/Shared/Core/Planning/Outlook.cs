using TaskMesh.Core.Contract;
using TaskMesh.Core.Scope;

namespace TaskMesh.Core.Planning;

/// <summary>What a collection will do.</summary>
/// <param name="RawTasks">Tasks for the launched workers that are in flight or ready at once, at most.</param>
/// <param name="LaunchesHeld">Why there are fewer launches than the work needs.</param>
/// <param name="Time">Of the packets alone, from the first to the last.</param>
/// <param name="Cost">Of that time on workers; null where there is no price.</param>
/// <param name="Unknown">What only an earlier task's result can tell, so that all numbers are the least.</param>
public sealed record Outlook(
    IReadOnlyList<TaskOutlook> Tasks,
    int RawTasks,
    IReadOnlyList<PricedCell> Launches,
    string? LaunchesHeld,
    Bounds<double> Time,
    Bounds<decimal>? Cost,
    IReadOnlyList<string> Unknown);

/// <param name="Pool">Null while no pool serves its labels: it waits.</param>
/// <param name="ChildPool">Of the tasks that it makes.</param>
/// <param name="Addresses">Those of its input.</param>
/// <param name="LeftOut">Of these, what a deny rule leaves out.</param>
/// <param name="Names">Names of its input.</param>
public sealed record TaskOutlook(
    string Name,
    TaskEntry Kind,
    string? Pool,
    Forecast? Forecast,
    string? ChildPool,
    AddressSet Addresses,
    AddressSet LeftOut,
    IReadOnlyList<string> Names,
    string? Unknown);

/// <param name="Most">Null if nobody can tell.</param>
public sealed record Bounds<T>(T Least, T? Most)
    where T : struct;
