namespace TaskMesh.Workers.BareMetal.Scanning.Tls;

/// <summary>What came is not what the protocol allows; the message says in a few words what is wrong with it.</summary>
public sealed class TlsParseException(string message, Exception? inner = null) : Exception(message, inner);
