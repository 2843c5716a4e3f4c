using System.Text.Json;

namespace TaskMesh.Tasks.Data;

/// <summary>What every filter returns.</summary>
/// <param name="Rows">The rows that passed, as they came and in their order.</param>
/// <param name="Dropped">How many did not.</param>
public sealed record FilteredRows(IReadOnlyList<JsonElement> Rows, int Dropped)
{
    internal static FilteredRows Of(IReadOnlyList<JsonElement> rows, Func<JsonElement, bool> passes)
    {
        JsonElement[] passed = [.. rows.Where(passes)];
        return new(passed, rows.Count - passed.Length);
    }
}
