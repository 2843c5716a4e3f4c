using TaskMesh.Core.Messages;
using TaskMesh.Postgres.Manager;

namespace TaskMesh.Manager;

/// <summary>Reports that went the short way.</summary>
/// <param name="asked">By task.</param>
/// <param name="ended">Those of the tasks that ended with it.</param>
public sealed class PlainEnds(IReadOnlyDictionary<Guid, CompleteTask> asked, Later<EndedTask> ended)
{
    private HashSet<Guid>? _ended;

    public Later<EndedTask> Ended => ended;

    /// <summary>Whether this report has done its work.</summary>
    public bool Has(CompleteTask report)
    {
        _ended ??= ended.Rows.Select(task => task.Id).ToHashSet();
        return _ended.Contains(report.Task) && asked[report.Task] is var done && done.Attempt == report.Attempt && done.Nonce == report.Nonce;
    }
}
