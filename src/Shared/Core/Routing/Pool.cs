using System.IO.Enumeration;

namespace TaskMesh.Core.Routing;

/// <summary>A queue with its workers: a default one per class, and more for a vantage point, a licence or a scanner.</summary>
/// <param name="Slots">How many tasks its workers can run at once.</param>
/// <param name="Kinds">Patterns of kinds, such as "dns-*"; empty serves all.</param>
public sealed record Pool(
    string Name,
    WorkerClass Class,
    int Slots,
    IReadOnlyDictionary<string, string> Labels,
    IReadOnlyList<string> Kinds)
{
    /// <summary>How many of a pool's tasks may be dispatched or running. The rest waits where priority, pause and cancel still reach it.</summary>
    public int DispatchWindow => 2 * Slots;

    public bool Serves(string kind) =>
        Kinds.Count == 0 || Kinds.Any(pattern => FileSystemName.MatchesSimpleExpression(pattern, kind, ignoreCase: false));

    /// <summary>
    /// Whether the pool has every label asked for. A pool with labels is a special place (a vantage point, a licence):
    /// it takes only tasks that ask for one.
    /// </summary>
    public bool Offers(IReadOnlyDictionary<string, string> asked) => asked.Count == 0
        ? Labels.Count == 0
        : asked.All(label => Labels.TryGetValue(label.Key, out var value) && value == label.Value);
}
