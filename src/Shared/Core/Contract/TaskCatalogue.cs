using System.Collections.Frozen;

namespace TaskMesh.Core.Contract;

/// <summary>Every task kind by name.</summary>
public sealed class TaskCatalogue(IEnumerable<TaskEntry> entries)
{
    private readonly FrozenDictionary<string, TaskEntry> _byKind = entries.ToFrozenDictionary(entry => entry.Kind);

    /// <summary>In the order of their names, so that what is printed from it is stable.</summary>
    public IEnumerable<TaskEntry> Entries => _byKind.Values.OrderBy(entry => entry.Kind, StringComparer.Ordinal);

    public TaskEntry? Find(string kind) => _byKind.GetValueOrDefault(kind);
}
