namespace TaskMesh.Core.Configuration;

/// <summary>The process cannot start with these settings; the message names each variable and the rule that it breaks.</summary>
public sealed class SettingsException(string message) : Exception(message);
