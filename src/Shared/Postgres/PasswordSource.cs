namespace TaskMesh.Postgres;

/// <summary>Gives the password for a connection that begins.</summary>
public delegate ValueTask<string> PasswordSource(string host, int port, string user, CancellationToken cancellation);
