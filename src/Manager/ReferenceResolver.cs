using System.Text.Json;
using TaskMesh.Core.Ports;
using TaskMesh.Core.Workflow;
using TaskMesh.Postgres.Manager;

namespace TaskMesh.Manager;

/// <summary>Puts earlier outputs in the place of the references of an input, wherever they are kept.</summary>
public sealed class ReferenceResolver(IObjectStore? objects)
{
    /// <param name="sources">The task behind each name that the input refers to.</param>
    /// <returns>The complete input, or what is wrong with it.</returns>
    public async Task<(JsonElement? Input, string? Problem)> ResolveAsync(
        JsonElement input,
        IReadOnlyDictionary<string, Guid> sources,
        IReadOnlyDictionary<Guid, StoredOutput> outputs,
        CancellationToken cancellation)
    {
        try
        {
            var values = new Dictionary<string, JsonElement>();
            foreach (var (name, source) in sources)
            {
                if (outputs.TryGetValue(source, out var output))
                    values[name] = await ReadAsync(output, cancellation);
            }
            return InputReferences.Resolve(input, name => values.TryGetValue(name, out var value) ? value : (JsonElement?)null);
        }
        catch (ObjectDamagedException e)
        {
            return (null, $"$from: {e.Message}");
        }
    }

    private async Task<JsonElement> ReadAsync(StoredOutput output, CancellationToken cancellation) => output switch
    {
        { Data: { } data } => data,
        { At: { } at } when objects is not null => JsonElement.Parse((await objects.GetAsync(at, cancellation)).Span),
        _ => throw new ObjectDamagedException("the output is in the object store, and this Manager has none"),
    };
}
