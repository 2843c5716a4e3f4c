using System.Text.Json;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Recon;

namespace TaskMesh.Tasks.Data;

/// <summary>Says of every row what does not fit its model.</summary>
internal static class ReconRowCheck
{
    public static void Run(ReconModel model, IReadOnlyList<JsonElement> rows, InputCheck check)
    {
        for (var i = 0; i < rows.Count; i++)
        {
            if (model.Problem(rows[i]) is { } problem)
                check.Problem($"rows[{i}]", problem);
        }
    }
}
