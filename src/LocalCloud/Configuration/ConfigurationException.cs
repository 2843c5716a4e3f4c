namespace TaskMesh.LocalCloud.Configuration;

/// <summary>Everything that is wrong with a configuration, one line each.</summary>
public sealed class ConfigurationException(IReadOnlyList<string> problems) : Exception(string.Join('\n', problems));
