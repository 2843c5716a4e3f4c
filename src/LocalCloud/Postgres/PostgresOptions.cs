namespace TaskMesh.LocalCloud.Postgres;

/// <summary>How a private PostgreSQL cluster is to be.</summary>
/// <param name="Folder">Data, log and, unless said otherwise, the socket are below it. Made if absent; an existing cluster is taken up.</param>
public sealed record PostgresOptions(string Folder)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Who may enter it may connect as the superuser. A folder that exists keeps its group.</summary>
    public string SocketFolder { get; init; } = Path.Combine(Folder, "socket");

    public UnixFileMode SocketFolderMode { get; init; } = OwnerOnly;

    /// <summary>Also listens on a free port of 127.0.0.1, behind a password that only the connection string tells.</summary>
    public bool ListenOnLoopback { get; init; }

    /// <summary>False trusts the kernel to write later (fsync=off): a killed process still loses nothing, a lost machine may.</summary>
    public bool Durable { get; init; } = true;

    /// <summary>Further settings of postgresql.conf, such as max_connections.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    internal string DataFolder => Path.Combine(Folder, "data");

    internal string LogFile => Path.Combine(Folder, "postgres.log");
}
