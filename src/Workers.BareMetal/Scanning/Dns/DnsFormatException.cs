namespace TaskMesh.Workers.BareMetal.Scanning.Dns;

/// <summary>A message that is no DNS message, or says what none may say: all that reading bytes of others can end in.</summary>
public sealed class DnsFormatException(string message) : FormatException(message);
