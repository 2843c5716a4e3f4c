using System.Security.Cryptography;
using System.Text;

namespace TaskMesh.Core.Workflow;

/// <summary>
/// By what the same scan is known: the SHA-256 of its kind and its input, however that is spelled. What refers to other tasks' outputs is
/// another scan each time and has none.
/// </summary>
public static class ScanDigest
{
    public static IEnumerable<(TaskPlan Task, byte[] Digest)> Of(CollectionPlan plan) =>
        plan.Tasks.Where(task => task is { AimsAtTargets: true, Sources: null })
            .Select(task => (task, SHA256.HashData(Encoding.UTF8.GetBytes($"{task.Kind}\n{CanonicalJson.Write(task.Input)}"))));
}
