using System.Collections;

namespace TaskMesh.Core.Configuration;

/// <summary>The environment of this process, read once at its start.</summary>
public static class ProcessEnvironment
{
    public static IReadOnlyDictionary<string, string> Read() =>
        Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(entry => (string)entry.Key, entry => (string)entry.Value!);
}
